"""What a buyer pays: discounts by largest remainder, taxes line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin.amounts import Bag, Pair, places, rounded
from adapters.shopify.standin.records import Line, Shipping, Tax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.shopify.standin.records import Variant
    from adapters.shopify.standin.state import State

PERCENT = Decimal(100)


def line(state: State, variant: Variant, quantity: int, pair: Pair) -> Line:
    """Make an order line at the variant's price, not yet discounted or taxed."""
    zero = pair.nothing()
    return Line(
        gid=state.new_gid("LineItem"),
        variant=variant,
        quantity=quantity,
        unit=pair.bag(variant.price),
        line_discount=zero,
        order_discount=zero,
        taxes=[],
        refunded_quantity=0,
        removed_quantity=0,
        refunded_subtotal=zero,
        refunded_tax=zero,
    )


def discount_lines(lines: list[Line], amounts: Mapping[str, str]) -> None:
    """Take amounts off single lines, keyed by variant GID."""
    for item in lines:
        amount = Decimal(amounts.get(item.variant.gid, "0"))
        item.line_discount = item.unit.pair.bag(amount)


def discount_order(lines: list[Line], percent: Decimal, pair: Pair) -> None:
    """Take a percentage off the order and spread it over the lines."""
    shop = _spread([item.paid.shop for item in lines], percent, pair.shop)
    buyer = _spread(
        [item.paid.presentment for item in lines], percent, pair.presentment
    )
    for item, one, other in zip(lines, shop, buyer, strict=True):
        item.order_discount = Bag(one, other, pair)


def _spread(weights: list[Decimal], percent: Decimal, currency: str) -> list[Decimal]:
    """Split the discount by largest remainder, so that the shares sum to it."""
    unit = Decimal(1).scaleb(-places(currency))
    exact = [weight * percent / PERCENT for weight in weights]
    whole = rounded(sum(exact, Decimal(0)), currency)
    shares = [amount // unit * unit for amount in exact]
    missing = int((whole - sum(shares, Decimal(0))) / unit)
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_remainder[:missing]:
        shares[index] += unit
    return shares


def tax(amount: Bag, rate: Decimal, title: str, *, included: bool) -> list[Tax]:
    """Tax an amount: out of it where prices include tax, on top where not."""
    if rate == 0:
        return []
    factor = rate / (1 + rate) if included else rate
    return [Tax(title, rate, amount.times(factor))]


def tax_lines(lines: list[Line], *, included: bool) -> None:
    """Tax what is left of each line after its discounts."""
    for item in lines:
        variant = item.variant
        item.taxes = tax(
            item.paid, variant.tax_rate, variant.tax_title, included=included
        )


def ship(state: State, price: str, lines: list[Line], pair: Pair) -> Shipping:
    """Price the shipping, taxed at the first line's rate."""
    amount = pair.bag(Decimal(price))
    first = lines[0].variant
    return Shipping(
        gid=state.new_gid("ShippingLine"),
        title="Standard",
        price=amount,
        taxes=tax(
            amount, first.tax_rate, first.tax_title, included=state.taxes_included
        ),
        refunded=pair.nothing(),
        refunded_tax=pair.nothing(),
    )
