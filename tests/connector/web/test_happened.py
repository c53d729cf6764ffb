"""A timeline speaks the reader's language, and keeps what it has no words for."""

from __future__ import annotations

from itertools import chain

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from connector import states
from connector.steps.promise import BY_LAW
from connector.steps.wayback import WORDS
from connector.store.history import Event
from connector.web import words
from connector.web.happened import HAPPENED, happened
from tests.connector.shapes import NOON

MACHINES = {
    "line": (states.DECISION, states.RECEPTION),
    "refund": (states.REFUND,),
    "exchange": (states.EXCHANGE,),
}
BIRTHS = (("return", "open"), ("refund", "plan"), ("exchange", "propose"))


def an_event(about: str, event: str) -> Event:
    return Event(
        about=about, about_id="1", event=event, state="", actor="", why="", at=NOON
    )


@pytest.fixture
def app() -> Flask:
    made = Flask("connector.web")
    Babel(made)
    return made


def test_every_step_of_every_machine_has_its_words() -> None:
    steps = {
        (about, event)
        for about, tables in MACHINES.items()
        for _, event in chain.from_iterable(tables)
    }
    assert not {*steps, *BIRTHS} - HAPPENED.keys()


def test_every_state_that_a_timeline_shows_has_its_word() -> None:
    tables = (*chain.from_iterable(MACHINES.values()), states.ERRAND)
    shown = {f"{state}" for table in tables for state in table.values()}
    assert not shown - words.WORDS.keys()


def test_what_is_noted_beside_the_machines_has_its_words() -> None:
    noted = (
        ("return", "ship"),
        ("return", "not_yet_due"),
        ("refund", "again"),
        ("refund", "rounding"),
    )
    assert not set(noted) - HAPPENED.keys()


def test_what_a_person_says_of_a_claim_of_the_law_has_its_words() -> None:
    said = {("return", event) for event in (*WORDS.values(), BY_LAW, "agreed")}
    assert not {*said, ("line", "grade")} - HAPPENED.keys()


def test_it_is_said_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert happened(an_event("line", "inspect")) == "Articles contrôlés"
        assert happened(an_event("errand", "open:submit")) == (
            "Créer le retour dans la boutique"
        )


def test_what_has_no_words_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert "refund teleport" in happened(an_event("refund", "teleport"))
