"""Past lines: kept as they are asked, and read as SQL is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from connector.model import Kind, Order
from connector.money import Money
from connector.policy import Past
from connector.store.database import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """Forget whose lines of an order these were; return how many."""
    return db.execute(
        "UPDATE past_lines SET customer = '', customer_tags = ''"
        " WHERE order_ref = :ref AND shop = :shop AND customer <> ''",
        shop=shop,
        ref=order_ref,
    )


def read(
    db: Database, shop: str, since: int, which: Sequence[str] = ("1 = 1",)
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a shop placed or asked since, return by return.

    `since` is in microseconds since 1970; `which` are tests of `x`, of which a line
    passes one.
    """
    values = {"shop": shop, "since": since}
    lines = [
        f"past_lines x WHERE shop = :shop AND {one}"
        " AND COALESCE(asked, placed) >= :since"
        for one in which
    ]
    # Which returns they are, an index tells alone, test by test.
    cases = " UNION ".join(f"SELECT case_no FROM {one}" for one in lines)
    found = db.query(f"{cases} ORDER BY case_no", **values)
    for at in range(0, len(found), PIECE):
        numbers = ", ".join(str(row["case_no"]) for row in found[at : at + PIECE])
        yield from db.query(
            "SELECT * FROM past_lines x WHERE shop = :shop AND"
            f" ({' OR '.join(which)}) AND COALESCE(asked, placed) >= :since"
            f" AND case_no IN ({numbers}) ORDER BY case_no, position",
            **values,
        )


def counts(db: Database, shop: str, since: int) -> tuple[int, int]:
    """Count the lines asked back, and those that could be, placed or asked since.

    `since` is in microseconds since 1970.
    """
    kinds = ", ".join(repr(kind.value) for kind in Kind)
    asked, left = (
        f"SELECT count(*) FROM past_lines WHERE shop = :shop AND kind IN ({kinds})"
        f" AND is_all_delivered IN (0, 1) AND {which} >= :since"
        for which in ("asked", "asked IS NULL AND placed")
    )
    [row] = db.query(
        f"SELECT ({asked}) AS asked, ({left}) AS rest", shop=shop, since=since
    )
    return row["asked"], row["rest"]


def customers(db: Database, shop: str) -> dict[str, list[tuple[int, Past]]]:
    """Return the returns of each customer, by the hash of his address."""
    rows = db.query(
        "SELECT customer, case_no, currency, MIN(asked) AS asked, SUM(worth) AS worth"
        " FROM past_lines p WHERE shop = :shop AND customer <> ''"
        " AND asked IS NOT NULL AND NOT EXISTS (SELECT 1 FROM returns x"
        " WHERE x.id = p.return_id AND x.cancelled_at IS NOT NULL)"
        " GROUP BY customer, case_no, currency",
        shop=shop,
    )
    found: dict[str, list[tuple[int, Past]]] = {}
    for row in rows:
        past = Past(
            asked_at=EPOCH + timedelta(microseconds=row["asked"]),
            worth=Money(int(row["worth"]), row["currency"]),
        )
        found.setdefault(row["customer"], []).append((row["case_no"], past))
    return found


def reasons(db: Database, shop: str) -> list[str]:
    """List the reasons that were ever given, in the words they were given in."""
    # From one to the next in the index, however many lines give the same.
    rows = db.query(
        "WITH RECURSIVE said (reason) AS ("
        " SELECT MIN(reason) FROM past_lines WHERE shop = :shop UNION ALL"
        " SELECT (SELECT MIN(p.reason) FROM past_lines p WHERE p.shop = :shop"
        " AND p.reason > said.reason) FROM said WHERE said.reason IS NOT NULL)"
        " SELECT reason FROM said WHERE reason IS NOT NULL",
        shop=shop,
    )
    return [str(row["reason"]) for row in rows]
