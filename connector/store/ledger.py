"""The ledger: reserve, post, void, external, reverse; rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.money import Money
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.model import ShopRefund
    from connector.store.database import Database, Row
    from connector.store.refunds import RefundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the books; amounts are positive, the kind gives the sense."""

    id: int
    kind: str
    refund_id: str | None
    order_ref: str
    tender: str
    platform_ref: str
    amount: Money
    at: datetime


@atomic
def enter(db: Database, row: RefundRow, kind: str, now: datetime) -> None:
    """Write one entry a tender; a second one of the kind is refused by SQL."""
    for share in row.request.tenders:
        if not share.amount:
            continue
        db.execute(
            "INSERT INTO ledger (kind, refund_id, shop, order_ref, tender,"
            " platform_ref, amount_minor, currency, at) VALUES (:kind, :refund_id,"
            " :shop, :order_ref, :tender, :platform_ref, :minor, :currency, :now)",
            kind=kind,
            refund_id=row.id,
            shop=row.shop,
            order_ref=row.order_ref,
            tender=share.tender_ref,
            platform_ref=row.platform_ref,
            minor=share.amount.minor,
            currency=share.amount.currency,
            now=stamp(now),
        )


@atomic
def external(
    db: Database, shop: str, order_ref: str, refund: ShopRefund, now: datetime
) -> bool:
    """Enter a refund that somebody made in the shop itself; True when it is news."""
    return _outside(db, "external", shop, order_ref, refund.ref, refund.amount, now)


@atomic
def external_gone(db: Database, shop: str, entry: Entry, now: datetime) -> bool:
    """Take back an external refund that was deleted at the shop, by an entry."""
    return _outside(
        db, "reverse", shop, entry.order_ref, entry.platform_ref, entry.amount, now
    )


def _outside(
    db: Database,
    kind: str,
    shop: str,
    order_ref: str,
    ref: str,
    amount: Money,
    now: datetime,
) -> bool:
    if amount.minor <= 0:
        return False
    touched = db.execute(
        "INSERT INTO ledger (kind, shop, order_ref, tender, platform_ref,"
        " amount_minor, currency, at) VALUES (:kind, :shop, :order_ref, '', :ref,"
        " :minor, :currency, :now)"
        " ON CONFLICT (shop, platform_ref, kind) WHERE refund_id IS NULL DO NOTHING",
        kind=kind,
        shop=shop,
        order_ref=order_ref,
        ref=ref,
        minor=amount.minor,
        currency=amount.currency,
        now=stamp(now),
    )
    return touched > 0


def externals(db: Database, shop: str, order_ref: str) -> list[Entry]:
    """List external refunds of an order that still stand."""
    rows = db.query(
        "SELECT * FROM ledger e WHERE shop = :shop AND order_ref = :ref"
        " AND kind = 'external' AND NOT EXISTS (SELECT 1 FROM ledger x"
        "  WHERE x.kind = 'reverse' AND x.refund_id IS NULL AND x.shop = e.shop"
        "  AND x.platform_ref = e.platform_ref) ORDER BY id",
        shop=shop,
        ref=order_ref,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        kind=row["kind"],
        refund_id=row["refund_id"],
        order_ref=row["order_ref"],
        tender=row["tender"],
        platform_ref=row["platform_ref"],
        amount=Money(row["amount_minor"], row["currency"]),
        at=moment(row["at"]),
    )


def standing(db: Database, shop: str, order_ref: str, currency: str) -> Money:
    """Add up what is promised, paid, or was refunded by others, and stands."""
    row = db.query(
        "SELECT coalesce(sum(CASE kind WHEN 'reserve' THEN amount_minor"
        " WHEN 'external' THEN amount_minor WHEN 'void' THEN -amount_minor"
        " WHEN 'reverse' THEN -amount_minor ELSE 0 END), 0) AS minor FROM ledger"
        " WHERE shop = :shop AND order_ref = :ref AND currency = :currency",
        shop=shop,
        ref=order_ref,
        currency=currency,
    )[0]
    return Money(int(row["minor"]), currency)


def of_refund(db: Database, refund_id: str) -> list[Entry]:
    """List the entries of one refund, oldest first."""
    rows = db.query(
        "SELECT * FROM ledger WHERE refund_id = :id ORDER BY id", id=refund_id
    )
    return [_entry(row) for row in rows]
