"""What the merchant owes of a return by now, and in which way it is made good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import GOODS, NewGoods, Resolution
from connector.policy import When
from connector.states import Decision, Refund

if TYPE_CHECKING:
    from connector.model import Order, Return, ReturnLine, Terms
    from connector.store.refunds import RefundRow

STAYING = frozenset({Resolution.KEEP})  # the customer keeps what he has
UNCHARGED = frozenset({Resolution.REPLACEMENT})  # the same again, for nothing
NOTHING_DUE = "nothing_due"  # in the timeline: no money goes back any more
NOT_YET = "not_yet_due:"  # there: these units alone bring no money, others may
FREE = frozenset({Resolution.REPAIR, Resolution.NONE})  # nothing is paid
# What is settled first, where the lines of a return are made good in several ways.
ORDER: Sequence[Resolution] = (
    Resolution.EXCHANGE,
    Resolution.REPLACEMENT,
    Resolution.STORE_CREDIT,
    Resolution.GIFT_CARD,
    Resolution.REFUND,
    Resolution.MANUAL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Units by return line id that are due in one way; empty: nothing is."""

    way: Resolution
    units: Mapping[int, int]


def way_of(line: ReturnLine) -> Resolution:
    """Return by which way a line is paid: one that stays is refunded."""
    return Resolution.REFUND if line.resolution in STAYING else line.resolution


def payable(
    case: Return, rows: Sequence[RefundRow], latest: When | None = None
) -> dict[int, int]:
    """Return, by return line id, the units that are due and were never promised.

    `latest` is what money waits for at most, whatever the policy says: the law's.
    A refund that was refused, failed or came undone is not planned anew by
    itself: a person decides (decision 0003). Only a cancelled one gives its units
    back.
    """
    taken = promised(rows)
    due = {
        line.id: _due(case, line, latest) - taken[line.id] - line.elsewhere
        for line in case.lines
    }
    return {ref: units for ref, units in due.items() if units > 0}


def debts(
    case: Return, rows: Sequence[RefundRow], latest: When | None = None
) -> list[Debt]:
    """Return what is due, one debt a way, in the order of settling."""
    units = payable(case, rows, latest)
    ways = {line.id: way_of(line) for line in case.lines}
    return [
        Debt(way=way, units=found)
        for way in ORDER
        if (found := {ref: n for ref, n in units.items() if ways[ref] is way})
    ]


def new_goods(
    case: Return, order: Order, units: Mapping[int, int], rows: Sequence[RefundRow]
) -> tuple[NewGoods, ...]:
    """Return what is sent for these units: of each line the same share of its goods.

    A replacement is the ware that was bought; only where the shop names none is it
    what a person said. The price is a cumulative share, so that parts add up to the
    whole (R3).
    """
    sent = promised(rows)
    found = []
    for line in case.lines:
        goods = _same_again(order, line) or line.goods
        if line.id not in units or goods is None:
            continue
        before, after = sent[line.id], sent[line.id] + units[line.id]
        price = goods.price.share(after, line.asked)
        found.append(
            NewGoods(
                ref=goods.ref,
                title=goods.title,
                quantity=units[line.id],
                price=price - goods.price.share(before, line.asked),
                product_ref=goods.product_ref,
            )
        )
    return tuple(found)


def _same_again(order: Order, line: ReturnLine) -> NewGoods | None:
    """Return the ware of an order line as new goods, for all units of a return line."""
    sold = order.line(line.line_ref)
    if sold is None or line.resolution is not Resolution.REPLACEMENT:
        return None
    ref = sold.variant_ref or sold.product_ref
    if not ref:
        return None
    return NewGoods(
        ref=ref,
        title=sold.title,
        quantity=line.asked,
        price=sold.gross.share(line.asked, max(1, sold.quantity)),
        product_ref=sold.product_ref,
    )


def promised(rows: Sequence[RefundRow]) -> Counter[int]:
    """Return, by return line id, the units that were promised and not cancelled."""
    found: Counter[int] = Counter()
    for row in rows:
        if row.state is not Refund.CANCELLED:
            found.update({int(ref): units for ref, units in row.units.items()})
    return found


def owed(line: ReturnLine, *, lost_is_paid: bool) -> int:
    """Return how many units of a line must have been made good by a refund."""
    if line.resolution in FREE or line.decision == Decision.DECLINED:
        return 0
    lost = 0 if lost_is_paid else line.lost
    return line.approved - line.rejected - lost - line.elsewhere


def not_yet(units: Mapping[int, int], rows: Sequence[RefundRow]) -> str:
    """Name the fact that units bring no money beside what is promised already.

    Once more is promised, a fee may be paid by that: it is another fact then.
    """
    named = ",".join(f"{ref}x{n}" for ref, n in sorted(units.items()))
    return f"{NOT_YET}{named}{_beside(rows)}"


def _beside(rows: Sequence[RefundRow]) -> str:
    found = sum(row.state is not Refund.CANCELLED for row in rows)
    return f" after {found}" if found else ""


def brought_nothing(
    facts: Iterable[str], rows: Sequence[RefundRow]
) -> Mapping[int, int]:
    """Read such facts as far as they still hold: units by return line id.

    Those that were found before more was promised are looked at again.
    """
    found: dict[int, int] = {}
    for fact in facts:
        named, _, beside = fact.removeprefix(NOT_YET).partition(" ")
        if _beside(rows).strip() == beside:
            parts = (one.partition("x") for one in named.split(","))
            found |= {int(ref): int(units) for ref, _, units in parts}
    return found


def _due(case: Return, line: ReturnLine, latest: When | None) -> int:
    """Return how many units of a line the merchant must make good by now."""
    if line.decision != Decision.APPROVED or case.cancelled_at:
        return 0
    if line.resolution in FREE:
        return 0
    when = _when(case.terms, line, latest)
    has_left = case.shipped_at is not None or line.received > 0
    come = line.received - line.rejected
    units = {
        When.REQUESTED: line.approved,
        When.ON_WORD: line.approved if has_left else 0,
        When.SHIPPED: line.approved if case.proven_at is not None else come,
        When.RECEIVED: line.received - line.rejected,
        When.INSPECTED: line.accepted,
    }[when]
    return max(0, min(units, line.approved - line.rejected))


def _when(terms: Terms | None, line: ReturnLine, latest: When | None) -> When:
    """Return what must have happened first; what stays is due at once."""
    if line.resolution in STAYING:
        return When.REQUESTED
    if line.resolution in GOODS:
        return When(terms.goods_when) if terms else When.INSPECTED
    own = When(terms.when) if terms else When.INSPECTED
    return own if latest is None else min(own, latest, key=tuple(When).index)
