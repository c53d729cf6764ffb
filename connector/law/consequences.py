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

WHOLE = 10_000  # basis points


class Fee(StrEnum):
    """What a merchant may want to keep of a refund."""

    RETURN_COST = "return_cost"
    RESTOCKING = "restocking"
    PROCESSING = "processing"
    OUTBOUND = "outbound"  # the delivery to the customer
    CLAW_BACK = "claw_back"  # a discount that the kept goods no longer earn


def fees_allowed(
    kind: Kind, *, is_told: bool, is_fetched: bool = False
) -> frozenset[Fee]:
    """Return what may be kept; of a withdrawal the way back alone.

    And that only if the customer was told so before he bought (`is_told`), and the
    shop does not fetch the goods. A fault costs the customer nothing. A voluntary
    return is the merchant's policy.
    """
    if kind is Kind.VOLUNTARY:
        return frozenset(Fee)
    if kind is Kind.WITHDRAWAL and is_told and not is_fetched:
        return frozenset({Fee.RETURN_COST})
    return frozenset()


def delivery_of_part(
    standard: Money,
    *,
    worth: int,
    gone: int,
    mode: object = "pro_rata",
) -> Money:
    """Return the delivery that has to be back once a part of an order is (no. 75).

    Cumulative, so that parts add up to `standard`, all that may go back, with the
    last unit. `worth` is the paid gross of all units in minor units, `gone` that of
    those that are back, `mode` the switch `part_delivery`. What delivery of the kept
    goods alone would cost is read from no shop, so nothing goes by it. Raises
    ValueError for more than the whole.
    """
    if not 0 <= gone <= worth:
        msg = f"{gone} of {worth}"
        raise ValueError(msg)
    if gone == worth and (worth or mode != "pro_rata"):
        return standard
    if mode == "pro_rata" and worth:
        return standard.share(gone, worth)
    return Money.zero(standard.currency)


def surcharges_back(kind: Kind, part: str, *, is_whole: bool) -> str:
    """Say how surcharges go back with the goods: a switch `part_delivery`; "": not.

    Article 13(1) of Directive 2011/83/EU: all payments. `part` is how the delivery of
    a part goes back; of a fault they go where the whole order does.
    """
    if kind is Kind.WITHDRAWAL:
        return part or "none_until_last"
    is_fault = kind in (Kind.FAULTY, Kind.CARRIER_DAMAGE)
    return "none_until_last" if is_fault and is_whole else ""


def loss_allowed(kind: Kind, grade_bp: int, *, is_told: bool) -> int:
    """Return what of a person's grade of lost value may be kept, in basis points.

    Of a withdrawal nothing where the customer was not told of his right; of a fault
    nothing at all; never more than the price.
    """
    is_free = kind is Kind.VOLUNTARY or (kind is Kind.WITHDRAWAL and is_told)
    return max(0, min(grade_bp, WHOLE)) if is_free else 0


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
