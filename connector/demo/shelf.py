"""What guests buy: a product in several kinds, at both shops, at the same prices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.demo.world import TEE

if TYPE_CHECKING:
    from connector.demo.world import World

# Minor units, tax included; what is bought is the blue one.
PRICES = {"Blue": 2400, "Green": 2400, "Small": 1900, "Large": 3200}
BOUGHT = "Blue"
TRIFLE = 490
NAMES = {"tee": ("Teapot", "Winter teapot"), "boots": ("Wellies", "Winter wellies")}
ENOUGH = 1000


class Shelf:
    """The kinds of one shop: `plain` ones, and `rare` ones that sell out."""

    def __init__(self, world: World, shop: str) -> None:
        self.world, self.shop = world, shop
        plain, rare = NAMES[shop]
        self.plain = self._kinds(plain)
        self.rare = self._kinds(rare)
        self.trifle = self._one("Sticker", TRIFLE, ["small"])

    def _kinds(self, name: str) -> dict[str, str]:
        first = self._one(name, PRICES[BOUGHT], [])
        if self.shop == TEE:
            tee = self.world.tee
            tee.variants[first].option = BOUGHT
            others = {
                kind: tee.add_variant(first, kind, _text(price), stock=ENOUGH)
                for kind, price in PRICES.items()
                if kind != BOUGHT
            }
            return {BOUGHT: first} | others
        boots = self.world.boots
        return {
            kind: str(
                boots.add_product(kind, _text(price), parent=int(first), stock=ENOUGH)
            )
            for kind, price in PRICES.items()
        }

    def _one(self, name: str, minor: int, tags: list[str]) -> str:
        if self.shop == TEE:
            return self.world.tee.add_product(
                name, _text(minor), tags=tags, stock=ENOUGH
            )
        made = self.world.boots.add_product(name, _text(minor), tags=tags, stock=ENOUGH)
        return str(made)

    def sell_out(self, ref: str) -> None:
        """Sell the last one of a ware to somebody else."""
        self._stock(ref, 0)

    def fill(self) -> None:
        """Put all that sold out back on the shelf."""
        for ref in self.rare.values():
            self._stock(ref, ENOUGH)

    def _stock(self, ref: str, units: int) -> None:
        if self.shop == TEE:
            self.world.tee.variants[ref].stock = units
        else:
            self.world.boots.products[int(ref)]["stock_quantity"] = units


def _text(minor: int) -> str:
    return f"{Decimal(minor).scaleb(-2):.2f}"
