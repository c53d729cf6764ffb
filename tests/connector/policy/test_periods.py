"""When a period begins, where the shop knows only some of the parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector import policy
from connector.model import Customer, Kind, Parcel
from connector.policy import Case, Wanted
from connector.policy.periods import line_begins
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order

DAY = timedelta(days=1)


def test_a_known_delivery_is_never_earlier_than_it_was() -> None:
    """One parcel was sent soon and came late, another was sent and nobody saw more."""
    parcels = (
        Parcel(
            ref="p",
            units=(("a", 1),),
            shipped_at=NOON,
            delivered_at=NOON + 20 * DAY,
        ),
        Parcel(ref="q", units=(("a", 1),), shipped_at=NOON + 5 * DAY),
    )
    order = replace(an_order(a_line("a", 9000, 2)), parcels=parcels)
    assert line_begins(order, "a") == (NOON + 20 * DAY, "dispatch")
    later = replace(parcels[1], shipped_at=NOON + 25 * DAY)
    order = replace(order, parcels=(parcels[0], later))
    assert line_begins(order, "a") == (NOON + 25 * DAY, "dispatch")


@pytest.mark.parametrize("country", ["US", "CH", "ca"])
def test_a_withdrawal_that_no_law_grants_is_for_a_person(country: str) -> None:
    """The form puts no question of the policy's: a final sale would pass by it."""
    rules = policy.load(
        'currency = "EUR"\n[window]\ndays = 14\n[[reasons]]\ncode = "*"\n'
        '[final_sale]\ntags = ["last"]\n'
    )
    sold = replace(an_order(replace(a_line("a", 9000), tags=("last",))))
    parcels = (Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),)
    wanted = (Wanted(line_ref="a", quantity=1, reason=""),)
    case = Case(kind=Kind.WITHDRAWAL, asked_at=NOON + DAY, lines=wanted)
    said = {}
    for place in (country, "DE", ""):
        order = replace(sold, parcels=parcels, customer=Customer(country=place))
        (line,) = policy.judge(rules, order, case).lines
        said[place] = (line.decision, line.trace[0].code)
    assert said == {
        country: (Decision.NEEDS_PERSON, "withdrawal_none"),
        "DE": (Decision.APPROVED, "withdrawal"),
        "": (Decision.APPROVED, "withdrawal"),
    }


def test_a_window_lasts_to_the_end_of_the_day_that_the_customer_reads() -> None:
    """He reads a day, so he has all of it; the day is UTC's, as seasons are."""
    rules = policy.load(
        'currency = "EUR"\n[window]\ndays = 30\n[[reasons]]\ncode = "*"'
    )
    parcels = (Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),)
    order = replace(an_order(a_line("a", 9000)), parcels=parcels)
    order = replace(order, customer=Customer(country="US"))
    wanted = (Wanted(line_ref="a", quantity=1, reason="x"),)
    said = []
    for hours in (11, 12):
        at = NOON + 30 * DAY + timedelta(hours=hours, minutes=59)
        case = Case(kind=Kind.VOLUNTARY, asked_at=at, lines=wanted)
        (line,) = policy.judge(rules, order, case).lines
        last_day = dict(line.trace[0].facts)["last_day"]
        said.append((line.decision, at.date().isoformat(), last_day))
    assert said == [
        (Decision.APPROVED, "2026-12-02", "2026-12-02"),
        (Decision.DECLINED, "2026-12-03", "2026-12-02"),
    ]


@pytest.mark.parametrize(
    ("country", "years"),
    [("FR", 2), ("DE", 2), ("ES", 3), ("IC", 3), ("NL", 2), ("GB", 2), ("US", 2)],
)
@pytest.mark.parametrize("kind", [Kind.FAULTY, Kind.CARRIER_DAMAGE])
def test_a_fault_after_the_guarantee_is_for_a_person(
    country: str, years: int, kind: Kind
) -> None:
    """Never declined for its age, and never paid by itself years later either."""
    rules = policy.load('currency = "EUR"\n[[reasons]]\ncode = "*"\n')
    parcels = (Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),)
    order = replace(an_order(a_line("a", 9000)), parcels=parcels)
    order = replace(order, customer=Customer(country=country))
    wanted = (Wanted(line_ref="a", quantity=1, reason="x"),)
    said = []
    for days in (365 * years, 366 * years + 1, 4000):
        case = Case(kind=kind, asked_at=NOON + days * DAY, lines=wanted)
        (line,) = policy.judge(rules, order, case).lines
        said.append((line.decision, line.trace[0].code))
    over = (Decision.NEEDS_PERSON, "guarantee_over")
    assert said == [(Decision.APPROVED, "claim"), over, over]


def test_without_a_known_delivery_a_fault_is_counted_from_what_is_known() -> None:
    rules = policy.load('currency = "EUR"\n[[reasons]]\ncode = "*"\n')
    wanted = (Wanted(line_ref="a", quantity=1, reason="x"),)
    case = Case(kind=Kind.FAULTY, asked_at=NOON + 4000 * DAY, lines=wanted)
    (line,) = policy.judge(rules, an_order(a_line("a", 9000)), case).lines
    assert line.decision is Decision.NEEDS_PERSON
    assert dict(line.trace[0].facts)["from"] == "purchase"
