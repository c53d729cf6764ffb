"""Measure, on this machine: durable webhook intake, a verdict, and the demo's way."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import sqlite_utils
from flask import Flask

from bench import policy as decision
from bench import rate
from connector import policy
from connector.demo import build, play
from connector.model import Kind
from connector.policy import Case, Wanted
from connector.steps.receive import accept
from connector.store import connect, orders, shops, stamp
from tests.connector.shapes import NOON, a_line, an_order
from webhooks import Door, Doors, blueprint
from webhooks.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.model import Order
    from connector.store import Database

DELIVERIES = 1000
HISTORY, BATCH = 20_000, 200
VERDICTS = 5000
ORDERS = 60
SECRET = b"secret"


def intake() -> float:
    """Return deliveries a second: verified, deduplicated, committed, answered."""
    with tempfile.TemporaryDirectory() as folder:
        db = connect(str(Path(folder) / "bench.sqlite"))
        shops.put(db, "boots", "woocommerce", "https://boots.example", NOON)
        door = Door(shop="boots", platform="woocommerce", secrets=(SECRET,))
        app = Flask("bench")
        doors = Doors(accept=partial(accept, db), doors=[door], clock=lambda: NOON)
        app.register_blueprint(blueprint(doors))
        client = app.test_client()
        started = time.perf_counter()
        for number in range(DELIVERIES):
            body = b'{"id": %d}' % number
            headers = {
                "X-WC-Webhook-Topic": "order.updated",
                "X-WC-Webhook-Signature": sign(body, SECRET),
            }
            answer = client.post(
                "/webhooks/woocommerce/boots", data=body, headers=headers
            )
            assert answer.status_code == 200
        taken = time.perf_counter() - started
        db.close()
        return DELIVERIES / taken


def verdicts() -> float:
    """Return verdicts a second, each with its trace."""
    text = (Path(__file__).parents[1] / "policy.example.toml").read_text()
    rules = policy.load(text)
    order = an_order(a_line("a", 3000, 3))
    wanted = Wanted(line_ref="a", quantity=1, reason="too-small")
    case = Case(kind=Kind.VOLUNTARY, asked_at=NOON, lines=(wanted,))
    started = time.perf_counter()
    for _ in range(VERDICTS):
        policy.judge(rules, order, case)
    return VERDICTS / (time.perf_counter() - started)


def way() -> float:
    """Return orders a second through the whole demo, over HTTP, mishaps and all."""
    with tempfile.TemporaryDirectory() as folder, build(Path(folder), seed=1) as world:
        started = time.perf_counter()
        result = play(world, ORDERS, seed=1)
        assert result.is_sound
        return ORDERS / (time.perf_counter() - started)


def history(keep: Callable[[Database, list[Order]], None]) -> float:
    """Return orders a second that a way of keeping them takes in, durably."""
    with tempfile.TemporaryDirectory() as folder:
        db = connect(str(Path(folder) / "bench.sqlite"))
        shops.put(db, "boots", "woocommerce", "https://boots.example", NOON)
        whole = an_order(a_line("a", 3000, 3), a_line("b", 500), shipping=490)
        started = time.perf_counter()
        for first in range(0, HISTORY, BATCH):
            refs = range(first, first + BATCH)
            keep(db, [replace(whole, ref=f"{ref:08}") for ref in refs])
        taken = time.perf_counter() - started
        db.close()
        return HISTORY / taken


def ours(db: Database, found: list[Order]) -> None:
    """Keep a batch as the backfill does."""
    db.transact(lambda: orders.keep_older(db, "boots", found))


def upsert(db: Database, found: list[Order]) -> None:
    """Keep a batch by sqlite-utils' own upsert, in one transaction too."""
    raw = sqlite_utils.Database(db.engine.raw())  # type: ignore[attr-defined]  # SQLite here
    rows = [
        {
            "shop": "boots",
            "ref": order.ref,
            "number": order.number,
            "updated_at": stamp(order.updated_at),
            "read_at": "",
            "snapshot": msgspec.json.encode(order).decode(),
        }
        for order in found
    ]
    raw["orders"].upsert_all(rows, pk=("shop", "ref"))


def backfill() -> float:
    """Return the backfill's orders a second, divided by those of upsert."""
    return history(ours) / history(upsert)


for name, measure, unit in (
    ("webhook intake, durable", intake, "deliveries/s"),
    ("policy verdict with its trace", verdicts, "verdicts/s"),
    ("the demo's way", way, "orders/s"),
    ("backfill, kept", partial(history, ours), "orders/s"),
    ("Shopify's rate, used by refunds", rate.share, "of 1"),
    ("backfill ÷ sqlite-utils' upsert", backfill, "times"),
):
    print(f"{name:32} {measure():10.2f} {unit}")

# Ends with 1 where a decision costs more than it may.
decision.main()
