"""The desk and the timelines keep sentences as what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.discreet import HIDDEN
from connector.money import Money
from connector.saying import saying, told
from connector.store import desk, history
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from connector.store import Database

EURO = Money(1250, "EUR")


def test_a_matter_and_a_timeline_keep_it(db: Database) -> None:
    said = saying("%(paid)s of %(who)s", paid=EURO, who="rose@example.org")
    _put(db, said)
    (matter,) = desk.about(db, "1")
    assert matter.why == f"12.50 EUR of {HIDDEN}"
    assert told(matter.why, "de", str) == f"12,50\xa0€ of {HIDDEN}"
    history.note(
        db,
        shop="boots",
        about="x",
        about_id="1",
        event="e",
        state="",
        why=said,
        now=NOON,
    )
    (event,) = history.of(db, "1")
    assert told(event.why, "de", str) == f"12,50\xa0€ of {HIDDEN}"


def _put(db: Database, why: str) -> None:
    desk.put(db, shop="boots", about="x", about_id="1", code="c", why=why, now=NOON)


@pytest.mark.parametrize("before", [str, lambda said: said])
def test_a_person_is_not_asked_again_of_the_same_facts(
    db: Database, before: type[str]
) -> None:
    said = saying("%(paid)s of %(who)s", paid=EURO, who="rose@example.org")
    other = saying("%(paid)s of %(who)s", paid=-EURO, who="rose@example.org")
    _put(db, before(said))
    assert not desk.was_settled(db, "boots", "1", "c", said)
    desk.close(db, "x", "1", "a person", NOON)
    assert desk.was_settled(db, "boots", "1", "c", said)
    assert not desk.was_settled(db, "boots", "1", "c", other)


def test_a_second_question_of_a_kind_stands_beside_the_first(db: Database) -> None:
    def lay(number: str) -> None:
        desk.put_beside(
            db,
            shop="boots",
            about="order",
            about_id="1",
            code="c",
            why=saying("%(what)s of it", what=number),
            now=NOON,
        )

    lay("A-1")
    lay("A-2")
    (matter,) = desk.about(db, "1")
    assert matter.why == "A-1 of it; A-2 of it"
    desk.close(db, "order", "1", "a person", NOON)
    lay("A-3")
    (matter,) = desk.about(db, "1")
    assert matter.why == "A-3 of it"
