"""Statements 10, 11, 13 to 16, 55, 56, 65 and 75 to 79: what goes back."""

from __future__ import annotations

from datetime import timedelta

from connector import law
from connector.law import Fee
from connector.law.america import unshown_days
from connector.model import Kind
from connector.money import Money
from tests.connector.law.sales import at, eur


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


def test_14_56_a_withdrawal_pays_no_fee() -> None:
    assert law.fees_allowed(Kind.WITHDRAWAL, is_told=True) == {Fee.RETURN_COST}
    assert law.fees_allowed(Kind.FAULTY, is_told=True) == frozenset()


def test_15_the_way_back_only_if_it_was_said_before() -> None:
    assert law.fees_allowed(Kind.WITHDRAWAL, is_told=False) == frozenset()
    fetched = law.fees_allowed(Kind.WITHDRAWAL, is_told=True, is_fetched=True)
    assert fetched == frozenset()


def test_16_56_handling_costs_by_a_person_s_grade() -> None:
    assert law.loss_allowed(Kind.WITHDRAWAL, 3000, is_told=True) == 3000
    assert law.loss_allowed(Kind.WITHDRAWAL, 3000, is_told=False) == 0
    assert law.loss_allowed(Kind.FAULTY, 3000, is_told=True) == 0
    assert law.loss_allowed(Kind.WITHDRAWAL, 99_999, is_told=True) == 10_000
    assert law.loss_allowed(Kind.VOLUNTARY, -5, is_told=True) == 0


def test_65_what_a_buyer_has_where_the_policy_was_not_shown() -> None:
    assert unshown_days("CA", 14) == 30
    assert unshown_days("CA", 60) == 60
    assert unshown_days("TX", 14) == unshown_days("NY", 14) == 14
    assert unshown_days("NY", 14, law.settle({"us_new_york_days": 30})) == 30


def test_65_79_a_merchant_who_sells_to_the_usa_is_told_so() -> None:
    days = (law.Window(key="w", days=14), law.Window(key="x", days=45))
    usa = law.Terms(sold_to=frozenset({"US"}), windows=days, restocking="fee")
    assert [(one.key, one.article) for one in law.advice(usa)] == [
        ("w", "California Civil Code 1723"),
        ("fee", "18 CCR 1655(a)(1)"),
    ]
    assert law.advice(law.Terms(windows=days, restocking="fee")) == ()


def test_75_delivery_of_a_part_is_in_proportion_and_ends_whole() -> None:
    first = law.delivery_of_part(eur(490), worth=10000, gone=3000)
    last = law.delivery_of_part(eur(490), worth=10000, gone=10000)
    assert (first, last - first) == (eur(147), eur(343))


def test_75_the_other_reading_is_a_switch() -> None:
    mode = "none_until_last"
    first = law.delivery_of_part(eur(490), worth=10000, gone=3000, mode=mode)
    last = law.delivery_of_part(eur(490), worth=10000, gone=10000, mode=mode)
    assert (first, last) == (eur(0), eur(490))


def test_76_77_nothing_is_clawed_back_from_a_withdrawal() -> None:
    kept = law.fees_allowed(Kind.WITHDRAWAL, is_told=True)
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
