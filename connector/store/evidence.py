"""Evidence that customers sent their goods: kept while their order names them.

That some was given, and when, stays in the timeline, without number or carrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one form brought; `photos` counts them, erased ones too."""

    id: int
    return_id: str
    carrier: str
    number: str
    photos: int
    at: datetime


@atomic
def add(
    db: Database, return_id: str, *, carrier: str, number: str, now: datetime
) -> int:
    """Keep what was typed; return the id that its photos are kept under."""
    rows = db.query(
        "INSERT INTO evidence (return_id, carrier, number, photos, at)"
        " VALUES (:return_id, :carrier, :number, 0, :now) RETURNING id",
        return_id=return_id,
        carrier=carrier,
        number=number,
        now=stamp(now),
    )
    return int(rows[0]["id"])


def of_return(db: Database, return_id: str) -> list[Given]:
    """List what was given of a return, oldest first."""
    rows = db.query(
        "SELECT * FROM evidence WHERE return_id = :id ORDER BY id", id=return_id
    )
    return [Given(**(row | {"at": moment(row["at"])})) for row in rows]


@atomic
def forget(db: Database, shop: str, order_ref: str) -> int:
    """Erase what was typed for the returns of an order; its photos go before."""
    return db.execute(
        "DELETE FROM evidence WHERE return_id IN (SELECT id FROM returns"
        " WHERE shop = :shop AND order_ref = :ref)",
        shop=shop,
        ref=order_ref,
    )


@atomic
def erase(db: Database, shop: str) -> int:
    """Erase what was typed for all returns of a shop; its photos go before."""
    return db.execute(
        "DELETE FROM evidence WHERE return_id IN"
        " (SELECT id FROM returns WHERE shop = :shop)",
        shop=shop,
    )
