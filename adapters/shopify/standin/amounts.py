"""Money as Shopify counts it: exact decimals, in the shop's and the buyer's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

Json = dict[str, Any]
ZERO = Decimal(0)
# Currencies whose smallest unit is not a hundredth.
PLACES = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}
SYMBOLS = {"USD": "$", "CAD": "$", "AUD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def places(currency: str) -> int:
    """Digits behind the point that amounts of this currency have."""
    return PLACES.get(currency, 2)


@cache
def unit(currency: str) -> Decimal:
    """Return the currency's smallest unit."""
    return Decimal(1).scaleb(-places(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's smallest unit."""
    return amount.quantize(unit(currency), ROUND_HALF_UP)


def minor(amount: Decimal, currency: str) -> int:
    """Count the smallest units of an amount."""
    return int(rounded(amount, currency).scaleb(places(currency)))


def trimmed(amount: Decimal) -> str:
    """Write an amount as the Admin API does: "7.5" and "40.0", never "7.50"."""
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def spoken(amount: Decimal, currency: str) -> str:
    """Write an amount as the Admin API's error texts do: "$25.00"."""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{symbol}{rounded(amount, currency)}"


@dataclass(frozen=True, slots=True)
class Pair:
    """An order's two currencies; one of the first buys `rate` of the second."""

    shop: str
    presentment: str
    rate: Decimal = Decimal(1)

    def bag(self, shop_amount: Decimal) -> Bag:
        """Price something in both currencies, from the shop's price."""
        return Bag(
            rounded(shop_amount, self.shop),
            rounded(shop_amount * self.rate, self.presentment),
            self,
        )

    def paid(self, presentment_amount: Decimal) -> Bag:
        """Value an amount in both currencies, from what the buyer pays or gets."""
        return Bag(
            rounded(presentment_amount / self.rate, self.shop),
            rounded(presentment_amount, self.presentment),
            self,
        )

    def nothing(self) -> Bag:
        """Make a zero of this pair."""
        return Bag(ZERO, ZERO, self)


@dataclass(frozen=True, slots=True)
class Bag:
    """One amount in both currencies; each side is added and rounded for itself."""

    shop: Decimal
    presentment: Decimal
    pair: Pair

    def __add__(self, other: Bag) -> Bag:
        return Bag(
            self.shop + other.shop, self.presentment + other.presentment, self.pair
        )

    def __sub__(self, other: Bag) -> Bag:
        return Bag(
            self.shop - other.shop, self.presentment - other.presentment, self.pair
        )

    def __neg__(self) -> Bag:
        return Bag(-self.shop, -self.presentment, self.pair)

    def times(self, factor: Decimal) -> Bag:
        """Multiply and round both sides."""
        return Bag(
            rounded(self.shop * factor, self.pair.shop),
            rounded(self.presentment * factor, self.pair.presentment),
            self.pair,
        )

    def part(self, count: int, whole: int) -> Bag:
        """Take the share of so many units, rounded for itself and not cumulatively."""
        return self.times(Decimal(count) / Decimal(whole))

    def minor(self) -> int:
        """Count the buyer's smallest units."""
        return minor(self.presentment, self.pair.presentment)

    def view(self, _info: object = None) -> Json:
        """Show it as a MoneyBag; itself a field that is written only where asked."""
        return {
            "shopMoney": money(self.shop, self.pair.shop),
            "presentmentMoney": money(self.presentment, self.pair.presentment),
        }


def money(amount: Decimal, currency: str) -> Json:
    """Show an amount as a MoneyV2."""
    return {"amount": trimmed(amount), "currencyCode": currency}


def total(bags: list[Bag], pair: Pair) -> Bag:
    """Add bags up; none of them make a zero."""
    result = pair.nothing()
    for bag in bags:
        result += bag
    return result


def least(one: Bag, other: Bag) -> Bag:
    """Return the bag that is smaller for the buyer."""
    return one if one.presentment <= other.presentment else other
