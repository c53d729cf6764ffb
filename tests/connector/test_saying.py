"""A sentence is English to a program, and in a reader's own language on a page."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from babel.support import Translations

from connector import errors
from connector import saying as texts
from connector.discreet import HIDDEN, discreet
from connector.errors import Gone, Refused, Rejected
from connector.money import Money
from connector.saying import (
    Saying,
    heard,
    joined,
    kept,
    plain,
    said_by,
    saying,
    told,
    worded,
)

EURO = Money(1250, "EUR")
TEXT = "A restocking fee of %(percent)s %% applies."
CATALOGUES = Path(__file__).parents[2] / "connector" / "web" / "translations"
gettext = Translations.load(CATALOGUES, ["de"]).gettext


def test_it_is_english_for_a_program() -> None:
    made = saying(
        "%(amount)s, %(day)s, %(at)s, %(names)s, %(left)s",
        amount=EURO,
        day=date(2026, 3, 1),
        at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        names=["one", "two"],
        left=3,
    )
    assert made == "12.50 EUR, 2026-03-01, 2026-03-01 09:30 UTC, one, two, 3"


@pytest.mark.parametrize(
    "said",
    [
        saying("100 % of it"),
        saying(TEXT, percent=15),
        saying("%(why)s", why=saying("%(left)s of %(of)s", left=EURO, of=EURO)),
        joined("; ", ["as it was", saying("%(day)s", day=date(2026, 3, 1))]),
        worded({"en": "No shoes.", "de": "Keine Schuhe."}),
        "an older row",
        '{"say": what somebody wrote}',
        '{"say":"he wrote this"}',
        "",
    ],
)
def test_what_is_kept_is_heard_again(said: str) -> None:
    again = heard(kept(said))
    assert again == said
    assert told(again, "de", str) == told(said, "de", str)
    assert kept(again) == kept(said)


def test_it_is_told_in_the_readers_language() -> None:
    inner = saying(TEXT, percent=15)
    assert told(inner, "de", gettext) == gettext(TEXT) % {"percent": 15}
    mine = worded({"en": "No shoes.", "de": "Keine Schuhe."})
    said = joined("; ", [inner, mine, saying("%(paid)s", paid=EURO)])
    assert told(said, "de", gettext).endswith("; Keine Schuhe.; 12,50\xa0€")
    assert told(said, "it", str).endswith("; No shoes.; 12,50\xa0€")
    assert told(said, "no language", gettext) == said
    on = saying("%(on)s", on=date(2026, 3, 1))
    assert told(on, "fr", str) == "1 mars 2026"


def test_words_that_nobody_translated_are_shown_as_they_are() -> None:
    assert told("Refund", "de", gettext) == "Refund"
    assert told(saying("%(why)s", why="Refund"), "de", gettext) == "Refund"


@pytest.mark.parametrize("wording", ["%(other)s", "%", "%(percent)d"])
def test_a_translation_that_cannot_be_filled_is_said_in_english(wording: str) -> None:
    said = saying(TEXT, percent="15")
    assert told(said, "de", lambda _: wording) == said


@pytest.mark.parametrize(
    "row",
    [
        '{"say":5}',
        '{"say":"%(a)s","with":"b"}',
        '{"say":"%(a)s","with":{"b":1}}',
        '{"join":"; "}',
        '{"words":{}}',
        '{"say":"%(a)s","with":{"a":{"money":"much"}}}',
        '{"say":"%(a)s","with":{"a":{"day":"some"}}}',
        '{"say":"%(a)s","with":{"a":{"at":"noon"}}}',
        '{"say":"%(a)s","with":{"a":' + "[" * 20_000,
    ],
)
def test_a_row_of_nonsense_hurts_nobody(row: str) -> None:
    assert told(heard(row), "de", gettext)


def test_personal_data_is_kept_out_of_the_facts_alone() -> None:
    said = saying("Rose sent it: %(why)s", why=["rose@example.org", "by Rose"])
    shut = discreet(said, ["Rose"])
    assert shut == f"Rose sent it: {HIDDEN}, by {HIDDEN}"
    assert isinstance(shut, Saying)


def test_other_programs_hear_it_in_english() -> None:
    said = saying("%(paid)s", paid=EURO)
    assert json.dumps([said]) == '["12.50 EUR"]'
    assert msgspec.json.encode([said], enc_hook=plain) == b'["12.50 EUR"]'
    with pytest.raises(NotImplementedError):
        msgspec.json.encode([object()], enc_hook=plain)


def test_an_error_says_what_it_was_raised_with() -> None:
    said = saying("%(paid)s", paid=EURO)
    assert isinstance(said_by(ValueError(said)), Saying)
    assert said_by(ValueError("plain")) == "plain"
    assert said_by(ValueError()) == ""
    assert said_by(Refused("plain", left=1)) == "plain (left=1)"


def test_the_facts_of_an_error_stay_beside_it() -> None:
    error = Refused(saying(TEXT, percent=15), asked=EURO, line="a")
    assert said_by(error) == str(error)
    assert str(error).endswith(" (asked=12.50 EUR, line=a)")
    told_so = told(said_by(error), "de", gettext)
    assert (
        told_so == f"{gettext(TEXT) % {'percent': 15}} (verlangt=12,50\xa0€, Zeile=a)"
    )


def test_the_names_of_an_errors_facts_are_said_in_the_readers_language() -> None:
    error = Refused(saying("The shop is connected."), number="29-R1", state="planned")
    assert told(said_by(error), "de", gettext).endswith(
        "(Nummer=29-R1, Zustand=geplant)"
    )
    assert str(said_by(error)) == str(error)


def test_an_error_without_a_sentence_says_what_its_kind_does() -> None:
    said = told(said_by(Gone(order="29")), "de", gettext)
    assert said == (
        "Der Shop sagt, dass es dieses Objekt nicht oder nicht mehr gibt."
        " (Bestellung=29)"
    )
    assert said_by(Gone(order="29")) == str(Gone(order="29"))
    assert str(said_by(Rejected("what a server said"))) == "what a server said"


def test_what_errors_say_of_their_kind_stands_among_the_texts() -> None:
    kinds = vars(errors).values()
    known = {(one.__doc__ or "").strip() for one in kinds if isinstance(one, type)}
    assert not texts.OF_KINDS - known
