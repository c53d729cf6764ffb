"""The desk, a timeline and a trace speak the merchant's language, not the program's."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from connector import policy
from connector.money import Money
from connector.policy import sentences
from connector.saying import saying
from connector.steps.cancel import WITHDRAWN
from connector.steps.follow import DECIDED
from connector.store import desk, history
from connector.web import trace, words
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    chooses,
    customer,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.model import Return


HOLES = re.compile(r"%\((\w+)\)s")


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


@pytest.fixture
def app() -> Flask:
    made = Flask("connector.web")
    Babel(made)
    return made


def asked(stand: Stand) -> Return:
    """Let a customer ask for a return."""
    visit = customer(stand)
    chooses(visit)
    visit.post(f"/returns/{NAME}/ways", **{"way-a": "refund", "go": "chosen"})
    visit.post(f"/returns/{NAME}/ways", go="send")
    stand.work(1)
    return stand.case()


def test_a_matter_is_told_in_the_readers_language(stand: Stand) -> None:
    case = asked(stand)
    said = saying(
        "%(amount)s of %(number)s has not left: pay it again under a new key, or give"
        " something else for it",
        number="7",
        amount=eur(1250),
    )
    for about, about_id in (("return", case.id), ("order", case.order_ref)):
        desk.put(
            stand.db,
            shop=NAME,
            about=about,
            about_id=about_id,
            code="settlement",
            why=said,
            now=datetime(2026, 3, 1, tzinfo=UTC),
        )
    staff = merchant(stand)
    staff.get("/console/?lang=de")
    assert "12,50\xa0€ von 7 sind nicht abgegangen" in staff.page
    staff.get(f"/console/returns/{case.id}?lang=fr")
    assert "12,50\xa0€ de 7 ne sont pas partis" in staff.page
    staff.get(f"/console/returns/{case.id}?lang=en")
    assert "€12.50 of 7 has not left" in staff.page


def test_an_older_matter_and_a_persons_words_are_shown_as_they_are(
    stand: Stand,
) -> None:
    case = asked(stand)
    desk.put(
        stand.db,
        shop=NAME,
        about="return",
        about_id=case.id,
        code="old",
        why="no money moved",
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )
    staff = merchant(stand)
    staff.get(f"/console/returns/{case.id}?lang=de")
    assert "<p>no money moved</p>" in staff.page


def test_a_timeline_is_told_in_the_readers_language(stand: Stand) -> None:
    case = asked(stand)
    history.note(
        stand.db,
        shop=NAME,
        about="return",
        about_id=case.id,
        return_id=case.id,
        event="cancel",
        state="cancelled",
        actor="customer",
        why=WITHDRAWN,
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )
    staff = merchant(stand)
    staff.get(f"/console/returns/{case.id}?lang=de")
    assert "die Rücksendung wurde storniert" in staff.page
    assert ">der Kunde</span>" in staff.page


def test_the_facts_of_a_verdict_are_told_in_the_readers_language(app: Flask) -> None:
    facts = (
        ("last_day", "2026-03-01"),
        ("worth", "12.50 EUR"),
        ("way", "store_credit"),
        ("softened", "yes"),
        ("colour", "red"),
    )
    given = policy.answer("window", "ask", "person", facts)
    with app.test_request_context(), force_locale("de"):
        assert trace.says(given) == "fragt einen Menschen"
        assert trace.facts(given) == [
            ("letzter Tag", "1. März 2026"),
            ("Wert", "12,50\xa0€"),
            ("ausgeglichen durch", "Guthaben"),
            ("colour", "red"),
        ]


def test_who_acted_is_told_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context(), force_locale("de"):
        assert trace.who("policy") == "die Rückgaberegeln"
        assert trace.who("console: Ann") == "die Konsole: Ann"
        assert trace.who("Ann") == "Ann"


def test_a_decision_of_the_shops_staff_is_told_in_the_readers_language(
    app: Flask,
) -> None:
    given = policy.answer("window", "ask", "person")
    by_staff = type(given)(rule="shop", says="approve", why=str(DECIDED))
    by_person = type(given)(rule="person", says="approve", why=str(DECIDED))
    with app.test_request_context(), force_locale("de"):
        assert words.sentence(by_staff).startswith("in der Verwaltung des Shops")
        assert words.sentence(by_person) == DECIDED


@pytest.mark.parametrize("code", sorted(sentences.SENTENCES))
def test_an_answer_is_the_same_sentence_elsewhere(app: Flask, code: str) -> None:
    names = set(HOLES.findall(sentences.SENTENCES[code]))
    facts = tuple((name, _value(name)) for name in sorted(names))
    given = policy.answer("rule", "ask", code, facts)
    assert policy.as_saying(given) == given.why
    with app.test_request_context(), force_locale("fr"):
        assert words.said(policy.as_saying(given)) == words.sentence(given)
        softer = sentences.soften(given)
        assert words.said(policy.as_saying(softer)) == words.sentence(softer)


def _value(name: str) -> str:
    if name in sentences.DAYS:
        return "2026-03-01"
    return str(Money(1250, "EUR")) if name in sentences.AMOUNTS else "7"


def test_a_refusal_is_told_in_the_readers_language(stand: Stand) -> None:
    case = asked(stand)
    staff = merchant(stand)
    staff.get(f"/console/returns/{case.id}?lang=de")
    staff.post(f"/console/returns/{case.id}/courtesy", amount="1.00", why="")
    assert "sagen Sie, warum; es bleibt im Verlauf" in staff.page
