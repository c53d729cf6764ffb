"""The right to withdraw from an order line: whether, since when, and until when.

Directive 2011/83/EU, articles 9 to 16, as its countries took it over; statements 1 to
8, 19, 20, 22, 52, 53 and 58 of docs/law.md. Days are the customer's calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from connector.law.calendars import (
    accepted_until,
    add_months,
    end_of,
    local_day,
    moved,
)
from connector.law.letters import Exempt, place_of
from connector.law.profiles import profile
from connector.law.switches import DEFAULTS, FUNCTION_FROM

if TYPE_CHECKING:
    from connector.law.profiles import Profile
    from connector.law.switches import Switches
    from connector.model import Order

YEAR = 12  # months more where nobody was told of the right
HOME_VISIT_DAYS = 30
HOME_VISITS = frozenset({"ES", "IT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the customer was told; None or False until the merchant confirms it.

    `right` is the day he had the notice of his right, `function` the day the notice
    named the withdrawal function; a day before the contract will do for both.
    """

    right: date | None = None
    function: date | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One parcel; no `lines` means that the shop does not say what is in it."""

    lines: frozenset[str] = frozenset()
    delivered: date | None = None  # None: not yet, or nobody says when


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order as the law sees it.

    `region` is ISO 3166-2 without the country, `zone` IANA; empty where unknown.
    """

    country: str
    ordered: date
    deliveries: tuple[Delivery, ...] = ()
    region: str = ""
    zone: str = ""
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The right of one line.

    `starts` is day 0, which is not counted; None: not started, and the right is there
    already. `counted` is the last day by plain counting, `ends` the last day in law,
    `accepted` the last day on which a statement is taken as in time. `missing` are
    facts of an exception that nobody has established yet: a person looks.
    """

    applies: bool
    article: str
    why: str
    starts: date | None = None
    counted: date | None = None
    ends: date | None = None
    accepted: date | None = None
    is_extended: bool = False
    deadline: datetime | None = None  # UTC; a statement before it is in time
    missing: frozenset[str] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Say whether a statement sent at an aware moment is in time."""
        return self.applies and (self.deadline is None or at < self.deadline)


def sale_of(
    order: Order, told: Told = NOTHING_TOLD, *, region: str = "", zone: str = ""
) -> Sale:
    """Read an order of the shop; what is not shipped yet is a parcel to come."""
    country = order.customer.country

    def day(moment: datetime) -> date:
        return local_day(moment, country, zone)

    parcels = [
        Delivery(
            lines=frozenset(ref for ref, _ in one.units),
            delivered=day(one.delivered_at) if one.delivered_at else None,
        )
        for one in order.parcels
    ]
    to_come = frozenset(line.ref for line in order.lines if order.is_to_come(line))
    if to_come:
        parcels.append(Delivery(lines=to_come))
    return Sale(
        country=country,
        ordered=day(order.placed_at),
        deliveries=tuple(parcels),
        region=region,
        zone=zone,
        told=told,
    )


def right(
    sale: Sale,
    exempt: Exempt | None = None,
    switches: Switches = DEFAULTS,
) -> Right:
    """Return the right to withdraw from a line; `exempt` where there may be none."""
    known = profile(sale.country)
    if not known.withdrawal_days:
        return Right(
            applies=False,
            article="",
            why="No law that Retour knows grants a withdrawal there.",
        )
    if exempt is not None and exempt.holds:
        article = place_of(exempt.letter, known.country)
        return Right(applies=False, article=article, why="An exception of the law.")
    missing = exempt.missing if exempt is not None and exempt.shown else frozenset()
    starts = start_of(sale)
    if starts is None:
        why = "The right is there, and its period has not started."
        return Right(
            applies=True, article=known.article("withdrawal"), why=why, missing=missing
        )
    return _running(sale, known, starts, missing, switches)


def start_of(sale: Sale) -> date | None:
    """Return day 0: the last parcel of the order.

    None while a parcel is on its way, or nobody says when one arrived. The shops do
    not say which lines are regular deliveries, whose first one counts: the later day
    is the customer's.
    """
    days = [one.delivered for one in sale.deliveries]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _running(
    sale: Sale,
    known: Profile,
    starts: date,
    missing: frozenset[str],
    switches: Switches,
) -> Right:
    first = starts + timedelta(days=withdrawal_days(known.country, switches))
    told = _told_on(sale, switches)
    is_extended = told is None or told > starts
    counted = _extended(sale, known, starts, told, switches) if is_extended else first
    ends = moved(counted, sale.country, sale.region, switches)
    accepted = accepted_until(counted, sale.country, sale.region, switches)
    return Right(
        applies=True,
        article=known.article("extended" if is_extended else "withdrawal"),
        why=f"The last day is {ends}.",
        starts=starts,
        counted=counted,
        ends=ends,
        accepted=accepted,
        is_extended=is_extended,
        deadline=end_of(accepted, sale.country, sale.zone),
        missing=missing,
    )


def withdrawal_days(country: str, switches: Switches = DEFAULTS) -> int:
    """Return the days of the ordinary period; 0 where there is no such right."""
    known = profile(country)
    if switches["home_visit"] and known.country in HOME_VISITS:
        return HOME_VISIT_DAYS
    return known.withdrawal_days


def _told_on(sale: Sale, switches: Switches = DEFAULTS) -> date | None:
    """Return when the customer was told all that starts the ordinary period.

    In the countries of the switch, and in Germany, whose law was read, a contract
    since the function is owed needs a notice that names it (EGBGB art. 246a § 1(2)
    no. 1; statement 7).
    """
    told, country = sale.told, profile(sale.country).country
    countries, since = switches["notice_names_function"], switches["function_from"]
    is_read = country == "DE" and sale.ordered >= FUNCTION_FROM
    owed = is_read or (
        isinstance(countries, frozenset)
        and country in countries
        and isinstance(since, date)
        and sale.ordered >= since
    )
    if not owed or told.right is None:
        return told.right
    return max(told.right, told.function) if told.function else None


def _extended(
    sale: Sale,
    known: Profile,
    starts: date,
    told: date | None,
    switches: Switches,
) -> date:
    """Return the last day where the customer was told late, or never (statement 6).

    Germany counts 12 months and 14 days from delivery; the others 12 months from the
    end of the first period, which itself may have moved.
    """
    days = timedelta(days=withdrawal_days(known.country, switches))
    first = starts + days
    if known.country == "DE":
        longest = add_months(starts, YEAR) + days
    else:
        longest = add_months(moved(first, sale.country, sale.region, switches), YEAR)
    if told is None:
        return longest
    return min(longest, max(first, told + days))
