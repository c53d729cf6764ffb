"""The clock of what was withdrawn and is in no return: nobody else would watch it.

A statement counts from the day it came, whether its order is known or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind
from connector.steps import progress
from connector.steps.statements import ABOUT, MATCH, REST
from connector.store import desk, orders, statements

if TYPE_CHECKING:
    from datetime import datetime

    from connector.law import Clock
    from connector.model import Order
    from connector.store import Database
    from connector.store.statements import Statement

SOON, OVERDUE = "term_is_near", "overdue"
NOTICE_DAYS = 5  # before the last day; ours, no law's


def run(db: Database, shop: str, now: datetime) -> int:
    """Lay before a person which statements are near their term; return how many."""
    waiting = {
        one.about_id
        for one in desk.open_matters(db, shop)
        if one.about == ABOUT and one.code in (MATCH, REST)
    }
    return sum(_watch(db, statements.get(db, one), now) for one in sorted(waiting))


def clock(db: Database, kept: Statement) -> tuple[Clock, str]:
    """Return the clock of a statement, and the country by which it runs.

    As of goods that were never sent: what was, is held in a return. An order that is
    not known has the directive's days.
    """
    order = _order(db, kept)
    country = order.customer.country if order else ""
    never = law.Progress(
        country=country,
        kind=Kind.WITHDRAWAL,
        told=law.local_day(kept.moments.received, country),
        never_sent=True,
    )
    given = progress.switches_of(db, kept.shop, order.ref) if order else law.DEFAULTS
    return law.clock(never, given), country


def _order(db: Database, kept: Statement) -> Order | None:
    if kept.order_ref:
        return orders.get(db, kept.shop, kept.order_ref)
    return orders.find(db, kept.shop, kept.said.contract)


def _watch(db: Database, kept: Statement, now: datetime) -> bool:
    found, country = clock(db, kept)
    if found.until is None:
        return False
    today = law.local_day(now, country)
    left = (found.until - today).days
    if left > NOTICE_DAYS:
        return False
    code = OVERDUE if left < 0 else SOON
    if code == OVERDUE:
        desk.settle(db, ABOUT, kept.id, SOON, "retour", now)
    is_late = "had" if left < 0 else "has"
    desk.put(
        db,
        shop=kept.shop,
        about=ABOUT,
        about_id=kept.id,
        code=code,
        why=f"the money of a withdrawal that is in no return {is_late} to go by"
        f" {found.until:%Y-%m-%d} ({found.article}): open its return, or refund what"
        " was not sent",
        now=now,
    )
    return True
