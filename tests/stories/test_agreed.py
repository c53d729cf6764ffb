"""From when a fault's money is owed: each line from the day it was agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.model import Kind
from connector.steps import clocks, inspect
from connector.steps.inspect import Counted
from connector.store import returns
from tests.connector.shapes import NOON
from tests.stories.test_contested import Desk, at

__all__ = ["at"]  # a fixture


def due(at: Desk, return_id: str) -> str:
    db = at.counter.db
    found = clocks.of(db, returns.get(db, return_id), at.counter.now)
    assert found
    assert found.clock.what == "refund"
    return f"{found.clock.until}"


@pytest.mark.parametrize(("country", "days"), [("GB", 13), ("ES", 14)])
def test_a_line_agreed_later_moves_no_day_of_the_first(
    at: Desk, country: str, days: int
) -> None:
    at.lives_in(country)
    case = at.asked(Kind.FAULTY, "a", "b")
    first, second = case.lines
    at.says_of(case, first.id, "approve")
    day = NOON.date() + timedelta(days=days)
    assert due(at, case.id) == f"{day}"
    at.counter.now += timedelta(days=6)
    at.says_of(case, second.id, "approve")
    assert due(at, case.id) == f"{day}"
    at.counter.now += timedelta(days=1)
    counted = {first.id: Counted(received=1, accepted=1)}
    inspect.receive(at.counter.db, case.id, counted, actor="w", now=at.counter.now)
    at.counter.work()
    later = day + timedelta(days=6)
    assert due(at, case.id) == f"{later}"  # what is paid is owed no more
