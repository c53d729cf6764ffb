"""Credit in a WooCommerce shop whose currency has three decimals, or none.

WooCommerce keeps a coupon's amount as it was told, and shows two decimals of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import balances
from connector.store import credit, desk, refunds
from tests.stories.making_good import wish
from tests.stories.woo_ways import BUYER, WooCounter, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.credit import Credit
    from connector.store.refunds import RefundRow


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address, currency="KWD") as found:
        yield found


def credited(counter: WooCounter, price: str) -> None:
    """Sell a hat, and give credit for it with a tenth on top."""
    hat = counter.standin.add_product("Hat", price, stock=99)
    order = str(counter.standin.place_order([(hat, 1)], BUYER))
    counter.learn(order)
    line = counter.shop.order(order).lines[0].ref
    terms = Terms(when="received", bonus=((0, 1000),))
    counter.returned(
        wish(line, way=Resolution.STORE_CREDIT), order_ref=order, terms=terms
    )
    counter.work()


def _rows(counter: WooCounter) -> list[RefundRow]:
    return refunds.recent(counter.db, "boots", limit=9)


def _credits(counter: WooCounter) -> list[Credit]:
    orders = {row.order_ref for row in _rows(counter)}
    return [x for ref in orders for x in credit.of_order(counter.db, "boots", ref)]


def night(counter: WooCounter) -> None:
    counter.now += timedelta(days=1)
    balances.run(counter.db, counter.shop, lambda: counter.now)


def test_credit_of_fils_is_made_and_known_again_though_two_decimals_are_shown(
    counter: WooCounter,
) -> None:
    credited(counter, "6.715")  # and a bonus of 0.672
    [coupon] = counter.standin.coupons.values()
    assert coupon["amount"] == "7.39"
    assert desk.open_matters(counter.db) == []
    rows = [row for row in _rows(counter) if row.request.way.value == "store_credit"]
    assert [row.state for row in rows] == [Refund.CONFIRMED]
    assert rows[0].request.credit == counter.money(7387)


def test_an_answer_that_was_lost_finds_the_coupon_of_fils(counter: WooCounter) -> None:
    counter.standin.switches.add("lose_answer", "POST /coupons")
    credited(counter, "6.715")
    assert len(counter.standin.coupons) == 1
    assert [row.state for row in _rows(counter)] == [Refund.CONFIRMED]


def test_credit_of_fils_is_spent_in_parts_to_the_last_one(counter: WooCounter) -> None:
    credited(counter, "6.715")
    [coupon] = counter.standin.coupons.values()
    pin = counter.standin.add_product("Pin", "2.004", stock=99)
    taken = []
    for _ in range(4):
        counter.now += timedelta(minutes=1)
        after = counter.standin.place_order(
            [(pin, 1)], BUYER, code=coupon["code"], shipping=None
        )
        [line] = counter.standin.orders[after]["coupon_lines"]
        both = (line["discount"], line["discount_tax"])
        taken.append(sum(round(1000 * float(one)) for one in both))
        night(counter)
    [known] = [x for x in _credits(counter) if x.code.lower() == coupon["code"]]
    assert (taken, known.left) == ([2004, 2004, 2004, 1375], counter.money(0))


def test_what_an_unpaid_order_of_fils_held_is_good_again_when_it_is_cancelled(
    counter: WooCounter,
) -> None:
    credited(counter, "6.715")
    [coupon] = counter.standin.coupons.values()
    pin = counter.standin.add_product("Pin", "0.004", stock=99)
    after = counter.standin.place_order([(pin, 1)], BUYER, code=coupon["code"])
    night(counter)
    counter.standin.edit_order(after, status="cancelled")
    night(counter)
    [known] = [x for x in _credits(counter) if x.code.lower() == coupon["code"]]
    assert known.left == counter.money(7387)
    hat = counter.standin.add_product("Hat", "9.000", stock=99)
    last = counter.standin.place_order([(hat, 1)], BUYER, code=coupon["code"])
    [line] = counter.standin.orders[last]["coupon_lines"]
    both = (line["discount"], line["discount_tax"])
    assert sum(round(1000 * float(one)) for one in both) == 7387
