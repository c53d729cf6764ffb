"""Order snapshots: what the shop last said was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from connector.errors import NotFound
from connector.model import Order
from connector.store import seen
from connector.store.database import atomic, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.store.database import Database


# Longer than a second, and than clocks differ.
SETTLED = timedelta(minutes=4)


KEEP = (
    "INSERT INTO orders (shop, ref, number, updated_at, read_at, snapshot,"
    " policy_hash) SELECT :shop, :ref, :number, :updated, '', :snapshot,"
    " coalesce((SELECT l.hash FROM policy_lives l WHERE l.shop = :shop"
    "  AND l.since <= :placed ORDER BY l.since DESC, l.id DESC LIMIT 1), policy_hash)"
    " FROM shops WHERE name = :shop"
    " ON CONFLICT (shop, ref) DO UPDATE SET number = :number,"
    " updated_at = :updated, snapshot = :snapshot"
)


@atomic
def keep(db: Database, shop: str, order: Order) -> None:
    """Keep the newer snapshot; at the first sight its policy is bound to an order.

    That is the version that was live when it was placed; for an order that is older
    than the shop's first version, the one in force now.

    An order whose customer was erased stays without one, whatever the shop says.
    Of two with one modification time the later reading is kept: a refund that is
    deleted at the shop leaves that time as it was.
    """
    if is_erased(db, shop, order.ref, order.updated_at):
        order = order.anonymous()
    kept = db.execute(
        KEEP + " WHERE orders.updated_at <= :updated", **_row(shop, order)
    )
    if kept:
        seen.keep(db, shop, order)


@atomic
def keep_older(db: Database, shop: str, found: Sequence[Order]) -> None:
    """Keep snapshots from a list that may be days old, where none is known as new.

    They never let a delivery be passed over: only `read_whole` does. A few hundred
    at most.
    """
    erased = _erased_upto(db, shop, [one.ref for one in found])
    rows = [
        _row(shop, one.anonymous() if stamp(one.updated_at) <= upto else one)
        for one in found
        for upto in (erased.get(one.ref, ""),)
    ]
    db.execute_each(KEEP + " WHERE orders.updated_at < :updated", rows)


def _erased_upto(db: Database, shop: str, refs: Sequence[str]) -> dict[str, str]:
    """Say of which of these orders the customer is forgotten, as they stood when."""
    if not refs:
        return {}
    names, some = _named(refs)
    rows = db.query(
        "SELECT order_ref, CASE upto WHEN '' THEN '9' ELSE upto END AS upto"  # noqa: S608 - names of ours
        f" FROM erased_orders WHERE shop = :shop AND order_ref IN ({some})",
        shop=shop,
        **names,
    )
    return {row["order_ref"]: row["upto"] for row in rows}


def _named(refs: Sequence[str]) -> tuple[dict[str, str], str]:
    """Name each of a few hundred values, for `IN (...)`."""
    names = {f"r{index}": ref for index, ref in enumerate(refs)}
    return names, ", ".join(f":{name}" for name in names)


def _row(shop: str, order: Order) -> dict[str, object]:
    return {
        "shop": shop,
        "ref": order.ref,
        "number": order.number,
        "updated": stamp(order.updated_at),
        "placed": stamp(order.placed_at),
        "snapshot": msgspec.json.encode(order).decode(),
    }


def is_erased(
    db: Database, shop: str, ref: str, updated_at: datetime | None = None
) -> bool:
    """Say whether the customer of an order is forgotten: for good, or as it stood."""
    return bool(
        db.query(
            "SELECT 1 AS one FROM erased_orders WHERE shop = :shop"
            " AND order_ref = :ref AND (upto = '' OR upto >= :updated)",
            shop=shop,
            ref=ref,
            updated=stamp(updated_at) if updated_at else "9",
        )
    )


@atomic
def read_whole(db: Database, shop: str, order: Order, started: datetime) -> None:
    """Remember that an order was read with its returns, by a reading begun then.

    Only this lets a delivery or a change be passed over: a reading that broke off
    between the order and its returns must come again.
    """
    db.execute(
        "UPDATE orders SET read_at = :started, read_upto = :updated"
        " WHERE shop = :shop AND ref = :ref AND read_upto <= :updated",
        shop=shop,
        ref=order.ref,
        started=stamp(started),
        updated=stamp(order.updated_at),
    )


def read_upto(db: Database, shop: str, ref: str, moment: datetime) -> bool:
    """Say whether the order was read whole in a state as new as `moment`.

    Shops write that to the second, and a return may be made in the second in which
    the order was read: only a reading well after that second counts.
    """
    rows = db.query(
        "SELECT count(*) AS n FROM orders WHERE shop = :shop AND ref = :ref"
        " AND read_upto >= :moment AND read_at >= :settled",
        shop=shop,
        ref=ref,
        moment=stamp(moment),
        settled=stamp(moment + SETTLED),
    )
    return bool(rows[0]["n"])


def get(db: Database, shop: str, ref: str) -> Order:
    """Return the last snapshot; raises NotFound."""
    rows = db.query(
        "SELECT snapshot FROM orders WHERE shop = :shop AND ref = :ref",
        shop=shop,
        ref=ref,
    )
    if not rows:
        msg = "this order was never read"
        raise NotFound(msg, order=ref)
    return msgspec.json.decode(rows[0]["snapshot"], type=Order)


def read_since(db: Database, shop: str, ref: str, moment: datetime) -> bool:
    """Say whether a whole reading began after `moment`, by our clock."""
    rows = db.query(
        "SELECT count(*) AS n FROM orders WHERE shop = :shop AND ref = :ref"
        " AND read_at > :moment",
        shop=shop,
        ref=ref,
        moment=stamp(moment),
    )
    return bool(rows[0]["n"])


def find(db: Database, shop: str, number: str) -> Order | None:
    """Find an order by the number that the customer knows, `#` or not."""
    bare = number.strip().lstrip("#")
    rows = db.query(
        "SELECT snapshot FROM orders WHERE shop = :shop"
        " AND number IN (:bare, '#' || :bare)",
        shop=shop,
        bare=bare,
    )
    if len(rows) != 1:
        return None
    return msgspec.json.decode(rows[0]["snapshot"], type=Order)


def any_ref(db: Database, shop: str) -> str | None:
    """Return the shop's id of some order of it; None where none is known."""
    rows = db.query(
        "SELECT ref FROM orders WHERE shop = :shop ORDER BY ref DESC LIMIT 1", shop=shop
    )
    return str(rows[0]["ref"]) if rows else None


