"""How a shop stands: what the page of one shop, and `retour shop list`, show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.store.database import moment

if TYPE_CHECKING:
    from connector.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Counts and moments of one shop; moments in UTC, None where there is none yet."""

    orders: int
    deliveries: int
    duplicates: int
    last_delivery: datetime | None
    unread: int  # deliveries that are not read yet
    oldest_unread: datetime | None
    refunds_waiting: int
    errands_waiting: int
    refunds_unclear: int
    matters: int


def of(db: Database, shop: str) -> Standing:
    """Count what a shop has and what waits."""
    row = db.query(
        "SELECT (SELECT count(*) FROM orders WHERE shop = :shop) AS orders,"
        " (SELECT count(*) FROM inbox WHERE shop = :shop) AS deliveries,"
        " (SELECT coalesce(sum(copies), 0) FROM inbox WHERE shop = :shop) AS copies,"
        " (SELECT max(received_at) FROM inbox WHERE shop = :shop) AS last,"
        " (SELECT count(*) FROM inbox WHERE shop = :shop AND state = 'new') AS unread,"
        " (SELECT min(received_at) FROM inbox WHERE shop = :shop AND state = 'new')"
        " AS oldest,"
        " (SELECT count(*) FROM outbox WHERE shop = :shop AND subject = 'refund')"
        " AS refunds,"
        " (SELECT count(*) FROM outbox WHERE shop = :shop AND subject = 'errand')"
        " AS errands,"
        " (SELECT count(*) FROM refunds WHERE shop = :shop"
        " AND state IN ('submitted', 'unknown')) AS unclear,"
        " (SELECT count(*) FROM desk WHERE shop = :shop AND closed_at IS NULL)"
        " AS matters",
        shop=shop,
    )[0]
    return Standing(
        orders=int(row["orders"]),
        deliveries=int(row["deliveries"]),
        duplicates=int(row["copies"]),
        last_delivery=moment(row["last"]) if row["last"] else None,
        unread=int(row["unread"]),
        oldest_unread=moment(row["oldest"]) if row["oldest"] else None,
        refunds_waiting=int(row["refunds"]),
        errands_waiting=int(row["errands"]),
        refunds_unclear=int(row["unclear"]),
        matters=int(row["matters"]),
    )
