"""What a line is made good with, what is offered, and which fees are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connector.model import CREDITS, FAULTS, Fault, Kind, Resolution
from connector.money import Money
from connector.policy.account import percent, set_by, way_back
from connector.policy.case import Offer
from connector.policy.periods import LAW_BOUND
from connector.policy.rules import asked_worth, chosen
from connector.policy.sentences import answer
from connector.policy.vocabulary import NO_WORDS
from connector.policy.within import no_restocking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Answer
    from connector.policy.compiled import Holds
    from connector.policy.own import Said
    from connector.policy.seen import Seen
    from connector.policy.sentences import Facts
    from connector.policy.vocabulary import Policy

BEARING = frozenset({Kind.VOLUNTARY, Kind.WITHDRAWAL})
NOTHING_SAID: Sequence[Answer] = ()
# What the law gives for a fault; credit and other goods are no such thing.
REMEDIES = frozenset({Resolution.REFUND, Resolution.REPAIR, Resolution.REPLACEMENT})
# What a customer chooses first, unless it cannot be done or costs too much (article
# 13(2) of Directive 2019/771): that a person says, no rule.
MENDING = frozenset({Resolution.REPAIR, Resolution.REPLACEMENT})
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
    Directive 2011/83/EU), and a fault at least in one of REMEDIES: what alone is
    offered would else pass for the customer's own word (docs/law.md, 37 and 51).
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
    is_fault = seen.case.kind in FAULTS and not REMEDIES & found.keys()
    if seen.case.kind is Kind.WITHDRAWAL or is_fault:
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
        return wanted, answer("resolution", "ask", _barred(kind, forced))
    if any(one.resolution is wanted for one in offered):
        return wanted, None
    facts = (("wanted", wanted.value),)
    return wanted, answer("resolution", "ask", "resolution", facts)


def may_force(kind: Kind, forced: Resolution, wanted: Resolution) -> bool:
    """Say whether a rule may give this instead of what is wanted.

    A withdrawal is paid back in money; a fault is never made good with credit that
    nobody asked for, and a repair or a replacement that is wanted is the customer's
    choice (docs/law.md, statements 13, 37 and 60).
    """
    if forced is wanted or kind not in LAW_BOUND:
        return True
    if kind is Kind.WITHDRAWAL:
        return forced in (Resolution.REFUND, Resolution.KEEP)
    return forced not in CREDITS and wanted not in MENDING


def _barred(kind: Kind, forced: Resolution) -> str:
    """Name the sentence that says why a rule may not give this by itself."""
    if kind is Kind.WITHDRAWAL:
        return "withdrawal_money"
    return "fault_money" if forced in CREDITS else "fault_choice"


def bonus(way: Resolution, offered: tuple[Offer, ...], said: Said) -> int:
    """Return what is added to credit, in basis points."""
    own = said.values.get("bonus")
    if own is not None:
        return int(own)
    return next((one.bonus_bp for one in offered if one.resolution is way), 0)


class Fees(NamedTuple):
    """The restocking fee (bp), the way back's, what is said of that, and of the rest.

    What is said of the way back is so where the line comes back at all.
    """

    restocking_bp: int
    way_back: Money | None
    told: Answer | None
    said: Sequence[Answer]
    asks: Answer | None = None  # a fee that is not taken, for a person


NO_FEES = Fees(0, None, None, ())


def fees(seen: Seen, holds: Holds, said: Said, way: Resolution) -> Fees:
    """Return what the customer bears, and the answers that name it.

    Only the customer's own wish bears fees. Of a withdrawal it is the way back alone,
    if he was told so before he bought (article 14.1 of Directive 2011/83/EU). The same
    again is for nothing: money that it falls back to bears them, unsaid until then.
    """
    kind = seen.case.kind
    if seen.fault is not Fault.CUSTOMER or kind not in BEARING:
        return NO_FEES
    off = waived(seen, holds, way)
    back, told = _return_fee(seen, holds, said, is_off=bool(off))
    if way is Resolution.KEEP:
        return Fees(0, back, None, ())
    is_bound = kind is Kind.WITHDRAWAL
    if is_bound and back and told and (asks := dear(seen, back, told)):
        return Fees(0, None, None, (), asks)
    bp, found = 0, NOTHING_SAID
    if kind is Kind.VOLUNTARY:
        bp, found = _restocking(seen, holds, said, is_off=bool(off))
    if bp and (spared := no_restocking(seen.whole)):
        bp, found = 0, (spared,)
    if off and not {"restocking", "return_fee"} <= said.values.keys():
        code = "waived_rest" if bp or back else "waived"
        found = (*found, answer("fees", "note", code, off))
    if way is Resolution.REPLACEMENT:
        return Fees(bp, back, None, ())
    return Fees(bp, back, told, found)


def dear(seen: Seen, fee: Money, told: Answer) -> Answer | None:
    """Ask where a withdrawal's way back may cost more than its sending; else None.

    The law lets the customer bear the direct cost alone, which nobody tells us: above
    the switch's limit, or where all that was paid for the goods would go (article 14(1)
    of Directive 2011/83/EU; docs/decisions/0023).
    """
    if fee.currency != seen.order.currency:
        return None
    most = Money.parse(str(seen.policy.switches["return_cost_most"]), fee.currency)
    if fee <= most and fee.minor < asked_worth(seen.whole):
        return None
    facts = (*told.facts, ("limit", str(most)))
    return answer("return_shipping", "ask", "way_back_dear", facts)


def waived(seen: Seen, holds: Holds, way: Resolution) -> Facts:
    """Say by what the policy lets this line off its fees; empty where it does not."""
    waiver, reason, of = seen.policy.fees.waiver, seen.reason, seen.whole
    if way in waiver.resolutions:
        return (*set_by("fees.waived"), ("resolution", way.value))
    if reason is not None and reason.code in waiver.reasons:
        return (*set_by("fees.waived"), ("reason", reason.code))
    if groups := waiver.customer_groups & of.customer_groups:
        return (*set_by("fees.waived"), ("customer_group", ", ".join(sorted(groups))))
    above, total = waiver.order_above, seen.order.total
    if above is not None and of.is_same_currency and above.minor < total.minor:
        shown = (("total", str(total)), ("order_above", str(above)))
        return (*set_by("fees.waived"), *shown)
    if waiver.when and holds.waived[0]:
        return set_by("fees.waived", "", waiver.when, seen)
    return ()


def _restocking(
    seen: Seen, holds: Holds, said: Said, *, is_off: bool
) -> tuple[int, Sequence[Answer]]:
    """Return the restocking fee (bp), and the answer that names it and who set it.

    A rule of the merchant's own goes first, then a waiver, the largest that an answer
    of the customer's brings, a special one, the reason's, the policy's.
    """
    own = said.values.get("restocking")
    if own is not None:
        rule = said.by["restocking"]
        return _taken(own, set_by("rules", rule.name), rule.why)
    if is_off:
        return 0, ()
    if seen.policy.questions and (asked := _answered(seen, holds)):
        return asked
    if True in holds.fees:
        for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
            if does and one.restocking_bp is not None:
                by = set_by("fees.special", one.name, one.when, seen)
                return _taken(one.restocking_bp, by)
    reason = seen.reason
    if reason is not None and reason.restocking_bp is not None:
        return _taken(reason.restocking_bp, set_by("reasons", reason.code))
    bp = seen.policy.restocking_bp
    return bp, plain(seen.policy).restocking if bp else NOTHING_SAID


class Plain(NamedTuple):
    """What is said of the policy's plain fees, the same of every line."""

    restocking: Sequence[Answer]
    way_back: Mapping[Kind, Answer]


