"""Requests for privacy: what was asked, by when, and what was done; ids only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.store.database import Database, Row

TERM = timedelta(days=30)  # GDPR article 12(3): one month; Shopify says 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `orders` is None until they were looked for."""

    id: int
    shop: str
    kind: str
    asked_by: str
    delivery_id: int | None
    customer: str
    orders: tuple[str, ...] | None
    statements: tuple[str, ...]
    state: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    erased: Mapping[str, int]
    has_export: bool


@atomic
def ask(
    db: Database,
    *,
    shop: str,
    kind: str,
    asked_by: str,
    request_key: str,
    now: datetime,
    customer: str = "",
    delivery_id: int | None = None,
    orders: Sequence[str] | None = None,
    statements: Sequence[str] = (),
) -> Request:
    """Write a request down; the same key is one request, however often it comes."""
    db.execute(
        "INSERT INTO privacy (shop, kind, asked_by, request_key, delivery_id,"
        " customer, orders, statements, asked_at, due_at) VALUES (:shop, :kind,"
        " :asked_by, :key, :delivery, :customer, :orders, :statements, :now, :due)"
        " ON CONFLICT (shop, request_key) DO NOTHING",
        shop=shop,
        kind=kind,
        asked_by=asked_by,
        key=request_key,
        delivery=delivery_id,
        customer=customer,
        orders=None if orders is None else json.dumps(sorted(orders)),
        statements=json.dumps(sorted(statements)),
        now=stamp(now),
        due=stamp(now + TERM),
    )
    rows = db.query(
        "SELECT * FROM privacy WHERE shop = :shop AND request_key = :key",
        shop=shop,
        key=request_key,
    )
    return _request(rows[0])


@atomic
def found(
    db: Database, request_id: int, orders: Sequence[str], statements: Sequence[str]
) -> None:
    """Remember which orders and statements a request is about."""
    db.execute(
        "UPDATE privacy SET orders = :orders, statements = :statements WHERE id = :id",
        orders=json.dumps(sorted(orders)),
        statements=json.dumps(sorted(statements)),
        id=request_id,
    )


@atomic
def count(db: Database, request_id: int, erased: Mapping[str, int]) -> None:
    """Add to what was erased for a request."""
    known = dict(get(db, request_id).erased)
    for name, number in erased.items():
        known[name] = known.get(name, 0) + number
    db.execute(
        "UPDATE privacy SET erased = :erased WHERE id = :id",
        erased=json.dumps(known, sort_keys=True),
        id=request_id,
    )


@atomic
def move(db: Database, request_id: int, state: str, now: datetime) -> None:
    """Say that a request waits for something, or that it is done."""
    db.execute(
        "UPDATE privacy SET state = :state,"
        " done_at = CASE WHEN :state = 'done' THEN :now ELSE done_at END"
        " WHERE id = :id",
        state=state,
        now=stamp(now),
        id=request_id,
    )


@atomic
def keep_export(db: Database, request_id: int, text: str, now: datetime) -> None:
    """Keep what is held on a person for the merchant to fetch; that ends a request."""
    db.execute(
        "UPDATE privacy SET export = :text WHERE id = :id", text=text, id=request_id
    )
    move(db, request_id, "done", now)


@atomic
def forget_exports(
    db: Database, *, before: datetime | None = None, ids: Sequence[int] = ()
) -> int:
    """Forget exports made before a moment, or these; return how many."""
    done = 0
    if before is not None:
        done += db.execute(
            "UPDATE privacy SET export = NULL"
            " WHERE export IS NOT NULL AND done_at < :before",
            before=stamp(before),
        )
    for one in ids:
        done += db.execute(
            "UPDATE privacy SET export = NULL WHERE export IS NOT NULL AND id = :id",
            id=one,
        )
    return done


def get(db: Database, request_id: int) -> Request:
    """Return one request; raises NotFound."""
    rows = db.query("SELECT * FROM privacy WHERE id = :id", id=request_id)
    if not rows:
        msg = "there is no such request"
        raise NotFound(msg, id=request_id)
    return _request(rows[0])


def export(db: Database, request_id: int) -> str:
    """Return the export of a request; raises NotFound once it was forgotten."""
    rows = db.query("SELECT export FROM privacy WHERE id = :id", id=request_id)
    if not rows or rows[0]["export"] is None:
        msg = "there is no such export, or not any more"
        raise NotFound(msg, id=request_id)
    return str(rows[0]["export"])


def unfinished(db: Database) -> list[Request]:
    """List what is still to be done, oldest first."""
    rows = db.query("SELECT * FROM privacy WHERE state <> 'done' ORDER BY id")
    return [_request(row) for row in rows]


def recent(db: Database, limit: int = 200, *, shop: str | None = None) -> list[Request]:
    """List the newest requests first; of one shop, or of all."""
    where, named = ("", {}) if shop is None else ("WHERE shop = :shop", {"shop": shop})
    rows = db.query(
        f"SELECT * FROM privacy {where} ORDER BY id DESC LIMIT :limit",  # noqa: S608 - `where` is written above
        limit=limit,
        **named,
    )
    return [_request(row) for row in rows]


def exports_of(
    db: Database, shop: str, customer: str, orders: Sequence[str]
) -> list[int]:
    """List the requests whose kept export speaks of this customer or these orders."""
    rows = db.query(
        "SELECT * FROM privacy WHERE shop = :shop AND export IS NOT NULL", shop=shop
    )
    known = [_request(row) for row in rows]
    return [
        one.id
        for one in known
        if (customer and one.customer == customer)
        or set(one.orders or ()) & set(orders)
    ]


def done_since(db: Database, since: datetime) -> bool:
    """Say whether something was erased since a moment."""
    rows = db.query(
        "SELECT count(*) AS n FROM privacy"
        " WHERE kind <> 'data_request' AND erased <> '{}'"
        " AND coalesce(done_at, :since) >= :since",
        since=stamp(since),
    )
    return bool(rows[0]["n"])


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        shop=row["shop"],
        kind=row["kind"],
        asked_by=row["asked_by"],
        delivery_id=row["delivery_id"],
        customer=row["customer"],
        orders=None if row["orders"] is None else tuple(json.loads(row["orders"])),
        statements=tuple(json.loads(row["statements"])),
        state=row["state"],
        asked_at=moment(row["asked_at"]),
        due_at=moment(row["due_at"]),
        done_at=moment(row["done_at"]) if row["done_at"] else None,
        erased=json.loads(row["erased"]),
        has_export=row["export"] is not None,
    )
