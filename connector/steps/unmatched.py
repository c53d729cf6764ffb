"""The clock of what was withdrawn and is in no return: nobody else would watch it.

A statement counts from the day it came, whether its order is known or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind
from connector.saying import N_, saying
from connector.steps import progress
from connector.steps.statements import ABOUT, MATCH, REST
from connector.store import desk, orders, statements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.law import Clock
    from connector.model import Order
    from connector.store import Database
    from connector.store.statements import Statement

SOON, OVERDUE = "term_is_near", "overdue"
WORDS: Mapping[str, str] = {
    SOON: N_(
        "the money of a withdrawal that is in no return has to go by %(until)s"
        " (%(article)s): open its return, or refund what was not sent"
    ),
    OVERDUE: N_(
        "the money of a withdrawal that is in no return had to go by %(until)s"
        " (%(article)s): open its return, or refund what was not sent"
    ),
}
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
    desk.put(
        db,
        shop=kept.shop,
        about=ABOUT,
        about_id=kept.id,
        code=code,
        why=saying(
            WORDS[code],
            until=found.until,
            article=found.article,
        ),
        now=now,
    )
    return True
