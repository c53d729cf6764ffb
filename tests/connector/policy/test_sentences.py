"""A stored answer is said again in the reader's language; an older one as it stood."""

from __future__ import annotations

import msgspec
import pytest

from connector import policy
from connector.model import Answer
from connector.policy.sentences import SENTENCES, render, soften

FRENCH = {
    SENTENCES["window_ended"]: "Le délai de %(days)s jours a pris fin le %(last_day)s.",
    SENTENCES["automatic_below"]: "Valeur %(worth)s ; dès %(limit)s, une personne.",
    SENTENCES["softened"]: "La loi peut l'accorder.",
}


def french(text: str) -> str:
    return FRENCH.get(text, text)


def stored(given: Answer) -> Answer:
    return msgspec.json.decode(msgspec.json.encode(given), type=Answer)


def test_dates_and_money_are_written_as_the_language_does() -> None:
    facts = (("days", "30"), ("last_day", "2026-12-02"))
    said = stored(policy.answer("window", "decline", "window_ended", facts))
    assert said.why == "The return window of 30 days ended on 2026-12-02."
    assert render(said, "fr", french) == (
        "Le délai de 30 jours a pris fin le 2 décembre 2026."
    )
    paid = (("worth", "1234.50 EUR"), ("limit", "200.00 EUR"))
    said = policy.answer("automatic_below", "ask", "automatic_below", paid)
    words = render(said, "fr-CA", french).replace("\u202f", " ").replace("\xa0", " ")
    assert words == "Valeur 1 234,50 €; dès 200,00 €, une personne.".replace(
        "€;", "€ ;"
    )


def test_the_merchant_s_own_words_go_by_language_then_english() -> None:
    own = {"en": "No.", "fr": "Non."}
    said = stored(policy.answer("rule:x", "decline", "", (), own))
    assert said.why == "No."
    assert render(said, "fr", french) == "Non."
    assert render(said, "de", french) == "No."
    assert render(soften(said), "fr", french) == "Non. La loi peut l'accorder."


def test_an_older_trace_is_read_as_it_was_written() -> None:
    old = b'{"rule":"window","says":"decline","why":"Too late.","facts":[["a","b"]]}'
    said = msgspec.json.decode(old, type=Answer)
    assert render(said, "fr", french) == "Too late."


def test_a_fact_that_a_later_sentence_wants_is_no_error() -> None:
    said = Answer(rule="window", says="decline", why="Too late.", code="window_ended")
    assert render(said, "fr", french) == "Too late."


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_ends(code: str) -> None:
    assert SENTENCES[code].endswith(".")
