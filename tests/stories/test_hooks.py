"""Webhooks made, kept in order and removed by us, at both stand-ins over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.config import Secret
from connector.demo.world import BOOTS, TEE
from connector.steps import hooks as tending
from connector.store import credentials, desk, history, hooks, inbox, orders, shops
from jobs.schedule import once, watch_hooks
from tests.dying import Dying, Killed

if TYPE_CHECKING:
    from pathlib import Path

    from connector.demo import World
    from tests.prepared import Street

SHOPS = (TEE, BOOTS)


def addresses(world: World, shop: str) -> list[tuple[str, str]]:
    """Return what the stand-in itself has: (topic, address)."""
    if shop == TEE:
        return sorted((x.topic, x.uri) for x in world.tee.subscriptions.values())
    return sorted((x.topic, x.url) for x in world.boots.outbox.hooks.values())


def look(world: World, shop: str, minutes: int = 11) -> int:
    world.clock.pass_by(minutes=minutes)
    return watch_hooks(world.office.work, shop)


def remove_all(world: World, shop: str) -> bool:
    office = world.office
    return tending.remove_all(
        office.db, office.work.shops[shop], office.branches.wish(shop)
    )


def matters(world: World, shop: str) -> dict[str, str]:
    return {one.code: one.why for one in desk.open_matters(world.office.db, shop)}


def sell(world: World, shop: str) -> str:
    if shop == TEE:
        tea = world.tee.add_product("Assam", "10.00")
        return world.tee.place_order([(tea, 1)], "ada@example.test")
    mug = world.boots.add_product("Mug", "12.00")
    return str(world.boots.place_order([(mug, 1)], "ada@example.test"))


def deliver(world: World, shop: str) -> int:
    return world.tee.deliver() if shop == TEE else world.boots.deliver()


@pytest.mark.parametrize("shop", SHOPS)
def test_a_fresh_shop_has_every_topic_once_and_its_news_are_proved(
    world: World, shop: str
) -> None:
    wanted = world.office.work.shops[shop].topics()
    found = addresses(world, shop)
    assert [topic for topic, _ in found] == sorted(wanted)
    assert {address for _, address in found} == {
        world.url + world.office.work.shops[shop].hook_path
    }
    sell(world, shop)
    deliver(world, shop)
    assert inbox.counts(world.office.db, shop)[0] > 0
    assert world.office.doors.rejected[shop] == 0
    assert look(world, shop) == 0
    assert addresses(world, shop) == found
    assert matters(world, shop) == {}


@pytest.mark.parametrize("shop", SHOPS)
def test_what_was_deleted_is_made_again_and_told_for_a_day(
    world: World, shop: str
) -> None:
    before = addresses(world, shop)
    known = world.tee.subscriptions if shop == TEE else world.boots.outbox.hooks
    del known[next(iter(known))]  # type: ignore[arg-type]
    assert look(world, shop) == 1
    assert addresses(world, shop) == before
    assert "(deleted)" in matters(world, shop)["webhooks"]
    deeds = [one for one in history.of(world.office.db, shop) if one.why]
    assert "webhook_replaced" in [one.event for one in deeds]
    look(world, shop)
    assert "webhooks" in matters(world, shop)
    look(world, shop, minutes=24 * 60)
    assert matters(world, shop) == {}


def test_a_disabled_one_is_replaced_and_what_it_lost_is_found(world: World) -> None:
    hook = next(
        x for x in world.boots.outbox.hooks.values() if x.topic == "order.created"
    )
    good, hook.url = hook.url, f"{world.url}/nowhere"
    for _ in range(7):
        sell(world, BOOTS)
        deliver(world, BOOTS)
    assert hook.status == "disabled"
    hook.url = good
    assert look(world, BOOTS) == 2
    assert "order.created (disabled)" in matters(world, BOOTS)["webhooks"]
    assert hook.id not in world.boots.outbox.hooks
    ref = sell(world, BOOTS)
    deliver(world, BOOTS)
    once(world.office.work)
    assert orders.get(world.office.db, BOOTS, ref)
    assert orders.count(world.office.db, BOOTS) == 8


def test_one_that_somebody_pointed_elsewhere_is_pointed_back(world: World) -> None:
    hook = next(iter(world.boots.outbox.hooks.values()))
    hook.url = "https://elsewhere.example/hook"
    assert look(world, BOOTS) == 2
    assert "(pointed elsewhere)" in matters(world, BOOTS)["webhooks"]
    assert {url for _, url in addresses(world, BOOTS)} == {
        f"{world.url}/webhooks/woocommerce/{BOOTS}"
    }


@pytest.mark.parametrize("shop", SHOPS)
def test_what_others_made_is_never_touched(world: World, shop: str) -> None:
    theirs = "https://erp.example/hook"
    if shop == TEE:
        world.tee.subscribe("orders/create", theirs)
    else:
        world.boots.subscribe(theirs, ["order.created"], "theirs")
    look(world, shop)
    assert theirs in {address for _, address in addresses(world, shop)}
    assert remove_all(world, shop)
    assert [address for _, address in addresses(world, shop)] == [theirs]
    assert hooks.of(world.office.db, shop) == []


def test_a_moved_installation_takes_its_webhooks_along(world: World) -> None:
    moved = f"{world.url}/behind"
    world.office.branches.public_url = moved
    assert look(world, TEE) > 0
    assert {address for _, address in addresses(world, TEE)} == {
        f"{moved}/webhooks/shopify"
    }


def test_a_topic_that_breaks_again_and_again_is_told_not_hammered(
    world: World,
) -> None:
    for _ in range(tending.TIMES_A_DAY + 2):
        for hook in world.boots.outbox.hooks.values():
            if hook.topic == "order.updated":
                hook.status = "disabled"
        look(world, BOOTS)
    assert (
        "order.updated: it was repaired 3 times"
        in (matters(world, BOOTS)["webhooks_tired"])
    )
    made = [x for x in history.of(world.office.db, BOOTS) if "order.updated" in x.why]
    assert len([x for x in made if x.event == "webhook_replaced"]) == 3


def test_a_silence_is_noticed_by_what_polling_finds(world: World) -> None:
    world.clock.pass_by(hours=1)
    world.boots.switches.add("drop", ".*", times=None)
    sell(world, BOOTS)
    deliver(world, BOOTS)
    world.clock.pass_by(minutes=5)
    once(world.office.work)
    assert orders.count(world.office.db, BOOTS) == 1
    look(world, BOOTS, minutes=40)
    assert "no webhook told of a change" in matters(world, BOOTS)["silent"]
    world.boots.switches.clear()
    sell(world, BOOTS)
    deliver(world, BOOTS)
    look(world, BOOTS)
    assert "silent" not in matters(world, BOOTS)


def test_a_shop_that_does_not_answer_changes_nothing(world: World) -> None:
    before = hooks.of(world.office.db, BOOTS)
    world.boots.switches.add("html", ".*", times=None)
    assert look(world, BOOTS) == 0
    assert hooks.of(world.office.db, BOOTS) == before
    assert hooks.watch(world.office.db, BOOTS).watched_at != world.clock()


def test_the_secret_is_changed_without_one_refused_delivery(world: World) -> None:
    office = world.office
    first = credentials.of(office.db, office.vault, BOOTS)["webhook_secret"].reveal()
    office.branches.rotate_hooks(BOOTS)
    sell(world, BOOTS)
    deliver(world, BOOTS)  # still signed with the old one
    assert look(world, BOOTS) > 0
    known = credentials.of(office.db, office.vault, BOOTS)
    second = known["webhook_secret"].reveal()
    assert second != first == known["webhook_secret_old"].reveal()
    assert {x.secret for x in world.boots.outbox.hooks.values()} == {second}
    sell(world, BOOTS)
    deliver(world, BOOTS)
    assert office.doors.rejected[BOOTS] == 0
    look(world, BOOTS, minutes=70)
    assert "webhook_secret_old" not in credentials.of(office.db, office.vault, BOOTS)


def test_a_secret_is_not_signed_with_before_every_process_knows_it(
    world: World,
) -> None:
    office = world.office
    office.branches.rotate_hooks(BOOTS)
    wish = office.branches.wish(BOOTS)
    done = tending.tend(office.db, office.work.shops[BOOTS], wish, world.clock)
    assert done.made == []
    world.clock.pass_by(seconds=11)
    done = tending.tend(office.db, office.work.shops[BOOTS], wish, world.clock)
    assert {why for _, why in done.made} == {"signed with the old secret"}


def test_a_secret_of_the_shop_row_is_made_once(world: World) -> None:
    office = world.office
    one = credentials.ensure(
        office.db, office.vault, TEE, "webhook_secret", Secret("a"), world.clock()
    )
    two = credentials.ensure(
        office.db, office.vault, TEE, "webhook_secret", Secret("b"), world.clock()
    )
    assert one.reveal() == two.reveal() == "a"


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_commit_it_ends_with_one_webhook_a_topic(
    tmp_path: Path, street: Street, shop: str, moment: str
) -> None:
    with street.story(tmp_path, "sqlite", Dying) as world:
        db = world.office.db
        assert isinstance(db, Dying)
        wanted = sorted(world.office.work.shops[shop].topics())
        remove_all(world, shop)
        world.clock.pass_by(minutes=11)
        for commit in range(1, 40):
            db.die_at(commit, moment)
            try:
                watch_hooks(world.office.work, shop)
            except Killed:
                world.clock.pass_by(minutes=11)
                continue
            finally:
                db.live()
            break
        look(world, shop)
        assert [topic for topic, _ in addresses(world, shop)] == wanted
        assert {hook.topic for hook in hooks.of(db, shop)} == set(wanted)
        assert shops.get(db, shop).removed_at is None
