"""Who waits for whom: statements 12, 17, 18, 33, 35, 37, 38, 40, 45, 47, 54, 60, 64."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connector import law
from connector.law import How, Progress, Who
from connector.law.clocks import prompt_refund, refund_due, send_back_by
from connector.law.late import late_of, lateness
from connector.model import Kind
from tests.connector.law.sales import eur

SEP1 = date(2026, 9, 1)
EU = ("FR", "DE", "ES", "IT", "NL", "PL", "")


@pytest.mark.parametrize("country", EU)
def test_12_due_after_fourteen_days_or_with_goods_or_proof(country: str) -> None:
    due = refund_due
    assert due(country, SEP1, proof=date(2026, 9, 5)) == date(2026, 9, 15)
    assert due(country, SEP1, goods=date(2026, 9, 22)) == date(2026, 9, 22)
    assert due(country, SEP1, collects=True) == date(2026, 9, 15)
    assert due(country, SEP1) is None
    both = due(country, SEP1, goods=date(2026, 9, 22), proof=date(2026, 9, 18))
    assert both == date(2026, 9, 18)


def test_12_the_clock_says_who_waits_for_whom() -> None:
    held = law.clock(Progress(country="FR", kind=Kind.WITHDRAWAL, told=SEP1))
    assert (held.waits, held.on, held.what) == (Who.MERCHANT, Who.CUSTOMER, "send_back")
    assert held.may_hold
    sent = Progress(
        country="FR", kind=Kind.WITHDRAWAL, told=SEP1, proof=date(2026, 9, 5)
    )
    owed = law.clock(sent)
    assert (owed.waits, owed.on, owed.what) == (Who.CUSTOMER, Who.MERCHANT, "refund")
    assert owed.until == date(2026, 9, 15)
    assert owed.article == "Code de la consommation L221-24"
    assert owed.days_late(date(2026, 9, 30)) == 15
    assert owed.days_late(date(2026, 9, 15)) == 0
    done = law.clock(
        Progress(country="FR", kind=Kind.WITHDRAWAL, told=SEP1, paid=date(2026, 9, 10))
    )
    assert done.on is Who.NOBODY


def test_12_the_merchant_s_own_deadline_never_moves() -> None:
    # 15 Aug 2026 is a Saturday, and a holiday in France.
    due = refund_due("FR", date(2026, 8, 1), proof=date(2026, 8, 2))
    assert due == date(2026, 8, 15)


def test_17_a_parcel_lost_on_the_way_back_is_paid_all_the_same() -> None:
    lost = Progress(
        country="DE", kind=Kind.WITHDRAWAL, told=SEP1, proof=date(2026, 9, 5)
    )
    assert law.clock(lost).until == date(2026, 9, 15)


def test_18_the_customer_sends_back_within_fourteen_days() -> None:
    assert send_back_by("FR", SEP1) == date(2026, 9, 15)
    clock = law.clock(Progress(country="FR", kind=Kind.WITHDRAWAL, told=SEP1))
    assert clock.until == date(2026, 9, 15)


def test_33_a_form_is_as_good_as_the_button() -> None:
    due = refund_due("FR", date(2026, 9, 10), proof=date(2026, 9, 11))
    assert due == date(2026, 9, 24)
    assert law.FORM[:3] == ("trader", "postal address", "e-mail")
    assert not any("fax" in one for one in law.FORM)


@pytest.mark.parametrize(
    ("days", "minor"), [(15, 525), (25, 1049), (45, 2098), (75, 5245), (100, 5770)]
)
def test_35_what_lateness_costs_in_france(days: int, minor: int) -> None:
    late = late_of("FR", Kind.WITHDRAWAL)
    assert late.how is How.LADDER
    assert late.cost(eur(10490), days, price=eur(10000)) == eur(minor)


def test_35_the_days_of_a_step_belong_to_the_lower_one() -> None:
    for day, percent in ((20, 5), (30, 10), (60, 20), (90, 50)):
        assert lateness(eur(10000), day, 0) == eur(100 * percent)


def test_35_a_month_counts_when_it_has_begun_or_is_full() -> None:
    full = law.settle({"fr_month": "full"})
    late = late_of("FR", Kind.WITHDRAWAL)
    assert late.cost(eur(10490), 100, full, eur(10000)) == eur(5245)
    assert late.cost(eur(10490), 120, full, eur(10000)) == eur(5770)


def test_35_the_steps_end_at_the_price_and_bear_interest_then() -> None:
    price, due = eur(10000), eur(10490)
    top = lateness(due, 390, 0, price)
    assert top == price
    assert lateness(due, 4000, 0, price) == price
    assert lateness(due, 4000, 400, price).minor > price.minor


def test_35_a_rate_that_nobody_set_is_not_guessed() -> None:
    late = late_of("FR", Kind.WITHDRAWAL)
    assert late.cost(eur(10490), 5) is None
    rate = law.settle({"fr_legal_rate_bp": 400})
    assert late.cost(eur(10490), 10, rate) == eur(11)


def test_37_a_fault_in_france_is_made_good_in_thirty_days() -> None:
    asked = Progress(country="FR", kind=Kind.FAULTY, told=SEP1)
    assert law.clock(asked).what == "remedy"
    assert law.clock(asked).until == date(2026, 10, 1)
    paying = Progress(
        country="FR",
        kind=Kind.FAULTY,
        told=SEP1,
        accepted=date(2026, 10, 2),
        wants_money=True,
        proof=date(2026, 10, 5),
    )
    assert law.clock(paying).until == date(2026, 10, 19)
    agreed_later = replace(paying, accepted=date(2026, 10, 9))
    assert law.clock(agreed_later).until == date(2026, 10, 19)  # from the proof alone


def test_40_german_interest_needs_the_base_rate() -> None:
    late = late_of("DE", Kind.WITHDRAWAL)
    assert late.how is How.INTEREST
    assert late.cost(eur(10490), 30) is None
    assert late.cost(eur(10490), 30, law.settle({"de_base_rate_bp": 200})) == eur(60)


def test_45_twice_the_sum_in_spain_is_contested() -> None:
    late = late_of("ES", Kind.WITHDRAWAL)
    assert late.is_contested
    assert late.cost(eur(10490), 1) == eur(10490)
    sure = late_of("ES", Kind.WITHDRAWAL, law.settle({"es_double": "yes"}))
    assert (sure.how, sure.is_contested) == (How.DOUBLE, False)
    none = late_of("ES", Kind.WITHDRAWAL, law.settle({"es_double": "no"}))
    assert none.cost(eur(10490), 99) == eur(0)


def test_47_italy_is_the_european_core() -> None:
    due = refund_due("IT", SEP1, proof=date(2026, 9, 5))
    assert due == date(2026, 9, 15)
    assert late_of("IT", Kind.WITHDRAWAL).how is How.NONE


def test_54_the_uk_counts_from_goods_or_evidence() -> None:
    due = refund_due
    both = due("GB", SEP1, proof=date(2026, 9, 5), goods=date(2026, 9, 12))
    assert both == date(2026, 9, 19)
    assert due("GB", SEP1, goods=date(2026, 9, 22)) == date(2026, 10, 6)
    assert due("GB", SEP1, collects=True) == date(2026, 9, 15)
    assert due("GB", SEP1) is None
    # The country unclear: the earlier day is the target.
    assert due("", SEP1, proof=date(2026, 9, 5)) == date(2026, 9, 15)


def test_60_a_rejection_in_the_uk_is_paid_in_fourteen_days_that_one_included() -> None:
    agreed = Progress(
        country="GB",
        kind=Kind.FAULTY,
        told=SEP1,
        accepted=date(2026, 9, 10),
        wants_money=True,
    )
    assert law.clock(agreed).until == date(2026, 9, 23)


def test_64_seven_working_days_in_the_usa() -> None:
    vested = date(2026, 7, 6)
    assert prompt_refund(vested) == date(2026, 7, 14)
    without = law.settle({"us_saturdays": False})
    assert prompt_refund(vested, without) == date(2026, 7, 15)
    unsent = Progress(country="US", kind=Kind.VOLUNTARY, told=vested, never_sent=True)
    assert law.clock(unsent).until == date(2026, 7, 14)


def test_a_voluntary_return_has_no_clock_but_its_goods() -> None:
    back = date(2026, 9, 10)
    here = law.clock(Progress(country="FR", kind=Kind.VOLUNTARY, told=SEP1, goods=back))
    assert (here.what, here.until, here.article) == ("refund", None, "")
    coming = law.clock(Progress(country="FR", kind=Kind.VOLUNTARY, told=SEP1))
    assert (coming.what, coming.until) == ("send_back", None)


def test_a_reasonable_time_is_no_date() -> None:
    asked = Progress(country="DE", kind=Kind.FAULTY, told=SEP1)
    clock = law.clock(asked)
    assert (clock.what, clock.until, clock.on) == ("remedy", None, Who.MERCHANT)


def test_37_60_beside_a_repair_the_money_has_its_own_day_and_the_earliest_counts() -> (
    None
):
    agreed = Progress(
        country="GB",
        kind=Kind.FAULTY,
        told=SEP1,
        accepted=date(2026, 9, 10),
        wants_money=True,
        wants_remedy=True,
    )
    assert law.clock(agreed).what == "refund"
    assert law.clock(agreed).until == date(2026, 9, 23)
    in_france = replace(agreed, country="FR")
    assert law.clock(in_france).what == "remedy"  # nothing of the money is here
    here = replace(in_france, goods=date(2026, 9, 12))
    assert (law.clock(here).what, law.clock(here).until) == (
        "refund",
        date(2026, 9, 26),
    )
    late = replace(in_france, goods=date(2026, 9, 29))
    assert (law.clock(late).what, law.clock(late).until) == (
        "remedy",
        date(2026, 10, 1),
    )
    assert law.clock(replace(agreed, country="DE")).what == "refund"
