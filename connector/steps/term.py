"""The term of a withdrawal's refund: from when the law lets the merchant wait no more.

Directive 2011/83/EU, article 13(1) and (3); decision 0021. What the policy waits for
holds until then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind
from connector.policy import When
from connector.steps import progress as reading
from connector.steps import wayback
from connector.store import orders, refunds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from connector.law import Clock, Progress
    from connector.model import Order, Return
    from connector.steps.wayback import WayBack
    from connector.store import Database
    from connector.store.refunds import RefundRow

# The money leaves so long before the last day is over: a shop that is down is tried
# again meanwhile. Goods that came on that very day leave their checker some hours.
LEAD = timedelta(hours=24)
SAME_DAY = timedelta(hours=6)
SOONEST = timedelta(days=law.REFUND_DAYS - 2)  # no term ends sooner after the statement


def freed(db: Database, case: Return, now: datetime) -> When | None:
    """Return what is waited for no longer than this; None: the policy alone says."""
    if case.kind is not Kind.WITHDRAWAL or now - reading.told(db, case) < SOONEST:
        return None
    order = orders.get(db, case.shop, case.order_ref)
    rows = refunds.of_return(db, case.id)
    return of(db, case, order, rows, now)


def of(
    db: Database, case: Return, order: Order, rows: Sequence[RefundRow], now: datetime
) -> When | None:
    """Do as `freed` does, of an order as it was just read."""
    if case.kind is not Kind.WITHDRAWAL:
        return None
    given = reading.switches(db, case)
    seen = reading.progress(db, case, order, rows, given)
    return latest(law.clock(seen, given), seen, wayback.of(db, case), now)


def latest(clock: Clock, seen: Progress, back: WayBack, now: datetime) -> When | None:
    """Return what money waits for at most at a moment; pure."""
    if clock.what != "refund" or clock.until is None:
        return None
    if now < leaves_at(clock.until, seen):
        return None
    return at_term(seen, back)


def leaves_at(until: date, seen: Progress) -> datetime:
    """Return when the money leaves at the latest: before the last day is over."""
    lead = SAME_DAY if seen.goods == until else LEAD
    return law.end_of(until, seen.country) - lead


def at_term(seen: Progress, back: WayBack) -> When:
    """Return what is still waited for once the term ends.

    All goods that were approved are paid where a person has seen proof of sending, or
    the shop fetches them. Else what has come, checked or not: the customer's word
    alone moves no money, a person is asked (`connector.steps.clocks`).
    """
    is_sure = back.is_proven and seen.proof is not None
    return When.REQUESTED if is_sure or back.is_fetched else When.RECEIVED


def pays_for_lost(db: Database, case: Return) -> bool:
    """Say whether units that were lost on the way back are the shop's loss.

    § 355(3) sentence 4 BGB, and so everywhere: of a withdrawal, unless a person found
    that there is no proof of sending.
    """
    if case.kind is not Kind.WITHDRAWAL or not any(one.lost for one in case.lines):
        return False
    order = orders.get(db, case.shop, case.order_ref)
    has_right = bool(law.profile(order.customer.country).withdrawal_days)
    return has_right and not wayback.of(db, case).is_refused
