"""A long history is read while news pours in and the process is killed three times."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.state import SCOPES
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from connector import config
from connector.demo.world import (
    BOOTS,
    CONFIG,
    DOMAIN,
    HOOK_SECRET,
    TEE,
)
from connector.steps import audit
from connector.store import backfills, inbox, ledger, orders, returns
from connector.wiring import Office, open_office
from jobs.schedule import once, watch_hooks
from tests.stories.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order
    from connector.platform import Shop

EACH = 1000  # orders of each shop
CHANGES = 60  # of orders of each shop while the history is read
KILLS = (9, 35, 60)  # the commit at which each process dies
LONG_AGO = timedelta(days=30)  # the first look back does not reach these orders
SPEED = 60  # a second is a minute: both processes read the same clock of the machine
READING = frozenset(
    {"decide", "mirror", "promise", "refunds", "reconcile", "close"}
)  # what is skipped: nothing but reading happens here

DOOMED = """
import os, signal, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from connector import config
from connector.store import Database, backfills
from connector.wiring import open_office
from connector.steps import backfill, intake
from tests.stories.test_connect_and_catch_up import Clock

path, begun, left = sys.argv[1:]
clock = Clock(float(begun))

class Mortal(Database):
    left = int(left)
    def commit(self):
        super().commit()
        Mortal.left -= self.is_counting
        if Mortal.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    is_counting = 0

file = Path(path)
office = open_office(config.parse(file.read_text(), file.parent, {}), clock,
                     clock.sleep, Mortal)
Mortal.is_counting = 1
work = office.work
while True:
    for shop in work.shops.values():
        backfill.run(work.db, shop, clock)
    intake.run(work.db, work.shops, clock, most=3)
"""


@dataclass(slots=True)
class Clock:
    """The machine's own clock since `begun`, sped up: the same in every process."""

    begun: float
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        gone = (time.monotonic() - self.begun) * SPEED
        start = datetime(2026, 9, 1, 8, tzinfo=UTC)
        return start + timedelta(seconds=gone) + self.ahead

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / SPEED)


@dataclass(slots=True, kw_only=True)
class World:
    clock: Clock
    tee: ShopifyStandin
    boots: WooStandin
    office: Office
    path: Path
    rng: random.Random
    accepted: int = 0

    def deliver(self) -> None:
        self.accepted += self.tee.deliver() + self.boots.deliver()


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[World]:
    clock = Clock(time.monotonic())
    tee = ShopifyStandin(
        domain=DOMAIN,
        token="x",
        client_id="demo",
        client_secret=HOOK_SECRET,
        clock=clock,
        scopes=(*SCOPES, "read_all_orders"),
    )
    boots = WooStandin(clock=clock, name=BOOTS)
    with ExitStack() as stack:
        tee_url = stack.enter_context(serve_shopify(tee))
        boots_url = stack.enter_context(serve_woo(boots))
        port, place = stack.enter_context(served())
        path = tmp_path / "config.toml"
        text = CONFIG.format(
            database=address,
            port=port,
            password="p",
            domain=DOMAIN,
            tee=tee_url,
            boots=boots_url,
            secret=HOOK_SECRET,
            inbound="i",
            key=boots.key,
            woo=boots.secret,
        )
        path.write_text(text)
        rules = (files("connector.demo") / "policy.toml").read_text("utf-8")
        (tmp_path / "policy.toml").write_text(rules, "utf-8")
        clock.ahead = -LONG_AGO
        sell(tee, boots)
        clock.ahead = timedelta()
        tee.deliver()  # nobody listens yet: old news is gone
        boots.deliver()
        office = open_office(config.parse(text, tmp_path, {}), clock, clock.sleep)
        stack.callback(office.db.close)
        place(office.app)
        for name in (TEE, BOOTS):
            watch_hooks(office.work, name)
        rng = random.Random(4)  # noqa: S311 - a play
        yield World(
            clock=clock, tee=tee, boots=boots, office=office, path=path, rng=rng
        )
        assert audit.run(office.db) == []


