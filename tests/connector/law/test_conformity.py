"""Statements 36, 39, 41, 42, 44, 47 to 51, 59 and 61: the legal guarantee."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from connector import law
from connector.law import Goods, Path, Remedy

BOUGHT = date(2026, 8, 1)
AUG3 = date(2026, 8, 3)
MONEY = {Remedy.REDUCTION, Remedy.REFUND}


def goods(
    country: str,
    *,
    bought: date = BOUGHT,
    delivered: date | None = AUG3,
    repaired: date | None = None,
    handed_back: date | None = None,
    suspended: int = 0,
) -> Goods:
    return Goods(
        country=country,
        bought=bought,
        delivered=delivered,
        repaired=repaired,
        handed_back=handed_back,
        suspended=suspended,
    )


@pytest.mark.parametrize(
    ("country", "until", "presumed"),
    [
        ("FR", date(2028, 8, 3), date(2028, 8, 3)),
        ("DE", date(2028, 8, 3), date(2027, 8, 3)),
        ("ES", date(2029, 8, 3), date(2028, 8, 3)),
        ("IT", date(2028, 8, 3), date(2027, 8, 3)),
        ("PL", date(2028, 8, 3), date(2027, 8, 3)),
        ("", date(2028, 8, 3), date(2027, 8, 3)),
        ("NL", None, date(2027, 8, 3)),
        ("GB", None, date(2027, 2, 2)),
    ],
)
def test_36_41_44_49_61_how_long_and_who_proves(
    country: str, until: date | None, presumed: date
) -> None:
    found = law.guarantee(goods(country))
    assert (found.until, found.presumed) == (until, presumed)


def test_37_money_opens_after_thirty_days_in_france() -> None:
    asked = date(2026, 9, 1)
    thing = goods("FR")
    before = law.remedies(thing, date(2026, 10, 1), asked=asked)
    assert before == {Remedy.REPAIR, Remedy.REPLACEMENT}
    assert law.remedies(thing, date(2026, 10, 2), asked=asked) >= MONEY


def test_39_a_repair_in_france_adds_a_year_or_half_of_one() -> None:
    repaired = date(2027, 1, 10)
    assert law.guarantee(goods("FR", repaired=repaired)).until == date(2029, 8, 3)
    read = law.settle({"repair_extension": False})
    found = law.guarantee(goods("FR", repaired=repaired), read)
    assert found.until == date(2029, 2, 3)
    before = goods("FR", repaired=repaired, bought=date(2026, 7, 30))
    assert law.guarantee(before).until == date(2029, 2, 3)


def test_39_goods_given_anew_have_a_new_period() -> None:
    anew = Goods(country="FR", bought=BOUGHT, delivered=AUG3, anew=date(2027, 1, 10))
    assert law.guarantee(anew).until == date(2029, 1, 10)


def test_42_a_repair_in_germany_adds_a_year_to_what_was_bought_since() -> None:
    repaired = date(2027, 1, 10)
    none = law.settle({"repair_extension": False})
    assert law.guarantee(goods("DE", repaired=repaired), none).until == date(2029, 8, 3)
    before = goods("DE", repaired=repaired, bought=date(2026, 7, 30))
    assert law.guarantee(before).until == date(2028, 8, 3)
    assert law.extends("DE", BOUGHT)
    assert not law.extends("DE", date(2026, 7, 30))
    late = goods(
        "DE",
        bought=date(2026, 7, 30),
        repaired=date(2028, 7, 1),
        handed_back=date(2028, 7, 20),
    )
    assert law.guarantee(late).until == date(2028, 9, 20)


def test_44_a_repair_stops_the_clock_in_spain() -> None:
    before = date(2026, 7, 30)
    away = goods("ES", bought=before, repaired=date(2026, 9, 1), suspended=10)
    assert law.guarantee(away).until == date(2029, 8, 13)
    again = goods(
        "ES",
        bought=before,
        repaired=date(2029, 6, 1),
        handed_back=date(2029, 6, 10),
        suspended=10,
    )
    assert law.guarantee(again).until == date(2030, 6, 10)


def test_47_what_is_not_sure_of_italy_is_a_switch() -> None:
    other = law.settle({"it_conformity_months": 26, "it_presumed_months": 24})
    found = law.guarantee(goods("IT"), other)
    assert (found.until, found.presumed) == (date(2028, 10, 3), date(2028, 8, 3))


def test_48_a_fault_never_closes_by_date_in_the_netherlands() -> None:
    assert law.path(goods("NL"), date(2036, 8, 3)) is Path.ASK
    fixed = law.settle({"nl_conformity_months": 24})
    assert law.path(goods("NL"), date(2027, 8, 3), fixed) is Path.OPEN


def test_49_the_minima_are_switches() -> None:
    more = law.settle({"eu_conformity_months": 36, "eu_presumed_months": 24})
    found = law.guarantee(goods("PL"), more)
    assert (found.until, found.presumed) == (date(2029, 8, 3), date(2028, 8, 3))
    assert law.guarantee(goods("FR"), more).until == date(2028, 8, 3)


def test_47_49_no_switch_gives_less_than_the_directive() -> None:
    less = law.settle(
        dict.fromkeys(("eu_conformity_months", "it_conformity_months"), 1)
        | dict.fromkeys(("eu_presumed_months", "it_presumed_months"), 1)
        | {"nl_conformity_months": 1}
    )
    for country in ("PL", "IT", "NL"):
        found = law.guarantee(goods(country), less)
        assert found.until == date(2028, 8, 3)
        assert found.presumed == date(2027, 8, 3)


@pytest.mark.parametrize("country", ["FR", "IT", "NL", "PL"])
def test_50_a_repair_adds_a_year_from_31_july_2026(country: str) -> None:
    assert law.extends(country, date(2026, 7, 31))
    assert not law.extends(country, date(2026, 7, 30))
    none = law.settle({"repair_extension": False})
    assert not law.extends(country, date(2026, 7, 31), none)


def test_51_no_window_hides_a_fault() -> None:
    for country in law.PROFILES:
        for days in (31, 800, 4000):
            day = AUG3 + timedelta(days=days)
            assert law.path(goods(country), day) in (Path.OPEN, Path.ASK)
    assert law.path(goods("FR"), AUG3 + timedelta(days=31)) is Path.OPEN
    assert law.path(goods("ES"), AUG3 + timedelta(days=800)) is Path.OPEN
    assert law.path(goods("FR"), AUG3 + timedelta(days=800)) is Path.ASK
    assert law.path(goods("FR", delivered=None), date(2040, 1, 1)) is Path.OPEN


def test_59_the_short_right_to_reject_in_the_uk() -> None:
    delivered = date(2026, 9, 1)
    assert law.reject_until(delivered) == date(2026, 10, 1)
    asked, back = date(2026, 9, 11), date(2026, 9, 20)
    assert law.reject_until(delivered, (asked, back)) == date(2026, 10, 11)
    late = (date(2026, 9, 25), date(2026, 10, 10))  # back after the plain 30 days
    assert law.reject_until(delivered, late) == date(2026, 10, 17)
    assert law.reject_until(delivered, late, (asked, back)) == date(2026, 10, 27)
    last = date(2026, 10, 1)
    assert law.reject_until(delivered, (last, last)) == date(2026, 10, 8)
    thing = goods("GB", delivered=delivered)
    assert Remedy.REFUND in law.remedies(thing, date(2026, 10, 1))
    assert Remedy.REFUND not in law.remedies(thing, date(2026, 10, 2))


def test_61_one_failed_repair_opens_the_money_in_the_uk() -> None:
    thing, later = goods("GB"), date(2027, 2, 3)
    assert Remedy.REFUND not in law.remedies(thing, later)
    assert law.remedies(thing, later, has_failed=True) >= MONEY
