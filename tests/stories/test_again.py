"""What came undone at the shop is given again only when nothing of it still stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest
from connector.model import Moved, Resolution, Terms
from connector.states import Refund
from connector.steps import byhand, inspect
from connector.steps.inspect import Counted
from connector.steps.observe import observe
from connector.store import credit, desk, ledger
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import Counter, counting, new, stocked, wish
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from connector.store.refunds import RefundRow
    from tests.stories.woo_ways import WooCounter

TENTH = Terms(when="received", goods_when="received", bonus=((0, 1000),))


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, shop) as made:
        yield made


def _undo(counter: Counter, case: Return) -> RefundRow:
    """Let the money of the first promise come undone at the shop, and be seen."""
    order = counter.shop.order("29")
    back = tuple(replace(one, moved=Moved.NO) for one in order.refunds)
    counter.shop.orders["29"] = replace(order, refunds=back)
    counter.now += timedelta(hours=1)
    observe(counter.db, counter.shop, "29", lambda: counter.now)
    first = counter.rows(case)[0]
    assert first.state is Refund.REVERSED
    return first


def _again(counter: Counter, row: RefundRow, *, is_void: bool = False) -> None:
    byhand.again(
        counter.db,
        row.id,
        why="seen in the shop",
        actor="console",
        now=counter.now,
        is_void=is_void,
    )


def test_money_that_came_undone_after_the_return_closed_is_paid_again(
    counter: Counter,
) -> None:
    case = counter.open(wish())
    counter.work()
    assert counter.case(case.id).status == "closed"
    row = _undo(counter, case)
    _again(counter, row)
    assert counter.case(case.id).closed_at is None
    counter.work()
    assert counter.states(case) == [
        ("refund", Refund.REVERSED),
        ("refund", Refund.CONFIRMED),
    ]
    assert counter.shop.paid_out("29") == eur(3000)
    assert counter.case(case.id).status == "closed"


def test_credit_is_given_again_when_a_person_says_that_it_is_void(
    counter: Counter,
) -> None:
    case = counter.open(wish(way=Resolution.STORE_CREDIT), terms=TENTH)
    counter.work()
    row = _undo(counter, case)
    [matter] = desk.open_matters(counter.db)
    assert "credit of 33.00 EUR was made of it" in matter.why
    with pytest.raises(BadRequest, match="make it void in the shop"):
        _again(counter, row)
    assert desk.open_matters(counter.db) == [matter]
    _again(counter, row, is_void=True)
    counter.work()
    good = [
        x for x in credit.of_order(counter.db, "sandbox", "29") if not x.is_reversed
    ]
    assert [(one.value, one.bonus) for one in good] == [(eur(3000), eur(300))]


@pytest.mark.parametrize("units", [1, 2])
def test_a_bonus_that_still_stands_is_not_given_twice(
    counter: Counter, units: int
) -> None:
    """The credit is void, its bonus is a credit of its own; nobody reversed that."""
    counter.shop.abilities = replace(counter.shop.abilities, bonus_apart=True)
    swap = wish(quantity=units, way=Resolution.STORE_CREDIT)
    case = counter.open(swap, terms=TENTH, is_back=False)
    part = {case.lines[0].id: Counted(received=1, accepted=1)}
    inspect.receive(counter.db, case.id, part, actor="console", now=counter.now)
    counter.work()
    row = _undo(counter, case)
    with pytest.raises(BadRequest, match=r"bonus of 3\.00 EUR beside it"):
        _again(counter, row)
    _again(counter, row, is_void=True)
    counter.work()
    if units > 1:
        inspect.receive(counter.db, case.id, part, actor="console", now=counter.now)
        counter.work()
    known = credit.of_order(counter.db, "sandbox", "29")
    good = [one for one in known if not one.is_reversed]
    assert sum(one.value.minor for one in good) == 3000 * units
    assert sum(one.bonus.minor for one in good) == 300 * units


def test_new_goods_are_sent_again_when_a_person_says_that_they_were_cancelled(
    counter: Counter,
) -> None:
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("socks")), terms=TENTH)
    counter.work()
    row = _undo(counter, case)
    with pytest.raises(BadRequest, match="new goods were ordered of it"):
        _again(counter, row)
    assert counter.rows(case)[0].units
    _again(counter, row, is_void=True)
    counter.work()
    assert counter.states(case)[1:] == [("exchange", Refund.CONFIRMED)]
    assert ledger.standing(counter.db, "sandbox", "29", "EUR") == eur(2300)


def _delete_booking(counter: WooCounter) -> None:
    """Delete the refund in the shop's admin, as staff can; what it made stays."""
    counter.standin.refunds[int(counter.order)] = []
    counter.standin.orders[int(counter.order)]["refunds"] = []
    counter.now += timedelta(hours=1)
    observe(counter.db, counter.shop, counter.order, lambda: counter.now)


@pytest.mark.parametrize("way", [Resolution.STORE_CREDIT, Resolution.EXCHANGE])
def test_a_booking_that_staff_deletes_makes_no_second_coupon_or_order(
    address: str, way: Resolution
) -> None:
    with serving(address) as counter:
        case = counter.returned(counter.wish(way, "socks"), terms=TENTH)
        counter.work()
        _delete_booking(counter)
        [row] = counter.rows(case)
        assert row.state is Refund.REVERSED
        with pytest.raises(BadRequest, match="in the shop, then say here"):
            _again(counter, row)
        counter.work()
        assert len(counter.credits()) + len(counter.swaps()) == 1
        assert counter.case(case.id).status == "closed"
