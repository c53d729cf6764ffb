"""What a line's trace says of its money: each sum, and where the policy sets it.

`set_by` of an answer names that place as the file does: `fees`, `fees.special abroad`,
`rules furniture`; after it stands what its conditions looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.model import CREDITS, GOODS, Answer, Kind, Resolution
from connector.policy.case import LineVerdict, When
from connector.policy.compiled import inputs
from connector.policy.sentences import answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.money import Money
    from connector.policy.compiled import Holds
    from connector.policy.own import Said
    from connector.policy.seen import Seen
    from connector.policy.sentences import Facts
    from connector.policy.vocabulary import Clause

WAY_BACK = "return_shipping"
MOMENT = "moment"
# Actions of rules that fix something of the whole return.
OF_WHOLE = frozenset({"refund_shipping", "refund_when", "goods_when"})
UNSHIPPED = GOODS | {Resolution.REPAIR, Resolution.NONE}  # bring no money
UNPAID = frozenset({Resolution.KEEP, Resolution.REPAIR, Resolution.NONE})
BASIS_POINTS = 100


def set_by(
    path: str, name: str = "", when: Sequence[Clause] = (), seen: Seen | None = None
) -> Facts:
    """Name a place of the policy, and what its conditions looked at."""
    where = f"{path} {name}" if name and not name.startswith(path) else name or path
    found: Facts = (("set_by", where),)
    return (*found, *inputs(when, seen)) if when and seen is not None else found


def percent(bp: int) -> str:
    """Write basis points as percent."""
    return f"{bp / BASIS_POINTS:g}"


def way_back(fee: Money, kind: Kind, by: Facts) -> Answer:
    """Say what the way back costs; of a withdrawal only who was told so bears it."""
    code = "way_back_told" if kind is Kind.WITHDRAWAL else "way_back"
    return answer(WAY_BACK, "fee", code, (("amount", str(fee)), *by))


def in_other_currency(told: Answer) -> Answer:
    """Say of a fee for the way back that the order is not in its currency."""
    return answer(WAY_BACK, "note", "way_back_currency", told.facts)


def bonus(bp: int, seen: Seen, holds: Holds, said: Said, way: Resolution) -> Answer:
    """Say what is added to credit, and which offer or rule adds it."""
    by: Facts = ()
    if "bonus" in said.values:
        by = set_by("rules", said.by["bonus"].name)
    else:
        for one, does in zip(seen.policy.offers, holds.offers, strict=True):
            if does and way in one.resolutions:
                by = set_by("offers", one.name, one.when, seen)
                break
    return answer("bonus", "note", "bonus", (("percent", percent(bp)), *by))


def _moments(prefix: str, path: str, *, is_law: bool) -> dict[When, Answer]:
    found = {}
    for when in When:
        is_late = when in (When.RECEIVED, When.INSPECTED)
        code = f"{prefix}_{when.value}" + ("_law" if is_law and is_late else "")
        facts = (("when", when.value), *set_by(path))
        found[when] = answer(MOMENT, "note", code, facts)
    return found


# Made once: what every line says that waits for nothing but the policy's own moment.
# By whether it is a withdrawal, whose money waits no longer than the law lets it.
MONEY_GOES = {law: _moments("paid", "refund", is_law=law) for law in (False, True)}
CREDIT_GOES = {law: _moments("credit", "refund", is_law=law) for law in (False, True)}
GOODS_GO = _moments("sent", "exchange", is_law=False)


def moment(kind: Kind, way: Resolution, money: When, goods: When) -> Answer | None:
    """Say when money goes back, credit or new goods out; None where nothing does."""
    if way in GOODS:
        return GOODS_GO[goods]
    if way in UNPAID:
        return None
    goes = CREDIT_GOES if way in CREDITS else MONEY_GOES
    return goes[kind is Kind.WITHDRAWAL][money]


def is_moment_of(given: Answer, way: Resolution) -> bool:
    """Say whether an answer tells when a way of making good leaves; of no other way.

    A person may have chosen another way after the policy had spoken.
    """
    if given.rule != MOMENT:
        return False
    goes = "sent" if way in GOODS else "credit" if way in CREDITS else "paid"
    return way not in UNPAID and given.code.startswith(f"{goes}_")


def shipping(by: str, limit: Money | None, part: str, place: str) -> Answer | None:
    """Say that the outbound shipping goes back, or a part; None where none does.

    `by` gives all of it, up to a `limit`, the standard delivery to `place`; else the
    law's `part` of a withdrawal.
    """
    most: Facts = ()
    if limit is not None:
        where = f"refund.standard_delivery {place}"
        most = (("limit", str(limit)), ("limit_set_by", where))
    if by:
        code = "shipping_most" if most else "shipping"
        return answer("shipping", "note", code, (*set_by(by), *most))
    if part in ("", "none_until_last"):
        return None
    facts = (*set_by("law"), ("part_delivery", part), *most)
    code = "shipping_part_most" if most else "shipping_part"
    return answer("shipping", "note", code, facts)


def of_whole(
    verdict: LineVerdict,
    kind: Kind,
    note: Answer | None,
    moments: tuple[When, When],
    by: Mapping[str, str],
) -> LineVerdict:
    """Let a line tell of the shipping and of the moment that the whole waits for.

    `moments` are of money and of new goods; `by` names the rules that set them.
    """
    way = verdict.resolution
    goes = moment(kind, way, *moments)
    name = by.get("goods_when" if way in GOODS else "refund_when", "")
    if goes is not None and name:
        first, *_ = goes.facts
        goes = replace(goes, facts=(first, *set_by("rules", name)))
    trace = tuple(
        goes if goes is not None and one.rule == MOMENT else one
        for one in verdict.trace
    )
    if note is not None and way not in UNSHIPPED:
        trace = (*trace, note)
    return replace(verdict, trace=trace)


def shared(verdict: LineVerdict, fee: Money | None) -> LineVerdict:
    """Say of a line's fee for the way back what the whole return makes of it.

    It is taken once, the least of the lines' own; None: one of them bears none.
    """
    trace = tuple(_shared(one, fee) for one in verdict.trace)
    return replace(verdict, trace=trace) if trace != verdict.trace else verdict


def _shared(one: Answer, fee: Money | None) -> Answer:
    if one.rule != WAY_BACK or one.says != "fee":
        return one
    own = dict(one.facts)["amount"]
    if fee is None:
        return answer(WAY_BACK, "note", "way_back_free", one.facts)
    if own == str(fee):
        return one
    facts = (("amount", str(fee)), ("own", own), *one.facts[1:])
    return answer(WAY_BACK, "fee", "way_back_least", facts)


def kept(trace: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Leave out what is not so where the goods stay with the customer."""
    return tuple(one for one in trace if one.says != "fee" and one.rule != MOMENT)
