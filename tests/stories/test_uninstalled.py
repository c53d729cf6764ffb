"""The app is taken away, comes back, and news of either may be a day old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin import grants
from connector.demo.world import TEE
from connector.steps import intake
from connector.store import desk, inbox, shops

if TYPE_CHECKING:
    from connector.demo import World


def read(world: World) -> None:
    world.tee.deliver()
    world.clock.pass_by(minutes=1)
    intake.run(world.office.db, world.office.work.shops, world.clock)


def test_an_app_that_was_removed_pauses_its_shop(world: World) -> None:
    world.tee.client_secret, kept = "another", world.tee.client_secret
    with world.tee.lock:
        world.tee.tokens.clear()
        world.tee.begin()
    world.tee.client_secret = kept
    grants.uninstall(world.tee)
    world.tee.shop_not_permitted = True  # no new token for an app that is gone
    read(world)
    row = shops.get(world.office.db, TEE)
    assert (row.is_paused, row.paused_why) == (True, "uninstalled")
    assert [x.code for x in desk.open_matters(world.office.db, TEE)] == ["uninstalled"]


def test_old_news_of_a_removal_pauses_nothing(world: World) -> None:
    grants.uninstall(world.tee)  # and it was installed again since
    read(world)
    assert not shops.get(world.office.db, TEE).is_paused
    assert desk.open_matters(world.office.db, TEE) == []


def test_what_knocks_while_a_shop_cannot_be_used_comes_again(world: World) -> None:
    db, branches = world.office.db, world.office.branches
    world.tee.place_order(
        [(world.tee.add_product("Assam", "10.00"), 1)], "ada@example.test"
    )
    world.tee.deliver()
    sealed = db.query("SELECT name, sealed FROM credentials WHERE shop = :s", s=TEE)
    db.transact(
        lambda: db.execute(
            "UPDATE credentials SET sealed = 'lost' WHERE shop = :s", s=TEE
        )
    )
    shops.touched(db, TEE)
    branches.refresh()
    assert TEE not in branches.shops
    for _ in range(intake.MOST_ATTEMPTS + 2):
        world.clock.pass_by(hours=1)
        intake.run(db, world.office.work.shops, world.clock)
    assert {one.state for one in inbox.recent(db, TEE)} == {"new"}
    world.tee.place_order(
        [(world.tee.add_product("Darjeeling", "9.00"), 1)], "ada@example.test"
    )
    before = inbox.counts(db, TEE)
    world.tee.deliver()  # 503: Shopify keeps it and tries again
    assert inbox.counts(db, TEE) == before
    for row in sealed:
        db.transact(
            lambda row=row: db.execute(  # type: ignore[misc]
                "UPDATE credentials SET sealed = :sealed"
                " WHERE shop = :s AND name = :name",
                s=TEE,
                **row,
            )
        )
    shops.touched(db, TEE)
    branches.refresh()
    world.clock.pass_by(minutes=10)
    world.tee.deliver()
    world.clock.pass_by(hours=1)
    intake.run(db, world.office.work.shops, world.clock)
    assert inbox.counts(db, TEE)[0] > before[0]
    assert {one.state for one in inbox.recent(db, TEE)} == {"done"}
    assert desk.open_matters(db, TEE) == []
