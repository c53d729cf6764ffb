"""What an approved return will bring, before anything is promised, and what is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.model import CREDITS, GOODS
from connector.states import Decision, Refund
from connector.steps.asking import bonus
from connector.steps.offers import Outcome
from connector.steps.owing import FREE, ORDER, STAYING, new_goods, way_of
from connector.steps.preview import preview
from connector.store import refunds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.model import Order, Resolution, Return
    from connector.store import Database


def of_return(db: Database, case: Return, order: Order) -> list[Outcome]:
    """Foresee what is approved and not promised, by the function that pays.

    One outcome a way, in the order of settling; the fee of the way back is kept from
    the first. Empty before the return is judged, and once it ended.
    """
    if case.terms is None or case.closed_at or case.cancelled_at:
        return []
    units = _open(db, case)
    ways = {line.id: way_of(line) for line in case.lines if line.id in units}
    found: list[Outcome] = []
    for way in ORDER:
        mine = {ref: n for ref, n in units.items() if ways[ref] is way}
        if not mine:
            continue
        found.append(_outcome(db, case, order, way, mine))
        case = _after(case, way)
    return found


def _open(db: Database, case: Return) -> dict[int, int]:
    """Return, by return line id, the approved units that no promise stands for."""
    promised: Counter[int] = Counter()
    for row in refunds.of_return(db, case.id):
        if row.state is not Refund.CANCELLED:
            promised.update({int(ref): count for ref, count in row.units.items()})
    left = {
        line.id: line.approved - line.rejected - line.elsewhere - promised[line.id]
        for line in case.lines
        if line.decision == Decision.APPROVED and line.resolution not in FREE
    }
    return {ref: count for ref, count in left.items() if count > 0}


def _outcome(
    db: Database,
    case: Return,
    order: Order,
    way: Resolution,
    units: Mapping[int, int],
) -> Outcome:
    settled = preview(db, order, case, units)
    top = bonus(case, units, settled.lines, settled.amount) if way in CREDITS else None
    rows = refunds.of_return(db, case.id)
    lines = [line for line in case.lines if line.id in units]
    return Outcome(
        way=way,
        refs=tuple(str(line.id) for line in lines),
        settled=settled,
        bonus=top,
        goods=new_goods(case, order, units, rows) if way in GOODS else (),
        kept=frozenset(str(x.id) for x in lines if x.resolution in STAYING),
    )


def _after(case: Return, way: Resolution) -> Return:
    """Return the case as the next way finds it: what is charged once is charged."""
    terms = replace(case.terms, return_fee=None) if case.terms else None
    shipping = case.refund_shipping and way in GOODS
    return replace(case, terms=terms, refund_shipping=shipping)
