"""Close a return when all of it is decided, back, and paid."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.model import Resolution
from connector.saying import saying
from connector.states import Decision, Errand, Refund
from connector.steps import rejecting, shelving, term
from connector.steps.owing import NOT_YET, NOTHING_DUE, STAYING, brought_nothing, owed
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
    _settle(db, case, now)
    # Nobody plans for a closed return: what goes back on the shelf apart is said now.
    if shelving.plan(db, case.id, now) and must_hear:
        return False  # it closes there once that is done
    returns.finish(db, case, "close", "retour", now)
    has_approved = any(line.decision == Decision.APPROVED for line in case.lines)
    if has_approved and (case.platform_ref or errands.unfinished(db, case.id)):
        errands.add(db, case.id, "close", now)
    return True


def _settle(db: Database, case: Return, now: datetime) -> None:
    """Note, once, that units which brought no money by themselves bring none now."""
    if max(_unpaid(db, case).values(), default=0) <= 0:
        return
    why = saying("fees take all, or the goods were free: no money goes back")
    returns.note(db, case, NOTHING_DUE, "retour", why, now)


def _is_finished(db: Database, case: Return, *, must_hear: bool) -> bool:
    """Say whether nobody owes anybody anything: goods and money are where they go.

    `must_hear`: what the shop is yet to hear of the return belongs to it.
    """
    if rejecting.is_open(db, case):
        return False
    ended = (Refund.CONFIRMED, Refund.CANCELLED)
    rows = refunds.of_return(db, case.id)
    if any(row.units and row.state not in ended for row in rows):
        return False
    if must_hear and any(
        errand.verb in ("open", "approve", "dispose")
        and errand.state is not Errand.DONE
        and not (shelving.is_one(errand) and errand.state is Errand.REJECTED)
        for errand in errands.of_return(db, case.id)
    ):
        return False
    left = _unpaid(db, case)
    if max(left.values(), default=0) > 0:
        facts = history.events(db, case.id, NOT_YET)
        left.subtract(brought_nothing((one.event for one in facts), rows))
    return all(
        _is_settled(line, left[line.id])
        for line in case.lines
        if line.decision != Decision.DECLINED
    )


def _unpaid(db: Database, case: Return) -> Counter[int]:
    """Return the units of each line that no confirmed refund has made good."""
    if history.happened(db, case.id, NOTHING_DUE):
        return Counter()
    lost_is_paid = term.pays_for_lost(db, case)
    left = Counter({x.id: owed(x, lost_is_paid=lost_is_paid) for x in case.lines})
    for row in refunds.of_return(db, case.id):
        if row.state is Refund.CONFIRMED:
            left.subtract({int(ref): units for ref, units in row.units.items()})
    return left


def _is_settled(line: ReturnLine, owed: int) -> bool:
    """Say whether a line is decided, its goods are where they go, and nothing owed."""
    if line.decision != Decision.APPROVED or owed > 0:
        return False
    if line.resolution in STAYING:
        return True
    if line.resolution is Resolution.REPAIR and line.handed_back < line.received:
        return False
    return line.received + line.lost + line.elsewhere >= line.approved
