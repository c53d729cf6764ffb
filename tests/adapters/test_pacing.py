"""Paced adapters over HTTP: throttles, outages, places that processes share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING

import pytest

from adapters.pacing import Pacing
from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve
from connector.demo import World
from connector.demo.world import BOOTS, TEE
from connector.errors import Unavailable
from connector.steps.pace import Measure, SharedPace
from connector.store import connect, desk, pace, shops
from connector.wiring import open_office
from jobs.schedule import once
from tests.connector.shapes import NOON
from tests.contract.conftest import LOCAL
from tests.processes import APART

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.context import ForkServerProcess

    from connector.platform import Shop
    from connector.store import Database

LEASE = timedelta(minutes=3)


def ordered(world: World, name: str) -> tuple[str, Shop]:
    """Return an order's ref, and the paced adapter of its shop."""
    shop = world.office.work.shops[name]
    if name == BOOTS:
        mug = world.boots.add_product("Mug", "10.00")
        return str(world.boots.place_order([(mug, 1)])), shop
    tea = world.tee.add_product("Assam", "10.00")
    return world.tee.place_order([(tea, 1)], "ada@example.test"), shop


@pytest.fixture
def second(world: World) -> Iterator[World]:
    """The same installation, opened by another process."""
    clock = world.clock
    office = open_office(world.office.config, clock, clock.sleep)
    yield World(
        clock=clock,
        rng=world.rng,
        tee=world.tee,
        boots=world.boots,
        office=office,
        url=world.url,
    )
    office.db.close()


def test_a_throttled_query_waits_as_long_as_the_bucket_needs(world: World) -> None:
    ref, shop = ordered(world, TEE)
    world.tee.door.bucket.available = 0
    before = world.clock()
    assert shop.order(ref).ref == ref
    assert timedelta(0) < world.clock() - before < timedelta(seconds=5)
    assert not pace.is_open(world.office.db, TEE)


@pytest.mark.parametrize("name", [TEE, BOOTS])
def test_a_429_keeps_every_process_away_as_long_as_the_shop_asks(
    world: World, second: World, name: str
) -> None:
    ref, shop = ordered(world, name)
    books = world.tee if name == TEE else world.boots
    books.switches.add("status", code=429, retry_after=30)
    before = world.clock()
    if name == TEE:
        assert shop.order(ref).ref == ref  # asked again, after the wait
    else:
        with pytest.raises(Unavailable):
            shop.order(ref)
        assert second.office.work.shops[name].order(ref).ref == ref
    assert world.clock() - before == timedelta(seconds=30)
    assert books.switches.taken["status"] == 1
    assert not pace.is_open(world.office.db, name)


@pytest.mark.parametrize(("name", "calls"), [(TEE, 5), (BOOTS, 1)])
def test_a_503_opens_the_breaker_of_every_process_until_the_shop_is_well(
    world: World, second: World, name: str, calls: int
) -> None:
    ref, shop = ordered(world, name)
    books = world.tee if name == TEE else world.boots
    books.switches.add("status", times=None, code=503, retry_after=600)
    for _ in range(calls):
        world.clock.pass_by(hours=1)
        with pytest.raises(Exception, match="503"):
            shop.order(ref)
    struck = books.switches.taken.total()
    world.clock.pass_by(seconds=599)
    for one in (world, second):
        with pytest.raises(Unavailable, match="503"):
            one.office.work.shops[name].order(ref)
    assert books.switches.taken.total() == struck == calls
    books.switches.clear()
    world.clock.pass_by(seconds=1)
    assert second.office.work.shops[name].order(ref).ref == ref
    assert shop.order(ref).ref == ref
    assert not pace.is_open(world.office.db, name)


def codes(world: World) -> list[tuple[str, str]]:
    matters = desk.open_matters(world.office.db, TEE)
    return [(one.about, one.code) for one in matters]


def test_answers_in_another_api_version_are_said_until_they_are_right_again(
    world: World,
) -> None:
    ref, shop = ordered(world, TEE)
    for served in ("2027-01", "2027-01", "2027-04"):
        world.tee.served_version = served
        shop.order(ref)
        assert codes(world) == [("shop", "api_version")]
    world.tee.served_version = ""
    shop.order(ref)
    assert codes(world) == []


