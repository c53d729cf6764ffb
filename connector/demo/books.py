"""What the stand-in shops truly gave to one customer: money, credit, goods.

Read from the shops' own books, never from Retour's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import meta
from connector.demo.world import TEE

if TYPE_CHECKING:
    from connector.demo.world import World

STORE_CREDIT = "shopify_store_credit"
SENT = ("processing", "completed", "refunded")
STARTED_AS = "_retour_exchange"  # the mark on an order of new goods at WooCommerce


@dataclass(slots=True, kw_only=True)
class Given:
    """What a customer got, or is owed; amounts in minor units, goods one a unit.

    `money` went back to what was paid with, `asked` the customer paid on top.
    """

    money: int = 0
    credit: int = 0
    cards: int = 0
    asked: int = 0
    goods: list[str] = field(default_factory=list)

    def add(self, other: Given) -> None:
        """Add what somebody else got."""
        self.money += other.money
        self.credit += other.credit
        self.cards += other.cards
        self.asked += other.asked
        self.goods = sorted([*self.goods, *other.goods])


def of_customer(world: World, shop: str, email: str) -> Given:
    """Add up what a shop gave to the customer with this address."""
    return _tee(world, email) if shop == TEE else _boots(world, email)


def money(world: World, shop: str, order: str | None = None) -> int:
    """Return what the gateways paid through Retour; credit is no money."""
    if shop != TEE:
        ref = None if order is None else int(order)
        return world.boots.paid_out_minor(ref, by="api")
    return sum(
        one.amount_minor
        for one in world.tee.books
        if one.moved
        and one.by != "staff"
        and one.gateway != STORE_CREDIT
        and order in (None, one.order_gid)
    )


def _tee(world: World, email: str) -> Given:
    found = Given()
    for order in world.tee.orders.values():
        if order.customer.email != email:
            continue
        found.money += money(world, TEE, order.gid)
        found.cards += _cards(world, str(order.number))
        sales = [one for one in order.transactions if one.kind == "SALE"]
        found.asked += sum(one.amount.minor() for one in sales[1:])
        found.goods += [
            line.variant.option
            for case in order.returns
            for swap in case.exchanges
            for line in swap.lines
            for _ in range(line.quantity)
        ]
    for who in world.tee.customers.values():
        if who.email == email:
            found.credit += sum(_minor(one.amount) for one in who.credits)
    found.goods.sort()
    return found


def _cards(world: World, number: str) -> int:
    """Add up the gift cards that were made for returns of an order."""
    return sum(
        _minor(one.amount)
        for one in world.tee.cards.values()
        if f"Return {number}-R" in (one.note or "")
    )


def _boots(world: World, email: str) -> Given:
    boots, found = world.boots, Given()
    for ref, order in boots.orders.items():
        if order["billing"]["email"] != email:
            continue
        found.money += money(world, "boots", str(ref))
        if meta.get(order, STARTED_AS):
            _count(found, order)
    found.credit = sum(
        _minor(Decimal(one["amount"]))
        for one in boots.coupons.values()
        if email in one["email_restrictions"]
    )
    found.goods.sort()
    return found


def _count(found: Given, order: dict[str, Any]) -> None:
    """Count an order of new goods: what is sent, and what was paid for it."""
    if order["status"] not in SENT:
        return
    found.asked += _minor(Decimal(order["total"]))
    found.goods += [
        str(line["name"]).rpartition(" - ")[2]
        for line in order["line_items"]
        for _ in range(line["quantity"])
    ]


def _minor(value: Decimal) -> int:
    return int(value.scaleb(2))
