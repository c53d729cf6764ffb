"""Customers at the two shops: each buys, and we note what the shop charged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.demo.customers import Bought, Purchase
from connector.demo.world import BOOTS, TEE

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from connector.demo.world import World

# name, price, tag
TEAS = (
    ("Assam", "12.90", ""),
    ("Oolong", "19.99", ""),
    ("Cup", "7.35", ""),
    ("Cast-iron pot", "189.00", ""),
    ("Last year's tin", "5.55", "final-sale"),
)
SHOES = (
    ("Laces", "3.99", ""),
    ("Sneakers", "79.90", ""),
    ("Sandals", "34.45", ""),
    ("Hiking boots", "219.00", ""),
    ("Odd socks", "6.10", "final-sale"),
)
WEIGHTS = (4, 4, 4, 1, 1)
SHIPPING = "4.90"
UNION = {TEE: "DE", BOOTS: "FR"}
# Where no law grants days of its own, the policy's fees and refusals show as they are.
ABROAD = {TEE: "CH", BOOTS: "CH"}


class Market:
    """What is on the shelves of both shops, and the hands that buy.

    `homes` says in which country the customers of each shop live.
    """

    def __init__(self, world: World, homes: Mapping[str, str] = UNION) -> None:
        self.world = world
        self.homes = homes
        self.tags: dict[str, str] = {}
        self.teas = [self._tea(*one) for one in TEAS]
        self.shoes = [self._shoe(*one) for one in SHOES]
        self.count = 0

    def _tea(self, name: str, price: str, tag: str) -> str:
        tags = [tag] if tag else []
        made = self.world.tee.add_product(
            name, price, tax_rate="0.19", tags=tags, stock=10_000
        )
        self.tags[name] = tag
        return made

    def _shoe(self, name: str, price: str, tag: str) -> int:
        tags = [tag] if tag else []
        made = self.world.boots.add_product(name, price, tags=tags, stock=10_000)
        self.tags[name] = tag
        return made

    def buy(self, shop: str) -> Purchase:
        """Let one customer buy one to three things."""
        self.count += 1
        email = f"customer{self.count}@example.test"
        rng = self.world.rng
        kinds = rng.sample(range(len(TEAS)), k=rng.randint(1, 3), counts=WEIGHTS)
        wanted = {kind: rng.randint(1, 3) for kind in kinds}
        if shop == TEE:
            return self._at_tee(email, wanted, rng)
        return self._at_boots(email, wanted, rng)

    def _at_tee(
        self, email: str, wanted: Mapping[int, int], rng: random.Random
    ) -> Purchase:
        gid = self.world.tee.place_order(
            [(self.teas[kind], units) for kind, units in wanted.items()],
            email,
            shipping=SHIPPING,
            discount_percent=rng.choice([None, None, "10", "15"]),
            country=self.homes[TEE],
        )
        made = at_tee(self.world, gid, email)
        for line, kind in zip(made.lines, wanted, strict=True):
            line.tag = self.tags[TEAS[kind][0]]
        return made

    def _at_boots(
        self, email: str, wanted: Mapping[int, int], rng: random.Random
    ) -> Purchase:
        order_id = self.world.boots.place_order(
            [(self.shoes[kind], units) for kind, units in wanted.items()],
            email,
            shipping=SHIPPING,
            coupon=rng.choice(["0", "0", "5.00"]),
            country=self.homes[BOOTS],
        )
        made = at_boots(self.world, order_id, email)
        for line, kind in zip(made.lines, wanted, strict=True):
            line.tag = self.tags[SHOES[kind][0]]
        return made


def at_tee(world: World, gid: str, email: str) -> Purchase:
    """Note what Shopify charged for an order."""
    order = world.tee.orders[gid]
    return Purchase(
        shop=TEE,
        ref=gid,
        number=order.name,
        email=email,
        placed=world.clock(),
        lines=[
            Bought(ref=line.gid, quantity=line.quantity, paid=line.paid.minor())
            for line in order.lines
        ],
        shipping=490,
    )


def at_boots(world: World, order_id: int, email: str) -> Purchase:
    """Note what WooCommerce charged for an order."""
    order = world.boots.orders[order_id]
    return Purchase(
        shop=BOOTS,
        ref=str(order_id),
        number=order["number"],
        email=email,
        placed=world.clock(),
        lines=[
            Bought(
                ref=str(line["id"]),
                quantity=line["quantity"],
                paid=_minor(line["total"]) + _minor(line["total_tax"]),
            )
            for line in order["line_items"]
        ],
        shipping=490,
    )


def deliver(world: World, purchase: Purchase) -> None:
    """Let the parcel arrive; WooCommerce only knows that the order is complete."""
    purchase.delivered = world.clock()
    if purchase.shop == TEE:
        world.tee.fulfil(purchase.ref)
        world.tee.deliver_parcel(purchase.ref)
    else:
        world.boots.complete(int(purchase.ref))


def _minor(text: str) -> int:
    return int(Decimal(text).scaleb(2))
