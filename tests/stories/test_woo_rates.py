"""Goods of several tax rates that a WooCommerce shop replaces in one return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.store import desk
from tests.stories.making_good import wish
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


@pytest.mark.parametrize("is_inside", [True, False])
def test_each_article_is_replaced_at_its_own_rate(
    counter: WooCounter, is_inside: object
) -> None:
    counter.standin.prices_include_tax = bool(is_inside)
    coat = counter.standin.add_product("Coat", "29.99", tax_percent="20")
    book = counter.standin.add_product("Book", "6.99", tax_percent="5.5")
    ref = str(counter.standin.place_order([(coat, 2), (book, 1)], BUYER))
    counter.learn(ref)
    lines = counter.shop.order(ref).lines
    again = [wish(one.ref, 1, Resolution.REPLACEMENT) for one in lines]
    case = counter.returned(*again, order_ref=ref)
    counter.work()
    assert counter.states(case) == [("replacement", Refund.CONFIRMED)]
    assert desk.open_matters(counter.db) == []
    [new] = counter.swaps()
    assert (new["status"], new["total"]) == ("processing", "0.00")
    old = counter.standin.orders[int(ref)]["line_items"]
    taxes = [float(one["total_tax"]) / one["quantity"] for one in old]
    for line, tax in zip(new["line_items"], taxes, strict=True):
        assert abs(float(line["total_tax"]) - tax) < 0.01
