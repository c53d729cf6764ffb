"""The legal guarantee: how long, who proves what, which remedy is next.

Statements 36, 37, 39, 41, 42, 44, 47 to 51 and 59 to 61 of docs/law.md. A fault is
always heard: the merchant's return window plays no part here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.law.calendars import add_months
from connector.law.profiles import Regime, profile
from connector.law.switches import DEFAULTS, REPAIR_FROM

if TYPE_CHECKING:
    from connector.law.profiles import Profile
    from connector.law.switches import Switches

REPAIR_MONTHS = 12  # Directive (EU) 2024/1799, article 16
FRENCH_REPAIR_MONTHS = 6  # L217-13, for goods bought before
AFTER_RETURN_MONTHS = 2  # BGB § 475e(4)
SAME_FAULT_MONTHS = 12  # TRLGDCU arts. 118-122
LEAST_MONTHS, LEAST_PRESUMED = 24, 12  # Directive (EU) 2019/771, articles 10 and 11
LONG_YEAR, MONTHS = 366, 12
REJECT_DAYS = 30  # Consumer Rights Act 2015 s. 22(3)
REJECT_AGAIN_DAYS = 7  # s. 22(7)


class Path(StrEnum):
    """How a customer gets to the remedy for a fault; there is no third."""

    OPEN = "open"  # the legal guarantee runs
    ASK = "ask"  # over, or without a fixed term: a person decides


class Remedy(StrEnum):
    """What the law gives for a fault."""

    REPAIR = "repair"
    REPLACEMENT = "replacement"
    REDUCTION = "reduction"
    REFUND = "refund"


FIRST = frozenset({Remedy.REPAIR, Remedy.REPLACEMENT})
SECOND = frozenset({Remedy.REDUCTION, Remedy.REFUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One thing that a customer has: days where he lives, None: not known.

    `repaired` is the day that a repair began the extension, `handed_back` the day the
    goods came back from it, `suspended` how many days they were away. `anew` says
    that they were replaced because the repair that he chose was not done, on that day.
    `waits` are the days on which each repair was asked for and came back.
    """

    country: str
    bought: date
    delivered: date | None
    repaired: date | None = None
    handed_back: date | None = None
    suspended: int = 0
    anew: date | None = None
    waits: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """Until when a fault is answered for, and presumed to have been there.

    `until` None: no fixed term, or nobody knows when it was delivered.
    """

    until: date | None
    presumed: date | None
    article: str
    presumed_article: str


def guarantee(goods: Goods, switches: Switches = DEFAULTS) -> Guarantee:
    """Return the legal guarantee of goods; the last day of each period."""
    known = profile(goods.country)
    term, presumed = _months(known, switches)
    start = goods.anew or goods.delivered
    until = None
    if start and term is not None:
        until = _after_repair(goods, add_months(start, term), switches)
    return Guarantee(
        until=until,
        presumed=_presumed(known, start, presumed) if start else None,
        article=known.article("conformity"),
        presumed_article=known.article("presumed"),
    )


def _months(known: Profile, switches: Switches) -> tuple[int | None, int]:
    """Return months of the guarantee and of the presumption, as the switches say.

    Never fewer than the directive's: no country may give less (statement 49).
    """
    if known.country == "IT":
        keys = ("it_conformity_months", "it_presumed_months")
    elif known.country == "NL":
        keys = ("nl_conformity_months", "eu_presumed_months")
    elif known.regime is Regime.EU and "conformity" not in known.articles:
        keys = ("eu_conformity_months", "eu_presumed_months")
    else:
        return known.conformity_months, known.presumed_months
    term, presumed = (switches[key] for key in keys)
    return (
        max(term, LEAST_MONTHS) if isinstance(term, int) else None,
        max(presumed, LEAST_PRESUMED) if isinstance(presumed, int) else LEAST_PRESUMED,
    )


