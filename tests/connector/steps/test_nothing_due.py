"""What brings no money ends nothing that still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import byhand, inspect, promise
from connector.steps.inspect import Counted
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import Counter, counting, still, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

FEE = Terms(when="inspected", return_fee=eur(490))
CREDIT = wish("gift", way=Resolution.STORE_CREDIT)


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 400), a_line("gift", 0)))
    with counting(address, shop) as made:
        yield made


def count(counter: Counter, case_id: str, *counted: tuple[int, Counted]) -> None:
    inspect.receive(
        counter.db, case_id, dict(counted), actor="console", now=counter.now
    )


def test_a_line_that_fees_took_whole_is_no_end_of_one_not_looked_at_yet(
    counter: Counter,
) -> None:
    """All has arrived, the cheap one is accepted first: the dear one is paid too."""
    case = counter.open(wish("b"), wish("a"), terms=FEE, is_back=False)
    cheap, dear = (line.id for line in case.lines)
    count(
        counter,
        case.id,
        (cheap, Counted(received=1, accepted=1)),
        (dear, Counted(received=1)),
    )
    counter.work()
    assert counter.rows(case) == []
    count(counter, case.id, (dear, Counted(accepted=1)))
    counter.work()
    (row,) = counter.rows(case)
    assert row.state is Refund.CONFIRMED
    assert row.request.amount == eur(3000 + 400 - 490)
    assert counter.case(case.id).status == "closed"


def test_goods_for_nothing_that_stay_end_their_return(counter: Counter) -> None:
    case = counter.open(wish("gift"), is_back=False)
    counter.instead(case, Resolution.KEEP, "it was for nothing")
    counter.work()
    assert counter.rows(case) == []
    assert counter.case(case.id).status == "closed"


def test_what_fees_take_whole_ends_its_return(counter: Counter) -> None:
    case = counter.open(wish("b"), terms=FEE)
    counter.work()
    assert counter.rows(case) == []
    assert counter.case(case.id).status == "closed"


def test_money_beside_a_gift_is_promised_again_when_it_was_withdrawn(
    counter: Counter,
) -> None:
    """Its gift is worth no credit: that ends the gift, and not the shirt's money."""
    case = counter.open(CREDIT, wish("a"))
    promise.run(counter.db, counter.shop, still(counter.now))
    (first,) = counter.rows(case)
    byhand.withdraw(
        counter.db, first.id, why="a wrong one", actor="console", now=counter.now
    )
    counter.work()
    states = [row.state for row in counter.rows(case)]
    assert states == [Refund.CANCELLED, Refund.CONFIRMED]
    assert counter.case(case.id).status == "closed"


def test_a_fee_that_other_goods_paid_is_not_taken_of_the_cheap_line_too(
    counter: Counter,
) -> None:
    """The credit was nothing less the fee; the shirt's money paid that fee later."""
    cheap = wish("b", way=Resolution.STORE_CREDIT)
    case = counter.open(cheap, wish("a"), terms=FEE, is_back=False)
    first, dear = (line.id for line in case.lines)
    count(counter, case.id, (first, Counted(received=1, accepted=1)))
    counter.work()
    assert counter.rows(case) == []
    count(counter, case.id, (dear, Counted(received=1, accepted=1)))
    counter.work()
    given = {row.request.way: row.request.amount for row in counter.rows(case)}
    assert given == {
        Resolution.REFUND: eur(3000 - 490),
        Resolution.STORE_CREDIT: eur(400),
    }
    assert counter.case(case.id).status == "closed"


def test_a_gift_beside_money_goes_back_on_the_shelf(counter: Counter) -> None:
    case = counter.open(CREDIT, wish("a"))
    counter.work()
    shelved = [(one.line_ref, one.quantity) for one in counter.shop.shelved.values()]
    assert ("gift", 1) in shelved
    assert counter.case(case.id).status == "closed"
