"""The legal clock of a return: who waits for whom, until when, what lateness costs.

Statements 12, 18, 35 to 38, 40, 45, 54, 60 and 64 of docs/law.md. The merchant's own
deadlines never move past a weekend or a holiday; the customer's may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.law.calendars import moved, national_holidays
from connector.law.late import NOT_LATE, Late, late_of
from connector.law.profiles import Regime, profile
from connector.law.switches import DEFAULTS
from connector.model import Kind

if TYPE_CHECKING:
    from connector.law.switches import Switches

REFUND_DAYS = 14
PROMPT_DAYS = 7  # working days; 16 CFR 435.1(b)
SUNDAY = 6
SATURDAY = 5
SEND_BACK_DAYS = 14


class Who(StrEnum):
    """A party to a return."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a return is; days where the customer lives, None: not yet.

    `told` is the day the statement, claim or request reached the merchant; `proof` of
    sending; `accepted` is when the merchant accepted that a fault is refunded.
    """

    country: str
    kind: Kind
    told: date
    goods: date | None = None
    proof: date | None = None
    accepted: date | None = None
    paid: date | None = None
    wants_money: bool = False  # of a fault, some that is open is refunded
    wants_remedy: bool = False  # and some beside it is repaired or made good otherwise
    collects: bool = False  # the shop offered to fetch the goods
    never_sent: bool = False  # nothing was supplied: there is nothing to hold for
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Who waits for whom: `waits` waits until `until` for what `on` has to do.

    `until` None: no law sets a day, or it is not known yet; `may_hold` says that the
    merchant holds the money until goods or proof come. `late` is what lateness costs.
    """

    waits: Who
    on: Who
    what: str  # send_back, refund, remedy, decide, nothing
    until: date | None
    article: str
    late: Late
    may_hold: bool = False

    def days_late(self, today: date) -> int:
        """Return how many days after the last day it is; 0 while there is time."""
        return max(0, (today - self.until).days) if self.until else 0


def refund_due(
    country: str,
    told: date,
    *,
    goods: date | None = None,
    proof: date | None = None,
    collects: bool = False,
    never_sent: bool = False,
) -> date | None:
    """Return the last day to refund a withdrawal; None: the merchant may still hold.

    EU: 14 days after he was told, or the day of the goods or the proof where that is
    later. United Kingdom: 14 days after goods or evidence (reg. 34(4)-(6)). A country
    that is unknown takes the earlier, the EU's. None too where no law gives the right.
    """
    known = profile(country)
    if not known.withdrawal_days:
        return None
    plain = told + timedelta(days=REFUND_DAYS)
    if collects or never_sent:
        return plain
    back = min((day for day in (goods, proof) if day), default=None)
    if back is None:
        return None
    if known.regime is Regime.UK:
        return max(told, back) + timedelta(days=REFUND_DAYS)
    return max(plain, back)


def send_back_by(country: str, told: date, region: str = "") -> date:
    """Return the customer's last day to send back: 14 days after his statement."""
    return moved(told + timedelta(days=SEND_BACK_DAYS), country, region)


def prompt_refund(vested: date, switches: Switches = DEFAULTS) -> date:
    """Return the last of 7 working days for goods cancelled or not shipped (USA).

    16 CFR 435.1(b), where a third party's card paid. Sundays and federal holidays are
    none; Saturdays are, by default, for the earlier day is the safe one.
    """
    day, left = vested, PROMPT_DAYS
    rest = {SUNDAY} if switches["us_saturdays"] else {SATURDAY, SUNDAY}
    while left:
        day += timedelta(days=1)
        left -= day.weekday() not in rest and day not in national_holidays(
            "US", day.year
        )
    return day


