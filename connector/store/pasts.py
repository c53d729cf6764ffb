"""Past lines: kept as they are asked, and read as SQL is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connector.money import Money
from connector.policy import Past
from connector.store.database import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.store.database import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PIECE = 5_000  # returns that are read at once


@atomic
def keep(
    db: Database, shop: str, rows: Sequence[dict[str, Any]], return_id: str | None
) -> None:
    """Keep the lines of one return, or of an order of which nothing was asked back.

    What was kept of it before is replaced.
    """
    if not rows:
        return
    ref = rows[0]["order_ref"]
    if return_id is not None:
        db.execute("DELETE FROM past_lines WHERE return_id = :id", id=return_id)
    db.execute(
        "DELETE FROM past_lines WHERE shop = :shop AND order_ref = :ref"
        " AND return_id IS NULL",
        shop=shop,
        ref=ref,
    )
    found = db.query("SELECT COALESCE(MAX(case_no), 0) + 1 AS next FROM past_lines")
    number = found[0]["next"]
    names = ("case_no", "position", "shop", "return_id", *rows[0])
    text = (
        f"INSERT INTO past_lines ({', '.join(names)})"  # noqa: S608 - names of ours
        f" VALUES ({', '.join(':' + name for name in names)})"
    )
    db.execute_each(
        text,
        [
            {
                **row,
                "case_no": number,
                "position": place,
                "shop": shop,
                "return_id": return_id,
            }
            for place, row in enumerate(rows)
        ],
    )


def read(
    db: Database, shop: str, since: int, which: str = "1 = 1"
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a shop placed or asked since, return by return.

    `since` is in microseconds since 1970; `which` is more of the WHERE, of `x`.
    """
    last = 0
    while True:
        rows = db.query(
            "SELECT * FROM past_lines x WHERE shop = :shop AND case_no > :last"  # noqa: S608 - text of ours
            f" AND case_no <= :last + {PIECE} AND COALESCE(asked, placed) >= :since"
            f" AND {which} ORDER BY case_no, position",
            shop=shop,
            last=last,
            since=since,
        )
        yield from rows
        last += PIECE
        top = db.query("SELECT COALESCE(MAX(case_no), 0) AS top FROM past_lines")
        if last >= top[0]["top"]:
            return


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
    rows = db.query(
        "SELECT DISTINCT reason FROM past_lines WHERE shop = :shop", shop=shop
    )
    return [str(row["reason"]) for row in rows]
