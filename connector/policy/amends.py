"""What a line is made good with, what is offered, and which fees are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import CREDITS, Fault, Kind, Resolution
from connector.policy.case import Offer
from connector.policy.rules import chosen
from connector.policy.sentences import answer

if TYPE_CHECKING:
    from connector.model import Answer
    from connector.money import Money
    from connector.policy.compiled import Holds
    from connector.policy.own import Said
    from connector.policy.seen import Seen

BASIS_POINTS = 100
MONEY = (Offer(resolution=Resolution.REFUND),)


def offers(seen: Seen, holds: Holds, said: Said) -> tuple[Offer, ...]:
    """Return the ways to make good that this line may choose from, each once.

    A withdrawal is paid back in money whatever is offered beside (article 13 of
    Directive 2011/83/EU).
    """
    if not seen.policy.offers and not said.values:
        return MONEY
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
        is_money = forced in (wanted, Resolution.REFUND, Resolution.KEEP)
        if is_money or seen.case.kind is not Kind.WITHDRAWAL:
            return forced, None
        return wanted, answer("resolution", "ask", "withdrawal_money")
    if any(one.resolution is wanted for one in offered):
        return wanted, None
    facts = (("wanted", wanted.value),)
    return wanted, answer("resolution", "ask", "resolution", facts)


def bonus(way: Resolution, offered: tuple[Offer, ...], said: Said) -> int:
    """Return what is added to credit, in basis points; nothing to anything else."""
    if way not in CREDITS:
        return 0
    own = said.values.get("bonus")
    if own is not None:
        return int(own)
    return next((one.bonus_bp for one in offered if one.resolution is way), 0)


def _bears_fees(seen: Seen) -> bool:
    """Say whether fees may be taken at all: of the customer's own wish alone."""
    return seen.case.kind is Kind.VOLUNTARY and seen.fault is Fault.CUSTOMER


def is_waived(seen: Seen, holds: Holds, way: Resolution) -> bool:
    """Say whether the policy lets this line off its fees."""
    waiver = seen.policy.fees.waiver
    above = waiver.order_above
    return bool(
        way in waiver.resolutions
        or (seen.reason is not None and seen.reason.code in waiver.reasons)
        or waiver.customer_groups & seen.whole.customer_groups
        or (
            above is not None
            and seen.whole.is_same_currency
            and above < seen.order.total
        )
        or (waiver.when and holds.waived[0])
    )


def restocking(
    seen: Seen, holds: Holds, said: Said, way: Resolution
) -> tuple[int, Answer | None]:
    """Return the restocking fee in basis points, and the answer that names it.

    The merchant's own rule goes first, then whoever is let off, the answer to a
    question, a special fee, the reason, the policy. Nothing comes back of what is
    kept, so that nothing is restocked.
    """
    if not _bears_fees(seen) or way is Resolution.KEEP:
        return 0, None
    bp = said.values.get("restocking")
    is_off = bp is None and is_waived(seen, holds, way)
    if is_off:
        bp = 0
    if bp is None:
        bp = _from_answers(seen, holds)
    if bp is None:
        bp = _plain(seen, holds)
    if not bp:
        waived = answer("fees", "note", "waived") if is_off else None
        return 0, waived
    facts = (("percent", f"{bp / BASIS_POINTS:g}"),)
    return int(bp), answer("restocking", "fee", "restocking", facts)


def _from_answers(seen: Seen, holds: Holds) -> int | None:
    """Return the largest fee that an answer of the customer's brings."""
    if not seen.policy.questions:
        return None
    fees = [
        choice.restocking_bp
        for _, choice, _ in chosen(seen, holds)
        if choice is not None and choice.restocking_bp is not None
    ]
    return max(fees, default=None)


def _plain(seen: Seen, holds: Holds) -> int:
    for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
        if does and one.restocking_bp is not None:
            return one.restocking_bp
    own = seen.reason.restocking_bp if seen.reason else None
    return seen.policy.restocking_bp if own is None else own


def return_fee(seen: Seen, holds: Holds, said: Said, way: Resolution) -> Money | None:
    """Return what the way back of this line costs the customer; None for nothing.

    A withdrawal's way back may cost him too, if he was told so before he bought
    (article 14.1); a fault of ours or the carrier's may not.
    """
    if seen.case.kind not in (Kind.VOLUNTARY, Kind.WITHDRAWAL):
        return None
    if seen.fault is not Fault.CUSTOMER:
        return None
    own = said.values.get("return_fee")
    if own is not None:
        return own or None
    if is_waived(seen, holds, way):
        return None
    for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
        if does and one.return_fee is not None:
            return one.return_fee or None
    return seen.policy.return_fee or None
