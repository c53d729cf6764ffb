"""Making good at a WooCommerce shop whose prices are entered without tax."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import amends, balances
from connector.store import credit, desk
from tests.connector.shapes import eur
from tests.stories.making_good import wish
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        found.standin.prices_include_tax = False
        yield found


def sold(counter: WooCounter, price: str, units: int = 1, code: str = "") -> str:
    """Sell units of a ware, its price without tax; return the order's ref."""
    ware = counter.standin.add_product("Hat", price, stock=99)
    ref = counter.standin.place_order([(ware, units)], BUYER, code=code, shipping=None)
    counter.learn(str(ref))
    return str(ref)


def night(counter: WooCounter) -> None:
    counter.now += timedelta(days=1)
    balances.run(counter.db, counter.shop, lambda: counter.now)


def test_a_credit_takes_its_worth_off_the_next_orders_and_no_more(
    counter: WooCounter,
) -> None:
    order = sold(counter, "100.00")
    line = counter.shop.order(order).lines[0]
    assert line.gross == eur(12000)
    counter.returned(wish(line.ref, way=Resolution.STORE_CREDIT), order_ref=order)
    counter.work()
    [coupon] = counter.standin.coupons.values()
    assert coupon["amount"] == "100.00"
    found = []
    for price in ("40.00", "200.00"):
        counter.now += timedelta(minutes=1)
        after = sold(counter, price, code=coupon["code"])
        night(counter)
        [known] = credit.of_order(counter.db, "boots", order)
        found.append((counter.standin.orders[int(after)]["total"], known.left))
    assert found == [("0.00", eur(7200)), ("168.00", eur(0))]
    assert coupon["usage_count"] == 2


def test_credit_of_which_the_tax_is_not_known_is_laid_before_a_person(
    counter: WooCounter,
) -> None:
    order = sold(counter, "100.00")
    line = counter.shop.order(order).lines[0]
    for one in counter.standin.orders[int(order)]["tax_lines"]:
        one["rate_percent"] = None
    wished = wish(line.ref, way=Resolution.STORE_CREDIT)
    case = counter.returned(wished, order_ref=order)
    counter.work()
    [row] = counter.rows(case)
    assert row.state is Refund.PLANNED
    assert desk.is_open(counter.db, "refund", row.id, "refused")
    assert counter.credits() == []
    assert counter.standin.refunds.get(int(order), []) == []


@pytest.mark.parametrize(
    ("price", "bought", "back"),
    [("9.99", 3, 3), ("9.99", 3, 2), ("9.99", 30, 30), ("0.03", 7, 5)],
)
def test_an_even_exchange_is_sent_and_nobody_pays_a_cent(
    counter: WooCounter, price: str, bought: int, back: int
) -> None:
    order = sold(counter, price, bought)
    cap = counter.standin.add_product("Cap", price, stock=99)
    goods = amends.read_goods(counter.shop, order, str(cap), back)
    line = counter.shop.order(order).lines[0]
    wished = wish(line.ref, back, Resolution.EXCHANGE, goods)
    case = counter.returned(wished, order_ref=order)
    counter.work()
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    [new] = counter.swaps()
    assert (new["status"], new["total"]) == ("processing", "0.00")
    assert counter.standin.paid_out_minor() == 0


def test_a_dearer_article_costs_just_what_the_shop_asks(counter: WooCounter) -> None:
    order = sold(counter, "9.99", 30)
    cap = counter.standin.add_product("Cap", "19.99", stock=99)
    goods = amends.read_goods(counter.shop, order, str(cap), 30)
    line = counter.shop.order(order).lines[0]
    wished = wish(line.ref, 30, Resolution.EXCHANGE, goods)
    case = counter.returned(wished, order_ref=order)
    counter.work()
    assert counter.states(case) == [("exchange", Refund.PENDING)]
    [new] = counter.swaps()
    assert (new["status"], new["total"]) == ("pending", "360.00")


@pytest.mark.parametrize("price", ["100.00", "150.00"])
def test_what_credit_bought_gives_its_worth_back_tax_included(
    counter: WooCounter, price: str
) -> None:
    order = sold(counter, "100.00")
    line = counter.shop.order(order).lines[0]
    counter.returned(wish(line.ref, way=Resolution.STORE_CREDIT), order_ref=order)
    counter.work()
    [coupon] = counter.standin.coupons.values()
    counter.now += timedelta(minutes=1)
    after = sold(counter, price, code=coupon["code"])
    hat = counter.shop.order(after).lines[0]
    assert hat.gross.decimal == f"{float(price) * 1.2:.2f}"
    case = counter.returned(wish(hat.ref), order_ref=after)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    night(counter)
    [known] = credit.of_order(counter.db, "boots", order)
    assert (known.left, coupon["amount"]) == (eur(12000), "100.00")
    paid = hat.gross.minor - 12000
    assert counter.standin.paid_out_minor() == paid
