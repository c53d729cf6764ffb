from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import pictures
from connector.errors import LawBroken, NotFound, Refused
from connector.model import Answer, Kind, Return
from connector.policy.tables import MOST_PHOTOS
from connector.steps import question
from connector.store import filing, orders, personal, photos, returns
from tests.connector.shapes import NOON, a_line, an_order
from tests.photographs import photo

if TYPE_CHECKING:
    from connector.pictures import Picture
    from connector.store import Database

RED, BLUE, GREEN = (pictures.accept(photo(one)) for one in ("red", "blue", "green"))
ORDER = ("boots", "29")


def kept(db: Database, *sent: Picture, line: str = "a") -> tuple[str, ...]:
    for one in sent:
        photos.keep(db, *ORDER, line, one, NOON)
    return tuple(one.sha256 for one in sent)


def opened(
    db: Database, *sent: str, name: str = "x", line: str = "a", units: int = 1
) -> Return:
    wish = filing.Wish(line_ref=line, quantity=units, reason="damaged", photos=sent)
    filing.add(
        db,
        return_id=name,
        shop="boots",
        order=orders.get(db, *ORDER),
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        language="en",
        wishes=[wish],
        now=NOON,
    )
    return returns.get(db, name)


def test_photos_wait_and_go_with_the_return_that_names_them(db: Database) -> None:
    names = kept(db, RED, BLUE, GREEN)
    assert [one.sha256 for one in photos.waiting(db, *ORDER)] == list(names)
    case = opened(db, names[0], names[1], names[1])
    assert case.lines[0].photos == 2
    mine = photos.of_return(db, "x")
    assert [(one.sha256, one.line_id) for one in mine] == [
        (names[0], case.lines[0].id),
        (names[1], case.lines[0].id),
    ]
    assert photos.content(db, mine[0].id) == RED.content
    assert [one.sha256 for one in photos.waiting(db, *ORDER)] == [names[2]]


def test_the_same_photo_counts_once(db: Database) -> None:
    (name,) = kept(db, RED)
    kept(db, RED)
    assert len(photos.waiting(db, *ORDER)) == 1
    case = opened(db, name)
    assert not photos.add(db, case, case.lines[0], RED, NOON)
    assert photos.add(db, case, case.lines[0], BLUE, NOON)
    assert returns.get(db, "x").lines[0].photos == 2
    assert len(photos.of_return(db, "x")) == 2


def test_a_photo_of_another_line_or_order_does_not_count(db: Database) -> None:
    orders.keep(
        db,
        "boots",
        replace(an_order(a_line("a", 3000), a_line("b", 1)), ref="30", number="#30"),
    )
    photos.keep(db, "boots", "30", "a", RED, NOON)
    (name,) = kept(db, BLUE, line="b")
    assert opened(db, RED.sha256, name, "0" * 64).lines[0].photos == 0
    assert photos.of_return(db, "x") == []


def test_a_return_that_is_refused_takes_no_photo(db: Database) -> None:
    names = kept(db, RED)
    with pytest.raises(Refused):
        opened(db, *names, units=4)
    assert [one.sha256 for one in photos.waiting(db, *ORDER)] == list(names)
    assert opened(db, *names).lines[0].photos == 1


def test_a_photo_stays_with_its_line(db: Database) -> None:
    opened(db, *kept(db, RED))
    other = opened(db, name="y")
    with pytest.raises(LawBroken):
        db.execute(
            "UPDATE photos SET return_id = 'y', line_id = :line",
            line=other.lines[0].id,
        )
    with pytest.raises(NotFound):
        photos.of_case(db, "y", photos.of_return(db, "x")[0].id)


def test_no_more_are_kept_than_may_be_wanted(db: Database) -> None:
    many = [
        replace(RED, content=RED.content + bytes([number]))
        for number in range(MOST_PHOTOS + 2)
    ]
    names = kept(db, *many)
    assert [one.sha256 for one in photos.waiting(db, *ORDER)] == list(names[2:])
    case = opened(db, *names)
    assert case.lines[0].photos == MOST_PHOTOS
    assert not photos.add(db, case, case.lines[0], BLUE, NOON)


def test_a_line_that_is_parted_keeps_its_photos(db: Database) -> None:
    case = opened(db, *kept(db, RED, BLUE), units=2)
    old = case.lines[0]
    fresh = filing.split(db, case, old, 1)
    no = (Answer(rule="person", says="decline", why="one is left"),)
    returns.decide(
        db, case, old.id, "decline", approved=0, trace=no, actor="shop", now=NOON
    )
    assert [one.photos for one in returns.get(db, "x").lines] == [2, 2]
    mine = [one.sha256 for one in photos.of_return(db, "x") if one.line_id == fresh]
    assert mine == [RED.sha256, BLUE.sha256]


def test_the_policy_is_asked_with_their_number(db: Database) -> None:
    case = opened(db, *kept(db, RED, BLUE))
    assert question.asked(case, ()).lines[0].photo_count == 2


def test_photos_are_erased_with_their_order_and_their_number_stays(
    db: Database,
) -> None:
    opened(db, *kept(db, RED, BLUE))
    kept(db, GREEN)
    done = personal.erase_order(db, *ORDER, NOON)
    assert done["photos"] == 3
    assert photos.of_order(db, *ORDER) == []
    assert returns.get(db, "x").lines[0].photos == 2


def test_an_order_that_only_has_photos_left_is_found_by_the_night(
    db: Database,
) -> None:
    later = NOON + timedelta(days=900)
    personal.erase_order(db, *ORDER, NOON)
    assert personal.old_orders(db, later) == []
    kept(db, RED)
    assert personal.old_orders(db, later) == [ORDER]


def test_photos_without_a_return_go_after_a_while(db: Database) -> None:
    opened(db, *kept(db, RED))
    kept(db, BLUE)
    assert photos.forget_waiting(db, NOON) == 0
    assert photos.forget_waiting(db, NOON + timedelta(hours=1)) == 1
    assert [one.sha256 for one in photos.of_order(db, *ORDER)] == [RED.sha256]
    assert personal.erase_shop(db, "boots")["photos"] == 1
