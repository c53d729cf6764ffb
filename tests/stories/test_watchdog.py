"""What goes wrong with webhooks in a shop's life, and what the watchdog makes of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from connector.demo.world import BOOTS, TEE
from connector.errors import BadRequest
from connector.steps import hooks as tending
from connector.steps import place, watchdog
from connector.store import credentials, hooks, leases, orders, shops
from connector.wiring import open_office
from jobs.schedule import once, watch_hooks
from tests.stories.test_hooks import (
    SHOPS,
    addresses,
    deliver,
    look,
    matters,
    remove_all,
    sell,
)

if TYPE_CHECKING:
    from connector.demo import World
    from connector.wiring import Office

THEIRS = "https://erp.example/hook"


def secrets(world: World) -> dict[str, str]:
    office = world.office
    known = credentials.of(office.db, office.vault, BOOTS)
    return {name: secret.reveal() for name, secret in known.items()}


def wanted(world: World, shop: str) -> list[str]:
    return sorted(world.office.work.shops[shop].topics())


def topics(world: World, shop: str) -> list[str]:
    return [topic for topic, address in addresses(world, shop) if address != THEIRS]


def tend(world: World, shop: str) -> tending.Tended:
    office = world.office
    wish = office.branches.wish(shop)
    return tending.tend(office.db, office.work.shops[shop], wish, world.clock)


def test_what_shopify_deleted_is_made_again_and_what_it_lost_is_found(
    world: World,
) -> None:
    before = addresses(world, TEE)
    for one in world.tee.subscriptions.values():
        one.uri = f"{world.url}/nowhere"
    ref = sell(world, TEE)
    for _ in range(9):
        deliver(world, TEE)
        world.clock.pass_by(hours=3)
    left = len(world.tee.subscriptions)
    assert left < len(before)
    look(world, TEE)
    assert addresses(world, TEE) == before
    assert "(deleted)" in matters(world, TEE)["webhooks"]
    once(world.office.work)
    assert orders.get(world.office.db, TEE, ref)


def test_a_secret_that_somebody_changed_is_ours_again(world: World) -> None:
    for hook in world.boots.outbox.hooks.values():
        hook.secret = "somebody's"
    for _ in range(7):
        sell(world, BOOTS)
        deliver(world, BOOTS)
    refused = world.office.doors.rejected[BOOTS]
    assert refused > 0
    look(world, BOOTS)
    assert "(disabled)" in matters(world, BOOTS)["webhooks"]
    sell(world, BOOTS)
    deliver(world, BOOTS)
    is_ours = secrets(world)["webhook_secret"]
    mended = [x for x in world.boots.outbox.hooks.values() if x.secret == is_ours]
    assert "order.created" in {one.topic for one in mended}
    once(world.office.work)
    assert orders.count(world.office.db, BOOTS) == 8


def test_a_silence_signs_every_webhook_anew_and_ends_when_one_is_heard(
    world: World,
) -> None:
    world.clock.pass_by(hours=1)
    for hook in world.boots.outbox.hooks.values():
        hook.secret = "somebody's"
    sell(world, BOOTS)
    deliver(world, BOOTS)
    once(world.office.work)
    look(world, BOOTS, minutes=40)
    assert set(matters(world, BOOTS)) == {"silent"}
    is_ours = secrets(world)["webhook_secret"]
    assert {one.secret for one in world.boots.outbox.hooks.values()} == {is_ours}
    assert look(world, BOOTS) == 0
    assert set(matters(world, BOOTS)) == {"silent"}
    sell(world, BOOTS)
    deliver(world, BOOTS)
    look(world, BOOTS)
    assert matters(world, BOOTS) == {}


def test_shopify_is_told_of_a_silence_and_left_alone(world: World) -> None:
    world.clock.pass_by(hours=1)
    before = dict(world.tee.subscriptions)
    world.tee.switches.add("drop", times=None)
    sell(world, TEE)
    deliver(world, TEE)
    once(world.office.work)
    assert look(world, TEE, minutes=40) == 0
    assert "silent" in matters(world, TEE)
    assert world.tee.subscriptions == before


@pytest.mark.parametrize("shop", SHOPS)
def test_a_lost_answer_is_no_disorder(world: World, shop: str) -> None:
    remove_all(world, shop)
    standin, match = (
        (world.tee, "webhookSubscriptionCreate")
        if shop == TEE
        else (world.boots, "POST /webhooks")
    )
    standin.switches.add("lose_answer", match)
    look(world, shop)
    look(world, shop)
    assert topics(world, shop) == wanted(world, shop)
    assert matters(world, shop) == {}
    assert hooks.intents(world.office.db, shop) == {}
    found = [one.why for one in watchdog.deeds(world.office.db, shop)]
    assert any(why.endswith("found in the shop") for why in found)


def test_a_lost_request_is_made_up_for(world: World) -> None:
    remove_all(world, BOOTS)
    world.boots.switches.add("lose_request", "POST /webhooks")
    look(world, BOOTS)
    assert len(topics(world, BOOTS)) == len(wanted(world, BOOTS)) - 1
    look(world, BOOTS)
    assert topics(world, BOOTS) == wanted(world, BOOTS)


def test_a_copy_touches_no_webhook_until_a_person_lets_it(world: World) -> None:
    db = world.office.db
    shops.pause(db, BOOTS, is_paused=True, why=place.RESTORED)
    world.office.branches.public_url = "https://staging.example"
    before = addresses(world, BOOTS)
    assert look(world, BOOTS) == 0
    assert remove_all(world, BOOTS)
    assert addresses(world, BOOTS) == before
    shops.reconciled(db, BOOTS, world.clock())
    place.resume(db, BOOTS, actor="Ada", now=world.clock())
    assert look(world, BOOTS) > 0
    assert {url for _, url in addresses(world, BOOTS)} == {
        f"https://staging.example/webhooks/woocommerce/{BOOTS}"
    }


def test_another_api_version_is_told_until_it_is_ours(world: World) -> None:
    world.tee.api_version = "2027-01"
    look(world, TEE)
    said = matters(world, TEE)["webhooks_version"]
    assert "2027-01" in said
    assert "2026-10" in said
    world.tee.api_version = "2026-10"
    look(world, TEE)
    assert matters(world, TEE) == {}


def test_a_second_change_of_the_secret_waits_for_the_first(world: World) -> None:
    branches = world.office.branches
    branches.rotate_hooks(BOOTS)
    with pytest.raises(BadRequest):
        branches.rotate_hooks(BOOTS)
    look(world, BOOTS)
    branches.rotate_hooks(BOOTS)


def test_changing_the_secret_often_is_no_disorder(world: World) -> None:
    for _ in range(tending.TIMES_A_DAY + 1):
        world.office.branches.rotate_hooks(BOOTS)
        assert look(world, BOOTS) > 0
    assert matters(world, BOOTS) == {}
    is_ours = secrets(world)["webhook_secret"]
    assert {one.secret for one in world.boots.outbox.hooks.values()} == {is_ours}


def test_nothing_is_made_while_a_process_may_not_know_the_secret(
    world: World,
) -> None:
    world.office.branches.rotate_hooks(BOOTS)
    known = world.boots.outbox.hooks
    del known[next(iter(known))]
    assert tend(world, BOOTS).made == []
    world.clock.pass_by(seconds=11)
    assert len(tend(world, BOOTS).made) == len(wanted(world, BOOTS))


def test_a_secret_is_changed_under_traffic_without_one_refused_delivery(
    world: World,
) -> None:
    """The jobs are another process; two seconds pass as the web looks again."""
    jobs = open_office(world.office.config, world.clock)
    stop = threading.Event()
    sold: list[str] = []

    def traffic() -> None:
        while not stop.is_set() or len(sold) < 5:
            sold.append(sell(world, BOOTS))
            deliver(world, BOOTS)

    customers = threading.Thread(target=traffic)
    customers.start()
    try:
        for _ in range(3):
            jobs.branches.rotate_hooks(BOOTS)
            world.office.branches.refresh()
            world.clock.pass_by(minutes=11)
            assert watch_hooks(jobs.work, BOOTS) > 0
    finally:
        stop.set()
        customers.join()
        jobs.db.close()
    assert world.office.doors.rejected[BOOTS] == 0
    is_ours = secrets(world)["webhook_secret"]
    assert {one.secret for one in world.boots.outbox.hooks.values()} == {is_ours}
    once(world.office.work)
    assert orders.count(world.office.db, BOOTS) == len(sold)


@pytest.mark.parametrize("shop", SHOPS)
def test_two_watchdogs_at_once_make_each_webhook_once(world: World, shop: str) -> None:
    other = open_office(world.office.config, world.clock)
    _foreign(world, shop)
    remove_all(world, shop)
    start = threading.Barrier(2)

    def bark(office: Office) -> int:
        start.wait()
        return watch_hooks(office.work, shop)

    world.clock.pass_by(minutes=11)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(bark, (world.office, other)))
    other.db.close()
    assert sum(found) == len(wanted(world, shop))
    assert topics(world, shop) == wanted(world, shop)
    assert THEIRS in {address for _, address in addresses(world, shop)}
    assert matters(world, shop) == {}


def test_one_that_died_at_it_is_waited_for(world: World) -> None:
    db = world.office.db
    world.clock.pass_by(minutes=11)
    assert leases.claim(
        db, f"webhooks {BOOTS}", "a dead one", world.clock(), watchdog.LEASE
    )
    known = world.boots.outbox.hooks
    del known[next(iter(known))]
    assert watch_hooks(world.office.work, BOOTS) == 0
    assert look(world, BOOTS) == 1


@pytest.mark.parametrize("shop", SHOPS)
def test_two_that_do_not_know_of_each_other_leave_nothing_double_for_long(
    world: World, shop: str
) -> None:
    """One was so slow that its time had run out."""
    _foreign(world, shop)
    remove_all(world, shop)
    start = threading.Barrier(2)

    def bark(_: int) -> None:
        start.wait()
        tend(world, shop)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(bark, range(2)))
    look(world, shop)
    assert topics(world, shop) == wanted(world, shop)
    assert THEIRS in {address for _, address in addresses(world, shop)}
    sell(world, shop)
    deliver(world, shop)
    assert world.office.doors.rejected[shop] == 0


def _foreign(world: World, shop: str) -> None:
    if shop == TEE:
        world.tee.subscribe("orders/create", THEIRS)
    else:
        world.boots.subscribe(THEIRS, ["order.created"], "theirs")
