"""Deliveries as they came: stored before they are answered, read later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.saying import heard, kept
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One stored delivery; `copies` counts the duplicates that came after it."""

    id: int
    shop: str
    source: str
    topic: str
    body: bytes
    state: str
    received_at: datetime
    copies: int
    attempts: int
    note: str
    headers: Mapping[str, str]


@atomic
def add(
    db: Database,
    *,
    shop: str,
    source: str,
    topic: str,
    delivery_key: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
) -> bool:
    """Store a delivery once; False when it is here already (then it is counted).

    ON CONFLICT names its constraint: OR IGNORE would also swallow a broken CHECK
    and answer 200 to a delivery that was lost.
    """
    rows = db.query(
        "INSERT INTO inbox"
        " (shop, source, topic, delivery_key, body, headers, received_at, due)"
        " VALUES (:shop, :source, :topic, :key, :body, :headers, :now, :now)"
        " ON CONFLICT (shop, source, delivery_key)"
        " DO UPDATE SET copies = inbox.copies + 1 RETURNING copies",
        shop=shop,
        source=source,
        topic=topic,
        key=delivery_key,
        body=body,
        headers=json.dumps(dict(headers), sort_keys=True),
        now=stamp(now),
    )
    return int(rows[0]["copies"]) == 0


@atomic
def claim(db: Database, now: datetime) -> Delivery | None:
    """Take the next delivery that is due, for the length of a lease."""
    rows = db.query(
        "UPDATE inbox SET due = :until, attempts = attempts + 1"  # noqa: S608 - the engine's words
        " WHERE id = (SELECT id FROM inbox WHERE state = 'new' AND due <= :now"
        f"             ORDER BY due, id LIMIT 1{db.engine.skip_locked}) RETURNING *",
        now=stamp(now),
        until=stamp(now + LEASE),
    )
    return _delivery(rows[0]) if rows else None


@atomic
def settle(
    db: Database,
    delivery_id: int,
    state: str,
    note: str = "",
    *,
    is_forgotten: bool = False,
) -> None:
    """Mark a delivery done, unknown (kept, no meaning to us) or failed.

    `is_forgotten`: its body speaks of somebody who asked not to be kept, or holds
    photos that are kept elsewhere.
    """
    db.execute(
        "UPDATE inbox SET state = :state, note = :note,"
        " body = CASE WHEN :forget = 1 THEN :nothing ELSE body END WHERE id = :id",
        id=delivery_id,
        state=state,
        note=kept(note),
        forget=int(is_forgotten),
        nothing=b"",
    )


@atomic
def later(db: Database, delivery_id: int, due: datetime, note: str) -> None:
    """Put a delivery back, to be read again at `due`."""
    db.execute(
        "UPDATE inbox SET due = :due, note = :note WHERE id = :id",
        id=delivery_id,
        due=stamp(due),
        note=kept(note),
    )


@atomic
def wait(db: Database, delivery_id: int, due: datetime, note: str) -> None:
    """Put a delivery back that could not be tried: the attempt does not count."""
    later(db, delivery_id, due, note)
    db.execute(
        "UPDATE inbox SET attempts = attempts - 1 WHERE id = :id AND attempts > 0",
        id=delivery_id,
    )


def waiting(db: Database, now: datetime | None = None) -> int:
    """Count deliveries not yet understood; with `now`, only those due."""
    limit = stamp(now) if now else "9"
    sql = "SELECT count(*) AS n FROM inbox WHERE state = 'new' AND due <= :due"
    return int(db.query(sql, due=limit)[0]["n"])


def counts(db: Database, shop: str) -> tuple[int, int]:
    """Return (distinct deliveries, duplicates) of a shop."""
    row = db.query(
        "SELECT count(*) AS n, coalesce(sum(copies), 0) AS copies FROM inbox"
        " WHERE shop = :shop",
        shop=shop,
    )[0]
    return int(row["n"]), int(row["copies"])


def get(db: Database, delivery_id: int) -> Delivery:
    """Return one delivery; raises NotFound."""
    rows = db.query("SELECT * FROM inbox WHERE id = :id", id=delivery_id)
    if not rows:
        msg = "there is no such delivery"
        raise NotFound(msg, id=delivery_id)
    return _delivery(rows[0])


def kept_as(db: Database, shop: str, source: str, delivery_key: str) -> Delivery | None:
    """Return the delivery that was kept under a key; None where there is none."""
    rows = db.query(
        "SELECT * FROM inbox WHERE shop = :shop AND source = :source"
        " AND delivery_key = :key",
        shop=shop,
        source=source,
        key=delivery_key,
    )
    return _delivery(rows[0]) if rows else None


def recent(db: Database, shop: str | None = None, limit: int = 50) -> list[Delivery]:
    """List the newest deliveries first."""
    rows = db.query(
        "SELECT * FROM inbox WHERE :shop = '' OR shop = :shop"
        " ORDER BY id DESC LIMIT :limit",
        shop=shop or "",
        limit=limit,
    )
    return [_delivery(row) for row in rows]


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        shop=row["shop"],
        source=row["source"],
        topic=row["topic"],
        body=bytes(row["body"]),
        state=row["state"],
        received_at=moment(row["received_at"]),
        copies=row["copies"],
        attempts=row["attempts"],
        note=heard(row["note"]),
        headers=json.loads(row["headers"]),
    )
