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
    "returns__process": Notice(about="returns"),
    "reverse_deliveries__attach_deliverable": Notice(about="return", return_ref=RETURN),
    "reverse_fulfillment_orders__dispose": Notice(
        about="goods", goods_ref="gid://shopify/ReverseFulfillmentOrder/11111111"
    ),
    "orders__link_requested": Notice(about="order", order_ref=ORDER),
    "orders__shopify_protect_eligibility_changed": Notice(
        about="order", order_ref="gid://shopify/Order/1"
    ),
    "app__scopes_update": Notice(
        about="scopes", detail="read_orders,read_returns,write_orders,write_returns"
    ),
    "customers__data_request": Notice(about="noted"),
    "customers__redact": Notice(about="noted"),
    "customers__merge": Notice(about="noted"),
    "customers__update": Notice(about="noted"),
    "shop__redact": Notice(about="noted"),
}
BY_NUMBER = (
    "orders__delete",
    "refunds__create",
    "order_transactions__create",
    "fulfillments__create",
    "fulfillments__update",
    "orders__edited",
    "tender_transactions__create",
)
DISPUTES = ("disputes__create", "disputes__update")
BROKEN = (b"", b"{", b"[]", b"null", b"17", b'{"id": null}', b'{"return": 5}', b"\xff")


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
    elif name in DISPUTES:
        assert found.about == "dispute"
        assert found.order_ref.startswith("gid://shopify/Order/")
        assert found.detail.startswith("chargeback ")
    else:
        assert found == Notice(about="unknown")


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("name", SAMPLES)
def test_no_body_of_any_topic_raises(name: str, body: bytes) -> None:
    assert notice(name.replace("__", "/"), body).about
