"""Goods that were sent for others, and come back in their turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Resolution
from connector.states import Refund
from connector.store import desk, orders
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import Counter, counting, new, shirts, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shop() -> Sandbox:
    return shirts()


@pytest.fixture
def counter(address: str, shop: Sandbox) -> Iterator[Counter]:
    with counting(address, shop) as made:
        yield made


def test_a_replacement_of_which_nobody_said_what_is_the_same_again(
    counter: Counter,
) -> None:
    old = counter.shop.order("29")
    line = replace(old.lines[0], variant_ref="m", product_ref="shirt")
    counter.shop.sell(replace(old, lines=(line, *old.lines[1:])))
    counter.open(wish(quantity=2, way=Resolution.REPLACEMENT))
    counter.work()
    [made] = counter.shop.made
    assert [(one.ref, one.quantity, one.price) for one in made.goods] == [
        ("m", 2, eur(6000))
    ]


@pytest.mark.parametrize("is_known", [True, False])
def test_an_exchange_that_becomes_a_replacement_sends_no_dearer_article(
    counter: Counter, *, is_known: bool
) -> None:
    old = counter.shop.order("29")
    line = replace(old.lines[0], variant_ref="m" * is_known)
    counter.shop.sell(replace(old, lines=(line, *old.lines[1:])))
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("coat")))
    counter.instead(case, Resolution.REPLACEMENT, "it was faulty")
    counter.work()
    sent = [(x.ref, x.price) for one in counter.shop.made for x in one.goods]
    assert sent == [("m", eur(3000))] * is_known
    is_asked = desk.is_open(counter.db, "return", case.id, "settlement")
    assert is_asked is not is_known


def test_new_goods_that_nobody_named_are_asked_for(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.EXCHANGE))
    counter.work()
    assert counter.rows(case) == []
    assert desk.is_open(counter.db, "return", case.id, "settlement")


def test_a_replacement_that_comes_back_is_worth_what_it_replaced(
    counter: Counter,
) -> None:
    goods = replace(new("coat"), price=eur(0))
    counter.open(wish(way=Resolution.REPLACEMENT, goods=goods))
    counter.work()
    [made] = counter.shop.made
    orders.keep(counter.db, "sandbox", counter.shop.order(made.ref))
    counter.open(wish(f"{made.ref}-1", way=Resolution.STORE_CREDIT), order_ref=made.ref)
    counter.work()
    assert [one.credit for one in counter.shop.made if one.credit] == [eur(3000)]


def test_money_for_exchanged_goods_is_paid_by_hand_where_it_lies(
    counter: Counter,
) -> None:
    counter.open(wish(way=Resolution.EXCHANGE, goods=new("l")))
    counter.work()
    [made] = counter.shop.made
    orders.keep(counter.db, "sandbox", counter.shop.order(made.ref))
    case = counter.open(wish(f"{made.ref}-1"), order_ref=made.ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.MANUAL)]
    [matter] = desk.about(counter.db, counter.rows(case)[0].id)
    assert "order #29" in matter.why


def test_goods_given_and_money_never_pass_what_was_paid(address: str) -> None:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 3000), a_line("b", 3000)))
    with counting(address, shop) as counter:
        counter.open(wish("a", way=Resolution.EXCHANGE, goods=new("l")))
        counter.work()
        shop.pay_by_hand("29", eur(3000))  # it names no lines
        case = counter.open(wish("b"))
        counter.work()
        assert counter.rows(case) == []
        [matter] = desk.about(counter.db, case.id)
        assert "only 0.00 EUR of this order is left" in matter.why
        assert shop.paid_out("29") == eur(3000)


def test_what_goods_given_leave_is_paid(address: str) -> None:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 3000), a_line("b", 3000)))
    with counting(address, shop) as counter:
        counter.open(wish("a", way=Resolution.EXCHANGE, goods=new("socks")))
        counter.work()
        counter.open(wish("b"))
        counter.work()
        assert shop.paid_out("29") == eur(2300 + 3000)
