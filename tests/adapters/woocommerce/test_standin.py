"""The stand-in against the recordings: same status, keys, types and error bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from woocommerce import API

from adapters.woocommerce.standin.access import signature
from tests.adapters.woocommerce import golden

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World

# Fields that another plugin of the recorded shop adds, or that hold its address.
IGNORED = {"_links", "image", "payment_url", "customer_ip_address",
           "customer_user_agent", "cart_hash"}  # fmt: skip


def api(world: World, **more: Any) -> API:
    return API(world.url, world.shop.key, world.shop.secret, timeout=5, **more)


def shape(value: Any) -> Any:
    """Return the keys and types of a JSON value, lists by their first entry."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items() if k not in IGNORED}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__


def same_shape(ours: Any, theirs: Any, path: str = "") -> None:
    """Every key of the recorded answer is in ours, with the same type."""
    if isinstance(theirs, dict):
        missing = set(theirs) - set(ours)
        assert not missing, (path, missing)
        for key in theirs:
            same_shape(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(theirs, list):
        if theirs and ours:
            same_shape(ours[0], theirs[0], f"{path}[]")
    elif "NoneType" not in (ours, theirs):
        assert ours == theirs, path


def order(world: World, **more: Any) -> int:
    mug = world.shop.add_product("Mug", "12.00")
    return world.shop.place_order([(mug, 2)], **more)


def test_an_order_has_the_recorded_shape(world: World) -> None:
    order_id = order(world, fee="2.00")
    answer = api(world).get(f"orders/{order_id}")
    assert answer.status_code == 200
    same_shape(shape(answer.json()), shape(golden.body("order-fee-line")))


def test_a_refund_by_lines_has_the_recorded_shape(world: World) -> None:
    order_id = order(world)
    line = world.shop.orders[order_id]["line_items"][0]
    asked = {
        "amount": "12.00",
        "api_refund": True,
        "line_items": [
            {
                "id": line["id"],
                "quantity": 1,
                "refund_total": "10.00",
                "refund_tax": [{"id": 1, "refund_total": "2.00"}],
            }
        ],
    }
    answer = api(world).post(f"orders/{order_id}/refunds", asked)
    recorded = golden.rest("refund-full-by-lines")["response"]
    assert answer.status_code == recorded["status"]
    theirs = shape(recorded["body"])
    theirs["tax_lines"] = []  # not modelled: nothing of Retour reads them
    same_shape(shape(answer.json()), theirs)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("refund-amount-huge", {"amount": "100000", "api_refund": False}),
        ("refund-amount-abc", {"amount": "abc", "api_refund": False}),
        ("refund-amount-number", {"amount": 1.5, "api_refund": False}),
        ("refund-amount-null", {"amount": None, "api_refund": False}),
        ("refund-amount-empty", {"amount": "", "api_refund": False}),
        ("refund-amount-negative", {"amount": "-1", "api_refund": False}),
    ],
)
def test_a_refused_refund_answers_as_recorded(
    world: World, name: str, body: dict[str, Any]
) -> None:
    answer = api(world).post(f"orders/{order(world)}/refunds", body)
    recorded = golden.rest(name)["response"]
    assert (answer.status_code, answer.json()) == (
        recorded["status"],
        recorded["body"],
    )


@pytest.mark.parametrize(
    ("name", "gateway"),
    [
        ("refund-api-true-bacs", "bacs"),
        ("refund-api-true-unknown-gateway", "nosuch"),
    ],
)
def test_a_gateway_that_cannot_answers_as_recorded(
    world: World, name: str, gateway: str
) -> None:
    order_id = order(world, gateway=gateway)
    asked = {"amount": "5.00", "api_refund": True}
    answer = api(world).post(f"orders/{order_id}/refunds", asked)
    recorded = golden.rest(name)["response"]
    assert (answer.status_code, answer.json()) == (
        recorded["status"],
        recorded["body"],
    )
    assert world.shop.refunds[order_id] == []


@pytest.mark.parametrize(
    ("deed", "name", "paid"),
    [
        ("error", "refund-gateway-error-webhooks", 0),
        ("false", "refund-gateway-false", 0),
        ("pay_then_error", "refund-gateway-error-webhooks", 500),
    ],
)
def test_a_gateway_s_failure_answers_as_recorded(
    world: World, deed: str, name: str, paid: int
) -> None:
    order_id = order(world)
    world.shop.gateway_next(deed)
    asked = {"amount": "5.00", "api_refund": True}
    answer = api(world).post(f"orders/{order_id}/refunds", asked)
    recorded = golden.rest(name)["response"]
    assert (answer.status_code, answer.json()) == (
        recorded["status"],
        recorded["body"],
    )
    assert world.shop.refunds[order_id] == []
    assert world.shop.paid_out_minor() == paid