def guarantee_months(country: str, switches: Switches = DEFAULTS) -> int:
    """Return the months of the guarantee; the directive's where no term is fixed.

    Also where no law is known: nobody approves faults of any age by himself.
    """
    term, _ = _months(profile(country), switches)
    return term or LEAST_MONTHS


def guarantee_days(country: str, switches: Switches = DEFAULTS) -> int:
    """Return days from an arrival after which the guarantee is surely over.

    Unless a repair prolonged it: so a person looks then (statements 48 and 51).
    """
    return -(-guarantee_months(country, switches) * LONG_YEAR // MONTHS)


def _presumed(known: Profile, start: date, months: int) -> date:
    """Return the last day of the presumption; the UK's begins with the delivery."""
    last = add_months(start, months)
    return last - timedelta(days=1) if known.regime is Regime.UK and months else last


def extends(country: str, bought: date, switches: Switches = DEFAULTS) -> bool:
    """Say whether a repair adds 12 months: goods bought in the EU since 31 July 2026.

    Then the customer must be told of it before he chooses (BGB § 475(4)).
    """
    known = profile(country)
    read = known.country == "DE"  # § 475e(5) is no matter of a switch
    is_there = read or bool(switches["repair_extension"])
    return known.regime is Regime.EU and is_there and bought >= REPAIR_FROM


def _after_repair(goods: Goods, until: date, switches: Switches) -> date:
    if goods.repaired is None:
        return until
    country = profile(goods.country).country
    if extends(goods.country, goods.bought, switches):
        until = add_months(until, REPAIR_MONTHS)
    elif country == "FR":
        until = add_months(until, FRENCH_REPAIR_MONTHS)
    if country == "ES":
        until += timedelta(days=goods.suspended)
    back = goods.handed_back
    if back and country in ("DE", "ES"):
        months = AFTER_RETURN_MONTHS if country == "DE" else SAME_FAULT_MONTHS
        until = max(until, add_months(back, months))
    return until


def path(goods: Goods, today: date, switches: Switches = DEFAULTS) -> Path:
    """Say how a fault is heard today; never "not at all" (statement 51)."""
    if goods.delivered is None:
        return Path.OPEN
    until = guarantee(goods, switches).until
    return Path.OPEN if until and today <= until else Path.ASK


def reject_until(delivered: date, *waits: tuple[date, date]) -> date:
    """Return the last day of the short-term right to reject (United Kingdom).

    The clock stops from the day a repair is asked to the day the goods are back, both
    counted; then what is left, or 7 days, whichever ends later. `waits` are such days,
    one pair a repair; one that was asked too late moves nothing.
    """
    last = delivered + timedelta(days=REJECT_DAYS)
    for asked, back in sorted(waits):
        if asked <= last:
            stopped = last + timedelta(days=(back - asked).days + 1)
            last = max(stopped, back + timedelta(days=REJECT_AGAIN_DAYS))
    return last


def remedies(
    goods: Goods,
    today: date,
    *,
    asked: date | None = None,
    has_failed: bool = False,
) -> frozenset[Remedy]:
    """Return what a customer with a fault may ask for today.

    Repair or replacement first, at his choice; money once that failed, or the days of
    the law since he `asked` are over (France: 30); a grave fault is a person's to see,
    and that goods were used. In the United
    Kingdom he may reject the goods for their price at once in the first 30 days.
    """
    known = profile(goods.country)
    if known.regime in (Regime.US, Regime.NONE):
        return frozenset()
    days = known.repair_days
    is_over = bool(
        days and asked and not has_failed and today > asked + timedelta(days=days)
    )
    if has_failed or is_over:
        return FIRST | SECOND
    if known.regime is Regime.UK and _may_reject(goods, today):
        return FIRST | {Remedy.REFUND}
    return FIRST


def _may_reject(goods: Goods, today: date) -> bool:
    if goods.delivered is None:
        return True
    return today <= reject_until(goods.delivered, *goods.waits)
