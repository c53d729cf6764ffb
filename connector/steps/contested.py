"""Claims of the law that somebody declined: their clock runs on, and they may hold.

Whether a refusal is right is for no rule to say. So a person looks once more before
the day on which the claim would have to be made good: ours, no law's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind
from connector.policy import LAW_BOUND
from connector.saying import coded, saying
from connector.states import Decision
from connector.steps import progress, rights
from connector.store import declined, orders, returns, statements

if TYPE_CHECKING:
    from datetime import datetime

    from connector.law import Clock
    from connector.model import Order, Return, ReturnLine
    from connector.store import Database

CODE = "declined_claim"
BACK = timedelta(days=120)  # no day is more than 30 after a claim; the rest is for us


def cases(db: Database, shop: str, now: datetime) -> list[str]:
    """List the returns of a shop whose declined claims may have to be looked at."""
    return declined.since(db, shop, LAW_BOUND, now - BACK)


def why(db: Database, case: Return, now: datetime, notice_days: int) -> str:
    """Say what to look at again, `notice_days` before its last day; "" for nothing.

    The sentence stays the same from then on: who settles it has answered it.
    """
    lines = [one for one in case.lines if one.decision == Decision.DECLINED]
    if case.kind not in LAW_BOUND or case.cancelled_at or not lines:
        return ""
    order = orders.get(db, case.shop, case.order_ref)
    clock = _clock(db, case, order)
    today = law.local_day(now, order.customer.country)
    if clock.until is None or (clock.until - today).days > notice_days:
        return ""
    if not _holds(db, case, order) or all(
        _is_paid(order, one) or _is_anew(db, case, one) for one in lines
    ):
        return ""
    return saying(
        "what was declined of return %(number)s is a claim that the law grants: where"
        " it holds, its %(what)s is due by %(until)s (%(article)s). Look at it once"
        " more: open another return for it, or settle this if you stand by your reason",
        number=case.number,
        what=_due(clock.what),
        until=clock.until,
        article=clock.article,
    )


def _due(what: str) -> str:
    return coded(what) if what == "refund" else saying("repair or replacement")


def _clock(db: Database, case: Return, order: Order) -> Clock:
    """Return the clock as of goods that nobody waits for: who was refused sends none.

    Where no law grants a withdrawal none runs.
    """
    country = order.customer.country
    has_right = bool(law.profile(country).withdrawal_days)
    is_granted = has_right or case.kind is not Kind.WITHDRAWAL
    asked = law.Progress(
        country=country,
        kind=case.kind if is_granted else Kind.COURTESY,
        told=law.local_day(progress.told(db, case), country),
        never_sent=True,
    )
    return law.clock(asked, progress.switches(db, case))


def _holds(db: Database, case: Return, order: Order) -> bool:
    """Say whether the claim came in time, by the longest reading of the law."""
    kept = statements.of_return(db, case.id)
    at = kept.moments.sent if kept else case.opened_at
    found = rights.of(db, case, order, at)
    in_time = [one.right.is_open(at) for one in found.withdrawing]
    return any([*in_time, *(one.is_open for one in found.faulty)])


def _is_paid(order: Order, line: ReturnLine) -> bool:
    """Say whether the shop gave the money of all units of a line back meanwhile."""
    sold = order.line(line.line_ref)
    return sold is not None and sold.refunded_units >= sold.quantity


def _is_anew(db: Database, case: Return, line: ReturnLine) -> bool:
    """Say whether a later return holds as many units of what was declined."""
    anew = sum(
        one.asked
        for other in returns.of_order(db, case.shop, case.order_ref)
        if other.id != case.id
        and other.opened_at >= case.opened_at
        and not other.cancelled_at
        for one in other.lines
        if one.line_ref == line.line_ref and one.decision != Decision.DECLINED
    )
    return anew >= line.asked
