"""Goods of a claim that are rejected; of a withdrawal the law knows but a grade.

Articles 13 and 14(2) of directive 2011/83/EU: all that was paid goes back, less what
handling has cost. So nobody rejects without a reason, nor where nothing may be kept at
all, and what was rejected stays open until a person has said what becomes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.errors import BadRequest
from connector.model import Kind
from connector.policy import LAW_BOUND
from connector.saying import saying
from connector.store import desk, notices, orders, statements

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database

ABOUT, REJECTED = "return", "rejected_units"


def check(db: Database, case: Return, why: str) -> None:
    """Refuse to reject units of a claim that the law grants; raises BadRequest.

    Without a reason, which the customer reads; and of a withdrawal where he was not
    told of his right: then nothing may be kept (article 14(2), § 357a(1) BGB).
    """
    if case.kind in LAW_BOUND and not why.strip():
        msg = saying("say why the goods are rejected: the customer reads your reason")
        raise BadRequest(msg, number=case.number)
    if case.kind is not Kind.WITHDRAWAL:
        return
    order = orders.get(db, case.shop, case.order_ref)
    is_told = notices.was_told(db, case.shop, order.placed_at)
    if not law.loss_allowed(case.kind, 1, is_told=is_told):
        msg = saying(
            "nothing may be kept: the customer was not told of his right in time"
        )
        raise BadRequest(msg, number=case.number)


def ask(db: Database, case: Return, units: int, why: str, now: datetime) -> None:
    """Lay rejected units of a withdrawal before a person, with the last day to pay."""
    if case.kind is not Kind.WITHDRAWAL:
        return
    desk.put(
        db,
        shop=case.shop,
        about=ABOUT,
        about_id=case.id,
        code=REJECTED,
        why=saying(
            "%(units)s units of return %(number)s were rejected (%(why)s), and nothing"
            " is paid for them. Of a withdrawal no more than the value that they lost"
            " may be kept%(until)s: refund the rest in the shop, or settle this if"
            " nothing is owed",
            units=units,
            number=case.number,
            why=why.strip(),
            until=_until(db, case, now),
        ),
        now=now,
    )


def is_open(db: Database, case: Return) -> bool:
    """Say whether nobody has yet said what becomes of rejected units."""
    is_meant = case.kind is Kind.WITHDRAWAL and any(x.rejected for x in case.lines)
    return is_meant and desk.is_open(db, ABOUT, case.id, REJECTED)


def _until(db: Database, case: Return, now: datetime) -> str:
    country = orders.get(db, case.shop, case.order_ref).customer.country
    kept = statements.of_return(db, case.id)
    told = kept.moments.received if kept else case.opened_at
    due = law.refund_due(
        country, law.local_day(told, country), goods=law.local_day(now, country)
    )
    return saying(", and the money has to go by %(day)s", day=due) if due else ""