def sell(tee: ShopifyStandin, boots: WooStandin) -> None:
    """Fill both shops as business does: parcels, refunds, returns, odd statuses."""
    teas = [tee.add_product(f"Tea {n}", f"{n + 3}.90", tags=["tea"]) for n in range(5)]
    boots.more_statuses["packing"] = "Packing"
    mugs = [boots.add_product(f"Mug {n}", f"{n + 7}.50") for n in range(5)]
    for n in range(EACH):
        gid = tee.place_order([(teas[n % 5], 2), (teas[(n + 2) % 5], 1)], "a@x.example")
        if n % 4:
            tee.fulfil(gid)
        if n % 25 == 0:
            tee.staff_refund(gid, "1.00")
        if n % 50 == 1:
            lines = [(tee.lines_of(gid)[0], 1, "too-small")]
            tee.customer_requests_return(gid, lines)
        order_id = boots.place_order([(mugs[n % 5], 2), (mugs[(n + 1) % 5], 1)])
        if n % 25 == 0:
            boots.staff_refund(order_id, "1.00")
        if n % 100 == 3:
            boots.edit_order(order_id, status="packing")  # some plugin's own


def news(world: World) -> None:
    """Let both shops change, and send what they would: doubled, reordered, lost."""
    tee, boots, rng = world.tee, world.boots, world.rng
    for shop, topics in ((tee, "*"), (boots, "")):
        shop.switches.add("duplicate", topics, times=None, probability=0.5)
        shop.switches.add("reorder", topics, times=None, probability=0.5)
        shop.switches.add("drop", topics, times=None, probability=0.05)
    gids, ids = list(tee.orders), list(boots.orders)
    for n in range(CHANGES):
        gid, order_id = rng.choice(gids), rng.choice(ids)
        if n % 3 == 0 and tee.orders[gid].parcels:
            tee.deliver_parcel(gid)
        elif n % 3 == 1:
            tee.staff_refund(gid, "0.50")
        elif not tee.orders[gid].parcels:
            tee.fulfil(gid)
        if n % 4 == 3 and boots.refunds[order_id]:
            boots.staff_delete_refund(order_id, boots.refunds[order_id][0]["id"])
        elif n % 2:
            boots.staff_refund(order_id, "0.50")
        else:
            boots.edit_order(order_id, customer_note=f"call me {n}")
        if n % 20 == 19:
            world.deliver()
    for shop in (tee, boots):
        shop.switches.clear()
    world.deliver()


def test_both_shops_are_read_whole_however_often_the_process_is_killed(
    world: World,
) -> None:
    db = world.office.db
    seen = Counter[str]()
    for left in KILLS:
        arguments = [str(world.path), str(world.clock.begun), str(left)]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-c", DOOMED, *arguments],
            env=os.environ | {"PYTHONPATH": "."},
        ) as doomed:
            news(world)
            assert doomed.wait(timeout=60) == -signal.SIGKILL
        rows = [backfills.state(db, name) for name in (TEE, BOOTS)]
        seen.update(row.state if row else "none" for row in rows)
    assert seen["running"] >= 3  # all were killed in the middle of it
    assert world.accepted >= 500
    assert sum(one.copies for one in inbox.recent(db, limit=10**5)) > 50
    settle(world)
    for name in (TEE, BOOTS):
        row = backfills.state(db, name)
        assert row is not None
        assert (row.state, row.percent) == ("done", 100)
        same(world, name)
    assert inbox.counts(db, TEE)[0]


def settle(world: World) -> None:
    """Let time go by until the history is read and nothing waits any more."""
    db, work = world.office.db, world.office.work
    for _ in range(30):
        once(work, skip=READING)
        world.clock.ahead += timedelta(minutes=10)
        rows = [backfills.state(db, name) for name in (TEE, BOOTS)]
        if all(row is not None and row.state == "done" for row in rows):
            break
    once(work, skip=READING)


def fresh(shop: Shop) -> Iterator[Order]:
    """Read the whole shop again: plain orders from the list, the others singly."""
    cursor = ""
    is_over = False
    while not is_over:
        for batch in shop.history(cursor):
            cursor, is_over = batch.cursor, batch.is_last
            yield from batch.orders
            yield from (shop.order(ref) for ref in batch.again)


def same(world: World, name: str) -> None:
    """Prove that snapshots, external refunds and returns are the shop's own."""
    db, shop = world.office.db, world.office.work.shops[name]
    found = 0
    for order in fresh(shop):
        found += 1
        assert orders.get(db, name, order.ref) == order
        entered = {one.platform_ref for one in ledger.externals(db, name, order.ref)}
        assert entered == {refund.ref for refund in order.refunds}
    assert found == EACH == orders.count(db, name)
    if name == TEE:
        for case in world.tee.returns.values():
            ours = returns.by_platform_ref(db, TEE, case.gid)
            assert ours is not None
            assert ours.order_ref == case.order_gid
