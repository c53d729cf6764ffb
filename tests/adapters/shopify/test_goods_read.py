"""What is read of an order's goods: the parcels that left, and what kind they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin import staff
from connector.policy.periods import NEVER, withdrawal_ends
from tests.adapters.shopify.test_adapter import adapter
from tests.adapters.shopify.test_history import adapter as history_adapter
from tests.contract.test_history import whole

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World


def bought(world: World, product_type: str = "") -> str:
    tea = world.shop.add_product("Assam", "30.00", product_type=product_type)
    return world.shop.place_order([(tea, 2)], "ada@example.com")


def test_a_cancelled_parcel_is_none(world: World) -> None:
    """Its label was wrong: what counts is the parcel that was sent instead."""
    gid = bought(world)
    world.shop.fulfil(gid)
    staff.cancel_parcel(world.shop, gid)
    waiting = adapter(world).order(gid)
    assert waiting.parcels == ()
    assert [line.fulfilled for line in waiting.lines] == [0]
    assert withdrawal_ends(waiting, 0)[2] == NEVER
    sent = world.shop.fulfil(gid)
    world.shop.deliver_parcel(gid)
    order = adapter(world).order(gid)
    assert [one.ref for one in order.parcels] == [sent]
    _, counted_from, last = withdrawal_ends(order, 0)
    assert counted_from == "delivery"
    assert last < NEVER


def test_a_product_s_type_is_its_category(world: World) -> None:
    order = adapter(world).order(bought(world, "Underwear"))
    assert [line.categories for line in order.lines] == [("Underwear",)]
    plain = adapter(world).order(bought(world))
    assert [line.categories for line in plain.lines] == [()]


def test_history_reads_the_type_too(world: World) -> None:
    gid = bought(world, "Underwear")
    (found,) = [x for one in whole(history_adapter(world)) for x in one.orders]
    assert found == adapter(world).order(gid)
    assert [line.categories for line in found.lines] == [("Underwear",)]
