"""Statements 10, 11, 13 to 16, 55, 56, 65 and 75 to 79: what goes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from connector import law
from connector.law import Fee
from connector.model import Kind
from connector.money import Money
from tests.connector.law.sales import LONG_AGO, at, eur, sale

SEP1 = date(2026, 9, 1)
ANNOUNCED = law.Told(right=LONG_AGO, function=LONG_AGO, return_cost=True)


def test_10_all_that_was_paid_for_delivery_goes_back() -> None:
    assert law.delivery_back(eur(490), eur(490)) == eur(490)


def test_11_55_only_the_cheapest_standard_delivery_goes_back() -> None:
    assert law.delivery_back(eur(1290), eur(490)) == eur(490)
    assert law.delivery_back(eur(1290), None) == eur(1290)
    # Only express was offered: nobody chose the dearer one.
    assert law.delivery_back(eur(1290), eur(490), chose_dearer=False) == eur(1290)
    assert law.delivery_back(eur(490), eur(1290)) == eur(490)


def test_13_another_means_needs_a_choice_after_the_statement() -> None:
    declared = at("2026-09-01T10:00")
    assert law.same_means(declared, None)
    assert law.same_means(declared, declared - timedelta(days=1))
    assert not law.same_means(declared, declared + timedelta(minutes=5))


def test_13_37_60_a_withdrawal_and_a_fault_bind_the_means() -> None:
    for country in ("FR", "DE", "GB", ""):
        for kind in (Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE):
            assert law.binds_means(country, kind)
        assert not law.binds_means(country, Kind.VOLUNTARY)
    assert not law.binds_means("US", Kind.WITHDRAWAL)
    assert not law.binds_means("US", Kind.FAULTY)


@pytest.mark.parametrize("country", ["FR", "DE", "ES", "IT", "NL", "GB"])
def test_14_56_a_withdrawal_pays_no_fee(country: str) -> None:
    told = sale(country, SEP1, told=ANNOUNCED)
    assert law.fees_allowed(told, Kind.WITHDRAWAL) == {Fee.RETURN_COST}
    assert law.fees_allowed(told, Kind.FAULTY) == frozenset()


def test_15_the_way_back_only_if_it_was_said_before() -> None:
    assert law.fees_allowed(sale("FR", SEP1), Kind.WITHDRAWAL) == frozenset()
    fetched = law.Sale(country="FR", ordered=SEP1, told=ANNOUNCED, collects=True)
    assert law.fees_allowed(fetched, Kind.WITHDRAWAL) == frozenset()


def test_16_56_handling_costs_by_a_person_s_grade() -> None:
    shoes = eur(8000)
    assert shoes - law.value_kept(shoes, 3000, is_told=True) == eur(5600)
    assert law.value_kept(shoes, 3000, is_told=False) == eur(0)
    assert law.value_kept(shoes, 99_999, is_told=True) == shoes
    assert law.value_kept(shoes, -5, is_told=True) == eur(0)


@pytest.mark.parametrize(
    ("days", "shown", "last"),
    [
        (14, False, date(2026, 7, 31)),
        (14, True, date(2026, 7, 15)),
        (60, False, date(2026, 8, 30)),
    ],
)
def test_65_a_policy_that_was_not_shown_in_california(
    days: int,
    shown: bool,  # noqa: FBT001 - a case of the table
    last: date,
) -> None:
    bought = date(2026, 7, 1)
    assert law.policy_until(bought, days, "CA", is_shown=shown) == last


def test_65_new_york_is_a_switch_and_texas_has_the_policy() -> None:
    bought = date(2026, 7, 1)
    assert law.policy_until(bought, 14, "NY", is_shown=False) == date(2026, 7, 15)
    more = law.settle({"us_new_york_days": 30})
    found = law.policy_until(bought, 14, "NY", is_shown=False, switches=more)
    assert found == date(2026, 7, 31)
    assert law.policy_until(bought, 14, "TX", is_shown=False) == date(2026, 7, 15)


def test_75_delivery_of_a_part_is_in_proportion_and_ends_whole() -> None:
    first = law.delivery_of_part(eur(490), worth=10000, gone=0, going=3000)
    rest = law.delivery_of_part(eur(490), worth=10000, gone=3000, going=7000)
    assert (first, rest) == (eur(147), eur(343))


@pytest.mark.parametrize("mode", ["difference", "none_until_last"])
def test_75_the_other_readings_are_switches(mode: str) -> None:
    other = law.settle({"part_delivery": mode})
    first = law.delivery_of_part(
        eur(490), worth=10000, gone=0, going=3000, tariff=eur(490), switches=other
    )
    last = law.delivery_of_part(
        eur(490), worth=10000, gone=3000, going=7000, switches=other
    )
    assert (first, last) == (eur(0), eur(490))


def test_76_77_nothing_is_clawed_back_from_a_withdrawal() -> None:
    kept = law.fees_allowed(sale("DE", SEP1, told=ANNOUNCED), Kind.WITHDRAWAL)
    assert not kept & {Fee.CLAW_BACK, Fee.OUTBOUND, Fee.RESTOCKING, Fee.PROCESSING}


def test_79_a_fee_carries_the_tax_of_its_line_but_in_california() -> None:
    assert law.fee_tax(eur(1800), eur(12000), eur(2000), country="FR") == eur(300)
    pounds = (Money(595, "GBP"), Money(12000, "GBP"), Money(2000, "GBP"))
    assert law.fee_tax(*pounds, country="GB") == Money(99, "GBP")
    fee, gross, tax = Money(1500, "USD"), Money(10875, "USD"), Money(875, "USD")
    found = law.fee_tax(fee, gross, tax, country="US", region="CA")
    assert found == Money(0, "USD")
    assert gross - fee == Money(9375, "USD")  # with all of the tax
    none = law.settle({"fee_tax": "none"})
    kept = law.fee_tax(eur(1800), eur(12000), eur(2000), country="FR", switches=none)
    assert kept == eur(0)
