from __future__ import annotations

import json

from connector.config import Plugin, Refunds, ShopConfig
from connector.settings import settings, shop_config

SHOP = ShopConfig(
    name="boots",
    platform="woocommerce",
    address="https://boots.example",
    staff_language="fr",
    resend_when_absent=("labpay",),
    refunds=Refunds(most_per_day="20.00"),
    plugin=Plugin(requested=("return-asked",), request_meta=("_ywcars_requests",)),
)


def test_a_shop_comes_back_from_its_row_as_it_was() -> None:
    kept = json.loads(json.dumps(settings(SHOP)))
    assert shop_config("boots", "woocommerce", SHOP.address, kept, {}) == SHOP


def test_a_setting_of_a_newer_version_is_left() -> None:
    kept = {"plugin": {"requested": ["a"], "newer": 1}, "newest": 2}
    found = shop_config("boots", "woocommerce", SHOP.address, kept, {})
    assert found.plugin == Plugin(requested=("a",))
