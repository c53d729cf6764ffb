"""What a late refund costs by law.

France: Code de la consommation, art. L242-4
(https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006069565). A refund after
the term of a withdrawal is raised by the legal rate of interest for ten days, then by
steps, then by five points a month up to the price, then by the legal rate again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.money import Money, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

# (last day late, percent of what is due); the first ten days bear interest instead.
STEPS: Sequence[tuple[int, int]] = ((20, 5), (30, 10), (60, 20), (90, 50))
INTEREST_DAYS = 10
LAST_STEP_DAY, LAST_STEP = STEPS[-1]
MONTH = 30  # days; the article counts its own steps in tens of days
POINTS_A_MONTH = 5
WHOLE = 100
YEAR = 365
BASIS_POINTS = 10_000


def lateness(due: Money, days: int, legal_rate_bp: int) -> Money:
    """Return what art. L242-4 adds to `due` when it is paid `days` late.

    `due` is all that had to go back, delivery included; `days` count from the end of
    the term; `legal_rate_bp` is the legal rate of interest a year in basis points, as
    published for the half year (art. L313-2 Code monétaire et financier). Not late:
    nothing. A month that has begun counts whole: the article says "par nouveau mois
    de retard" and no court is known to have said more.
    """
    if days <= 0:
        return Money.zero(due.currency)
    if days <= INTEREST_DAYS:
        return _interest(due, days, legal_rate_bp)
    for last, percent in STEPS:
        if days <= last:
            return due.share(percent, WHOLE)
    months = -(-(days - LAST_STEP_DAY) // MONTH)
    percent = LAST_STEP + POINTS_A_MONTH * months
    if percent <= WHOLE:
        return due.share(percent, WHOLE)
    full = LAST_STEP_DAY + MONTH * ((WHOLE - LAST_STEP) // POINTS_A_MONTH)
    return due + _interest(due, days - full, legal_rate_bp)


def _interest(due: Money, days: int, rate_bp: int) -> Money:
    minor = round_half_up(due.minor * rate_bp * days, BASIS_POINTS * YEAR)
    return Money(minor, due.currency)
