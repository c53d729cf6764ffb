"""Withdrawals as they were declared: kept as sent, and which order each is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.store.database import atomic, moment, stamp
from connector.withdrawal import Moments, Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.store.database import Database, Row

BATCH = 200
COLUMNS = (
    "s.*, (SELECT m.order_ref FROM statement_matches m WHERE m.statement_id = s.id"
    " ORDER BY m.id DESC LIMIT 1) AS order_ref,"
    " (SELECT m.return_id FROM statement_matches m WHERE m.statement_id = s.id"
    " ORDER BY m.id DESC LIMIT 1) AS return_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; `order_ref` and `return_id` are None until it was matched."""

    id: str
    shop: str
    channel: str
    language: str
    said: Said
    digest: str
    moments: Moments
    entered_by: str
    entered_at: datetime
    erased_at: datetime | None
    order_ref: str | None
    return_id: str | None


@atomic
def add(
    db: Database,
    *,
    statement_id: str,
    shop: str,
    sent_key: str,
    channel: str,
    language: str,
    said: Said,
    moments: Moments,
    actor: str,
    now: datetime,
) -> bool:
    """Keep a statement; False when the same was sent before under this key."""
    return bool(
        db.execute(
            "INSERT INTO statements (id, shop, sent_key, channel, language, name,"
            " contract, reach, part, words, digest, sent_at, received_at, entered_by,"
            " entered_at) VALUES (:id, :shop, :key, :channel, :language, :name,"
            " :contract, :reach, :part, :words, :digest, :sent, :received, :actor,"
            " :now) ON CONFLICT (shop, sent_key) DO NOTHING",
            id=statement_id,
            shop=shop,
            key=sent_key,
            channel=channel,
            language=language,
            name=said.name,
            contract=said.contract,
            reach=said.reach,
            part=said.part,
            words=said.words,
            digest=said.digest(),
            sent=stamp(moments.sent),
            received=stamp(moments.received),
            actor=actor,
            now=stamp(now),
        )
    )


