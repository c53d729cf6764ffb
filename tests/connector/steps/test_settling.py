"""Whoever lets held money go has the level that the money needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import LevelNeeded
from connector.steps import audit, settling
from connector.steps.levels import NOBODY
from connector.store import connect, desk, history
from tests.connector.shapes import NOON
from tests.connector.steps.deciding import TEXT, Desk, named, opened, sells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.steps.levels import Approval
    from connector.store import Database


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    made = connect(address)
    yield made
    assert audit.run(made) == []
    made.close()


def approved(db: Database, minor: int) -> Desk:
    """A return of so many cents that a manager approved, if that needs one."""
    found = opened(db, TEXT, sells(minor), 2)
    found.work()
    if found.case.status == "needs_person":
        found.approve(0, by=named("manager"))
    return found


def lay(found: Desk, about: str, code: str) -> None:
    about_id = found.return_id if about == "return" else found.case.order_ref
    desk.put(
        found.db,
        shop=found.shop.name,
        about=about,
        about_id=about_id,
        code=code,
        why="look at it",
        now=NOON,
    )


def settle(found: Desk, about: str, by: Approval = NOBODY) -> None:
    """Press the button of what lies on the desk."""
    if about == "return":
        settling.settle(
            found.db, about, found.return_id, actor="ann", now=NOON, approval=by
        )
        return
    for one in desk.about(found.db, found.case.order_ref):
        settling.settle_one(found.db, one, actor="ann", now=NOON, approval=by)


HELD = [
    ("return", "settlement"),
    ("return", "closed_there"),
    ("return", "exchange"),
    ("return", "vouched"),
    ("return", "without_level"),
    ("order", "dispute"),
]


@pytest.mark.parametrize(("about", "code"), HELD)
def test_what_holds_money_is_settled_by_whom_the_money_needs(
    db: Database, about: str, code: str
) -> None:
    found = approved(db, 6000)
    lay(found, about, code)
    for by in (NOBODY, named("clerk"), named("manager", by=" ")):
        with pytest.raises(LevelNeeded):
            settle(found, about, by)
        assert [one.code for one in desk.open_matters(db)] == [code]
    settle(found, about, named("manager"))
    assert desk.open_matters(db) == []
    said = [x.why for x in history.timeline(db, found.return_id)]
    assert "approved as manager by Ann: look at it" in said


def test_a_decision_does_not_answer_for_who_must_look_at_a_proof(db: Database) -> None:
    found = opened(db, TEXT, sells(6000, 2000), 2, 2)
    found.work()
    found.approve(0, by=named("manager"))
    lay(found, "return", "vouched")
    found.decline(1)
    assert found.case.status == "awaited"
    assert [one.code for one in desk.open_matters(db)] == ["vouched"]


@pytest.mark.parametrize(
    ("minor", "about", "code"),
    [
        *((5000, about, code) for about, code in HELD),
        (6000, "return", "foreign"),
        (6000, "order", "overlap"),
    ],
)
def test_anybody_settles_what_needs_no_level_or_holds_no_money(
    db: Database, minor: int, about: str, code: str
) -> None:
    found = approved(db, minor)
    lay(found, about, code)
    settle(found, about)
    assert desk.open_matters(db) == []
