from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import BadAmount, CurrencyMismatch
from connector.money import Money, round_half_up

AMOUNTS = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("10.05", "EUR", 1005),
        ("7.5", "EUR", 750),
        ("40.0", "USD", 4000),
        ("-10.00", "EUR", -1000),
        ("1000", "JPY", 1000),
        ("10.000", "KWD", 10000),
        ("8.330000", "EUR", 833),
    ],
)
def test_a_decimal_string_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "10.051", "NaN", "Infinity", "1,50", "1e400", "9" * 40]
)
def test_what_is_no_amount_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(BadAmount):
        Money.parse(text, "EUR")


def test_a_third_decimal_is_rounded_half_up_and_said_to_be_inexact() -> None:
    # S14: 19.99999 must not become 19.99.
    assert Money.read("19.99999", "EUR") == (Money(2000, "EUR"), False)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1250, "EUR", "12.50"), (5, "EUR", "0.05"), (7, "JPY", "7"), (1, "KWD", "0.001")],
)
def test_an_amount_is_written_with_all_its_decimals(
    minor: int, currency: str, text: str
) -> None:
    assert Money(minor, currency).decimal == text


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1).filter(any))
def test_allocation_never_loses_a_minor_unit(minor: int, weights: list[int]) -> None:
    shares = Money(minor, "EUR").allocate(weights)
    assert sum(share.minor for share in shares) == minor
    assert all(s.minor >= 0 for s in shares)


@given(AMOUNTS, st.integers(1, 40), st.data())
def test_any_split_of_units_sums_to_what_was_paid(
    minor: int, units: int, data: st.DataObject
) -> None:
    # H26: differences of cumulative shares, in any steps.
    paid = Money(minor, "EUR")
    cuts = sorted(data.draw(st.sets(st.integers(1, units))) | {units})
    before, parts = 0, []
    for cut in cuts:
        parts.append(paid.share(cut, units).minor - paid.share(before, units).minor)
        before = cut
    assert sum(parts) == minor
    assert all(part >= 0 for part in parts)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_rounding_is_within_half_and_symmetric(top: int, bottom: int) -> None:
    rounded = round_half_up(top, bottom)
    assert abs(rounded * bottom - top) * 2 <= bottom
    assert round_half_up(-top, bottom) == -rounded