def plain(policy: Policy) -> Plain:
    """Return what is said of a policy's plain fees; made once."""
    found = policy.memo.get("fees")
    if not isinstance(found, Plain):
        fee = policy.return_fee
        found = policy.memo["fees"] = Plain(
            _taken(policy.restocking_bp, set_by("fees"))[1],
            {kind: way_back(fee, kind, set_by("fees")) for kind in BEARING}
            if fee
            else {},
        )
    return found


def _taken(
    bp: int, by: Facts, words: Mapping[str, str] = NO_WORDS
) -> tuple[int, Sequence[Answer]]:
    if not bp:
        return 0, ()
    facts = (("percent", percent(bp)), *by)
    return bp, (answer("restocking", "fee", "restocking", facts, words),)


def _answered(seen: Seen, holds: Holds) -> tuple[int, Sequence[Answer]] | None:
    """Return the largest fee that an answer of the customer's brings, in its words."""
    fees = [
        (one.restocking_bp, code, one)
        for code, one, _ in chosen(seen, holds)
        if one is not None and one.restocking_bp is not None
    ]
    if not fees:
        return None
    bp, code, one = max(fees, key=lambda found: found[0])
    if not bp:
        return 0, ()
    by = set_by("questions", f"{code}:{one.code}")
    facts = (("percent", percent(bp)), *by)
    return bp, (answer("restocking", "fee", "answer_fee", facts, one.why),)


def _return_fee(
    seen: Seen, holds: Holds, said: Said, *, is_off: bool
) -> tuple[Money | None, Answer | None]:
    """Return what the way back of this line costs the customer, and what is said of it.

    None is nothing.
    """
    own, kind = said.values.get("return_fee"), seen.case.kind
    if own:
        return own, way_back(own, kind, set_by("rules", said.by["return_fee"].name))
    if is_off or own is not None:
        return None, None
    if True in holds.fees:
        for one, does in zip(seen.policy.fees.special, holds.fees, strict=True):
            if does and one.return_fee is not None:
                by = set_by("fees.special", one.name, one.when, seen)
                fee = one.return_fee
                return (fee, way_back(fee, kind, by)) if fee else (None, None)
    usual = seen.policy.return_fee
    return (usual, plain(seen.policy).way_back[kind]) if usual else (None, None)
