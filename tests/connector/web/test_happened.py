"""A timeline speaks the reader's language, and keeps what it has no words for."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from connector import states
from connector.steps.promise import BY_LAW
from connector.steps.wayback import WORDS as SAID
from connector.store.history import Event
from connector.web.happened import HAPPENED, happened, state_of
from connector.web.words import WORDS
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


def test_every_state_of_every_machine_has_its_word() -> None:
    tables = (*chain.from_iterable(MACHINES.values()), states.ERRAND)
    codes = {one.value for table in tables for one in table.values()}
    assert not codes - WORDS.keys()


def test_a_state_is_told_where_the_words_of_what_happened_do_not(app: Flask) -> None:
    """An even exchange that is confirmed is no money that was paid back."""
    with app.test_request_context():
        for about, event, told in (
            ("refund", "confirm", ""),
            ("refund", "teleport", "confirmed"),
            ("errand", "open:submit", "confirmed"),
        ):
            one = replace(an_event(about, event), state="confirmed")
            assert state_of(one) == told


def test_what_is_noted_beside_the_machines_has_its_words() -> None:
    noted = (
        ("return", "ship"),
        ("return", "evidence"),
        ("return", "not_yet_due"),
        ("refund", "again"),
        ("refund", "rounding"),
    )
    assert not set(noted) - HAPPENED.keys()


def test_what_a_person_says_of_a_claim_of_the_law_has_its_words() -> None:
    said = {("return", event) for event in (*SAID.values(), BY_LAW, "agreed")}
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
