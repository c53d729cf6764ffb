"""News for a shop's staff: gathered from the history and the desk, told one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.database import Database, Row

LEASE = timedelta(minutes=10)  # longer than all the calls of one telling
# Transactions take their ids before they commit: so many may appear late.
LATE = 500

# (about, event) of the history -> what is told.
NEWS: Mapping[tuple[str, str], str] = {
    ("return", "open"): "opened",
    ("line", "approve"): "approved",
    ("line", "decline"): "declined",
    ("line", "receive_some"): "received",
    ("line", "receive_all"): "received",
    ("refund", "submit"): "sent",
    ("refund", "pend"): "sent",
    ("refund", "find_pending"): "sent",
    ("refund", "confirm"): "confirmed",
    ("refund", "find"): "confirmed",
    ("refund", "fail"): "failed",
    ("refund", "reject"): "failed",
    ("refund", "reverse"): "reversed",
    ("return", "close"): "closed",
    ("return", "cancel"): "cancelled",
}
PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One piece of news; `subject` is the id of a return or of a refund."""

    id: int
    shop: str
    return_id: str
    subject: str
    code: str
    at: datetime
    attempts: int


def gather(db: Database, shop: str, now: datetime, *, is_wanted: bool) -> None:
    """Plan to tell what happened since the last time; not wanted is forgotten.

    Reads without the write lock first: mostly nothing happened.
    """
    newest = int(db.query("SELECT coalesce(max(id), 0) AS id FROM history")[0]["id"])
    upto, _ = _mark(db, shop)
    if upto != newest or (is_wanted and _matters(db, shop)):
        _gather(db, shop, newest, now, is_wanted=is_wanted)


@atomic
def _gather(
    db: Database, shop: str, newest: int, now: datetime, *, is_wanted: bool
) -> None:
    upto, since = _mark(db, shop)
    if is_wanted:
        for row in _happened(db, shop, upto - LATE, since):
            code = NEWS.get((row["about"], row["event"]))
            if code:
                is_refund = row["about"] == "refund"
                subject = row["about_id"] if is_refund else row["return_id"]
                _plan(db, shop, row["return_id"], subject, code, row["at"], now)
        for row in _matters(db, shop):
            subject, at = row["about_id"], row["opened_at"]
            _plan(db, shop, row["return_id"], subject, PERSON, at, now)
    db.execute(
        "INSERT INTO tell_marks (shop, history_id, since) VALUES (:shop, :id, :since)"
        " ON CONFLICT (shop) DO UPDATE SET history_id = :id, since = :since",
        shop=shop,
        id=newest,
        since=since if is_wanted else stamp(now),
    )


def _mark(db: Database, shop: str) -> tuple[int, str]:
    rows = db.query("SELECT * FROM tell_marks WHERE shop = :shop", shop=shop)
    return (rows[0]["history_id"], rows[0]["since"]) if rows else (0, "")


def _happened(db: Database, shop: str, after: int, since: str) -> list[Row]:
    return db.query(
        "SELECT about, about_id, return_id, event, at FROM history"
        " WHERE id > :after AND shop = :shop AND return_id IS NOT NULL"
        " AND at > :since ORDER BY id",
        after=after,
        shop=shop,
        since=since,
    )


def _matters(db: Database, shop: str) -> list[Row]:
    """List open matters about our returns and their refunds that nobody was told of."""
    return db.query(
        "SELECT d.about_id, d.opened_at, coalesce(r.id, f.return_id) AS return_id"
        " FROM desk d"
        " LEFT JOIN returns r ON d.about = 'return' AND r.id = d.about_id"
        " LEFT JOIN refunds f ON d.about = 'refund' AND f.id = d.about_id"
        " WHERE d.shop = :shop AND d.closed_at IS NULL"
        " AND coalesce(r.id, f.return_id) IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM tellings t WHERE t.subject = d.about_id"
        " AND t.code = 'person' AND t.at = d.opened_at) ORDER BY d.id",
        shop=shop,
    )


def _plan(
    db: Database,
    shop: str,
    return_id: str,
    subject: str,
    code: str,
    at: str,
    now: datetime,
) -> None:
    """Plan it once: lines that fare alike at one moment are one piece of news."""
    db.execute(
        "INSERT INTO tellings (shop, return_id, subject, code, at, due)"
        " VALUES (:shop, :return_id, :subject, :code, :at, :due)"
        " ON CONFLICT (subject, code, at) DO NOTHING",
        shop=shop,
        return_id=return_id,
        subject=subject,
        code=code,
        at=at,
        due=stamp(now),
    )


@atomic
def claim(db: Database, shop: str, now: datetime) -> Telling | None:
    """Take the next that is due, for a lease; what a return lived through in order."""
    rows = db.query(
        "UPDATE tellings SET due = :until, attempts = attempts + 1"  # noqa: S608 - the engine's words
        " WHERE id = (SELECT t.id FROM tellings t WHERE t.shop = :shop"
        "  AND t.state = 'planned' AND t.due <= :now"
        "  AND NOT EXISTS (SELECT 1 FROM tellings e WHERE e.return_id = t.return_id"
        "   AND e.state = 'planned' AND e.id < t.id)"
        f" ORDER BY t.id LIMIT 1{db.engine.skip_locked}) RETURNING *",
        shop=shop,
        now=stamp(now),
        until=stamp(now + LEASE),
    )
    return _telling(rows[0]) if rows else None


@atomic
def settle(db: Database, telling_id: int, state: str, why: str = "") -> None:
    """End it: told, stale (no longer so) or given_up."""
    db.execute(
        "UPDATE tellings SET state = :state, why = :why WHERE id = :id",
        id=telling_id,
        state=state,
        why=why,
    )


@atomic
def later(db: Database, telling_id: int, due: datetime, why: str) -> None:
    """Put it off."""
    db.execute(
        "UPDATE tellings SET due = :due, why = :why"
        " WHERE id = :id AND state = 'planned'",
        id=telling_id,
        due=stamp(due),
        why=why,
    )


def was_told(db: Database, subject: str, code: str) -> bool:
    """Say whether such news of this return or refund was told before."""
    rows = db.query(
        "SELECT count(*) AS n FROM tellings WHERE subject = :subject"
        " AND code = :code AND state = 'told'",
        subject=subject,
        code=code,
    )
    return bool(rows[0]["n"])


def states(db: Database, return_id: str) -> list[tuple[str, str]]:
    """List (code, state) of all news of a return, in the order of what happened."""
    rows = db.query(
        "SELECT code, state FROM tellings WHERE return_id = :id ORDER BY id",
        id=return_id,
    )
    return [(row["code"], row["state"]) for row in rows]


def _telling(row: Row) -> Telling:
    return Telling(
        id=row["id"],
        shop=row["shop"],
        return_id=row["return_id"],
        subject=row["subject"],
        code=row["code"],
        at=moment(row["at"]),
        attempts=row["attempts"],
    )
