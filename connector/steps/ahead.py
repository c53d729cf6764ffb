"""Which units of an order line come back before those of a return: their place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.settlement import look_back
from connector.states import Decision
from connector.steps.owing import FREE, promised
from connector.steps.stands import as_stands
from connector.store import refunds, returns

if TYPE_CHECKING:
    from connector.model import Order, Return
    from connector.store import Database


def placed(db: Database, case: Return, order: Order) -> Return:
    """Say of each line how many units of its order line come back before it.

    What a unit is worth hangs on its place (R3). Those that went back come first,
    then what older returns still wait for.
    """
    order, own = as_stands(db, case.shop, order)
    gone = look_back(order, own)
    waiting: Counter[str] = Counter()
    for other in returns.of_order(db, case.shop, case.order_ref):
        if other.id == case.id:
            break
        waiting += _waits(db, other)
    lines = []
    for line in case.lines:
        before = gone.line(line.line_ref).units + waiting[line.line_ref]
        waiting[line.line_ref] += line.asked
        sold = order.line(line.line_ref)
        most = max(0, sold.quantity - line.asked) if sold else 0
        lines.append(replace(line, before=min(before, most)))
    return replace(case, lines=tuple(lines))


def _waits(db: Database, case: Return) -> Counter[str]:
    """Count the units that a return may still bring back, by order line."""
    found: Counter[str] = Counter()
    if case.closed_at or case.cancelled_at:
        return found
    taken = promised(refunds.of_return(db, case.id))
    for line in case.lines:
        if line.decision == Decision.DECLINED or line.resolution in FREE:
            continue
        asked = line.approved or line.asked
        left = asked - line.rejected - line.elsewhere - taken[line.id]
        found[line.line_ref] += max(0, left)
    return found
