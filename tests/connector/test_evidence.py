"""What a customer types of his parcel is taken as it is meant, or named as wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import evidence
from connector.evidence import MOST, Unfit

NUMBERS = (
    "00340434161094042557",
    "1Z 999 AA1 01 2345 6784",
    "RR123456785DE",
    "(00) 3 4043416 109404255 7",
    "JJD-0099.123_456/78",
    "#1234",
)


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_of_carriers_are_taken_as_they_are(text: str) -> None:
    assert evidence.number(text) == text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("\ufeff0034\u200b0434\u202e", "00340434"),
        ("RR 123\n456", "RR 123 456"),
        ("\uff11\uff12\uff13\uff14", "1234"),
        ("AB\u201312\u201334", "AB-12-34"),
        ("12\x0034", "12 34"),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, taken: str) -> None:
    assert evidence.number(text) == taken


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://www.dhl.de/track?piececode=00340434", Unfit.LINK),
        ("www.dpd.com/12345", Unfit.LINK),
        ("tracking.example.com/12345", Unfit.LINK),
        ("<script>alert(1234)</script>", Unfit.NO_NUMBER),
        ("I have lost it", Unfit.NO_NUMBER),
        ("123", Unfit.NO_NUMBER),
        ("....1....", Unfit.NO_NUMBER),
        ("12345; DROP TABLE returns", Unfit.NO_NUMBER),
        ("1" * (MOST + 1), Unfit.TOO_LONG),
        ("1" * 1_000_000, Unfit.TOO_LONG),
    ],
)
def test_what_is_no_number_is_named(text: str, why: Unfit) -> None:
    assert evidence.number(text) is why


def test_a_carrier_is_any_short_name() -> None:
    assert evidence.carrier("  Poste\n<b>& Co</b> ") == "Poste <b>& Co</b>"
    assert evidence.carrier("x" * MOST) == "x" * MOST
    assert evidence.carrier("x" * (MOST + 1)) is Unfit.TOO_LONG
    assert evidence.carrier("\u202e\u200b") == ""


def test_two_spellings_are_one_number() -> None:
    assert evidence.same("1z 999-aa1", "1Z999AA1")
    assert not evidence.same("1Z999AA1", "1Z999AA2")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_short_line_or_named(text: str) -> None:
    for read in (evidence.number, evidence.carrier):
        found = read(text)
        if not isinstance(found, Unfit):
            assert len(found) <= MOST
            assert found.isprintable()
            assert found == found.strip()
            assert read(found) == found
