"""What follows from a withdrawal: what goes back, by what means, and what is kept.

Directive 2011/83/EU, articles 13 and 14; statements 10 to 17, 55, 56 and 75 to 78 of
docs/law.md. Amounts are gross, as paid.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from connector.law.profiles import Regime, profile
from connector.law.switches import DEFAULTS
from connector.model import Kind
from connector.money import Money

if TYPE_CHECKING:
    from datetime import datetime

    from connector.law.switches import Switches
    from connector.law.withdrawal import Sale

WHOLE = 10_000  # basis points


class Fee(StrEnum):
    """What a merchant may want to keep of a refund."""

    RETURN_COST = "return_cost"
    RESTOCKING = "restocking"
    PROCESSING = "processing"
    OUTBOUND = "outbound"  # the delivery to the customer
    CLAW_BACK = "claw_back"  # a discount that the kept goods no longer earn


def fees_allowed(sale: Sale, kind: Kind) -> frozenset[Fee]:
    """Return what may be kept; of a withdrawal the way back alone, if told before.

    A fault costs the customer nothing. A voluntary return is the merchant's policy.
    """
    if kind is Kind.VOLUNTARY:
        return frozenset(Fee)
    if kind is Kind.WITHDRAWAL and sale.told.return_cost and not sale.collects:
        return frozenset({Fee.RETURN_COST})
    return frozenset()


def delivery_back(
    paid: Money, cheapest: Money | None, *, chose_dearer: bool = True
) -> Money:
    """Return the outbound delivery that goes back with the whole order.

    Only the cheapest standard delivery that was offered, and only where the customer
    expressly chose a dearer one; all of it where no standard price is known.
    """
    if cheapest is None or not chose_dearer:
        return paid
    return min(paid, cheapest, key=lambda one: one.minor)


def delivery_of_part(
    standard: Money,
    *,
    worth: int,
    gone: int,
    going: int,
    tariff: Money | None = None,
    switches: Switches = DEFAULTS,
) -> Money:
    """Return the delivery that goes back with a part of an order (statement 75).

    `standard` is all that may go back; `worth` is the paid gross of all units in
    minor units, `gone` that of those withdrawn before, `going` of those now. With the
    last unit the parts add up to `standard`. `tariff` is what delivery of the kept
    goods alone would cost; the flat fee where it is unknown. Raises ValueError for
    more than the whole.
    """
    if not 0 <= gone <= gone + going <= worth:
        msg = f"{gone} and {going} of {worth}"
        raise ValueError(msg)
    mode = switches["part_delivery"]
    after = _back(standard, gone + going, worth, tariff, mode)
    return after - _back(standard, gone, worth, standard, mode)


def _back(
    standard: Money, gone: int, worth: int, tariff: Money | None, mode: object
) -> Money:
    if gone == worth and (worth or mode != "pro_rata"):
        return standard
    if mode == "pro_rata" and worth:
        return standard.share(gone, worth)
    if mode == "difference" and tariff is not None and tariff < standard:
        return standard - tariff
    return Money.zero(standard.currency)


def value_kept(price: Money, grade_bp: int, *, is_told: bool) -> Money:
    """Return how much of a price handling has cost, by a person's grade.

    Nothing where the customer was not told of his right; never above the price.
    """
    if not is_told:
        return Money.zero(price.currency)
    return price.share(max(0, min(grade_bp, WHOLE)), WHOLE)


def binds_means(country: str, kind: Kind) -> bool:
    """Say whether the law gives money back by the means that it was paid with.

    Of a withdrawal (art. 13(1) of Directive 2011/83/EU), and of a fault: its remedies
    are named one by one, and credit is none (L217-17 Code de la consommation, CRA
    2015 s. 20(16)).
    """
    known = profile(country)
    if kind is Kind.WITHDRAWAL:
        return bool(known.withdrawal_days)
    is_fault = kind in (Kind.FAULTY, Kind.CARRIER_DAMAGE)
    return is_fault and known.regime in (Regime.EU, Regime.UK)


def same_means(declared: datetime, agreed: datetime | None) -> bool:
    """Say whether the money goes back as it was paid.

    Only an express choice that was made after the statement changes that.
    """
    return agreed is None or agreed <= declared


def may_part(country: str, switches: Switches = DEFAULTS) -> bool:
    """Say whether a part of an order may be withdrawn (BGB § 356a(2) no. 2)."""
    return country == "DE" or bool(switches["part_of_order"])