def test_a_fatal_gateway_leaves_the_refund_unpaid_and_without_meta(
    world: World,
) -> None:
    order_id = order(world)
    world.shop.gateway_next("fatal")
    asked = {
        "amount": "5.00",
        "api_refund": True,
        "meta_data": [{"key": "a", "value": 1}],
    }
    answer = api(world).post(f"orders/{order_id}/refunds", asked)
    assert (
        answer.status_code == golden.rest("refund-gateway-fatal")["response"]["status"]
    )
    assert answer.json()["code"] == golden.body("refund-gateway-fatal")["code"]
    (refund,) = world.shop.refunds[order_id]
    assert (refund["refunded_payment"], refund["meta_data"]) == (False, [])


def test_identical_refunds_are_taken_until_nothing_remains(world: World) -> None:
    order_id = order(world, shipping=None)
    asked = {"amount": "8.00", "api_refund": True}
    statuses = [
        api(world).post(f"orders/{order_id}/refunds", asked).status_code
        for _ in range(4)
    ]
    assert statuses == [201, 201, 201, 500]
    assert world.shop.paid_out_minor() == 2400


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("orders/987654", "order-get-404"),
        ("nothing", "order-get-noroute"),
    ],
)
def test_what_is_not_there_answers_as_recorded(
    world: World, path: str, name: str
) -> None:
    answer = api(world).get(path)
    recorded = golden.rest(name)["response"]
    assert answer.status_code == recorded["status"]
    assert answer.json()["code"] == recorded["body"]["code"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"per_page": "0"}, "list-perpage-0"),
        ({"modified_after": "2026-11-23"}, "list-modafter-date"),
    ],
)
def test_a_bad_parameter_answers_as_recorded(
    world: World, params: dict[str, str], name: str
) -> None:
    answer = api(world).get("orders", params=params)
    recorded = golden.rest(name)["response"]
    assert (answer.status_code, answer.json()) == (
        recorded["status"],
        recorded["body"],
    )


def test_a_page_past_the_end_is_empty_with_a_total_of_zero(world: World) -> None:
    order(world)
    answer = api(world).get("orders", params={"page": "9"})
    assert (answer.json(), answer.headers["X-WP-Total"]) == ([], "0")


@pytest.mark.parametrize(
    ("key", "secret", "name"),
    [("ck_no", "cs_standin", "auth-none"), ("ck_standin", "no", "auth-bad-secret")],
)
def test_strangers_are_refused(world: World, key: str, secret: str, name: str) -> None:
    answer = API(world.url, key, secret, timeout=5).get("orders")
    assert answer.status_code == golden.rest(name)["response"]["status"]


def test_basic_auth_over_plain_http_is_refused_as_recorded(world: World) -> None:
    answer = requests.get(
        f"{world.url}/wp-json/wc/v3/orders",
        auth=("ck_standin", "cs_standin"),
        timeout=5,
    )
    recorded = golden.rest("auth-http-basic")["response"]
    assert (answer.status_code, answer.json()) == (
        recorded["status"],
        recorded["body"],
    )


def test_a_signed_url_works_once(world: World) -> None:
    path = f"{world.url}/wp-json/wc/v3/orders"
    query = {
        "oauth_consumer_key": world.shop.key,
        "oauth_timestamp": "1764000000",
        "oauth_nonce": "n1",
        "oauth_signature_method": "HMAC-SHA256",
    }
    query["oauth_signature"] = signature(
        "GET", path, query, world.shop.secret, "sha256"
    )
    answers = [requests.get(path, params=query, timeout=5) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert "nonce" in json.loads(answers[1].text)["message"]


def test_a_read_key_cannot_refund(world: World) -> None:
    world.shop.permissions = "read"
    answer = api(world).post(f"orders/{order(world)}/refunds", {"amount": "1.00"})
    recorded = golden.rest("auth-read-key-refund")["response"]
    assert (answer.status_code, answer.json()["code"]) == (
        recorded["status"],
        recorded["body"]["code"],
    )
