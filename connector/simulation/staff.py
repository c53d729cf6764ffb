"""What a shop's staff do in its own admin: refund, delete, take goods off an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Moved
from connector.simulation.shopify import SimShopify
from connector.states import Exchange
from connector.store import exchanges

if TYPE_CHECKING:
    from collections.abc import Container

    from connector.simulation.goods import Made
    from connector.simulation.world import World


def act(world: World, wanted_back: Container[str]) -> None:
    """Let staff do one thing; `wanted_back` are the keys of goods that come back."""
    chance, shop = world.chance, world.shop
    order = chance.choice(list(shop.books.bills))
    bill = shop.books.bills[order]
    roll = chance.random()
    if roll < 0.5:
        amount = chance.choice([100, 250, 250, bill.paid])
        if shop.staff_refund(order, amount):
            world.tell(f"staff refunds {amount} of {order}")
    elif isinstance(shop, SimShopify):
        _take_off(world, shop, wanted_back)
    elif roll < 0.65:
        gone = [one for one in bill.backs if one.moved is Moved.YES]
        if gone:
            # Deleting sends nothing, and leaves the modification date.
            bill.backs.remove(chance.choice(gone))
            world.tell(f"staff deletes a refund of {order}")


def _take_off(world: World, shop: SimShopify, wanted_back: Container[str]) -> None:
    """Take new goods that are paid, and were not seen to leave, off their order."""
    made = [
        one
        for one in shop.books.goods.made
        if one.units and one.is_paid and _is_waiting(world, one)
        if not one.is_undone and one.key not in wanted_back
    ]
    if made:
        one = world.chance.choice(made)
        shop.take_off(one)
        world.tell(f"staff takes {one.ref} off {one.bill}")


def _is_waiting(world: World, made: Made) -> bool:
    stands = exchanges.of_refund(world.db, made.key)
    is_paid = stands is not None and stands.state is Exchange.RELEASED
    return is_paid and not made.is_taken_off
