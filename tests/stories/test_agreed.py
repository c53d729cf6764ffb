"""From when a fault's money is owed: each line from the day it was agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.model import Kind, Resolution
from connector.steps import amends, clocks, inspect
from connector.steps.inspect import Counted
from connector.store import orders, returns
from tests.connector.shapes import NOON
from tests.stories.test_contested import Desk, at

__all__ = ["at"]  # a fixture


def reading(at: Desk, return_id: str) -> clocks.Reading:
    db = at.counter.db
    found = clocks.of(db, returns.get(db, return_id), at.counter.now)
    assert found
    return found


def due(at: Desk, return_id: str) -> str:
    found = reading(at, return_id)
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


def test_beside_a_repair_the_clock_follows_what_is_still_open(at: Desk) -> None:
    at.lives_in("GB")
    db, counter = at.counter.db, at.counter
    case = at.asked(Kind.FAULTY, "a", "b")
    paid, mended = case.lines
    amends.instead(
        db,
        counter.shop.abilities,
        case.id,
        mended.id,
        Resolution.REPAIR,
        actor="w",
        why="it can be mended",
        now=counter.now,
    )
    at.says_of(case, mended.id, "approve")
    assert reading(at, case.id).clock.what == "remedy"
    counter.now += timedelta(days=3)
    at.says_of(case, paid.id, "approve")
    found = reading(at, case.id)
    day = NOON.date() + timedelta(days=16)
    assert (found.clock.what, found.clock.until) == ("refund", day)
    alone = returns.get(db, case.id).lines[0]
    sold = orders.get(db, case.shop, case.order_ref).line(alone.line_ref)
    assert sold
    assert found.due == sold.gross.share(alone.asked, sold.quantity)
    counted = {paid.id: Counted(received=1, accepted=1)}
    inspect.receive(db, case.id, counted, actor="w", now=counter.now)
    counter.work()
    assert reading(at, case.id).clock.what == "remedy"  # the money is there
