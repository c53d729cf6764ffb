"""What a line is made good with, what is offered, and which fees are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import CREDITS, Fault, Kind, Resolution
from connector.policy.case import Offer
from connector.policy.periods import LAW_BOUND
from connector.policy.rules import chosen
from connector.policy.sentences import answer
from connector.policy.vocabulary import NO_WORDS

if TYPE_CHECKING:
    from connector.model import Answer
    from connector.money import Money
    from connector.policy.compiled import Holds
    from connector.policy.own import Said
    from connector.policy.seen import Seen
    from connector.policy.sentences import Facts
    from connector.policy.vocabulary import Choice

BASIS_POINTS = 100
BEARING = frozenset({Kind.VOLUNTARY, Kind.WITHDRAWAL})
MONEY: tuple[Offer, ...] = (Offer(resolution=Resolution.REFUND),)


def amends(
    seen: Seen, holds: Holds, said: Said
) -> tuple[tuple[Offer, ...], Resolution, Answer | None]:
    """Return what is offered, what is given, and a question where it is not clear."""
    offered = offers(seen, holds, said)
    return offered, *resolution(seen, offered, said)


def offers(seen: Seen, holds: Holds, said: Said) -> tuple[Offer, ...]:
    """Return the ways to make good that this line may choose from, each once.

    A withdrawal is paid back in money whatever is offered beside (article 13 of
    Directive 2011/83/EU).
    """
    found: dict[Resolution, int] = {}
    for rule, does in zip(seen.policy.offers, holds.offers, strict=True):
        if does:
            for way in rule.resolutions:
                found.setdefault(way, rule.bonus_bp)
    if not seen.policy.offers:
        found = {Resolution.REFUND: 0}
    for action, value in said.values.items():
        if action.startswith("way ") and value:
            found.setdefault(value, 0)
        elif action.startswith("way "):
            found.pop(Resolution(action.removeprefix("way ")), None)
    if seen.case.kind is Kind.WITHDRAWAL:
        found.setdefault(Resolution.REFUND, 0)
    more = said.values.get("bonus")
    return tuple(
        Offer(
            resolution=way,
            bonus_bp=(bonus if more is None else more) if way in CREDITS else 0,
        )
        for way, bonus in found.items()
    )


def resolution(
    seen: Seen, offered: tuple[Offer, ...], said: Said
) -> tuple[Resolution, Answer | None]:
    """Return what the line is made good with, and a question where it is not clear."""
    wanted = seen.wanted.resolution
    forced = said.values.get("resolution")
    if forced is not None:
        kind = seen.case.kind
        if may_force(kind, forced, wanted):
            return forced, None
        code = "withdrawal_money" if kind is Kind.WITHDRAWAL else "fault_money"
        return wanted, answer("resolution", "ask", code)
    if any(one.resolution is wanted for one in offered):
        return wanted, None
    facts = (("wanted", wanted.value),)
    return wanted, answer("resolution", "ask", "resolution", facts)


def may_force(kind: Kind, forced: Resolution, wanted: Resolution) -> bool:
    """Say whether a rule may give this instead of what is wanted.

    A withdrawal is paid back in money; a fault is never made good with credit that
    nobody asked for (docs/law.md, statements 13, 37 and 60).
    """
    if forced in (wanted, Resolution.REFUND, Resolution.KEEP):
        return True
    if kind is Kind.WITHDRAWAL:
        return False
    return kind not in LAW_BOUND or forced not in CREDITS


def bonus(way: Resolution, offered: tuple[Offer, ...], said: Said) -> int:
    """Return what is added to credit, in basis points."""
    own = said.values.get("bonus")
    if own is not None:
        return int(own)
    return next((one.bonus_bp for one in offered if one.resolution is way), 0)


def fees(
    seen: Seen, holds: Holds, said: Said, way: Resolution
) -> tuple[int, Money | None, Answer | None]:
    """Return the restocking fee (bp), the way back's, and the answer that names them.

    Only the customer's own wish bears fees. Of a withdrawal it is the way back alone,
    if he was told so before he bought (article 14.1 of Directive 2011/83/EU).
    """
    kind = seen.case.kind
    if seen.fault is not Fault.CUSTOMER or kind not in BEARING:
        return 0, None, None
    is_off = is_waived(seen, holds, way)
    back = _return_fee(seen, holds, said, is_off=is_off)
    if kind is not Kind.VOLUNTARY or way is Resolution.KEEP:
        return 0, back, None
    bp, choice = said.values.get("restocking"), None
    if bp is None:
        bp, choice = (0, None) if is_off else _restocking(seen, holds)
    if bp:
        return bp, back, _named(bp, choice, said)
    is_said = is_off and "restocking" not in said.values
    return 0, back, answer("fees", "note", "waived") if is_said else None


def _named(bp: int, choice: Choice | None, said: Said) -> Answer:
    """Name a restocking fee with the words of the answer or the rule that it is of."""
    facts: Facts = (("percent", f"{bp / BASIS_POINTS:g}"),)
    if choice is not None:
        facts = (*facts, ("answer", choice.code))
        return answer("restocking", "fee", "answer_fee", facts, choice.why)
    rule = said.by.get("restocking")
    words = rule.why if rule else NO_WORDS
    return answer("restocking", "fee", "restocking", facts, words)


def is_waived(seen: Seen, holds: Holds, way: Resolution) -> bool:
    """Say whether the policy lets this line off its fees."""
    waiver, reason, of = seen.policy.fees.waiver, seen.reason, seen.whole
    above = waiver.order_above
    return bool(
        way in waiver.resolutions
        or (reason is not None and reason.code in waiver.reasons)
        or waiver.customer_groups & of.customer_groups
        or (above and of.is_same_currency and above.minor < seen.order.total.minor)
        or (waiver.when and holds.waived[0])
    )


def _restocking(seen: Seen, holds: Holds) -> tuple[int, Choice | None]:
    """Return the fee where no own rule speaks and nobody is let off, and whose it is.

    First the largest that an answer of the customer's brings, then a special one,
    the reason's, the policy's.
    """
    if seen.policy.questions:
        said = [one for _, one, _ in chosen(seen, holds) if one is not None]
        asked = [(x.restocking_bp, x) for x in said if x.restocking_bp is not None]
        if asked:
            return max(asked, key=lambda pair: pair[0])
    if True in holds.fees:
        for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
            if does and one.restocking_bp is not None:
                return one.restocking_bp, None
    own = seen.reason.restocking_bp if seen.reason else None
    return (seen.policy.restocking_bp if own is None else own), None


def _return_fee(seen: Seen, holds: Holds, said: Said, *, is_off: bool) -> Money | None:
    """Return what the way back of this line costs the customer; None for nothing."""
    own = said.values.get("return_fee")
    if own is not None:
        return own or None
    if is_off:
        return None
    if True in holds.fees:
        for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
            if does and one.return_fee is not None:
                return one.return_fee or None
    return seen.policy.return_fee or None
