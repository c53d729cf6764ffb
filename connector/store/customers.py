"""What one customer sent back before, found by the hash of his address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connector.money import Money, total
from connector.policy import Past, email_hash, worth
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from connector.model import Order, Return
    from connector.store.database import Database

LONGEST = timedelta(days=3650)  # as far back as a policy may look


@atomic
def note(db: Database, return_id: str, order: Order) -> None:
    """Keep whose return it is, hashed, and what was paid for all that it asks for."""
    rows = db.query(
        "SELECT line_ref, asked FROM return_lines WHERE return_id = :id", id=return_id
    )
    paid = worth_of(order, [(row["line_ref"], row["asked"]) for row in rows])
    db.execute(
        "UPDATE returns SET customer = :customer, worth_minor = :minor,"
        " worth_currency = :currency WHERE id = :id",
        customer=email_hash(order.customer.email),
        minor=paid.minor,
        currency=paid.currency,
        id=return_id,
    )


def worth_of(order: Order, asked: Iterable[tuple[str, int]]) -> Money:
    """Return what was paid for so many units of lines; unknown ones are worth none."""
    found = [(order.line(ref), count) for ref, count in asked]
    return total((worth(line, n) for line, n in found if line), order.currency)


def past(db: Database, case: Return) -> tuple[Past, ...]:
    """List the returns that the same customer asked for before this one, in its shop.

    One that was cancelled, by whomever, or of which every line was declined, does not
    count: nothing of it comes back. Else it counts with all that it asked for.
    """
    rows = db.query("SELECT customer FROM returns WHERE id = :id", id=case.id)
    if not rows or not rows[0]["customer"]:
        return ()
    found = _asked(db, case.shop, rows[0]["customer"], case.opened_at)
    mine = (stamp(case.opened_at), case.id)
    return _past(row for row in found if (row["opened_at"], row["id"]) < mine)


def earlier(db: Database, shop: str, order: Order, now: datetime) -> tuple[Past, ...]:
    """List, as `past` does, what counts for a return that a buyer opens now."""
    customer = email_hash(order.customer.email)
    if not customer:
        return ()
    return _past(_asked(db, shop, customer, now))


def _asked(
    db: Database, shop: str, customer: str, until: datetime
) -> list[dict[str, Any]]:
    """List what a customer asked for that may bring something back, or has done so."""
    return db.query(
        "SELECT p.id, p.opened_at, p.worth_minor, p.worth_currency FROM returns p"
        " WHERE p.shop = :shop AND p.customer = :customer AND p.cancelled_at IS NULL"
        " AND EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = p.id"
        " AND l.decision <> 'declined') AND p.opened_at <= :until"
        " AND p.opened_at > :since ORDER BY p.opened_at, p.id",
        shop=shop,
        customer=customer,
        until=stamp(until),
        since=stamp(until - LONGEST),
    )


def _past(rows: Iterable[Mapping[str, Any]]) -> tuple[Past, ...]:
    return tuple(
        Past(
            asked_at=moment(row["opened_at"]),
            worth=Money(int(row["worth_minor"]), row["worth_currency"]),
        )
        for row in rows
    )


@atomic
def forget(db: Database, shop: str, order_ref: str) -> int:
    """Forget whose returns of an order these were; return how many."""
    return db.execute(
        "UPDATE returns SET customer = '' WHERE shop = :shop AND order_ref = :ref"
        " AND customer <> ''",
        shop=shop,
        ref=order_ref,
    )
