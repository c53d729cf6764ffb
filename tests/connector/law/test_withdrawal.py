"""Statements 1 to 8, 19, 20, 22, 31, 43, 52, 53, 58 and 62, by their worked dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connector import law
from connector.errors import PolicyError
from connector.law.clocks import refund_due
from connector.model import Customer, Moved, Parcel, RefundedLine, ShopRefund
from connector.policy.periods import NEVER, withdrawal_ends
from tests.connector import shapes
from tests.connector.law.sales import TOLD, at, last_day, sale

SEP1 = date(2026, 9, 1)
MAR7 = date(2026, 3, 7)
NOT_TOLD = law.Told()


@pytest.mark.parametrize("country", ["FR", "DE", "ES", "IT", "NL", "AT", "GB"])
def test_01_the_period_starts_with_the_last_parcel(country: str) -> None:
    parcels = (SEP1, date(2026, 9, 3), date(2026, 9, 9))
    assert last_day(country, *parcels) == date(2026, 9, 23)
    assert last_day(country, *parcels, None) is None


def test_01_thirty_days_are_for_visits_alone() -> None:
    visits = law.settle({"home_visit": True})
    assert last_day("ES", SEP1, switches=visits) == date(2026, 10, 1)
    assert last_day("DE", SEP1, switches=visits) == date(2026, 9, 15)
    # 15 September is a holiday of Cantabria: where the region is known, no day more.
    assert last_day("ES", SEP1, region="MD") == date(2026, 9, 15)
    assert last_day("ES", SEP1) == date(2026, 9, 16)


def test_02_the_right_is_there_before_delivery() -> None:
    bought = sale("NL", None, ordered=SEP1)
    found = law.right(bought)
    assert found.is_open(at("2026-09-02T09:00"))
    assert found.ends is None
    due = refund_due("NL", date(2026, 9, 2), never_sent=True)
    assert due == date(2026, 9, 16)


@pytest.mark.parametrize(
    ("country", "delivered", "ends"),
    [
        ("FR", MAR7, date(2026, 3, 23)),
        ("DE", date(2026, 6, 20), date(2026, 7, 6)),
        ("FR", date(2026, 6, 30), date(2026, 7, 15)),
        ("NL", date(2026, 4, 21), date(2026, 5, 6)),
        ("DE", date(2026, 4, 21), date(2026, 5, 5)),
        ("ES", date(2026, 4, 21), date(2026, 5, 5)),
    ],
)
def test_03_the_last_day_moves_past_weekends_and_holidays(
    country: str, delivered: date, ends: date
) -> None:
    assert last_day(country, delivered) == ends


def test_03_without_the_rule_nothing_moves_but_where_the_law_was_read() -> None:
    plain = law.settle({"roll_over": False})
    assert last_day("PL", MAR7, switches=plain) == date(2026, 3, 21)
    assert last_day("PL", MAR7) == date(2026, 3, 23)
    for country in ("FR", "DE", "NL"):
        assert last_day(country, MAR7, switches=plain) == date(2026, 3, 23)


def test_03_a_place_with_a_code_of_its_own_has_its_country_s_law() -> None:
    assert last_day("GP", date(2026, 6, 30)) == date(2026, 7, 15)  # 14 July
    # Independence Day, 25 March: Greece, by the code that the Union writes.
    assert last_day("EL", date(2027, 3, 11)) == date(2027, 3, 26)
    for code in ("AX", "BL", "EA", "IC", "UK"):
        assert law.profile(code).withdrawal_days == 14


@pytest.mark.parametrize(
    ("region", "ends"),
    [("BY", date(2027, 1, 7)), ("HH", date(2027, 1, 6)), ("", date(2027, 1, 7))],
)
def test_04_the_holidays_of_the_region_count_and_in_doubt_the_later(
    region: str, ends: date
) -> None:
    assert last_day("DE", date(2026, 12, 23), region=region) == ends


@pytest.mark.parametrize("country", ["ES", "IT"])
def test_05_a_strict_reading_is_a_switch(country: str) -> None:
    strict = law.settle({f"roll_over_{country.lower()}": "strict"})
    delivered = date(2026, 6, 20)
    assert last_day(country, delivered, switches=strict) == date(2026, 7, 4)
    assert last_day(country, delivered) == date(2026, 7, 6)
    found = law.right(sale(country, delivered))
    assert found.counted == date(2026, 7, 4)  # the console shows both


def test_05_italy_moves_over_holidays_even_when_read_strictly() -> None:
    strict = law.settle({"roll_over_it": "strict"})
    before_christmas = date(2026, 12, 11)
    assert last_day("IT", before_christmas, switches=strict) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("country", "ends"),
    [
        ("FR", date(2027, 3, 23)),
        ("ES", date(2027, 3, 23)),
        ("DE", date(2027, 3, 22)),
    ],
)
def test_06_a_year_more_where_the_shop_did_not_inform(country: str, ends: date) -> None:
    assert last_day(country, MAR7, told=NOT_TOLD) == ends
    later = law.Told(right=date(2026, 6, 1))
    assert last_day(country, MAR7, told=later) == date(2026, 6, 15)
    assert law.right(sale(country, MAR7, told=later)).is_extended


def test_07_a_notice_without_the_function_prolongs() -> None:
    old = law.Told(right=date(2026, 6, 1))
    delivered, ordered = date(2026, 7, 1), date(2026, 6, 29)
    ends = last_day("DE", delivered, ordered=ordered, told=old)
    assert ends == date(2027, 7, 15)
    assert last_day("DE", delivered, ordered=ordered) == date(2026, 7, 15)
    # A contract from before the duty, and a country that is not in the switch:
    assert last_day("DE", delivered, told=old) == date(2026, 7, 15)
    assert last_day("PL", delivered, ordered=ordered, told=old) == date(2026, 7, 15)
    none = law.settle({"notice_names_function": []})
    assert last_day("FR", delivered, ordered=ordered, told=old) == date(2027, 7, 15)
    ends = last_day("FR", delivered, ordered=ordered, told=old, switches=none)
    assert ends == date(2026, 7, 15)
    # Germany's law was read: no switch takes it away.
    late = law.settle({"notice_names_function": [], "function_from": "2099-01-01"})
    ends = last_day("DE", delivered, ordered=ordered, told=old, switches=late)
    assert ends == date(2027, 7, 15)


def test_08_sent_in_the_last_second_is_in_time() -> None:
    found = law.right(sale("FR", MAR7))
    assert found.is_open(at("2026-03-23T23:59:40"))
    assert not found.is_open(at("2026-03-24T00:00:05"))


def test_08_the_last_day_ends_where_the_customer_lives() -> None:
    guadeloupe = law.right(sale("GP", SEP1)).deadline
    assert guadeloupe == datetime(2026, 9, 16, 4, tzinfo=UTC)
    lisbon = law.right(sale("PT", SEP1)).deadline
    assert lisbon == datetime(2026, 9, 15, 23, tzinfo=UTC)
    azores = law.Sale(
        country="PT",
        ordered=SEP1,
        deliveries=(law.Delivery(delivered=SEP1),),
        told=TOLD,
        zone="Atlantic/Azores",
    )
    later = law.right(azores).deadline
    assert later is not None
    assert lisbon is not None
    assert later - lisbon == timedelta(hours=1)


def test_19_a_part_may_be_withdrawn_and_in_germany_always() -> None:
    whole_only = law.settle({"part_of_order": False})
    assert law.may_part("FR")
    assert not law.may_part("FR", whole_only)
    assert law.may_part("DE", whole_only)


@pytest.mark.parametrize("letter", sorted(law.LETTERS))
@pytest.mark.parametrize("country", ["FR", "DE", "ES", "IT", "PL"])
def test_20_an_exception_needs_its_letter_its_facts_and_to_be_shown(
    letter: str, country: str
) -> None:
    bought, needs = sale(country, SEP1), law.LETTERS[letter].needs
    holds = law.right(bought, law.Exempt(letter=letter, shown=True, facts=needs))
    assert not holds.applies
    assert holds.article
    hidden = law.Exempt(letter=letter, shown=False, facts=needs)
    assert law.right(bought, hidden).applies
    if needs:
        open_ = law.right(bought, law.Exempt(letter=letter, shown=True))
        assert open_.applies
        assert open_.missing == needs


def test_20_a_sealed_cosmetic_is_an_exception_once_unsealed() -> None:
    unsealed = law.Exempt(letter="e", shown=True, facts=frozenset({"unsealed"}))
    assert not law.right(sale("FR", SEP1), unsealed).applies
    assert law.right(sale("FR", SEP1), law.Exempt(letter="e", shown=True)).applies
    assert law.right(sale("FR", SEP1), unsealed).article == (
        "Code de la consommation L221-28 5°"
    )


@pytest.mark.parametrize("letter", ["", "sale item", "opened box", "z", "E"])
def test_20_what_has_no_letter_is_refused(letter: str) -> None:
    with pytest.raises(PolicyError, match="letter"):
        law.Exempt(letter=letter, shown=True)


def test_31_a_letter_counts_from_its_posting_and_the_refund_from_its_arrival() -> None:
    found = law.right(sale("FR", MAR7))
    assert found.is_open(at("2026-03-20T12:00"))  # posted; it arrived on the 25th
    due = refund_due("FR", date(2026, 3, 25), proof=date(2026, 3, 26))
    assert due == date(2026, 4, 8)


def test_52_the_uk_has_fourteen_days_and_no_start_without_delivery() -> None:
    assert last_day("GB", SEP1) == date(2026, 9, 15)
    assert last_day("GB", None) is None
    assert law.right(sale("GB", SEP1)).deadline == at(
        "2026-09-16T00:00", "Europe/London"
    )


def test_53_a_year_more_in_the_uk_too() -> None:
    assert last_day("GB", MAR7, told=NOT_TOLD) == date(2027, 3, 21)
    told = law.Told(right=date(2026, 6, 1))
    assert last_day("GB", MAR7, told=told) == date(2026, 6, 15)


def test_58_nothing_moves_in_the_uk_but_goodwill() -> None:
    found = law.right(sale("GB", date(2026, 6, 20)))
    assert (found.ends, found.accepted) == (date(2026, 7, 4), date(2026, 7, 6))
    assert found.is_open(at("2026-07-06T23:59", "Europe/London"))
    strict = law.settle({"uk_goodwill": False})
    found = law.right(sale("GB", date(2026, 6, 20)), switches=strict)
    assert not found.is_open(at("2026-07-06T10:00", "Europe/London"))


def test_62_a_uk_subscription_has_the_ordinary_days() -> None:
    # Nothing of the regime of 2024 is in force: a box has no days of its own.
    assert last_day("GB", SEP1) == last_day("FR", SEP1) == date(2026, 9, 15)


@pytest.mark.parametrize("country", ["US", "CH", "JP"])
def test_63_no_right_where_no_law_gives_one(country: str) -> None:
    assert not law.right(sale(country, SEP1)).applies
    assert refund_due(country, SEP1, goods=SEP1) is None


def test_an_order_of_the_shop_is_read_with_what_is_still_to_come() -> None:
    late = datetime(2026, 9, 1, 22, 30, tzinfo=UTC)  # the 2nd in Paris
    came = Parcel(ref="a", units=(("1", 1),), delivered_at=late)
    whole = replace(shapes.a_line("1", 1000), fulfilled=1)
    order = replace(
        shapes.an_order(whole), parcels=(came,), customer=Customer(country="FR")
    )
    assert law.right(law.sale_of(order, TOLD)).starts == date(2026, 9, 2)
    half = replace(shapes.a_line("2", 1000, quantity=2), fulfilled=1)
    waiting = replace(order, lines=(whole, half))
    assert law.right(law.sale_of(waiting, TOLD)).starts is None


@pytest.mark.parametrize(("return_ref", "is_open"), [("r", True), ("", False)])
def test_a_unit_that_came_back_is_not_the_one_that_is_still_to_come(
    return_ref: str, *, is_open: bool
) -> None:
    came = Parcel(ref="a", units=(("1", 1),), delivered_at=shapes.NOON)
    line = replace(shapes.a_line("1", 2000, 2), fulfilled=1, refunded_units=1)
    part = RefundedLine(line_ref="1", quantity=1, gross=shapes.eur(1000))
    back = ShopRefund(
        ref="x",
        amount=part.gross,
        moved=Moved.YES,
        return_ref=return_ref,
        lines=(part,),
    )
    order = replace(shapes.an_order(line), parcels=(came,), refunds=(back,))
    assert (law.right(law.sale_of(order, TOLD)).starts is None) is is_open
    assert (withdrawal_ends(order, 0)[2] == NEVER) is is_open
