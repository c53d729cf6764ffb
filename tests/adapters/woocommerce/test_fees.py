"""A new order asks just what is owed, whatever the shop rounds of its fee's tax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce import fees
from adapters.woocommerce.swaps import listed
from connector.money import Money
from tests.adapters.woocommerce.test_standin import api

if TYPE_CHECKING:
    from typing import Any

    from tests.adapters.woocommerce.conftest import World


def made(world: World, price: str, percent: str, count: int) -> dict[str, Any]:
    """Make an unpaid order of two wares, the second at another rate."""
    shop = world.shop
    first = shop.add_product("A", price, tax_percent=percent)
    other = shop.add_product("B", price, tax_percent="5.5")
    lines = [
        {"product_id": first, "quantity": count},
        {"product_id": other, "quantity": 1},
    ]
    order: dict[str, Any] = (
        api(world).post("orders", {"line_items": lines[: 1 + count % 2]}).json()
    )
    return order


@pytest.mark.parametrize("most", [0, 1], ids=["inside", "on top"])
@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
@pytest.mark.parametrize("percent", ["19", "20", "8", "0"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_part_of_what_came_back_leaves_what_is_owed_to_the_minor_unit(
    world: World,
    currency: str,
    decimals: int,
    percent: str,
    count: int,
    most: int,
) -> None:
    shop = world.shop
    shop.currency, shop.decimals = currency, decimals
    shop.prices_include_tax = not most
    price = Money(3003, currency).decimal
    for part in (3, 7, 10):
        new = made(world, price, percent, count)
        gross = listed(new, currency)
        given = gross.share(part, 11)
        fee = fees.net_of(new, given, gross)
        asked = {"fee_lines": [{"name": "Value", "total": f"{-fee:f}"}]}
        found = api(world).put(f"orders/{new['id']}", asked).json()
        off = Money.parse(found["total"], currency) - (gross - given)
        assert abs(off.minor) <= most


def test_goods_that_pay_all_leave_nothing_or_a_minor_unit_that_nobody_is_asked_for(
    world: World,
) -> None:
    for minor in range(3000, 3060):
        new = made(world, Money(minor, "EUR").decimal, "19", 2)
        gross = listed(new, "EUR")
        fee = fees.net_of(new, gross, gross)
        asked = {"fee_lines": [{"name": "Value", "total": f"{-fee:f}"}]}
        found = api(world).put(f"orders/{new['id']}", asked).json()
        assert found["total"] in ("0.00", "0.01")


def test_an_order_that_does_not_say_its_rates_gets_the_share_of_its_net(
    world: World,
) -> None:
    new = made(world, "30.03", "19", 2) | {"tax_lines": []}
    gross = listed(new, "EUR")
    assert fees.net_of(new, gross.share(1, 2), gross) == fees.net_of(
        new | {"tax_lines": [{"rate_id": 1, "rate_percent": None}]},
        gross.share(1, 2),
        gross,
    )