def test_webhooks_in_another_api_version_are_said_until_they_are_right_again(
    world: World,
) -> None:
    ordered(world, TEE)
    world.tee.served_version = "2027-01"
    world.tee.deliver()
    world.tee.served_version = ""
    once(world.office.work)
    assert codes(world) == [("webhooks", "api_version")]
    world.clock.pass_by(minutes=5)
    ordered(world, TEE)
    world.tee.deliver()
    once(world.office.work)
    assert codes(world) == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Errandboy:
    """What a process needs to call the shop; it can be sent to another one."""

    address: str
    url: str
    order: str
    most: int
    blocked: Queue[str]
    done: Queue[str]
    go_on: Event
    now: datetime = NOON

    def shop(self, db: Database) -> WooCommerceShop:
        measure = Measure(most_at_once=self.most, lease=LEASE)
        shared = SharedPace(db=db, shop=BOOTS, clock=lambda: self.now, measure=measure)
        return WooCommerceShop(
            name=BOOTS,
            url=self.url,
            key="ck_standin",
            secret="cs_standin",
            clock=lambda: self.now,
            timeouts=Timeouts(),
            allow_http=True,
            transport=LOCAL,
            pacing=Pacing(pace=shared, sleep=self.wait),
        )

    def wait(self, seconds: float) -> None:
        """Say that there is no place, and wait until there should be one."""
        del seconds
        self.blocked.put("")
        self.go_on.wait()

    def run(self, threads: int) -> None:
        """Read the order in so many threads at once, over one database."""
        db = connect(self.address)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self.read, [self.shop(db)] * threads))
        db.close()

    def read(self, shop: Shop) -> None:
        """Read the order, and say so."""
        self.done.put(shop.order(self.order).ref)


def go(errandboy: Errandboy, threads: int) -> None:
    errandboy.run(threads)


@pytest.fixture
def boots() -> Iterator[tuple[WooStandin, str]]:
    shop = WooStandin(clock=lambda: NOON)
    with serve(shop) as url:
        yield shop, url


@pytest.fixture
def started() -> Iterator[Callable[[Errandboy, int], ForkServerProcess]]:
    """Start processes that end with the test, whatever becomes of it."""
    with ExitStack() as stack:

        def start(errandboy: Errandboy, threads: int) -> ForkServerProcess:
            process = APART.Process(target=go, args=(errandboy, threads))
            process.start()
            stack.callback(process.join)
            stack.callback(process.kill)
            return process

        yield start


def errandboy(address: str, boots: tuple[WooStandin, str], most: int) -> Errandboy:
    """Make one for a shop that is connected and has an order."""
    db = connect(address)
    shops.put(db, BOOTS, "woocommerce", boots[1], NOON)
    db.close()
    order = boots[0].place_order([(boots[0].add_product("Mug", "10.00"), 1)])
    return Errandboy(
        address=address,
        url=boots[1],
        order=str(order),
        most=most,
        blocked=APART.Queue(),
        done=APART.Queue(),
        go_on=APART.Event(),
    )


def test_threads_of_two_processes_together_keep_to_the_places_of_a_shop(
    address: str,
    boots: tuple[WooStandin, str],
    started: Callable[[Errandboy, int], ForkServerProcess],
) -> None:
    one = errandboy(address, boots, most=2)
    held = [boots[0].switches.add("delay", "GET /orders/") for _ in range(4)]
    both = [started(one, 2), started(one, 2)]
    for _ in range(2):
        one.blocked.get(timeout=60)
    for delay in held[:2]:
        assert delay.arrived.wait(60)
    db = connect(address)
    assert pace.under_way(db, BOOTS, NOON).count == 2
    assert not any(delay.arrived.is_set() for delay in held[2:])
    boots[0].switches.clear()
    first = [one.done.get(timeout=60) for _ in range(2)]
    one.go_on.set()
    others = [one.done.get(timeout=60) for _ in range(2)]
    assert first + others == [one.order] * 4
    for process in both:
        process.join()
        assert process.exitcode == 0
    assert pace.under_way(db, BOOTS, NOON).count == 0
    db.close()


def test_the_place_of_a_process_that_was_killed_comes_back_after_its_lease(
    address: str,
    boots: tuple[WooStandin, str],
    started: Callable[[Errandboy, int], ForkServerProcess],
) -> None:
    one = errandboy(address, boots, most=1)
    delay = boots[0].switches.add("delay", "GET /orders/")
    process = started(one, 1)
    assert delay.arrived.wait(60)
    process.kill()
    process.join()
    boots[0].switches.clear()
    one.go_on.set()
    db = connect(address)
    with pytest.raises(Unavailable):  # for all its patience, there is no place
        one.shop(db).order(one.order)
    later = replace(one, now=NOON + LEASE)
    assert later.shop(db).order(one.order).ref == one.order
    db.close()
