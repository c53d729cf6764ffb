"""The shop's own money: decimals as texts, and what truly left, only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money that left the shop; `by` is api or staff."""

    order_id: int
    refund_id: int
    amount: Decimal
    currency: str
    by: str
    at: datetime


def text(value: Decimal, decimals: int) -> str:
    """Write an amount as WooCommerce does, rounded half up."""
    unit = Decimal(1).scaleb(-decimals)
    return f"{value.quantize(unit, rounding=ROUND_HALF_UP):f}"


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half up to the shop's decimals."""
    return Decimal(text(value, decimals))


def tax_inside(gross: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """Return the tax that a tax-inclusive amount holds."""
    return rounded(gross * percent / (100 + percent), decimals)


def tax_upon(net: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """Return the tax that is added to a net amount."""
    return rounded(net * percent / 100, decimals)
