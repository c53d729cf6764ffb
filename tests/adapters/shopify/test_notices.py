from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.shopify.notices import notice
from connector.platform import Notice
from tests.adapters.shopify.standin_calls import GOLDEN

SAMPLES: dict[str, Any] = {
    path.stem: json.loads(path.read_text())
    for path in sorted((GOLDEN / "webhook_samples").glob("*.json"))
}
ORDER = "gid://shopify/Order/820982911946154508"
RETURN = "gid://shopify/Return/123134564567890"
RETURN_ORDER = "gid://shopify/Order/4783296544821"

# Golden: what each documented sample is about. Numbers in samples were rounded
# through a double, so where a GID is given it counts.
EXPECTED: dict[str, Notice] = {
    "app__uninstalled": Notice(about="uninstalled"),
    "bulk_operations__finish": Notice(about="history"),
    "orders__create": Notice(about="order", order_ref=ORDER),
    "orders__updated": Notice(about="order", order_ref=ORDER),
    "orders__cancelled": Notice(about="order", order_ref=ORDER),
    "orders__fulfilled": Notice(about="order", order_ref=ORDER),
    "orders__partially_fulfilled": Notice(about="order", order_ref=ORDER),
    "orders__paid": Notice(about="order", order_ref=ORDER),
    "returns__request": Notice(
        about="return", order_ref=RETURN_ORDER, return_ref=RETURN
    ),
    "returns__approve": Notice(
        about="return", order_ref=RETURN_ORDER, return_ref=RETURN
    ),
    "returns__decline": Notice(
        about="return", order_ref=RETURN_ORDER, return_ref=RETURN
    ),
    "returns__close": Notice(about="return", order_ref=RETURN_ORDER, return_ref=RETURN),
    "returns__cancel": Notice(
        about="return", order_ref=RETURN_ORDER, return_ref=RETURN
    ),
    "returns__reopen": Notice(
        about="return", order_ref=RETURN_ORDER, return_ref=RETURN
    ),
    "returns__update": Notice(about="return", return_ref=RETURN),
}
BY_NUMBER = (
    "orders__delete",
    "refunds__create",
    "order_transactions__create",
    "fulfillments__create",
    "fulfillments__update",
    "orders__edited",
)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_documented_sample_is_read(name: str) -> None:
    topic = name.replace("__", "/")
    body = json.dumps(SAMPLES[name]["payload"]).encode()
    found = notice(topic, body)
    if name in EXPECTED:
        assert found == EXPECTED[name]
    elif name in BY_NUMBER:
        assert found.about == "order"
        assert found.order_ref.startswith("gid://shopify/Order/")
    else:
        assert found == Notice(about="unknown")
