"""Days: whose holidays count, where a period ends, and when its last day is over.

Regulation (EEC, Euratom) 1182/71, articles 2 and 3
(https://eur-lex.europa.eu/eli/reg/1971/1182/oj); statements 3 to 5 of docs/law.md.
A day is a calendar day where the customer lives; the day of an event never counts.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays

from connector.law.profiles import Regime, lawful_code, profile
from connector.law.switches import DEFAULTS

if TYPE_CHECKING:
    from connector.law.switches import Switches

SATURDAY, SUNDAY = 5, 6
MONTHS = 12
YEARS = 4  # whose holidays are asked for at once
# Holidays that the library does not list as public, and the law counts: 5 May every
# year (Algemene termijnenwet, article 3), and Assumption in Catholic Bavaria.
# Where the library's regions are mostly towns with their saints: those that are none.
REGIONS = {"IT": ("BZ",), "PT": ("20", "30")}
CATEGORIES = {"NL": ("public", "optional"), "DE": ("public", "catholic")}
# Whose own law was read: no switch keeps a last day from moving there (statement 3).
MOVES = frozenset({"DE", "FR", "NL"})


def public_holidays(country: str, year: int, region: str = "") -> frozenset[date]:
    """Return the holidays of a country (ISO 3166) in a year.

    Of a region (ISO 3166-2 without the country), where it is known; else those of
    all regions together, so that in doubt a period ends later. A code that the
    library does not know has those of the country whose law it has, or none.
    """
    return _of_years(country, year // YEARS, region).get(year, frozenset())


@lru_cache(maxsize=1024)
def _of_years(country: str, block: int, region: str) -> dict[int, frozenset[date]]:
    """Return the holidays of a few years: to begin takes the library longest."""
    try:  # its list of countries would load every one of them
        regions = holidays.country_holidays(country).subdivisions
    except NotImplementedError:
        code = lawful_code(country)
        return _of_years(code, block, region) if code != country else {}
    every = REGIONS.get(country, regions)
    wanted = [region] if region in regions else [None, *every]
    found: set[date] = set()
    for one in wanted:
        found.update(
            holidays.country_holidays(
                country,
                subdiv=one,
                years=range(block * YEARS, (block + 1) * YEARS),
                categories=CATEGORIES.get(country, ("public",)),
            )
        )
    by_year: dict[int, set[date]] = {}
    for day in found:
        by_year.setdefault(day.year, set()).add(day)
    return {year: frozenset(days) for year, days in by_year.items()}


@lru_cache(maxsize=256)
def national_holidays(country: str, year: int) -> frozenset[date]:
    """Return the holidays of a whole country in a year, and none of its regions'."""
    return frozenset(holidays.country_holidays(country, years=year))


def is_holiday(day: date, country: str, region: str = "") -> bool:
    """Say whether a day is a public holiday there."""
    return day in public_holidays(country, day.year, region)


def is_working(day: date, country: str, region: str = "") -> bool:
    """Say whether a day is no Saturday, Sunday or holiday (article 2.2)."""
    return day.weekday() < SATURDAY and not is_holiday(day, country, region)


def moved(
    day: date, country: str, region: str = "", switches: Switches = DEFAULTS
) -> date:
    """Move the last day of a customer's period to the next working day (art. 3.4).

    Nothing moves where the country has no such rule (United Kingdom, statement 58),
    or the merchant's switches read it strictly. Never for the merchant's deadlines.
    """
    rule = _rule(country, switches)
    while (rule == "eu" and not is_working(day, country, region)) or (
        rule == "holidays" and _is_rest(day, country, region)
    ):
        day += timedelta(days=1)
    return day


def _rule(country: str, switches: Switches) -> str:
    known = profile(country)
    is_read = known.country in MOVES
    if not known.rolls_over or not (is_read or switches["roll_over"]):
        return "none"
    if known.country == "ES" and switches["roll_over_es"] == "strict":
        return "none"
    if known.country == "IT" and switches["roll_over_it"] == "strict":
        return "holidays"
    return "eu"


def _is_rest(day: date, country: str, region: str) -> bool:
    return day.weekday() == SUNDAY or is_holiday(day, country, region)


def next_working(day: date, country: str, region: str = "") -> date:
    """Return the day itself or the working day after it, whatever the law's rule."""
    while not is_working(day, country, region):
        day += timedelta(days=1)
    return day


def accepted_until(
    day: date, country: str, region: str = "", switches: Switches = DEFAULTS
) -> date:
    """Return until when a statement is taken as in time: the last day, as it moves.

    In the United Kingdom nothing moves it; as goodwill, the next working day counts.
    """
    last = moved(day, country, region, switches)
    if profile(country).regime is Regime.UK and switches["uk_goodwill"]:
        return next_working(last, country, region)
    return last


def add_months(day: date, months: int) -> date:
    """Return the same day so many months on; the month's last where it is shorter.

    Regulation 1182/71, article 3.2(c).
    """
    index = day.month - 1 + months
    year, month = day.year + index // MONTHS, index % MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def local_day(moment: datetime, country: str, zone: str = "") -> date:
    """Return the day on which an aware moment falls, where the customer lives."""
    return moment.astimezone(ZoneInfo(zone or profile(country).zone)).date()


@lru_cache(maxsize=8192)
def end_of(day: date, country: str, zone: str = "") -> datetime:
    """Return the first moment after a day, in UTC: a deadline is before it."""
    midnight = datetime.combine(
        day + timedelta(days=1), time(), ZoneInfo(zone or profile(country).zone)
    )
    return midnight.astimezone(UTC)
