"""Letters to customers: written with what they confirm, sent one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

LEASE = timedelta(minutes=10)  # longer than a mail server may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter; `id` names it for ever, so that a second copy is known as one."""

    id: str
    shop: str
    statement_id: str  # "" for a paper of handed goods
    return_id: str  # whose goods it is about; "" for a receipt of a withdrawal
    language: str
    recipient: str
    subject: str
    body: str
    state: str
    attempts: int
    why: str
    made_at: datetime
    sent_at: datetime | None


@atomic
def write(
    db: Database,
    *,
    letter_id: str,
    shop: str,
    statement_id: str = "",
    return_id: str = "",
    language: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
) -> None:
    """Plan to send a letter about a statement, or about goods of a return."""
    db.execute(
        "INSERT INTO letters (id, shop, statement_id, return_id, language, recipient,"
        " subject, body, due, made_at) VALUES (:id, :shop, nullif(:statement, ''),"
        " nullif(:return_id, ''), :language, :recipient, :subject, :body, :now, :now)",
        id=letter_id,
        shop=shop,
        statement=statement_id,
        return_id=return_id,
        language=language,
        recipient=recipient,
        subject=subject,
        body=body,
        now=stamp(now),
    )


@atomic
def claim(db: Database, shop: str, now: datetime) -> Letter | None:
    """Take the next that is due, for a lease."""
    rows = db.query(
        "UPDATE letters SET due = :until, attempts = attempts + 1"  # noqa: S608 - the engine's words
        " WHERE id = (SELECT l.id FROM letters l WHERE l.shop = :shop"
        "  AND l.state = 'planned' AND l.due <= :now"
        f"  ORDER BY l.due, l.id LIMIT 1{db.engine.skip_locked}) RETURNING *",
        shop=shop,
        now=stamp(now),
        until=stamp(now + LEASE),
    )
    return _letter(rows[0]) if rows else None


@atomic
def sent(db: Database, letter_id: str, now: datetime) -> None:
    """Note that a mail server took it."""
    db.execute(
        "UPDATE letters SET state = 'sent', sent_at = :now, why = '' WHERE id = :id",
        id=letter_id,
        now=stamp(now),
    )


@atomic
def later(db: Database, letter_id: str, due: datetime, why: str) -> None:
    """Put it off."""
    db.execute(
        "UPDATE letters SET due = :due, why = :why"
        " WHERE id = :id AND state = 'planned'",
        id=letter_id,
        due=stamp(due),
        why=why,
    )


@atomic
def give_up(db: Database, letter_id: str, why: str) -> None:
    """Send it no more; a person knows."""
    db.execute(
        "UPDATE letters SET state = 'given_up', why = :why WHERE id = :id",
        id=letter_id,
        why=why,
    )


@atomic
def again(db: Database, letter_id: str, now: datetime) -> None:
    """Send one that was given up once more, now."""
    db.execute(
        "UPDATE letters SET state = 'planned', due = :now, attempts = 0"
        " WHERE id = :id AND state = 'given_up' AND recipient <> ''",
        id=letter_id,
        now=stamp(now),
    )


def waiting(db: Database, shop: str) -> int:
    """Count what is still to be sent."""
    rows = db.query(
        "SELECT count(*) AS n FROM letters WHERE shop = :shop AND state = 'planned'",
        shop=shop,
    )
    return int(rows[0]["n"])


def of_statement(db: Database, statement_id: str) -> list[Letter]:
    """List the letters about a statement, oldest first."""
    rows = db.query(
        "SELECT * FROM letters WHERE statement_id = :id ORDER BY made_at, id",
        id=statement_id,
    )
    return [_letter(row) for row in rows]


def of_return(db: Database, return_id: str) -> list[Letter]:
    """List the papers of goods of a return, oldest first."""
    rows = db.query(
        "SELECT * FROM letters WHERE return_id = :id ORDER BY made_at, id",
        id=return_id,
    )
    return [_letter(row) for row in rows]


@atomic
def forget(db: Database, return_id: str) -> int:
    """Empty the papers of a return; one that was not sent is not sent any more."""
    return db.execute(
        "UPDATE letters SET recipient = '', subject = '', body = '', state = CASE"
        " state WHEN 'planned' THEN 'given_up' ELSE state END"
        " WHERE return_id = :id AND recipient <> ''",
        id=return_id,
    )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        shop=row["shop"],
        statement_id=row["statement_id"] or "",
        return_id=row["return_id"] or "",
        language=row["language"],
        recipient=row["recipient"],
        subject=row["subject"],
        body=row["body"],
        state=row["state"],
        attempts=row["attempts"],
        why=row["why"],
        made_at=moment(row["made_at"]),
        sent_at=moment(row["sent_at"]) if row["sent_at"] else None,
    )