def clock(seen: Progress, switches: Switches = DEFAULTS) -> Clock:
    """Return the clock that runs on a return as far as it is."""
    if seen.paid or seen.kind is Kind.COURTESY:
        return Clock(
            waits=Who.NOBODY,
            on=Who.NOBODY,
            what="nothing",
            until=None,
            article="",
            late=NOT_LATE,
        )
    has_right = bool(profile(seen.country).withdrawal_days)
    if seen.kind is Kind.WITHDRAWAL and has_right:
        return _withdrawn(seen, switches)
    if seen.kind in (Kind.FAULTY, Kind.CARRIER_DAMAGE):
        return _faulty(seen, switches)
    return _voluntary(seen, switches)


def _withdrawn(seen: Progress, switches: Switches) -> Clock:
    known = profile(seen.country)
    due = refund_due(
        seen.country,
        seen.told,
        goods=seen.goods,
        proof=seen.proof,
        collects=seen.collects,
        never_sent=seen.never_sent,
    )
    if due is None:
        until = send_back_by(seen.country, seen.told, seen.region)
        return _goods_awaited(until, known.article("hold"))
    late = late_of(known.country, Kind.WITHDRAWAL, switches)
    return _refund_awaited(due, known.article("refund"), late)


def _goods_awaited(until: date | None, article: str) -> Clock:
    return Clock(
        waits=Who.MERCHANT,
        on=Who.CUSTOMER,
        what="send_back",
        until=until,
        article=article,
        late=NOT_LATE,
        may_hold=True,
    )


def _refund_awaited(until: date | None, article: str, late: Late = NOT_LATE) -> Clock:
    return Clock(
        waits=Who.CUSTOMER,
        on=Who.MERCHANT,
        what="refund",
        until=until,
        article=article,
        late=late,
    )


def _faulty(seen: Progress, switches: Switches) -> Clock:
    """Return the clock of a fault: a remedy first, then the money (statements 37, 60).

    Where both are open the earliest day is the clock's, and the money's where neither
    has one. Where the law names no days, `until` is None: a reasonable time, for a
    person.
    """
    if seen.accepted is None or not seen.wants_money:
        return _remedy_awaited(seen)
    found = [_fault_paid(seen, seen.accepted, switches)]
    if seen.wants_remedy:
        found.append(_remedy_awaited(seen))
    return min(found, key=lambda one: (one.until or date.max, one.may_hold))


def _remedy_awaited(seen: Progress) -> Clock:
    known = profile(seen.country)
    days = known.repair_days
    return Clock(
        waits=Who.CUSTOMER,
        on=Who.MERCHANT,
        what="remedy",
        until=seen.told + timedelta(days=days) if days else None,
        article=known.article("remedies"),
        late=NOT_LATE,
    )


def _fault_paid(seen: Progress, accepted: date, switches: Switches) -> Clock:
    known = profile(seen.country)
    article = known.article("remedy_refund") or known.article("remedies")
    late = late_of(known.country, Kind.FAULTY, switches)
    if known.regime is Regime.UK:
        # 14 days beginning with the day of the agreement: that day is the first.
        return _refund_awaited(
            accepted + timedelta(days=REFUND_DAYS - 1), article, late
        )
    if known.country == "ES":
        return _refund_awaited(accepted + timedelta(days=REFUND_DAYS), article, late)
    back = min((day for day in (seen.goods, seen.proof) if day), default=None)
    if known.country == "FR":
        if back is None:
            return _goods_awaited(None, article)
        due = back + timedelta(days=REFUND_DAYS)  # L217-17: of the goods, or the proof
        return _refund_awaited(due, article, late)
    return _refund_awaited(None, article, late)


def _voluntary(seen: Progress, switches: Switches) -> Clock:
    """Return the clock of a plain return: no law sets a day, but in the USA."""
    known = profile(seen.country)
    if known.regime is Regime.US and seen.never_sent:
        due = prompt_refund(seen.told, switches)
        return _refund_awaited(due, known.article("refund"))
    if seen.goods is None and not seen.never_sent:
        return _goods_awaited(None, "")
    return _refund_awaited(None, "")
