"""Forget by itself what has been kept long enough; books and history stay whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.store import (
    credentials,
    personal,
    photos,
    privacy,
    returns,
    shops,
    statements,
)

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database

DAY = timedelta(days=1)
KEY_LIFE = timedelta(days=90)  # a shop that left may still write for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long each kind is kept; None keeps it for ever."""

    deliveries: timedelta | None = timedelta(days=30)
    people: timedelta | None = timedelta(days=730)
    exports: timedelta | None = timedelta(days=30)
    photos: timedelta | None = timedelta(days=90)  # after a return's end (no. 67)
    statements: timedelta | None = timedelta(days=1095)  # after a return's end (no. 28)


def run(db: Database, terms: Terms, now: datetime) -> int:
    """Forget what is too old; return how much that was.

    Kept in many small commits: it may be killed anywhere, and goes on next night.
    """
    done = _deliveries(db, terms, now) + _people(db, terms, now)
    done += _statements(db, terms, now)
    done += photos.forget_waiting(db, now - DAY)
    if terms.photos is not None:
        done += photos.forget_ended(db, now - terms.photos)
    if terms.exports is not None:
        done += privacy.forget_exports(db, before=now - terms.exports)
    for row in shops.ever(db):
        if row.removed_at is not None and row.removed_at < now - KEY_LIFE:
            done += credentials.erase(db, row.name)
    if done or privacy.done_since(db, now - DAY):
        db.engine.tidy()
    return done


def _deliveries(db: Database, terms: Terms, now: datetime) -> int:
    if terms.deliveries is None:
        return 0
    done = 0
    while old := personal.old_bodies(db, now - terms.deliveries):
        done += personal.forget_bodies(db, old)
    return done


def _people(db: Database, terms: Terms, now: datetime) -> int:
    """Take the customer out of orders at rest; a new event brings him back for it."""
    if terms.people is None:
        return 0
    done, last = 0, ("", "")
    while old := personal.old_orders(db, now - terms.people, last):
        for shop, ref in old:
            if not personal.holds(db, shop, ref):
                done += bool(
                    personal.erase_order(db, shop, ref, now, is_for_good=False)
                )
        last = old[-1]
    return done


def _statements(db: Database, terms: Terms, now: datetime) -> int:
    """Take the customer out of withdrawals whose return ended so long ago.

    They prove what was declared when, to both sides, while a claim may be made. A
    receipt that no server ever took ends with them.
    """
    if terms.statements is None:
        return 0
    done, last, before = 0, "", now - terms.statements
    while old := statements.old(db, before, last):
        for one in old:
            is_asked = statements.is_needed(db, one.shop, one.id, is_late=True)
            if not is_asked and _ended_before(db, one.return_id, before):
                done += bool(statements.erase(db, [one.id], now))
        last = old[-1].id
    return done


def _ended_before(db: Database, return_id: str | None, before: datetime) -> bool:
    """Say whether a return was over by then; a statement without one is."""
    if return_id is None:
        return True
    case = returns.get(db, return_id)
    ended = case.closed_at or case.cancelled_at or case.opened_at
    return case.status in personal.ENDED and ended < before
