"""New goods that wait for their payment hold no other refund of their order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.store import desk, ledger
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import Counter, counting, new, stocked, wish
from tests.stories.shopify_counter import counting as at_shopify
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = Terms(when="received", goods_when="received")


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, shop) as made:
        yield made


@pytest.mark.parametrize("is_same_return", [True, False])
def test_money_for_another_line_is_paid_while_an_exchange_is_unpaid(
    counter: Counter, *, is_same_return: bool
) -> None:
    swap, other = wish(way=Resolution.EXCHANGE, goods=new("coat")), wish("b")
    case = counter.open(swap, *([other] if is_same_return else []), terms=AT_ONCE)
    counter.work()
    if not is_same_return:
        counter.open(other, terms=AT_ONCE)
        counter.work()
    assert ("exchange", Refund.PENDING) in counter.states(case)
    assert counter.shop.paid_out("29") == eur(1000)
    assert ledger.standing(counter.db, "sandbox", "29", "EUR") == eur(1000)
    [made] = counter.shop.made
    counter.shop.pay_owed(made.key)
    counter.work()
    assert ("exchange", Refund.CONFIRMED) in counter.states(case)
    assert counter.shop.paid_out("29") == eur(1000)


def test_money_on_its_way_at_the_gateway_still_holds_the_next(counter: Counter) -> None:
    counter.shop.mishaps = deque(["pending"])
    first = counter.open(wish())
    counter.work()
    second = counter.open(wish("b"))
    counter.work()
    assert counter.states(first) == [("refund", Refund.PENDING)]
    assert counter.states(second) == [("refund", Refund.PLANNED)]


def test_two_exchanges_of_an_order_wait_for_their_payments_side_by_side(
    counter: Counter,
) -> None:
    cases = [
        counter.open(wish(way=Resolution.EXCHANGE, goods=new("coat")), terms=AT_ONCE)
        for _ in range(2)
    ]
    counter.work()
    found = [state for case in cases for state in counter.states(case)]
    assert found == [("exchange", Refund.PENDING)] * 2


def test_at_woocommerce_the_other_line_is_paid(address: str) -> None:
    with serving(address) as counter:
        swap = counter.wish(Resolution.EXCHANGE, "coat")
        other = counter.wish(Resolution.REFUND, line=1)
        case = counter.returned(swap, other, terms=AT_ONCE)
        counter.work()
        assert counter.states(case) == [
            ("exchange", Refund.PENDING),
            ("refund", Refund.CONFIRMED),
        ]
        counter.pay()
        counter.work()
        assert ("exchange", Refund.CONFIRMED) in counter.states(case)
        assert counter.standin.paid_out_minor() == 700


def test_at_shopify_a_person_sees_both_figures_until_the_customer_pays(
    address: str,
) -> None:
    with at_shopify(address) as counter:
        swap = counter.wish(Resolution.EXCHANGE, "coat")
        case = counter.file(swap, counter.wish(line=1), terms=AT_ONCE)
        counter.work()
        assert counter.states(case) == [
            ("exchange", Refund.PENDING),
            ("refund", Refund.PLANNED),
        ]
        [matter] = desk.open_matters(counter.db)
        assert matter.code == "differs"
        assert "money still owed" in matter.why
        counter.standin.customer_pays(counter.order_ref)
        counter.work(9)
        assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
        assert counter.paid() == 1000
        assert desk.open_matters(counter.db) == []
