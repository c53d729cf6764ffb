"""A million past lines under two policies: how long the database takes.

With the delivery of every order known, and with that of none, as at WooCommerce.

`python -m bench.backtest [LINES]`. The rows are made here, in a file of its own.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.policy import TEXT as TEN_RULES
from connector.backtest.diff import compare
from connector.backtest.rows import joined, ticks
from connector.store import connect, shops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store import Database

LINES = 1_000_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[1] / "policy.example.toml"
DAY = 86_400_000_000
SPAN = timedelta(days=800)


def drawn(lines: int) -> Iterator[dict[str, Any]]:
    """Draw past lines, one to three a return, in the order of their returns."""
    dice = random.Random(7)
    tags = [
        joined(dice.sample(("set", "hygiene", "sale", "new"), 2)) for _ in range(40)
    ]
    kinds = ("voluntary",) * 8 + ("withdrawal", "faulty")
    channels = ("portal",) * 6 + ("shop",) * 3 + ("inbound",)
    reasons = ("changed-my-mind", "too-small", "too-big", "defective", "damaged")
    case_no, left = 0, 0
    row: dict[str, Any] = {}
    for _ in range(lines):
        if not left:
            case_no, left, place = case_no + 1, dice.randint(1, 3), 0
            placed = ticks(NOW) - dice.randrange(700 * DAY)
            row = {
                "case_no": case_no, "shop": "boots", "return_id": f"r{case_no}",
                "order_ref": f"{case_no}", "number": f"#{case_no}",
                "kind": dice.choice(kinds), "channel": dice.choice(channels),
                "method": "",
                "language": "fr", "country": dice.choice(("FR", "DE", "CH", "GB")),
                "currency": "EUR", "order_status": "completed",
                "asked": placed + dice.randrange(60 * DAY), "placed": placed,
                "begins": placed + 2 * DAY, "is_delivered": 1,
                "withdraws": placed + 2 * DAY, "withdraw_ends": placed + 17 * DAY,
                "is_all_delivered": 1,
                "total": dice.randrange(500, 60_000), "customer": "",
                "customer_tags": dice.choice(("", "", joined(["vip"]))),
                "tags_unknown": 0,
                "shipping": 490, "goods": 30_000, "gives_shipping": 0, "photos": 0,
                "wanted": "refund",
            }  # fmt: skip
        left -= 1
        worth = dice.randrange(500, 20_000)
        yield {
            **row,
            "position": place, "line_ref": f"l{place}", "price": worth, "worth": worth,
            "gross": worth, "units": 1, "quantity": 1, "left_units": 1,
            "product": f"p{dice.randrange(500)}", "variant": "", "sku": "s",
            "tags": dice.choice(tags),
            "categories": joined([dice.choice(("outlet", "watches", "shirts"))]),
            "gift_card": 0, "reason": dice.choice(reasons), "answers": "",
        }  # fmt: skip
        place += 1


def fill(db: Database, lines: int) -> None:
    """Put them into the table, many at once."""
    found = drawn(lines)
    while piece := list(islice(found, 10_000)):
        names = tuple(piece[0])
        text = (
            f"INSERT INTO past_lines ({', '.join(names)})"  # noqa: S608 - our own names
            f" VALUES ({', '.join(':' + name for name in names)})"
        )
        db.transact(partial(db.execute_each, text, piece))


def changed(old: str) -> str:
    """Shorten the window and raise the fee, as a merchant would."""
    new = old.replace("days = 30\n", "days = 14\n", 1)
    return new.replace("days = 30 ", "days = 14 ", 1).replace('"4.90"', '"6.90"')


def _measure(db: Database, name: str, old: str, lines: int) -> None:
    for _ in range(3):
        started, before = time.perf_counter(), _cpu()
        found = compare(db, "boots", old, changed(old), NOW, SPAN)
        took, cpu = time.perf_counter() - started, _cpu() - before
        flips, others = sum(found.flips.values()), found.others
        said = f"{lines} lines in {took:.2f} s, CPU {cpu:.2f} s"
        said = f"{said}; flips {flips}, {others}"
        print(f"backtest: {name}: {said}")


def _cpu() -> float:
    """Return the seconds of all cores so far, of this process and those it started."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def run(lines: int = LINES) -> None:
    """Measure, and say it."""
    example = EXAMPLE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        db = connect(str(Path(folder) / "bench.sqlite"))
        shops.put(db, "boots", "woocommerce", "x", NOW)
        fill(db, lines)
        asked = (("ten rules", TEN_RULES), ("policy.example.toml", example))
        for name, old in asked:
            _measure(db, name, old, lines)
        db.execute("UPDATE past_lines SET is_delivered = 0, is_all_delivered = 0")
        for name, old in asked:
            _measure(db, f"no delivery known, {name}", old, lines)
        db.close()


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
