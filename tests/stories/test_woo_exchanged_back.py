"""Goods that WooCommerce sent in exchange come back for money: refunded by itself.

The money lies with the order that they were sent for, the goods stand on their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import NewGoods, Resolution, Terms
from connector.states import Refund
from connector.steps import amends, compare
from connector.store import desk, spent
from tests.connector.shapes import eur
from tests.stories.exchanged_back import exchanged, is_paid_once, payers, sent_back
from tests.stories.making_good import HOUR, still, wish
from tests.stories.test_making_good_killed import Killed, Mortal
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter

FAULTS = ("lose_answer", "lose_request", "status_after", "status_before")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


@pytest.fixture
def mortal(address: str) -> Iterator[WooCounter]:
    with serving(address, Mortal) as found:
        yield found


def test_it_is_refunded_with_the_old_order_and_booked_on_its_own(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, ref)
    assert counter.case(case.id).status == "closed"
    assert counter.stock("l") == 9
    found = compare.run(counter.db, counter.shop, still(counter.now))
    assert {line.verdict for line in found} <= {compare.MATCHED, compare.EXPLAINED}
    assert desk.open_matters(counter.db) == []


def test_the_shop_books_back_the_tax_of_the_goods_that_were_exchanged(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    sent_back(counter, ref)
    counter.work()
    sold = counter.standin.orders[int(counter.order)]["line_items"][0]
    known = counter.standin.refunds[int(counter.order)]
    [paid] = [one for one in known if one["amount"] == "30.00"]
    [line] = paid["line_items"]
    assert line["quantity"] == 0
    assert float(line["total_tax"]) < 0
    given = -float(line["total"]) - float(line["total_tax"])
    assert round(100 * given) == 3000
    tax = float(sold["total_tax"]) / 3
    assert abs(-float(line["total_tax"]) - tax) < 0.01


def test_the_rest_of_the_old_order_then_settles_by_itself(counter: WooCounter) -> None:
    ref = exchanged(counter)
    sent_back(counter, ref)
    counter.work()
    rest = counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    assert counter.states(rest) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 3000 + 6000 + 700
    assert desk.open_matters(counter.db) == []


def test_the_rest_that_came_back_before_leaves_the_new_goods_their_money(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 9700


def test_units_that_come_back_one_by_one_are_each_paid_once(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter, quantity=3)
    for _ in range(3):
        case = sent_back(counter, ref)
        counter.work()
        assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 9000
    assert [row.amount for row in payers(counter)] == [eur(3000)] * 3
    counter.returned(counter.wish(Resolution.REFUND, line=1))
    counter.work()
    assert counter.standin.paid_out_minor() == 9700
    assert desk.open_matters(counter.db) == []


def test_a_fee_is_kept_and_nothing_of_it_is_paid_to_others(counter: WooCounter) -> None:
    ref = exchanged(counter)
    line = counter.shop.order(ref).lines[0].ref
    terms = Terms(when="received", return_fee=eur(490))
    case = counter.returned(wish(line), order_ref=ref, terms=terms)
    counter.work()
    [payer] = payers(counter)
    assert payer.amount == counter.rows(case)[0].amount == eur(2510)
    before = counter.standin.paid_out_minor()
    counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    assert counter.standin.paid_out_minor() == before + 6700


def test_what_an_exchange_of_an_exchange_brought_is_paid_by_the_first_order(
    counter: WooCounter,
) -> None:
    second = exchanged(counter)
    line = counter.shop.order(second).lines[0].ref
    wished = wish(line, way=Resolution.EXCHANGE, goods=counter.new("m"))
    counter.returned(wished, order_ref=second)
    counter.work()
    third = str(max(one["id"] for one in counter.swaps()))
    counter.learn(third)
    case = sent_back(counter, third)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, third)
    counter.returned(counter.wish(Resolution.REFUND, quantity=2))
    counter.work()
    assert counter.standin.paid_out_minor() == 9000
    assert desk.open_matters(counter.db) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("is_booking", [False, True])
def test_whatever_call_goes_wrong_it_is_paid_and_booked_exactly_once(
    counter: WooCounter, fault: str, *, is_booking: bool
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    call = f"POST /orders/{ref if is_booking else counter.order}/refunds"
    kind, _, when = fault.partition("_")
    if kind == "status":
        counter.standin.switches.add("status", call, effect=when == "after")
    else:
        counter.standin.switches.add(fault, call)
    counter.work(9)
    assert sum(counter.standin.switches.taken.values()) == 1
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, ref)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 21))
def test_a_process_killed_around_any_commit_pays_it_exactly_once(
    mortal: WooCounter, commit: int, *, is_after: bool
) -> None:
    ref = exchanged(mortal)
    case = sent_back(mortal, ref)
    assert isinstance(mortal.db, Mortal)
    mortal.db.commits_left, mortal.db.is_after = commit, is_after
    try:
        mortal.work(2)
    except Killed:
        mortal.db.commits_left = -1
    mortal.work(6)
    mortal.db.commits_left = -1
    assert mortal.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(mortal, ref)


def test_a_cheaper_article_brings_its_own_price_and_no_more(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter, "socks")
    assert counter.standin.paid_out_minor() == 2300
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert [row.amount for row in payers(counter)] == [eur(700)]
    rest = counter.returned(counter.wish(Resolution.REFUND, quantity=2))
    counter.work()
    assert counter.states(rest) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 9000
    assert desk.open_matters(counter.db) == []


@pytest.mark.parametrize(("price", "bought", "back"), [("9.99", 3, 2), ("0.03", 7, 5)])
def test_where_tax_is_added_all_that_was_paid_comes_back_and_no_cent_more(
    counter: WooCounter, price: str, bought: int, back: int
) -> None:
    counter.standin.prices_include_tax = False
    hat = counter.standin.add_product("Hat", price, stock=99)
    order = counter.standin.place_order([(hat, bought)], BUYER, shipping=None)
    counter.order = str(order)
    counter.learn(counter.order)
    cap = counter.standin.add_product("Cap", price, stock=99)
    goods = amends.read_goods(counter.shop, counter.order, str(cap), back)
    line = counter.shop.order(counter.order).lines[0].ref
    counter.returned(
        wish(line, back, Resolution.EXCHANGE, goods), order_ref=counter.order
    )
    counter.work()
    [new] = counter.swaps()
    counter.learn(str(new["id"]))
    for _ in range(back):
        case = sent_back(counter, str(new["id"]))
        counter.work()
        assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    counter.returned(wish(line, bought - back), order_ref=counter.order)
    counter.work()
    paid = round(100 * float(counter.standin.orders[order]["total"]))
    assert counter.standin.paid_out_minor() == paid
    assert desk.open_matters(counter.db) == []


def test_a_day_s_limit_counts_it_once(counter: WooCounter) -> None:
    ref = exchanged(counter)
    before = spent.since(counter.db, "boots", "EUR", counter.now - HOUR * 24)
    sent_back(counter, ref)
    counter.work()
    after = spent.since(counter.db, "boots", "EUR", counter.now - HOUR * 24)
    assert after == before + eur(3000)


@pytest.mark.parametrize(("price", "percent"), [("29.97", "20"), ("30.03", "19")])
def test_what_the_shop_s_own_rounding_of_tax_leaves_keeps_no_goods_from_going_back(
    counter: WooCounter, price: str, percent: str
) -> None:
    """The fee's VAT is a cent less, or would be a cent more, than the goods'."""
    cap = counter.standin.add_product("Cap", price, tax_percent=percent, stock=9)
    order = str(counter.standin.place_order([(cap, 1)], BUYER))
    counter.learn(order)
    goods = NewGoods(ref=str(cap), title="Cap", quantity=1, price=eur(price_of(price)))
    line = counter.shop.order(order).lines[0].ref
    even = wish(line, way=Resolution.EXCHANGE, goods=goods)
    counter.returned(even, order_ref=order)
    counter.work()
    [new] = counter.swaps()
    assert new["total"] in ("0.00", "0.01")  # never below nothing: no refund fits then
    counter.learn(str(new["id"]))
    case = sent_back(counter, str(new["id"]))
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == price_of(price)
    assert desk.open_matters(counter.db) == []


def price_of(text: str) -> int:
    return int(text.replace(".", ""))