def policy_of(db: Database, shop: str, ref: str) -> str:
    """Return the hash of the policy that the order is judged by."""
    rows = db.query(
        "SELECT coalesce(o.policy_hash, s.policy_hash, '') AS hash FROM orders o"
        " JOIN shops s ON s.name = o.shop WHERE o.shop = :shop AND o.ref = :ref",
        shop=shop,
        ref=ref,
    )
    return str(rows[0]["hash"]) if rows else ""


def refs(db: Database, shop: str) -> list[str]:
    """List the orders known of a shop."""
    rows = db.query("SELECT ref FROM orders WHERE shop = :shop ORDER BY ref", shop=shop)
    return [row["ref"] for row in rows]


def touched(db: Database, shop: str) -> list[str]:
    """List the orders with a return or an entry in the books."""
    rows = db.query(
        "SELECT order_ref FROM returns WHERE shop = :shop"
        " UNION SELECT order_ref FROM ledger WHERE shop = :shop ORDER BY order_ref",
        shop=shop,
    )
    return [row["order_ref"] for row in rows]


def in_books(db: Database, shop: str, refs: Sequence[str]) -> set[str]:
    """Say which of these orders, a few hundred at most, returns or money hang on."""
    if not refs:
        return set()
    names, some = _named(refs)
    rows = db.query(
        f"SELECT order_ref FROM returns WHERE shop = :shop AND order_ref IN ({some})"  # noqa: S608 - names of ours
        f" UNION SELECT order_ref FROM ledger WHERE shop = :shop"
        f" AND order_ref IN ({some})",
        shop=shop,
        **names,
    )
    return {row["order_ref"] for row in rows}


def hanging(db: Database, shop: str) -> list[str]:
    """List the orders with a return or a refund that has not come to its end."""
    rows = db.query(
        "SELECT order_ref FROM returns WHERE shop = :shop AND closed_at IS NULL"
        " AND cancelled_at IS NULL UNION SELECT order_ref FROM refunds"
        " WHERE shop = :shop AND state IN"
        " ('planned', 'submitted', 'unknown', 'pending', 'manual')"
        " ORDER BY order_ref",
        shop=shop,
    )
    return [row["order_ref"] for row in rows]


def count(db: Database, shop: str) -> int:
    """Count the orders known of a shop."""
    rows = db.query("SELECT count(*) AS n FROM orders WHERE shop = :shop", shop=shop)
    return int(rows[0]["n"])
