"""Which refunds the kept snapshots name: a deletion at the shop sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.database import atomic

if TYPE_CHECKING:
    from connector.model import Order
    from connector.store.database import Database


@atomic
def keep(db: Database, shop: str, order: Order) -> None:
    """Remember the refunds of a snapshot, and forget those that it lost."""
    refs = {refund.ref for refund in order.refunds}
    rows = db.query(
        "SELECT ref FROM seen_refunds WHERE shop = :shop AND order_ref = :order",
        shop=shop,
        order=order.ref,
    )
    known = {row["ref"] for row in rows}
    for ref in sorted(known - refs):
        forget(db, shop, ref, order.ref)
    for ref in sorted(refs - known):
        note(db, shop, ref, order.ref)


@atomic
def note(db: Database, shop: str, ref: str, order_ref: str) -> None:
    """Remember one refund; of an order that is gone, too, so that it is read once."""
    db.execute(
        "INSERT INTO seen_refunds (shop, ref, order_ref) VALUES (:shop, :ref, :order)"
        " ON CONFLICT (shop, ref) DO UPDATE SET order_ref = :order",
        shop=shop,
        ref=ref,
        order=order_ref,
    )


@atomic
def forget(db: Database, shop: str, ref: str, order_ref: str) -> None:
    """Forget one refund of an order."""
    db.execute(
        "DELETE FROM seen_refunds WHERE shop = :shop AND ref = :ref"
        " AND order_ref = :order",
        shop=shop,
        ref=ref,
        order=order_ref,
    )


def of_shop(db: Database, shop: str) -> dict[str, str]:
    """Return, by refund, the order that it belongs to."""
    rows = db.query(
        "SELECT ref, order_ref FROM seen_refunds WHERE shop = :shop", shop=shop
    )
    return {row["ref"]: row["order_ref"] for row in rows}
