"""Who must approve counts all that was given on the order, in whichever return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import LevelNeeded
from connector.model import Resolution
from connector.states import Refund
from connector.steps import audit, byhand, cancel, extra
from connector.steps.levels import NOBODY
from connector.store import connect, orders, refunds
from tests.connector.shapes import NOON
from tests.connector.steps.deciding import (
    SHOES,
    TEXT,
    Desk,
    asked,
    named,
    opened,
    sells,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store import Database


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    made = connect(address)
    yield made
    assert audit.run(made) == []
    made.close()


def another(first: Desk, *units: int, wanted: Resolution = Resolution.REFUND) -> Desk:
    """Open one more return of the order of this one."""
    order = orders.get(first.db, first.shop.name, first.case.order_ref)
    return asked(first.db, first.shop, order, *units, wanted=wanted)


def two(db: Database, rules: str = TEXT) -> tuple[Desk, Desk]:
    """Two returns of one order, of 30.00 each: from 50.01 on a manager approves."""
    first = opened(db, rules, sells(3000, 3000), 2)
    return first, another(first, 0, 2)


def codes(desk: Desk) -> list[str]:
    return [one.code for one in desk.case.lines[0].trace if one.rule == "level"]


def test_the_second_return_of_an_order_asks_whom_the_sum_demands(db: Database) -> None:
    first, second = two(db)
    first.work()
    assert first.case.status == "awaited"
    second.work()
    assert second.case.status == "needs_person"
    assert codes(second) == ["level_before"]
    assert (
        "with what was given before on this order"
        in second.case.lines[0].trace[-1].why.casefold()
    )
    for by in (NOBODY, named("clerk")):
        with pytest.raises(LevelNeeded) as caught:
            second.approve(0, by=by)
        assert caught.value.ways == (("manager", "director"),)
    second.approve(0, by=named("manager"))
    assert second.noted() == [("manager",)]


def test_what_was_approved_before_is_not_asked_again(db: Database) -> None:
    first, second = two(db, TEXT + SHOES)
    first.work()
    second.work()
    first.approve(0)
    second.approve(0, by=named("manager"))
    first.instead(0, Resolution.MANUAL)  # in another way, and no more than before
    with pytest.raises(LevelNeeded):
        second.instead(0, Resolution.MANUAL)
    assert codes(first) == []


def test_credit_exchange_and_courtesies_of_other_returns_count(db: Database) -> None:
    first, second = two(db, TEXT + SHOES)
    first.work()
    second.work()
    first.instead(0, Resolution.STORE_CREDIT)
    first.approve(0)
    with pytest.raises(LevelNeeded):
        second.courtesy(2001)
    second.courtesy(2000)
    with pytest.raises(LevelNeeded):
        first.courtesy(1)
    with pytest.raises(LevelNeeded):
        second.approve(0, units=1)


@pytest.mark.parametrize("end", ["declined", "cancelled", "repaired", "undecided"])
def test_what_brings_nothing_does_not_count(db: Database, end: str) -> None:
    first, second = two(db, TEXT + SHOES)
    first.work()
    second.work()
    if end == "declined":
        first.decline(0)
    elif end != "undecided":
        first.approve(0)
    if end == "cancelled":
        cancel.cancel(db, first.shop, first.return_id, actor="ann", now=NOON)
    if end == "repaired":
        first.instead(0, Resolution.REPAIR)
    second.approve(0)
    assert second.noted() == []


def test_what_is_paid_after_all_counts_then(db: Database) -> None:
    """A repair gives nothing; to pay the line after all is added to the sum."""
    first, second = two(db, TEXT + SHOES)
    first.work()
    second.work()
    first.instead(0, Resolution.REPAIR)
    first.approve(0)
    second.approve(0)
    with pytest.raises(LevelNeeded):
        first.instead(0, Resolution.REFUND)
    first.instead(0, Resolution.REFUND, named("manager"))


def test_a_higher_level_is_named_where_the_policy_saw_a_lower_one(db: Database) -> None:
    first = opened(db, TEXT, sells(15000, 15000), 2)
    first.work()
    first.approve(0, by=named("manager"))
    second = another(first, 0, 2)
    second.work()
    assert codes(second) == ["level", "level_before"]
    with pytest.raises(LevelNeeded):
        second.approve(0, by=named("manager"))
    second.approve(0, by=named("director"))


def test_a_courtesy_that_came_to_nothing_does_not_count(db: Database) -> None:
    first, second = two(db, TEXT + SHOES)
    second.work()
    first.courtesy(4000)
    [row] = refunds.of_return(db, first.return_id)
    with pytest.raises(LevelNeeded):
        second.approve(0)
    byhand.withdraw(db, row.id, why="no", actor="ann", now=NOON)
    assert refunds.get(db, row.id).state is Refund.CANCELLED
    assert not extra.can_again(db, refunds.get(db, row.id))
    second.approve(0)
