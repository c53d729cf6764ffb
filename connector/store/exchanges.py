"""New goods for old ones: where each exchange stands, beside the refund that asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.money import Money
from connector.states import EXCHANGE, Exchange, advance
from connector.store import history
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.model import Receipt
    from connector.store.database import Database, Row
    from connector.store.refunds import RefundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRow:
    """One exchange; `made` is the new order, or what the shop calls the new goods.

    `pay_url` is where the customer pays `owed`, "" where the shop has none.
    """

    refund_id: str
    state: Exchange
    made: str
    pay_url: str
    owed: Money
    changed_at: datetime


@atomic
def propose(db: Database, row: RefundRow, now: datetime) -> None:
    """Begin an exchange together with the promise of it."""
    owed = row.request.owed
    db.execute(
        "INSERT INTO exchanges (refund_id, owed_minor, currency, changed_at)"
        " VALUES (:id, :owed, :currency, :now)",
        id=row.id,
        owed=owed.minor if owed else 0,
        currency=row.amount.currency,
        now=stamp(now),
    )
    _note(db, row, "propose", Exchange.PROPOSED, now)


@atomic
def move(
    db: Database,
    row: RefundRow,
    event: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> None:
    """Take one step; an event that changes nothing here is passed over.

    Raises IllegalTransition for what cannot happen in this state.
    """
    known = of_refund(db, row.id)
    if known is None:
        return
    state = advance(EXCHANGE, known.state, event)
    if state is known.state:
        return
    db.execute(
        "UPDATE exchanges SET state = :state, changed_at = :now,"
        " made = CASE WHEN :made = '' THEN made ELSE :made END,"
        " pay_url = CASE WHEN :url = '' THEN pay_url ELSE :url END"
        " WHERE refund_id = :id",
        state=state.value,
        now=stamp(now),
        made=receipt.made if receipt else "",
        url=receipt.pay_url if receipt else "",
        id=row.id,
    )
    _note(db, row, event, state, now)


def of_refund(db: Database, refund_id: str) -> ExchangeRow | None:
    """Return the exchange that a refund asks for, if it does."""
    rows = db.query("SELECT * FROM exchanges WHERE refund_id = :id", id=refund_id)
    return _exchange(rows[0]) if rows else None


def by_made(db: Database, shop: str, made: str) -> ExchangeRow | None:
    """Return the exchange for which a shop made the order `made`."""
    rows = db.query(
        "SELECT x.* FROM exchanges x JOIN refunds r ON r.id = x.refund_id"
        " WHERE r.shop = :shop AND x.made = :made",
        shop=shop,
        made=made,
    )
    return _exchange(rows[0]) if rows else None


def unsent(db: Database, shop: str) -> list[str]:
    """List what a shop made for exchanges that are released, and not seen to leave."""
    rows = db.query(
        "SELECT x.made AS made FROM exchanges x JOIN refunds r ON r.id = x.refund_id"
        " WHERE r.shop = :shop AND x.state = :state AND x.made <> ''",
        shop=shop,
        state=Exchange.RELEASED.value,
    )
    return [row["made"] for row in rows]


def unpaid(db: Database, shop: str, before: datetime) -> list[ExchangeRow]:
    """List a shop's exchanges whose difference was asked for before, and not paid."""
    rows = db.query(
        "SELECT x.* FROM exchanges x JOIN refunds r ON r.id = x.refund_id"
        " WHERE r.shop = :shop AND x.state = :state AND x.changed_at <= :before"
        " AND x.owed_minor > 0"
        " ORDER BY x.changed_at, x.refund_id",
        shop=shop,
        state=Exchange.AWAITING_PAYMENT.value,
        before=stamp(before),
    )
    return [_exchange(row) for row in rows]


def _note(
    db: Database, row: RefundRow, event: str, state: Exchange, now: datetime
) -> None:
    history.note(
        db,
        shop=row.shop,
        about="exchange",
        about_id=row.id,
        return_id=row.return_id,
        event=event,
        state=state.value,
        now=now,
    )


def _exchange(row: Row) -> ExchangeRow:
    return ExchangeRow(
        refund_id=row["refund_id"],
        state=Exchange(row["state"]),
        made=row["made"],
        pay_url=row["pay_url"],
        owed=Money(int(row["owed_minor"]), row["currency"]),
        changed_at=moment(row["changed_at"]),
    )
