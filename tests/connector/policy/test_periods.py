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
