"""What a WooCommerce shop sells, as wares for the customer of an order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.woocommerce import goods
from connector.errors import Rejected
from connector.model import NewGoods, Resolution
from tests.adapters.woocommerce import golden
from tests.adapters.woocommerce.test_ways import SWAP
from tests.connector.shapes import eur

RECORDED = {one["id"]: one for one in golden.body("misc-products")}


def test_recorded_products_are_wares_at_the_price_that_the_customer_pays() -> None:
    order = golden.body("order-create-variable")
    tee = goods.ware(RECORDED[11], order)
    assert (tee.price, tee.available, tee.product_ref) == (eur(2400), 13, "11")
    assert goods.ware(RECORDED[14], order).available is None
    hood = golden.body("misc-products_16_variations")[0]
    found = goods.ware(hood, order, RECORDED[16])
    assert (found.ref, found.product_ref, found.title) == (
        "19",
        "16",
        "Sweat à capuche - L, Bleu",
    )


def test_tax_is_added_where_the_shop_s_prices_are_without_it() -> None:
    order = golden.body("order-create-variable") | {"prices_include_tax": False}
    assert goods.ware(RECORDED[11], order).price == eur(2880)
    lines = [one | {"subtotal_tax": "0.00"} for one in order["line_items"]]
    exempt = order | {"total_tax": "0.00", "line_items": lines}
    assert goods.ware(RECORDED[11], exempt).price == eur(2400)
    with pytest.raises(Rejected):
        goods.ware(RECORDED[13], order)  # nothing of its tax class was bought


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"stock_quantity": 0}, 0),
        ({"stock_quantity": -2}, 0),
        ({"backorders_allowed": True}, None),
        ({"manage_stock": "parent", "stock_quantity": 4}, 4),
        ({"manage_stock": False, "stock_status": "outofstock"}, 0),
        ({"status": "draft"}, 0),
        ({"purchasable": False}, 0),
    ],
)
def test_how_many_can_be_sold(changed: dict[str, Any], left: int | None) -> None:
    assert goods.available(RECORDED[11] | changed) == left


def test_goods_of_one_ware_are_counted_together() -> None:
    order = golden.body("order-create-variable")
    shelf = {"11": goods.ware(RECORDED[11] | {"stock_quantity": 3}, order)}
    two = NewGoods(ref="11", title="T", quantity=2, price=eur(4800))
    assert goods.lacking(replace(SWAP, goods=(two,)), shelf) == ()
    assert goods.lacking(replace(SWAP, goods=(two, two)), shelf) == (1,)
    dear = replace(two, price=eur(4799))
    assert goods.lacking(replace(SWAP, goods=(dear,)), shelf) == (0,)
    free = replace(SWAP, goods=(dear,), way=Resolution.REPLACEMENT)
    assert goods.lacking(free, shelf) == ()


def test_several_units_cost_what_the_shop_adds_to_all_of_them_together() -> None:
    order = golden.body("order-create-variable") | {"prices_include_tax": False}
    found = goods.ware(RECORDED[11] | {"price": "9.99"}, order)
    assert [found.cost(units).minor for units in (1, 2, 3, 30)] == [
        1199,
        2398,
        3596,
        35964,
    ]
    three = NewGoods(ref="11", title="T", quantity=3, price=eur(3596))
    part = replace(three, quantity=2, price=eur(3596 - 1199))  # the shop says 23.98
    for one in (three, part):
        assert goods.lacking(replace(SWAP, goods=(one,)), {"11": found}) == ()
    dear = replace(three, price=eur(3593))
    assert goods.lacking(replace(SWAP, goods=(dear,)), {"11": found}) == (0,)
