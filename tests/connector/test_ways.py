from __future__ import annotations

import pytest

from connector.config import SHOP_NAME
from connector.ways import name_for, tidy_address


@pytest.mark.parametrize(
    "typed",
    [
        "my-shop",
        "My-Shop.myshopify.com",
        " my-shop.myshopify.com ",
        "https://my-shop.myshopify.com/admin/orders",
        "https://admin.shopify.com/store/my-shop/apps",
    ],
)
def test_a_shopify_shop_is_known_however_it_is_typed(typed: str) -> None:
    assert tidy_address("shopify", typed) == "my-shop.myshopify.com"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/wp-admin/", "https://shop.example"),
        ("http://shop.example/sub/", "http://shop.example/sub"),
        ("https://shop.example/?utm=x", "https://shop.example"),
    ],
)
def test_a_site_keeps_what_belongs_to_its_address(typed: str, tidy: str) -> None:
    assert tidy_address("woocommerce", typed) == tidy


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("my-shop.myshopify.com", "my-shop"),
        ("https://www.boots.example", "boots-example"),
        ("https://größe.example", "gr-e-example"),
        ("https://127.0.0.1:8080", "127-0-0-1"),
        ("", "shop"),
    ],
)
def test_a_proposed_name_is_always_a_name(address: str, name: str) -> None:
    assert name_for(address) == name
    assert SHOP_NAME.fullmatch(name)
