"""The way of a return, one step at a time, as customers and warehouses walk it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.demo import browser, customers
from connector.demo.buying import Market
from connector.demo.customers import Purchase, Wish
from connector.demo.world import BOOTS, TEE
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import refunds, returns
from jobs.schedule import once

if TYPE_CHECKING:
    from connector.demo import World
    from connector.model import Return
    from connector.store.refunds import RefundRow
    from jobs.schedule import Work

DAY = 24 * 60 * 60  # seconds


def run(world: World, hours: float = 1) -> None:
    """Let time pass, webhooks arrive and every job run."""
    world.clock.pass_by(hours=hours)
    world.tee.deliver()
    world.boots.deliver()
    world.clock.pass_by(minutes=1)
    once(told_of(world, world.office.work))


def told_of(world: World, work: Work) -> Work:
    """Leave out the shop that sold nothing, and look after webhooks once a day.

    Where both shops work, and are looked after as often as they are in life, is the
    demo, the simulation, and the stories of the watchdog.
    """
    sold = {TEE: bool(world.tee.orders), BOOTS: bool(world.boots.orders)}
    shops = {
        name: shop
        for name, shop in work.shops.items()
        if sold[name] or not any(sold.values())
    }
    return replace(work, shops=shops, timing=replace(work.timing, watch=DAY))


def bought(world: World, shop: str) -> Purchase:
    """Return an order of one cheap thing, three of it, that has arrived."""
    market = Market(world)
    wanted = {0: 3}
    make = market._at_tee if shop == TEE else market._at_boots
    world.rng.choice = lambda options: options[0]  # type: ignore[method-assign,assignment] # the first, always
    purchase = make("ada@example.test", wanted, world.rng)
    if shop == TEE:
        world.tee.fulfil(purchase.ref)
        world.tee.deliver_parcel(purchase.ref)
    else:
        world.boots.complete(int(purchase.ref))
    purchase.delivered = world.clock()
    run(world)
    return purchase


def asked(
    world: World, purchase: Purchase, units: int = 2, reason: str = "too-small"
) -> Wish:
    """Ask for a return in the portal."""
    wish = Wish(
        purchase=purchase,
        units={purchase.lines[0].ref: units},
        reason=reason,
        asked=world.clock(),
        is_claim=reason in customers.MERCHANTS_FAULT,
    )
    browser.by_portal(world.url, wish)
    run(world)
    return wish


def the_return(world: World, purchase: Purchase) -> Return:
    (case,) = returns.of_order(world.office.db, purchase.shop, purchase.ref)
    return case


def the_refund(world: World, purchase: Purchase) -> RefundRow:
    (row,) = refunds.of_order(world.office.db, purchase.shop, purchase.ref)
    return row


def arrived(world: World, purchase: Purchase, units: int = 2) -> None:
    case = the_return(world, purchase)
    counted = {case.lines[0].id: Counted(received=units, accepted=units)}
    now = world.clock()
    inspect.receive(world.office.db, case.id, counted, actor="test", now=now)


def paid(world: World, purchase: Purchase) -> int:
    if purchase.shop == TEE:
        return world.tee.paid_out_minor(purchase.ref)
    return world.boots.paid_out_minor(int(purchase.ref))
