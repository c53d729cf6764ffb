"""What holds for every day and country, not for a worked date alone."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector import law
from connector.law import Fee, Terms, Window
from connector.law.calendars import is_working
from connector.law.clocks import refund_due
from connector.law.late import lateness
from connector.model import Kind
from connector.money import Money
from tests.connector.law.sales import sale

# The first look at a country's holidays loads them, which takes a while.
UNHURRIED = settings(deadline=None)
DAYS = st.dates(date(2025, 2, 1), date(2029, 12, 31))
LAWFUL = st.sampled_from([*law.withdrawing(), ""])
ROLLS = st.sampled_from([one for one in law.withdrawing() if one != "GB"])
MAYBE = st.none() | DAYS
TOLD = st.builds(law.Told, right=MAYBE, function=MAYBE)
FOURTEEN = timedelta(days=14)


@UNHURRIED
@given(LAWFUL, st.lists(DAYS, min_size=1, max_size=4), DAYS, TOLD)
def test_the_right_never_ends_before_fourteen_days(
    country: str, delivered: list[date], ordered: date, told: law.Told
) -> None:
    found = law.right(sale(country, *delivered, ordered=ordered, told=told))
    assert found.ends is not None
    assert found.accepted is not None
    assert found.accepted >= found.ends >= max(delivered) + FOURTEEN
    assert found.deadline is not None
    assert not found.is_open(found.deadline)
    assert found.is_open(found.deadline - timedelta(microseconds=1))


@UNHURRIED
@given(ROLLS, DAYS)
def test_the_last_day_is_a_working_day_where_the_rule_moves_it(
    country: str, delivered: date
) -> None:
    found = law.right(sale(country, delivered))
    assert found.ends is not None
    assert is_working(found.ends, country)
    assert found.ends - delivered < timedelta(days=14 + 10)


@UNHURRIED
@given(LAWFUL, DAYS, TOLD)
def test_who_was_told_less_has_no_less_time(
    country: str, delivered: date, told: law.Told
) -> None:
    ordered = date(2026, 7, 1)
    knows = law.right(sale(country, delivered, ordered=ordered, told=told))
    never = law.right(sale(country, delivered, ordered=ordered, told=law.Told()))
    assert knows.ends is not None
    assert never.ends is not None
    assert knows.ends <= never.ends


@UNHURRIED
@given(LAWFUL, DAYS, MAYBE, MAYBE, st.integers(0, 400))
def test_the_refund_is_never_due_earlier_for_what_came_later(
    country: str, told: date, goods: date | None, proof: date | None, later: int
) -> None:
    more = timedelta(days=later)
    due = refund_due(country, told, goods=goods, proof=proof)
    if goods is None and proof is None:
        assert due is None
        return
    assert due is not None
    assert due >= told + FOURTEEN
    after = refund_due(country, told + more, goods=goods, proof=proof)
    assert after is not None
    assert after >= due
    moved = (goods + more if goods else None, proof + more if proof else None)
    after = refund_due(country, told, goods=moved[0], proof=moved[1])
    assert after is not None
    assert after >= due
    with_both = refund_due(country, told, goods=goods, proof=proof or told)
    assert with_both is not None
    assert with_both <= due


@given(
    kind=st.sampled_from(Kind),
    is_told=st.booleans(),
    is_fetched=st.booleans(),
    grade=st.integers(-9, 20_000),
)
def test_a_claim_of_the_law_pays_nothing_but_the_way_back_and_what_he_lost(
    kind: Kind, grade: int, *, is_told: bool, is_fetched: bool
) -> None:
    allowed = law.fees_allowed(kind, is_told=is_told, is_fetched=is_fetched)
    kept = law.loss_allowed(kind, grade, is_told=is_told)
    assert 0 <= kept <= 10_000
    if kind is not Kind.VOLUNTARY:
        is_his = kind is Kind.WITHDRAWAL and is_told
        assert allowed <= {Fee.RETURN_COST}
        assert is_his or not allowed
        assert is_his or not kept


@given(st.integers(0, 3650), LAWFUL.filter(bool))
def test_fewer_days_always_undercut_and_no_more_ever_do(
    days: int, country: str
) -> None:
    sold = frozenset({country})
    terms = Terms(sold_to=sold, windows=(Window(key="w", days=days),))
    assert bool(law.undercuts(terms)) == (days < 14)


@given(
    st.lists(st.integers(0, 60), max_size=4),
    st.integers(0, 40),
    st.sets(st.sampled_from([*law.withdrawing(), "US", "CH"])),
)
def test_a_kinder_policy_never_undercuts_more(
    windows: list[int], more: int, sold: set[str]
) -> None:
    def terms(extra: int) -> Terms:
        return Terms(
            sold_to=frozenset(sold),
            windows=tuple(Window(key="w", days=one + extra) for one in windows),
        )

    assert len(law.undercuts(terms(more))) <= len(law.undercuts(terms(0)))


@given(
    due=st.integers(1, 10**7),
    price=st.integers(1, 10**7),
    days=st.integers(0, 1500),
    rate=st.integers(0, 2000),
    begun=st.booleans(),
)
def test_lateness_never_falls_with_time(
    due: int, price: int, days: int, rate: int, *, begun: bool
) -> None:
    total, goods = Money(max(due, price), "EUR"), Money(price, "EUR")

    def cost(day: int) -> int:
        return lateness(total, day, rate, goods, begun=begun).minor

    assert cost(days) >= 0
    if days > 10:  # the interest of ten days may be above the first step
        assert cost(days) <= cost(days + 1)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
@settings(max_examples=60)
def test_the_parts_of_delivery_add_up_to_the_whole(fee: int, worth: list[int]) -> None:
    whole = Money(fee, "EUR")
    for mode in ("pro_rata", "none_until_last"):
        gone, back = 0, 0
        for one in worth:
            gone += one
            now = law.delivery_of_part(whole, worth=sum(worth), gone=gone, mode=mode)
            assert now.minor >= back
            back = now.minor
        assert back == (fee if sum(worth) else back)
