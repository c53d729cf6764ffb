"""What goes back of a withdrawal: delivery in step with the goods, less lost value."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest
from connector.model import Kind, Terms
from connector.states import Refund
from connector.steps import grading, wayback
from connector.store import history, notices
from tests.connector.shapes import NOON, a_line, an_order, eur
from tests.stories.making_good import counting, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from connector.money import Money
    from tests.stories.making_good import Counter

IN_STEP = Terms(when="inspected", shipping_part="pro_rata")


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000), shipping=490))
    with counting(address, sandbox) as made:
        yield made


def told(counter: Counter) -> None:
    """Confirm that customers are told of their right before they buy."""
    notices.say(
        counter.db,
        "sandbox",
        digest="x",
        since=NOON - timedelta(days=9),
        actor="t",
        now=NOON,
    )


def withdrawn(counter: Counter, units: int, terms: Terms = IN_STEP) -> Return:
    one = wish("a", units)
    return counter.open(one, terms=terms, kind=Kind.WITHDRAWAL)


def grade(counter: Counter, case: Return, basis_points: int, why: str = "worn") -> None:
    grading.grade(
        counter.db,
        case.id,
        case.lines[0].id,
        basis_points,
        actor="t",
        why=why,
        now=counter.now,
    )


def amounts(counter: Counter, case: Return) -> list[Money]:
    return [row.amount for row in counter.rows(case) if row.state is Refund.CONFIRMED]


def test_delivery_goes_back_in_step_with_the_goods_and_ends_whole(
    counter: Counter,
) -> None:
    for units in (1, 2):
        withdrawn(counter, units)
        counter.work()
    last = counter.open(wish("b"), terms=IN_STEP, kind=Kind.WITHDRAWAL)
    counter.work()
    assert amounts(counter, last) == [eur(1049)]
    assert counter.shop.paid_out("29") == eur(10_490)  # all of it, to the cent


def test_a_person_s_grade_is_kept_of_a_withdrawal(counter: Counter) -> None:
    told(counter)
    case = withdrawn(counter, 1)
    grade(counter, case, 3000)
    assert history.happened(counter.db, str(case.lines[0].id), "grade:3000")
    counter.work()
    assert amounts(counter, case) == [eur(3000 - 900 + 147)]
    [row] = counter.rows(case)
    assert [(one.code, one.amount) for one in row.request.deductions] == [
        ("inspection", eur(900))
    ]
    with pytest.raises(BadRequest, match="being paid"):
        grade(counter, case, 0)


def test_nothing_is_kept_of_one_who_was_not_told_of_his_right(
    counter: Counter,
) -> None:
    case = withdrawn(counter, 1)
    with pytest.raises(BadRequest, match="not told"):
        grade(counter, case, 3000)
    with pytest.raises(BadRequest, match="what was done"):
        grade(counter, case, 0, why=" ")
    with pytest.raises(BadRequest, match="100 percent"):
        grade(counter, case, 10_001)
    counter.work()
    assert amounts(counter, case) == [eur(3147)]


def test_a_fault_is_never_graded(counter: Counter) -> None:
    told(counter)
    case = counter.open(wish("a"), kind=Kind.FAULTY)
    with pytest.raises(BadRequest, match="being paid"):
        grade(counter, case, 100)


def test_the_way_back_costs_nothing_once_the_shop_fetches_the_goods(
    counter: Counter,
) -> None:
    told(counter)
    terms = Terms(when="inspected", return_fee=eur(590))
    case = counter.open(wish("a"), terms=terms, kind=Kind.WITHDRAWAL, is_back=False)
    wayback.say(counter.db, case.id, "fetched", actor="t", why="", now=counter.now)
    counter.receive(case.id)
    counter.work()
    assert amounts(counter, case) == [eur(3000)]


@pytest.mark.parametrize(("words", "back"), [((), 3000), (("labelled",), 2410)])
def test_and_his_share_of_it_where_he_was_told_and_has_the_shop_s_label(
    counter: Counter, words: tuple[str, ...], back: int
) -> None:
    told(counter)
    terms = Terms(when="inspected", return_fee=eur(590))
    case = counter.open(wish("a"), terms=terms, kind=Kind.WITHDRAWAL, is_back=False)
    for word in words:
        wayback.say(counter.db, case.id, word, actor="t", why="", now=counter.now)
    counter.receive(case.id)
    counter.work()
    assert amounts(counter, case) == [eur(back)]


def test_a_free_gift_that_is_kept_is_never_charged(address: str) -> None:
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(a_line("a", 6000), a_line("gift", 0), shipping=490))
    with counting(address, sandbox) as counter:
        case = counter.open(wish("a"), terms=IN_STEP, kind=Kind.WITHDRAWAL)
        counter.work()
        assert amounts(counter, case) == [eur(6490)]
