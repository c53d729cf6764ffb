"""Close a return when all of it is decided, back, and paid."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.model import Resolution
from connector.states import Decision, Errand, Refund
from connector.steps import rejecting, shelving, term
from connector.steps.owing import FREE, NOTHING_DUE, STAYING
from connector.store import atomic, errands, history, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return, ReturnLine
    from connector.platform import Shop
    from connector.store import Database


def run(db: Database, shop: Shop, now: datetime) -> int:
    """Close what is finished in a shop; return how many were closed."""
    live = returns.live(db, shop.name)
    must_hear = shop.abilities.pays_through_returns
    # Looked at without the write lock first: most are not finished.
    return sum(
        _one(db, ref, now, must_hear=must_hear)
        for ref in live
        if _is_finished(db, returns.get(db, ref), must_hear=must_hear)
    )


@atomic
def _one(db: Database, return_id: str, now: datetime, *, must_hear: bool) -> bool:
    case = returns.get(db, return_id)
    if not _is_finished(db, case, must_hear=must_hear):
        return False
    # Nobody plans for a closed return: what goes back on the shelf apart is said now.
    if shelving.plan(db, case.id, now) and must_hear:
        return False  # it closes there once that is done
    returns.finish(db, case, "close", "retour", now)
    has_approved = any(line.decision == Decision.APPROVED for line in case.lines)
    if has_approved and (case.platform_ref or errands.unfinished(db, case.id)):
        errands.add(db, case.id, "close", now)
    return True


def _is_finished(db: Database, case: Return, *, must_hear: bool) -> bool:
    """Say whether nobody owes anybody anything: goods and money are where they go.

    `must_hear`: what the shop is yet to hear of the return belongs to it.
    """
    if rejecting.is_open(db, case):
        return False
    rows = refunds.of_return(db, case.id)
    paid: Counter[int] = Counter()
    for row in rows:
        if row.state is Refund.CONFIRMED:
            paid.update({int(ref): units for ref, units in row.units.items()})
        elif row.state is not Refund.CANCELLED and row.units:
            return False
    lost_is_paid = term.pays_for_lost(db, case)
    nothing_due = history.happened(db, case.id, NOTHING_DUE)
    if must_hear and any(
        errand.verb in ("open", "approve", "dispose")
        and errand.state is not Errand.DONE
        and not (shelving.is_one(errand) and errand.state is Errand.REJECTED)
        for errand in errands.of_return(db, case.id)
    ):
        return False
    return all(
        _is_settled(
            line,
            0
            if nothing_due
            else _owed(line, lost_is_paid=lost_is_paid) - paid[line.id],
        )
        for line in case.lines
        if line.decision != Decision.DECLINED
    )


def _owed(line: ReturnLine, *, lost_is_paid: bool) -> int:
    """Return how many units of a line must have been made good by a refund."""
    if line.resolution in FREE:
        return 0
    lost = 0 if lost_is_paid else line.lost
    return line.approved - line.rejected - lost - line.elsewhere


def _is_settled(line: ReturnLine, owed: int) -> bool:
    """Say whether a line is decided, its goods are where they go, and nothing owed."""
    if line.decision != Decision.APPROVED or owed > 0:
        return False
    if line.resolution in STAYING:
        return True
    if line.resolution is Resolution.REPAIR and line.handed_back < line.received:
        return False
    return line.received + line.lost + line.elsewhere >= line.approved
