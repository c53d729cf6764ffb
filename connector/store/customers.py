"""What one customer sent back before, found by the hash of his address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.money import Money, total
from connector.policy import Past, email_hash, worth
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.model import Order, Return
    from connector.store.database import Database

LONGEST = timedelta(days=3650)  # as far back as a policy may look


@atomic
def note(db: Database, case: Return, order: Order) -> None:
    """Keep whose return it is, hashed, and what was paid for all that it asks for."""
    asked = [(order.line(line.line_ref), line.asked) for line in case.lines]
    paid = total((worth(line, n) for line, n in asked if line), order.currency)
    db.execute(
        "UPDATE returns SET customer = :customer, worth_minor = :minor,"
        " worth_currency = :currency WHERE id = :id",
        customer=email_hash(order.customer.email),
        minor=paid.minor,
        currency=paid.currency,
        id=case.id,
    )


def past(db: Database, case: Return) -> tuple[Past, ...]:
    """List the returns that the same customer asked for before this one, in its shop.

    Cancelled ones do not count; one that was never judged is not known yet.
    """
    rows = db.query(
        "SELECT p.opened_at, p.worth_minor, p.worth_currency FROM returns r"
        " JOIN returns p ON p.shop = r.shop AND p.customer = r.customer"
        " WHERE r.id = :id AND r.customer <> '' AND p.id <> r.id"
        " AND p.cancelled_at IS NULL AND p.opened_at <= r.opened_at"
        " AND p.opened_at > :since ORDER BY p.opened_at, p.id",
        id=case.id,
        since=stamp(case.opened_at - LONGEST),
    )
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
