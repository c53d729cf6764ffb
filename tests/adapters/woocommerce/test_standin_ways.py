"""Coupons and new orders of the stand-in, held to what was recorded or read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import creating
from tests.adapters.woocommerce import golden
from tests.adapters.woocommerce.test_standin import api, same_shape, shape

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World


def test_a_coupon_has_the_recorded_shape_and_its_code_is_taken_once(
    world: World,
) -> None:
    asked = {"code": "ABC", "amount": "5", "usage_limit": 1}
    made = api(world).post("coupons", asked)
    assert made.status_code == 201
    same_shape(shape(made.json()), shape(golden.body("misc-coupons")[0]))
    assert (made.json()["code"], made.json()["amount"]) == ("abc", "5.00")
    again = api(world).post("coupons", asked | {"code": "abc"})
    code = "woocommerce_rest_coupon_code_already_exists"
    assert (again.status_code, again.json()["code"]) == (400, code)
    listed = api(world).get("coupons", params={"code": "ABC"}).json()
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert api(world).get("coupons", params={"code": "zzz"}).json() == []


def test_an_order_over_the_api_has_the_recorded_shape_and_takes_no_stock_unpaid(
    world: World,
) -> None:
    shirt = world.shop.add_product("Shirt", "48.90")
    size = world.shop.add_product("L", "54.90", parent=shirt, stock=3)
    asked = {
        "line_items": [{"product_id": shirt, "variation_id": size, "quantity": 1}],
        "shipping_lines": [],
    }
    made = api(world).post("orders", asked)
    assert made.status_code == 201
    recorded = golden.body("order-create-variable")
    ours, theirs = made.json(), recorded | {"shipping_lines": []}
    theirs["line_items"] = [one | {"meta_data": []} for one in theirs["line_items"]]
    theirs = {x: y for x, y in theirs.items() if x in ours or x == "payment_url"}
    same_shape(shape(ours), shape(theirs))
    assert (ours["status"], ours["needs_payment"]) == ("pending", True)
    line, was = ours["line_items"][0], recorded["line_items"][1]
    assert (line["total"], line["total_tax"]) == (was["total"], was["total_tax"])
    assert world.shop.products[size]["stock_quantity"] == 3
    creating.pay(world.shop, ours["id"])
    assert world.shop.products[size]["stock_quantity"] == 2
    paid = api(world).get(f"orders/{ours['id']}").json()
    assert (paid["status"], paid["needs_payment"]) == ("processing", False)


@pytest.mark.parametrize(
    ("net", "total"),
    [("-25.000000", "24.90"), ("-45.75", "0.00"), ("-99.00", "0.00"), ("5", "60.90")],
)
def test_a_fee_bears_the_vat_of_the_lines_and_is_held_to_their_net(
    world: World, net: str, total: str
) -> None:
    product = world.shop.add_product("L", "54.90")
    asked = {"line_items": [{"product_id": product, "quantity": 1}]}
    made = api(world).post("orders", asked).json()
    fees = {"fee_lines": [{"name": "Value", "total": net, "tax_status": "none"}]}
    found = api(world).put(f"orders/{made['id']}", fees).json()
    assert found["total"] == total


def test_an_order_of_nothing_that_is_sold_is_refused(world: World) -> None:
    answer = api(world).post("orders", {"line_items": [{"quantity": 1}]})
    assert answer.status_code == 400
