"""Tax that a shop adds to prices which it keeps without: on a whole line, rate by rate.

So several units cost not always as often what one costs, in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.money import Money, exponent, total

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One rate in per cent; `is_compound`: taken of the other taxes too."""

    percent: Decimal
    is_compound: bool = False


def add_tax(net: Decimal, rates: Sequence[TaxRate], currency: str) -> Money:
    """Return what `net` (in the currency's major unit) costs with its taxes.

    Each tax is rounded by itself, and what it is taken of is not.
    """
    taxes: list[Decimal] = []
    base = net
    for rate in sorted(rates, key=lambda one: one.is_compound):
        if rate.is_compound:
            base = net + sum(taxes, Decimal(0))
        taxes.append((base * rate.percent).scaleb(-2))
    parts = (Money.read(f"{one:f}", currency)[0] for one in (net, *taxes))
    return total(parts, currency)


def take_tax(gross: Money, rates: Sequence[TaxRate]) -> Money:
    """Return the most that costs no more than `gross`, once its taxes are added."""

    def costs(minor: int) -> Money:
        net = Decimal(minor).scaleb(-exponent(gross.currency))
        return add_tax(net, rates, gross.currency)

    many = 10**6
    whole = costs(many).minor
    minor = gross.minor * many // whole
    while costs(minor) > gross:
        minor -= 1
    while costs(minor + 1) <= gross:
        minor += 1
    return Money(minor, gross.currency)
