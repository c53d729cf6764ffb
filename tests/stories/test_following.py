"""Staying in step by reading: kills at every commit, deletions, windows, old news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.demo.world import BOOTS, TEE, World
from connector.errors import OutcomeUnknown, Rejected, Unavailable
from connector.model import Batch
from connector.steps import audit, backfill, foreign, reach, sweep, sync
from connector.store import (
    Database,
    backfills,
    connect,
    desk,
    ledger,
    orders,
    returns,
    seen,
    shops,
)
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from connector.model import Order
    from connector.platform import Shop


class Killed(BaseException):
    """What no `except Exception` catches, as a kill."""


class Mortal(Database):
    """Dies at a commit, before or after it."""

    left = 0
    when = "after"

    def commit(self) -> None:
        self.left -= 1
        if self.left == 0 and self.when == "before":
            raise Killed
        super().commit()
        if self.left == 0:
            raise Killed


def sandbox(count: int) -> Sandbox:
    """Sell orders; every seventh has a refund of somebody's."""
    shop = Sandbox(name="boots")
    for n in range(count):
        order = replace(an_order(a_line("a", 3000, 3)), ref=f"{n:04}", number=f"#{n}")
        shop.sell(order)
        if n % 7 == 0:
            shop.pay_by_hand(order.ref, eur(100))
    return shop


def opened(address: str, kind: type[Database] = Database) -> Database:
    db = connect(address, kind)
    shops.put(db, "boots", "woocommerce", "x", NOON)
    return db


def later(now: datetime = NOON) -> Callable[[], datetime]:
    """Give a clock on which time passes at each look."""
    passed = iter(range(10**9))
    return lambda: now + timedelta(milliseconds=next(passed))