@atomic
def match(
    db: Database,
    statement_id: str,
    *,
    order_ref: str,
    return_id: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Remember which order a statement is about, and the return made of it."""
    db.execute(
        "INSERT INTO statement_matches (statement_id, order_ref, return_id, actor, at)"
        " VALUES (:id, :ref, CAST(:return_id AS TEXT), :actor, :now)",
        id=statement_id,
        ref=order_ref,
        return_id=return_id,
        actor=actor,
        now=stamp(now),
    )


def get(db: Database, statement_id: str) -> Statement:
    """Return one statement; raises NotFound."""
    found = _some(db, "s.id = :id", id=statement_id)
    if not found:
        msg = "there is no such statement"
        raise NotFound(msg, id=statement_id)
    return found[0]


def by_key(db: Database, shop: str, sent_key: str) -> Statement | None:
    """Return the statement that was sent under a key."""
    found = _some(db, "s.shop = :shop AND s.sent_key = :key", shop=shop, key=sent_key)
    return found[0] if found else None


def of_return(db: Database, return_id: str) -> Statement | None:
    """Return the statement that a return was made of."""
    where = (
        "s.id IN (SELECT m.statement_id FROM statement_matches m"
        " WHERE m.return_id = :id)"
    )
    found = _some(db, where, id=return_id)
    return found[0] if found else None


def recent(db: Database, shop: str | None = None, limit: int = 200) -> list[Statement]:
    """List the newest first; of one shop, or of all."""
    where = "(:shop = '' OR s.shop = :shop)"
    return _some(db, where, limit, "s.received_at DESC", shop=shop or "")


def unread(db: Database, shop: str) -> list[Statement]:
    """List those that nobody looked at: no order found, no person asked."""
    where = (
        "s.shop = :shop AND s.erased_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM statement_matches m"
        "  WHERE m.statement_id = s.id)"
        " AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.shop = s.shop"
        "  AND d.about = 'statement' AND d.about_id = s.id AND d.code = 'match')"
    )
    return _some(db, where, BATCH, shop=shop)


def of_person(
    db: Database, shop: str, emails: Sequence[str], order_refs: Sequence[str] = ()
) -> list[Statement]:
    """List statements that give one of these addresses, or are about these orders."""
    known = {one.strip().lower() for one in emails if one.strip()}
    wanted = set(order_refs)
    return [
        one
        for one in of_shop(db, shop)
        if one.said.reach.lower() in known or one.order_ref in wanted
    ]


def of_shop(db: Database, shop: str) -> list[Statement]:
    """List all of a shop that still name somebody."""
    return _some(db, "s.shop = :shop AND s.erased_at IS NULL", None, shop=shop)


def old(db: Database, before: datetime, after: str = "") -> list[Statement]:
    """List some that arrived before a moment and still name somebody, by id."""
    where = "s.received_at < :before AND s.erased_at IS NULL AND s.id > :after"
    return _some(db, where, BATCH, "s.id", before=stamp(before), after=after)


def is_needed(
    db: Database, shop: str, statement_id: str, *, is_late: bool = False
) -> bool:
    """Say whether somebody must still know who made a statement.

    `is_late`: a receipt that was not sent by now is no reason any more.
    """
    rows = db.query(
        "SELECT 1 AS one FROM statements s WHERE s.id = :id AND s.shop = :shop AND ("
        " EXISTS (SELECT 1 FROM desk d WHERE d.about IN ('statement', 'receipt')"
        "  AND d.about_id = s.id AND d.closed_at IS NULL)"
        " OR (:late = 0 AND EXISTS (SELECT 1 FROM letters l"
        "  WHERE l.statement_id = s.id AND l.state = 'planned'))"
        " OR (NOT EXISTS (SELECT 1 FROM statement_matches m"
        "  WHERE m.statement_id = s.id) AND NOT EXISTS (SELECT 1 FROM desk d"
        "  WHERE d.about = 'statement' AND d.about_id = s.id)))",
        id=statement_id,
        shop=shop,
        late=int(is_late),
    )
    return bool(rows)


@atomic
def erase(db: Database, ids: Sequence[str], now: datetime) -> Mapping[str, int]:
    """Take the person out of statements and of the letters about them; return counts.

    What was declared when, the hash of its content and the return made of it stay.
    """
    done = {"statements": 0, "letters": 0}
    for one in ids:
        done["statements"] += db.execute(
            "UPDATE statements SET name = '', contract = '', reach = '', part = '',"
            " words = '', erased_at = :now WHERE id = :id AND erased_at IS NULL",
            id=one,
            now=stamp(now),
        )
        done["letters"] += db.execute(
            "UPDATE letters SET recipient = '', subject = '', body = '', state = CASE"
            " state WHEN 'planned' THEN 'given_up' ELSE state END"
            " WHERE statement_id = :id AND recipient <> ''",
            id=one,
        )
    return {name: number for name, number in done.items() if number}


def _some(
    db: Database,
    where: str,
    limit: int | None = BATCH,
    order: str = "s.received_at",
    **values: object,
) -> list[Statement]:
    most = f" LIMIT {limit}" if limit else ""
    rows = db.query(
        f"SELECT {COLUMNS} FROM statements s WHERE {where} ORDER BY {order}{most}",  # noqa: S608 - our own words
        **values,
    )
    return [_statement(row) for row in rows]


def _statement(row: Row) -> Statement:
    return Statement(
        id=row["id"],
        shop=row["shop"],
        channel=row["channel"],
        language=row["language"],
        said=Said(
            name=row["name"],
            contract=row["contract"],
            reach=row["reach"],
            part=row["part"],
            words=row["words"],
        ),
        digest=row["digest"],
        moments=Moments(
            sent=moment(row["sent_at"]), received=moment(row["received_at"])
        ),
        entered_by=row["entered_by"],
        entered_at=moment(row["entered_at"]),
        erased_at=moment(row["erased_at"]) if row["erased_at"] else None,
        order_ref=row["order_ref"],
        return_id=row["return_id"],
    )
