"""End approved returns whose goods never came, after the days that the policy says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector import policy
from connector.errors import PolicyError, Refused
from connector.saying import joined, saying
from connector.states import Refund
from connector.steps.cancel import cancel
from connector.store import atomic, desk, history, refunds, returns, shops

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.platform import Shop
    from connector.store import Database

ACTOR = "policy"
EXPIRED = "expired"


def run(db: Database, shop: Shop, now: datetime) -> int:
    """End what waited too long in a shop; return how many were ended or laid out.

    A withdrawal, and any claim that the law grants, only goes to a person: nobody
    loses his right by being slow with the parcel.
    """
    return sum(
        _one(db, shop, ref, now)
        for ref in returns.live(db, shop.name)
        if _days_over(db, returns.get(db, ref), now) is not None
    )


def _days_over(db: Database, case: Return, now: datetime) -> int | None:
    """Return the policy's days where they are over and nothing came; else None."""
    if case.status != "awaited" or not case.policy_hash:
        return None
    if any(line.received or line.lost or line.elsewhere for line in case.lines):
        return None
    try:
        rules = policy.stored(shops.policy_text(db, case.policy_hash))
    except PolicyError:
        return None  # a version of long ago; it waits on
    days = rules.expiry_days
    if days is None or now < _approved_at(db, case) + timedelta(days=days):
        return None
    return days


def _approved_at(db: Database, case: Return) -> datetime:
    """Return when the last line was approved, else when the return was opened."""
    at = [
        event.at
        for event in history.timeline(db, case.id)
        if event.event == "approve" and event.about == "line"
    ]
    return max(at, default=case.opened_at)


@atomic
def _one(db: Database, shop: Shop, return_id: str, now: datetime) -> bool:
    """End one return, or lay it before a person; once."""
    case = returns.get(db, return_id)
    days = _days_over(db, case, now)
    if days is None or history.happened(db, case.id, EXPIRED):
        return False
    why = saying("nothing came back in %(days)s days", days=days)
    is_right = case.kind in policy.LAW_BOUND
    if is_right or _is_promised(db, case):
        return _lay(db, case, why, now)
    try:
        cancel(db, shop, case.id, actor=ACTOR, now=now, why=why)
    except Refused as error:
        return _lay(db, case, joined("; ", [why, error.args[0]]), now)
    return True


def _is_promised(db: Database, case: Return) -> bool:
    """Say whether money or goods were promised before anything came back."""
    rows = refunds.of_return(db, case.id)
    return any(row.state is not Refund.CANCELLED for row in rows)


def _lay(db: Database, case: Return, why: str, now: datetime) -> bool:
    returns.note(db, case, EXPIRED, ACTOR, why, now)
    desk.put_return(db, case, EXPIRED, why, now)
    return True
