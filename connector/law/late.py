"""What a late refund costs by law; statements 35, 40 and 45 of docs/law.md.

France: Code de la consommation, art. L242-4
(https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006069565). A refund after
the term of a withdrawal is raised by the legal rate of interest for ten days, then by
steps, then by five points a month up to the price, then by the legal rate again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.law.profiles import profile
from connector.law.switches import DEFAULTS
from connector.model import Kind
from connector.money import Money, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.law.switches import Switches

# (last day late, percent of what is due); the first ten days bear interest instead.
STEPS: Sequence[tuple[int, int]] = ((20, 5), (30, 10), (60, 20), (90, 50))
INTEREST_DAYS = 10
LAST_STEP_DAY, LAST_STEP = STEPS[-1]
MONTH = 30  # days; the article counts its own steps in tens of days
POINTS_A_MONTH = 5
WHOLE = 100
YEAR = 365
BASIS_POINTS = 10_000


def lateness(
    due: Money,
    days: int,
    legal_rate_bp: int,
    price: Money | None = None,
    *,
    begun: bool = True,
) -> Money:
    """Return what art. L242-4 adds to `due` when it is paid `days` late.

    `due` is all that had to go back, delivery included; `days` count from the end of
    the term; `legal_rate_bp` is the legal rate of interest a year in basis points, as
    published for the half year (art. L313-2 Code monétaire et financier). `price` is
    the price of the product, where the steps end; `due` where it is not said. Not
    late: nothing. A month that has begun counts whole (`begun`): the article says
    "par nouveau mois de retard" and no court is known to have said more.
    """
    if days <= 0:
        return Money.zero(due.currency)
    if days <= INTEREST_DAYS:
        return _interest(due, days, legal_rate_bp)
    for last, percent in STEPS:
        if days <= last:
            return due.share(percent, WHOLE)
    return _monthly(due, days, legal_rate_bp, price or due, begun=begun)


def _monthly(
    due: Money, days: int, legal_rate_bp: int, price: Money, *, begun: bool
) -> Money:
    """Return the cost after the last step: five points a month up to the price.

    Where `LAST_STEP` alone is above the price, the price is never reached: the sum
    stays there and bears the legal rate from the first month on.
    """
    over = days - LAST_STEP_DAY
    months = -(-over // MONTH) if begun else over // MONTH
    raised = due.share(LAST_STEP + POINTS_A_MONTH * months, WHOLE)
    if raised <= price:
        return raised
    last = _months_to(due, price)
    top = max(price, due.share(LAST_STEP, WHOLE), key=lambda one: one.minor)
    return top + _interest(due, max(0, over - MONTH * last), legal_rate_bp)


def _months_to(due: Money, price: Money) -> int:
    """Return how many months of five points it takes to reach the price."""
    missing = price.minor * WHOLE - due.minor * LAST_STEP
    return max(0, -(-missing // (due.minor * POINTS_A_MONTH)))


def _interest(due: Money, days: int, rate_bp: int) -> Money:
    minor = round_half_up(due.minor * rate_bp * days, BASIS_POINTS * YEAR)
    return Money(minor, due.currency)


class How(StrEnum):
    """How lateness is paid for."""

    NONE = "none"  # no scale that Retour knows
    LADDER = "ladder"  # France, L242-4
    INTEREST = "interest"  # Germany, five points above the base rate
    DOUBLE = "double"  # Spain, art. 76: as much again


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What lateness costs; `is_contested` where the law may not say so at all."""

    how: How = How.NONE
    article: str = ""
    is_contested: bool = False

    def cost(
        self,
        due: Money,
        days: int,
        switches: Switches = DEFAULTS,
        price: Money | None = None,
    ) -> Money | None:
        """Return what is added to `due` after so many days; a risk, never booked.

        None where a rate that it needs was not set.
        """
        if days <= 0 or self.how is How.NONE:
            return Money.zero(due.currency)
        if self.how is How.DOUBLE:
            return due
        if self.how is How.INTEREST:
            base = switches["de_base_rate_bp"]
            if not isinstance(base, int):
                return None
            return _interest(due, days, base + POINTS_ABOVE_BASE_BP)
        return _ladder(due, days, switches, price)


NOT_LATE = Late()
POINTS_ABOVE_BASE_BP = 500  # BGB § 288(1)


def _ladder(
    due: Money, days: int, switches: Switches, price: Money | None
) -> Money | None:
    rate = switches["fr_legal_rate_bp"]
    begun = switches["fr_month"] == "begun"
    if isinstance(rate, int):
        return lateness(due, days, rate, price, begun=begun)
    if days <= INTEREST_DAYS:
        return None
    plain = lateness(due, days, 0, price, begun=begun)
    bears = lateness(due, days, BASIS_POINTS, price, begun=begun)
    return plain if plain == bears else None


def late_of(country: str, kind: Kind, switches: Switches = DEFAULTS) -> Late:
    """Return what a late refund costs there; the scales are a withdrawal's own."""
    known = profile(country)
    is_withdrawal = kind is Kind.WITHDRAWAL
    if known.country == "DE":
        return Late(how=How.INTEREST, article=known.article("late"))
    if known.country == "FR" and is_withdrawal:
        return Late(how=How.LADDER, article=known.article("late"))
    doubles = switches["es_double"]
    if known.country == "ES" and is_withdrawal and doubles != "no":
        is_contested = doubles == "contested"
        return Late(
            how=How.DOUBLE, article=known.article("late"), is_contested=is_contested
        )
    return NOT_LATE