def same(db: Database, shop: Sandbox) -> bool:
    return all(
        orders.get(db, "boots", ref) == order
        and {one.platform_ref for one in ledger.externals(db, "boots", ref)}
        == {refund.ref for refund in order.refunds}
        for ref, order in shop.orders.items()
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_commit_the_history_still_ends_whole(
    address: str, when: str
) -> None:
    shop = sandbox(35)
    kills = 0
    for left in range(1, 200):
        db = opened(address, Mortal)
        assert isinstance(db, Mortal)
        db.left, db.when = left, when
        try:
            backfill.run(db, shop, later())
        except Killed:
            kills += 1
            backfill.run(db, shop, later(NOON + timedelta(days=1)))
        else:
            break
        finally:
            row = backfills.state(db, "boots")
            assert row is not None
            assert (row.state, row.done) == ("done", 35)
            assert same(db, shop)
            assert audit.run(db) == []
            for table in ("backfills", "seen_refunds"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - a test's own names
            db.left = 0
            db.close()
    assert kills > 10


def test_a_history_that_is_done_is_not_read_again_until_it_is_asked_for(
    address: str,
) -> None:
    db, shop = opened(address), sandbox(12)
    assert backfill.run(db, shop, later()) == 12
    assert backfill.run(db, shop, later()) == 0
    backfills.begin(db, "boots", None, NOON)
    assert backfill.run(db, shop, later()) == 12
    db.close()


class Trouble(Sandbox):
    """A shop whose history raises, or whose order cannot be read."""

    raises: list[Exception]
    unreadable: str

    def history(self, cursor: str) -> Iterator[Batch]:
        if self.raises:
            raise self.raises.pop()
        return super().history(cursor)

    def order(self, ref: str) -> Order:
        if ref == self.unreadable:
            raise OutcomeUnknown
        return super().order(ref)


def trouble(*raises: Exception, unreadable: str = "") -> Trouble:
    shop = Trouble(name="boots", orders=sandbox(9).orders)
    shop.raises, shop.unreadable = list(raises), unreadable
    return shop


def test_a_shop_that_is_away_is_asked_again_later_each_time(address: str) -> None:
    db, shop = opened(address), trouble(Unavailable(), Unavailable())
    assert backfill.run(db, shop, lambda: NOON) == 0
    row = backfills.state(db, "boots")
    assert row is not None
    assert (row.state, row.attempts) == ("running", 1)
    assert row.due > NOON
    assert backfill.run(db, shop, lambda: NOON) == 0  # not due yet
    assert backfill.run(db, shop, lambda: NOON + timedelta(hours=1)) == 0
    assert backfill.run(db, shop, lambda: NOON + timedelta(hours=9)) == 9
    db.close()


def test_a_refusal_stops_it_and_tells_a_person_how_to_go_on(address: str) -> None:
    db, shop = opened(address), trouble(Rejected("no scope"))
    backfill.run(db, shop, lambda: NOON)
    (matter,) = desk.open_matters(db)
    assert "no scope" in matter.why
    assert "retour shop backfill boots" in matter.why
    backfills.resume(db, "boots", NOON)
    assert backfill.run(db, shop, lambda: NOON) == 9
    db.close()


def test_one_order_that_cannot_be_read_holds_up_nothing_for_ever(address: str) -> None:
    db, shop = opened(address), trouble(unreadable="0007")
    for hours in range(0, 50, 10):
        backfill.run(db, shop, later(NOON + timedelta(hours=hours)))
    row = backfills.state(db, "boots")
    assert row is not None
    assert row.state == "done"
    (matter,) = desk.open_matters(db)
    assert (matter.about_id, matter.code) == ("0007", "unread")
    db.close()


def test_what_begins_anew_too_often_stops(address: str) -> None:
    class Lost(Sandbox):
        def history(self, cursor: str) -> Iterator[Batch]:
            del cursor
            return iter([Batch(cursor="", why="it is lost; begun anew")])

    db, shop = opened(address), Lost(name="boots")
    for hours in range(6):
        backfill.run(db, shop, later(NOON + timedelta(hours=hours)))
    row = backfills.state(db, "boots")
    assert row is not None
    assert (row.state, row.why) == ("stopped", "it is lost; begun anew")
    db.close()


def test_two_processes_at_once_take_nothing_in_twice(address: str) -> None:
    db, shop = opened(address), sandbox(30)

    class Slow(Sandbox):
        def history(self, cursor: str) -> Iterator[Batch]:
            for batch in super().history(cursor):
                backfill.run(db, shop, lambda: NOON)  # another one is faster
                yield batch

    backfill.run(db, Slow(name="boots", orders=shop.orders), lambda: NOON)
    row = backfills.state(db, "boots")
    assert row is not None
    assert (row.state, row.done) == ("done", 30)
    db.close()


def test_an_old_snapshot_never_replaces_a_newer_or_an_equal_one(address: str) -> None:
    db = opened(address)
    old = an_order(a_line("a", 3000, 3))
    equal = replace(old, number="#read")
    new = replace(old, number="#new", updated_at=NOON + timedelta(seconds=1))
    orders.keep_older(db, "boots", [old])
    assert orders.get(db, "boots", "29") == old
    orders.keep(db, "boots", equal)
    orders.keep_older(db, "boots", [old])
    assert orders.get(db, "boots", "29") == equal
    orders.keep(db, "boots", new)
    orders.keep(db, "boots", old)
    assert orders.get(db, "boots", "29") == new
    db.close()


def test_a_snapshot_of_the_history_lets_no_later_delivery_be_passed_over(
    address: str,
) -> None:
    db, shop = opened(address), sandbox(3)
    backfill.run(db, shop, later())
    assert not orders.read_upto(db, "boots", "0001", NOON)
    assert not orders.read_since(db, "boots", "0001", NOON - timedelta(days=9))
    shops.synced(db, "boots", NOON - timedelta(minutes=1))
    assert sync.run(db, shop, later(NOON + timedelta(hours=1))) == 3
    db.close()


@pytest.mark.parametrize("first", ["history", "delivery"])
def test_a_refund_by_others_enters_the_books_once_whoever_sees_it_first(
    address: str, first: str
) -> None:
    db, shop = opened(address), sandbox(1)
    ways: dict[str, Callable[[], object]] = {
        "history": lambda: backfill.run(db, shop, later()),
        "delivery": lambda: foreign.follow(db, shop, "0000", later()),
    }
    ways.pop(first)()
    next(iter(ways.values()))()
    assert len(ledger.externals(db, "boots", "0000")) == 1
    assert ledger.standing(db, "boots", "0000", "EUR") == eur(100)
    db.close()


def read(world: World, name: str, ref: str) -> None:
    shop: Shop = world.office.work.shops[name]
    foreign.follow(world.office.db, shop, ref, world.clock)


def test_a_refund_deleted_at_the_shop_is_found_though_nothing_tells(
    world: World,
) -> None:
    db, boots = world.office.db, world.boots
    mug = boots.add_product("Mug", "10.00")
    order_id = boots.place_order([(mug, 2)])
    refund_id = boots.staff_refund(order_id, "3.00")
    shop = world.office.work.shops[BOOTS]
    assert sweep.run(db, shop, world.clock) == 1  # seen by no snapshot: it is read
    assert len(ledger.externals(db, BOOTS, str(order_id))) == 1
    assert sweep.run(db, shop, world.clock) == 0
    boots.outbox.drain()
    with boots.lock:
        boots.refunds[order_id] = []
        boots.sum_refunds(order_id)
    assert sweep.run(db, shop, world.clock) == 1
    assert ledger.externals(db, BOOTS, str(order_id)) == []
    assert str(refund_id) not in seen.of_shop(db, BOOTS)
    assert sweep.run(db, shop, world.clock) == 0


def test_refunds_of_an_order_that_is_gone_are_asked_about_once(world: World) -> None:
    db, boots = world.office.db, world.boots
    order_id = boots.place_order([(boots.add_product("Mug", "10.00"), 2)])
    boots.staff_refund(order_id, "3.00")
    shop = world.office.work.shops[BOOTS]
    sweep.run(db, shop, world.clock)
    boots.force_delete(order_id)
    assert sweep.run(db, shop, world.clock) == 1
    assert sweep.run(db, shop, world.clock) == 0


def test_returns_whose_webhooks_were_lost_are_found_without_any_date(
    world: World,
) -> None:
    db, tee = world.office.db, world.tee
    gid = tee.place_order([(tee.add_product("Assam", "10.00"), 2)], "ada@x.example")
    tee.fulfil(gid)
    case = tee.customer_requests_return(gid, [(tee.lines_of(gid)[0], 1, "too-small")])
    before = tee.orders[gid].updated_at - timedelta(days=30)
    with tee.lock:
        tee.orders[gid].updated_at = before  # nothing moved it
    shop = world.office.work.shops[TEE]
    assert sweep.run(db, shop, world.clock) == 1
    ours = returns.by_platform_ref(db, TEE, case)
    assert ours is not None
    with tee.lock:
        tee.returns[case].status = "DECLINED"
        tee.orders[gid].updated_at = before
    world.clock.pass_by(hours=2)
    assert sweep.run(db, shop, world.clock) == 1
    again = returns.by_platform_ref(db, TEE, case)
    assert again is not None
    assert {line.decision for line in again.lines} == {"declined"}


def test_sixty_days_are_said_once_and_how_to_see_more(world: World) -> None:
    db, shop = world.office.db, world.office.work.shops[TEE]
    world.tee.scopes = [one for one in world.tee.scopes if one != "read_all_orders"]
    for _ in range(3):
        since = reach.tell(db, shop, world.clock())
        assert since == world.clock() - timedelta(days=60)
    (matter,) = desk.open_matters(db, TEE)
    assert "read_all_orders" in matter.why
    desk.close_one(db, matter.id, "a person", world.clock())
    reach.tell(db, shop, world.clock())
    assert desk.open_matters(db, TEE) == []


def test_a_mark_older_than_the_window_is_read_on_from_and_said(world: World) -> None:
    db, shop = world.office.db, world.office.work.shops[TEE]
    tee = world.tee
    gid = tee.place_order([(tee.add_product("Assam", "10.00"), 2)], "ada@x.example")
    tee.scopes = [one for one in tee.scopes if one != "read_all_orders"]
    shops.synced(db, TEE, world.clock() - timedelta(days=70))
    assert sync.run(db, shop, world.clock) == 1
    assert orders.get(db, TEE, gid)
    (matter,) = desk.open_matters(db, TEE)
    assert matter.code == "gap"
    assert sync.run(db, shop, world.clock) == 1  # in the second of its change
    assert len(desk.open_matters(db, TEE)) == 1


def test_a_quiet_shop_is_not_said_to_have_a_gap(world: World) -> None:
    db, shop = world.office.db, world.office.work.shops[TEE]
    world.tee.scopes = [one for one in world.tee.scopes if one != "read_all_orders"]
    for _ in range(5):
        sync.run(db, shop, world.clock)
        world.clock.pass_by(days=25)
    assert desk.open_matters(db, TEE) == []


def test_a_date_in_the_future_does_not_carry_the_mark_away(world: World) -> None:
    db, boots = world.office.db, world.boots
    mug = boots.add_product("Mug", "10.00")
    first = boots.place_order([(mug, 1)])
    boots.orders[first].update(
        boots.dates(world.clock() + timedelta(days=365), "date_modified")
    )
    shop = world.office.work.shops[BOOTS]
    sync.run(db, shop, world.clock)
    world.clock.pass_by(hours=1)
    second = boots.place_order([(mug, 1)])
    sync.run(db, shop, world.clock)
    assert orders.get(db, BOOTS, str(second))
