"""Past lines: kept as they are asked, and read as SQL is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from connector.model import Kind, Order
from connector.store.database import atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.store.database import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ORDERS = 500  # orders that are written at once
PIECE = 5_000  # returns that are read at once


@atomic
def keep(
    db: Database, shop: str, rows: Sequence[dict[str, Any]], return_id: str
) -> None:
    """Keep the lines of one return; what was kept of it before is replaced."""
    db.execute("DELETE FROM past_lines WHERE return_id = :id", id=return_id)
    _add(db, shop, rows, return_id)


@atomic
def keep_order(
    db: Database, shop: str, ref: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Keep what is left of an order; what was kept of that before is replaced."""
    db.execute(
        "DELETE FROM past_lines WHERE order_ref = :ref AND shop = :shop"
        " AND return_id IS NULL",
        shop=shop,
        ref=ref,
    )
    _add(db, shop, rows, None)


def _add(
    db: Database, shop: str, rows: Sequence[dict[str, Any]], return_id: str | None
) -> None:
    if not rows:
        return
    found = db.query("SELECT COALESCE(MAX(case_no), 0) + 1 AS next FROM past_lines")
    known = {"case_no": found[0]["next"], "shop": shop, "return_id": return_id}
    names = (*known, "position", *rows[0])
    text = (
        f"INSERT INTO past_lines ({', '.join(names)})"
        f" VALUES ({', '.join(':' + name for name in names)})"
    )
    places = [{**row, **known, "position": n} for n, row in enumerate(rows)]
    db.execute_each(text, places)


def unknown(db: Database, shop: str) -> list[str]:
    """List the returns that were judged before they were kept here."""
    rows = db.query(
        "SELECT r.id FROM returns r WHERE r.shop = :shop AND r.policy_hash <> ''"
        " AND NOT EXISTS (SELECT 1 FROM past_lines p WHERE p.return_id = r.id)",
        shop=shop,
    )
    return [str(row["id"]) for row in rows]


def changed(db: Database, shop: str) -> tuple[list[Order], str]:
    """Return orders that changed since the last that `reached` was told of."""
    known = db.query("SELECT upto FROM past_upto WHERE shop = :shop", shop=shop)
    rows = db.query(
        "SELECT snapshot, updated_at || ' ' || ref AS at FROM orders"
        " WHERE shop = :shop AND updated_at || ' ' || ref > :upto"
        f" ORDER BY updated_at, ref LIMIT {ORDERS}",
        shop=shop,
        upto=known[0]["upto"] if known else "",
    )
    found = [msgspec.json.decode(row["snapshot"], type=Order) for row in rows]
    return found, str(rows[-1]["at"]) if rows else ""


@atomic
def reached(db: Database, shop: str, upto: str) -> None:
    """Remember how far the orders of a shop were written."""
    db.execute(
        "INSERT INTO past_upto (shop, upto) VALUES (:shop, :upto)"
        " ON CONFLICT (shop) DO UPDATE SET upto = :upto",
        shop=shop,
        upto=upto,
    )


@atomic
def forget(db: Database, shop: str, order_ref: str) -> int:
    """Forget whose lines of an order these were; return how many.

    As `Order.anonymous` does: what tags somebody had is not known then.
    """
    return db.execute(
        "UPDATE past_lines SET customer = '', customer_tags = '', tags_unknown ="
        " CASE WHEN customer_tags <> '' THEN 1 ELSE tags_unknown END"
        " WHERE order_ref = :ref AND shop = :shop"
        " AND (customer <> '' OR customer_tags <> '')",
        shop=shop,
        ref=order_ref,
    )


def counts(db: Database, shop: str, since: int) -> tuple[int, int]:
    """Count the lines asked back, and those that could be, placed or asked since.

    `since` is in microseconds since 1970.
    """
    kinds = ", ".join(repr(kind.value) for kind in Kind)
    lines = (
        f"SELECT count(*) FROM past_lines WHERE shop = :shop AND kind IN ({kinds})"
        " AND is_all_delivered IN (0, 1) AND"
    )
    # What is older is less, as a rule: that is counted, and taken off all.
    [row] = db.query(
        "SELECT (SELECT count(*) FROM past_lines WHERE shop = :shop) AS lines,"
        f" ({lines} asked IS NULL) AS rest, ({lines} asked < :since) AS old,"
        f" ({lines} asked IS NULL AND placed < :since) AS old_rest",
        shop=shop,
        since=since,
    )
    rest = row["rest"] - row["old_rest"]
    return row["lines"] - row["rest"] - row["old"], rest


def has_unknown(db: Database, shop: str) -> bool:
    """Say whether the delivery of a line that could be withdrawn never showed."""
    rows = db.query(
        "SELECT 1 AS one FROM past_lines WHERE shop = :shop"
        " AND kind IN ('voluntary', 'withdrawal') AND is_all_delivered = 0 LIMIT 1",
        shop=shop,
    )
    return bool(rows)


def spans(db: Database, shop: str) -> dict[str, tuple[datetime, datetime]]:
    """Return when the first and the last period to withdraw begins, by country."""
    of = "FROM past_lines WHERE shop = :shop AND country = :country"
    found = {}
    for country in _values(db, shop, "country"):
        [row] = db.query(
            f"SELECT (SELECT MIN(withdraws) {of}) AS first,"
            f" (SELECT MAX(withdraws) {of}) AS last",
            shop=shop,
            country=country,
        )
        first, last = (timedelta(microseconds=row[x]) for x in ("first", "last"))
        found[country] = (EPOCH + first, EPOCH + last)
    return found


def kinds(db: Database, shop: str) -> list[Kind]:
    """List the kinds of returns whose lines are kept."""
    return [Kind(one) for one in _values(db, shop, "kind")]


def reasons(db: Database, shop: str) -> list[str]:
    """List the reasons that were ever given, in the words they were given in."""
    return _values(db, shop, "reason")


def channels(db: Database, shop: str) -> list[str]:
    """List how past lines came: from the portal, from the shop, ..."""
    return _values(db, shop, "channel")


def _values(db: Database, shop: str, column: str) -> list[str]:
    """List a column's values: from one to the next in its index, however many lines."""
    rows = db.query(
        f"WITH RECURSIVE said (value) AS ("
        f" SELECT MIN({column}) FROM past_lines WHERE shop = :shop UNION ALL"
        f" SELECT (SELECT MIN(p.{column}) FROM past_lines p WHERE p.shop = :shop"
        f" AND p.{column} > said.value) FROM said WHERE said.value IS NOT NULL)"
        " SELECT value FROM said WHERE value IS NOT NULL",
        shop=shop,
    )
    return [str(row["value"]) for row in rows]
