"""A person grades what handling has cost: directive 2011/83/EU, article 14(2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.model import Kind
from connector.saying import saying
from connector.steps import amends, costs
from connector.store import atomic, grades, orders, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return, ReturnLine
    from connector.store import Database

WHOLE = 10_000  # basis points
GRADED = frozenset({Kind.WITHDRAWAL, Kind.VOLUNTARY})


def can_grade(db: Database, case: Return, line: ReturnLine) -> bool:
    """Say whether lost value may still be kept of a line: here, and not paid yet."""
    is_here = case.kind in GRADED and line.received > 0
    return is_here and amends.can_change(db, case, line)


@atomic
def grade(
    db: Database,
    return_id: str,
    line_id: int,
    loss_bp: int,
    *,
    actor: str,
    why: str,
    now: datetime,
) -> None:
    """Keep a grade in basis points of what was paid, with its reason; 0 takes it back.

    Raises BadRequest without a reason, for goods that are not here or are being paid,
    and where the law lets nothing be kept.
    """
    case = returns.get(db, return_id)
    line = returns.line_of(case, line_id)
    if not 0 <= loss_bp <= WHOLE:
        msg = saying("the loss is between 0 and 100 percent of the price")
        raise BadRequest(msg)
    if not why.strip():
        msg = saying("say what was done to the goods; it stays in the timeline")
        raise BadRequest(msg)
    if not can_grade(db, case, line):
        msg = saying("grade goods that are here, and that are not being paid yet")
        raise BadRequest(msg, number=case.number)
    order = orders.get(db, case.shop, case.order_ref)
    if loss_bp and costs.lost(db, case, order, loss_bp) < loss_bp:
        msg = saying(
            "nothing may be kept: the customer was not told of his right in time"
        )
        raise BadRequest(msg, number=case.number)
    grades.keep(db, case, line_id, loss_bp, actor=actor, why=why.strip(), now=now)
