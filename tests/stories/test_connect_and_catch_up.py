"""Two shops are connected; their history is read through news and three kills."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import timedelta
from itertools import count
from threading import Thread, current_thread
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import staff
from connector import config
from connector.model import Kind
from connector.steps import audit, request
from connector.steps.observe import observe
from connector.store import Database, backfills, desk, inbox
from connector.store.filing import Wish
from connector.wiring import open_office
from jobs.schedule import JOBS, attempt, once
from tests.processes import APART
from tests.stories.connected import BOOTS, EACH, TEE, Clock, World, beside, connect
from tests.stories.likeness import cases_of_tee, of_boots, of_tee, our_cases, ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event
    from pathlib import Path

# How many orders of each shop change in the life of a process, and how many distinct
# deliveries that must come to, on either store.
CHANGES, LEAST = 50, 500
BUSY = 30  # one order of so many changes at all, those again and again
KILLS = (9, 60, 100)  # at which commit of the backfills each process dies
READING = frozenset(
    {"decide", "mirror", "promise", "refunds", "reconcile", "close", "tell"}
)  # what is skipped: nothing but reading happens here


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[World]:
    with beside(tmp_path, address) as made:
        yield made
        assert audit.run(made.office.db) == []


def test_both_shops_are_connected_and_read_whole_however_often_they_are_killed(
    world: World,
) -> None:
    db = world.office.db
    connect(world)
    awaited = wish_to_return(world)
    world.clock.begun = monotonic()
    running = Counter[str]()
    for left in KILLS:
        live_and_die(world, left, CHANGES)
        now = [name for name in (TEE, BOOTS) if is_running(world, name)]
        assert now  # it was killed, and all the news came, in the middle of it
        running.update(now)
    assert set(running) == {TEE, BOOTS}
    assert distinct(world) >= LEAST
    for shop in (world.tee, world.boots):
        assert shop.switches.taken["duplicate"] >= LEAST // 10
        assert shop.switches.taken.keys() >= {"reorder", "drop"}
    assert len(world.tee.returns) > EACH // 50
    settle(world)
    same_orders(world)
    assert {k: v for k, v in our_cases(db, TEE).items() if v.status != "declined"} == {
        k: v for k, v in cases_of_tee(world.tee).items() if v.status != "declined"
    }
    asked = [one for one in desk.open_matters(db) if one.code == "deleted"]
    assert [one.about_id for one in asked] == [str(awaited)]


def wish_to_return(world: World) -> int:
    """Open a return of an order that the shop will have deleted; return its id."""
    work = world.office.work
    order_id = list(world.boots.orders)[7]
    order = observe(work.db, work.shops[BOOTS], str(order_id), work.clock)
    line = order.lines[0].ref
    request.open_return(
        work.db,
        shop=BOOTS,
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[Wish(line_ref=line, quantity=1, reason="too-small")],
        filed_by="portal",
        now=world.clock(),
    )
    world.boots.force_delete(order_id)
    world.deleted.add(str(order_id))
    return order_id


class Mortal(Database):
    """A database whose process dies at a commit of its backfills."""

    def die_at(self, left: int) -> None:
        self.commits, self.left = count(1), left

    def commit(self) -> None:
        super().commit()
        is_ours = current_thread().name == "backfill"
        if is_ours and next(self.commits) == self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def live(path: Path, begun: float, left: int, up: Event) -> None:
    """Do what the doomed process does: read history and inbox, until it dies."""
    clock = Clock(begun)
    asked = config.parse(path.read_text(), path.parent, {})
    office = open_office(asked, clock, clock.sleep, Mortal)
    assert isinstance(office.db, Mortal)
    office.db.die_at(left)
    jobs = {job.name: job for job in JOBS}

    def work(name: str, shop: str) -> None:
        while True:
            attempt(jobs[name], office.work, shop)
            clock.sleep(1)

    lines = [("backfill", shop) for shop in office.work.shops] + [("inbox", "")]
    threads = [Thread(target=work, args=line, name=line[0]) for line in lines]
    up.set()
    for thread in threads:
        thread.start()


def live_and_die(world: World, left: int, changes: int) -> None:
    """Let a process work until it is killed, while news comes in."""
    up = APART.Event()
    begun = world.clock.begun
    doomed = APART.Process(target=live, args=(world.path, begun, left, up))
    doomed.start()
    try:
        assert up.wait(60)
        news(world, changes)
        doomed.join(60)
        assert doomed.exitcode == -signal.SIGKILL
    finally:
        doomed.kill()
        doomed.join()


def distinct(world: World) -> int:
    """Count the deliveries that were accepted, each once however often it came.

    WooCommerce names them by hook and second: its doubles may look like two here.
    """
    db, boots = world.office.db, world.boots
    assert sum(inbox.counts(db, BOOTS)) == boots.outbox.sent  # all were accepted
    sent = world.told - boots.switches.taken["drop"]
    return inbox.counts(db, TEE)[0] + sent


def is_running(world: World, name: str) -> bool:
    row = backfills.state(world.office.db, name)
    return row is not None and row.state == "running"


def news(world: World, changes: int) -> None:
    """Let both shops change, and send what they would: doubled, reordered, lost."""
    for shop, topics in ((world.tee, "*"), (world.boots, "")):
        shop.switches.add("duplicate", topics, times=None, probability=0.5)
        shop.switches.add("reorder", topics, times=None, probability=0.8)
        shop.switches.add("drop", topics, times=None, probability=0.05)
    for n in range(changes):
        change_tee(world, n)
        change_boots(world, n)
        if n % 15 == 14:
            world.deliver()
    for shop in (world.tee, world.boots):
        shop.switches.clear()
    world.deliver()


def change_tee(world: World, n: int) -> None:
    """Let one thing happen in the Shopify shop."""
    tee, rng = world.tee, world.rng
    gid = rng.choice(list(tee.orders)[::BUSY])
    order = tee.orders[gid]
    if n % 15 == 0:
        teas = rng.sample(list(tee.variants), 2)
        tee.place_order([(teas[0], 1), (teas[1], 3)], "b@x.example")
    elif n % 15 == 1:
        case = rng.choice([x for x in tee.returns.values() if x.status == "REQUESTED"])
        rng.choice((staff.approve, staff.decline))(tee, case.gid)
    elif not order.parcels:
        tee.fulfil(gid)
    elif n % 3 == 0 and not order.returns:
        tee.customer_requests_return(gid, [(tee.lines_of(gid)[0], 1, "too-big")])
    elif n % 3 == 1:
        tee.deliver_parcel(gid)
    else:
        tee.staff_refund(gid, "0.50")


def change_boots(world: World, n: int) -> None:
    """Let one thing happen in the WooCommerce shop."""
    boots, rng = world.boots, world.rng
    live = [key for key, one in boots.orders.items() if one["status"] != "trash"]
    order_id = rng.choice(live[::BUSY])
    if n % 15 == 0:
        mugs = rng.sample(list(boots.products), 2)
        boots.place_order([(mugs[0], 1), (mugs[1], 3)], "b@x.example")
    elif n % 15 == 1:
        boots.trash(order_id)
    elif n % 15 == 2:
        boots.force_delete(order_id)
        world.deleted.add(str(order_id))
    elif n % 4 == 3 and boots.refunds[order_id]:
        boots.staff_delete_refund(order_id, boots.refunds[order_id][0]["id"])
    elif n % 3:
        boots.staff_refund(order_id, "0.50")
    else:
        boots.edit_order(order_id, customer_note=f"call me {n}")


def settle(world: World) -> None:
    """Let time go by until the history is read and nothing waits any more."""
    for _ in range(30):
        once(world.office.work, skip=READING)
        world.clock.ahead += timedelta(minutes=10)
        if not any(is_running(world, name) for name in (TEE, BOOTS)):
            break
    once(world.office.work, skip=READING)
    db = world.office.db
    assert inbox.waiting(db) == 0
    for name in (TEE, BOOTS):
        row = backfills.state(db, name)
        assert row is not None
        assert (row.state, row.percent) == ("done", 100)


def same_orders(world: World) -> None:
    """Hold Retour's books against the records of the shops themselves.

    Of what was deleted for good only the last sight may be here; what is in the
    trash is in no list of the shop, and need not be known.
    """
    db = world.office.db
    there, here = of_tee(world.tee), ours(db, TEE)
    assert len(there) > EACH
    assert here == there
    there, here = of_boots(world.boots), ours(db, BOOTS)
    assert here.keys() - there.keys() <= world.deleted
    assert not there.keys() & world.deleted
    trash = {ref for ref in there if world.boots.orders[int(ref)]["status"] == "trash"}
    assert there.keys() - here.keys() <= trash
    assert {ref: here[ref] for ref in here.keys() & there.keys()} == {
        ref: there[ref] for ref in here.keys() & there.keys()
    }
