"""The stand-in's Shiptastic against the recordings: shapes, statuses, webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from woocommerce import API

from tests.adapters.woocommerce import stc
from tests.adapters.woocommerce.test_standin import same_shape, shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adapters.woocommerce.conftest import World

TOPICS = (
    "order.updated",
    *(
        f"action.woocommerce_shiptastic_{event}"
        for event in (
            "new_return_shipment",
            "new_customer_return_shipment_request",
            "return_shipment_status_requested",
            "return_shipment_status_processing",
            "shipment_status_changed",
        )
    ),
)


class Shop:
    """Two lines as recorded, sent and arrived, and what leaves as webhooks."""

    def __init__(self, world: World) -> None:
        self.world, self.shop, self.stc = world, world.shop, world.shop.stc
        self.stc.is_on = True
        tee = self.shop.add_product("T-shirt Blanc", "24.00", sku="TEE-1")
        mug = self.shop.add_product("Mug", "9.99", sku="MUG-1")
        self.order_id = self.shop.place_order([(tee, 3), (mug, 2)])
        self.shop.complete(self.order_id)
        self.stc.ship(self.order_id)
        lines = self.shop.orders[self.order_id]["line_items"]
        self.tee, self.mug = (int(one["id"]) for one in lines)
        self.shop.subscribe("http://127.0.0.1:9/", TOPICS, "x")
        self.shop.outbox.waiting.clear()
        self.api = API(world.url, world.shop.key, world.shop.secret, timeout=5)

    def request(self) -> int:
        return self.stc.request(self.order_id, [(self.tee, 2)])

    def left(self) -> list[tuple[str, Any]]:
        """Return (topic, argument) of what waits to leave, and forget it."""
        found = []
        for _, topic, arg in self.shop.outbox.waiting:
            body = self.shop._payload(topic, arg)
            found.append((topic, body.get("arg", body.get("id"))))
        self.shop.outbox.waiting.clear()
        return sorted(found, key=str)

    @property
    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"orders/{self.order_id}").json()
        return found


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def recorded(step: str, order_id: int, ids: dict[int, int]) -> list[tuple[str, Any]]:
    """Return what left in a recorded step, by our own ids."""
    found = []
    for name, headers, raw, _ in stc.deliveries():
        if not name.startswith(f"stc-{step}-"):
            continue
        data = json.loads(raw)
        arg = data.get("arg", order_id)
        arg = ids.get(arg, arg) if isinstance(arg, int) else arg
        found.append((headers["X-WC-Webhook-Topic"], arg))
    return sorted(found, key=str)


def test_each_step_sends_the_webhooks_that_were_recorded(shop: Shop) -> None:
    first = shop.request()
    assert shop.left() == recorded("1-request", shop.order_id, {5: first})
    shop.api.put(f"shipments/{first}", {"status": "processing"})
    assert shop.left() == recorded("2-approve", shop.order_id, {5: first})
    shop.api.put(f"shipments/{first}", {"status": "delivered", "tracking_id": "RET123"})
    assert shop.left() == recorded("3-delivered", shop.order_id, {5: first})
    second = shop.stc.request(shop.order_id, [(shop.mug, 1)])
    assert shop.left() == recorded("4-request", shop.order_id, {6: second})
    shop.api.put(f"shipments/{second}", {"status": "rejected"})
    assert shop.left() == recorded("5-reject", shop.order_id, {6: second})
    asked = stc.recorded("stc-6-create-return")["request"]["body"] | {
        "order_id": str(shop.order_id),
        "items": [{"order_item_id": shop.mug, "quantity": 1}],
    }
    third = shop.api.post("shipments", asked).json()["id"]
    assert shop.left() == recorded("6-create", shop.order_id, {7: third})


def test_the_order_sums_its_returns_up_as_recorded(shop: Shop) -> None:
    steps = ("1-requested", "2-approved", "3-delivered", "4-requested", "5-rejected")
    first = shop.request()
    moves: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: shop.stc.mark(first, "processing"),
        lambda: shop.stc.mark(first, "delivered", "RET123"),
        lambda: shop.stc.request(shop.order_id, [(shop.mug, 1)]),
        lambda: shop.stc.mark(max(shop.stc.shipments), "rejected"),
    )
    for step, move in zip(steps, moves, strict=True):
        move()
        ours, theirs = shop.seen, stc.body(f"stc-{step}-order")
        assert ours["return_status"] == theirs["return_status"], step
        assert ours["shipping_status"] == theirs["shipping_status"]
        statuses = [(one["type"], one["status"]) for one in ours["shipments"]]
        wanted = [(one["type"], one["status"]) for one in theirs["shipments"]]
        assert statuses == wanted, step
        known = {one["key"]: one["value"] for one in ours["meta_data"]}
        rows = {one["key"]: one["value"] for one in theirs["meta_data"]}
        assert known["_return_status"] == rows["_return_status"]
        change = known["_return_status_transition"]
        assert change == rows["_return_status_transition"]
        same_shape(shape(ours["shipments"]), shape(theirs["shipments"]))


def test_a_refusal_leaves_the_order_s_modification_as_it_was(shop: Shop) -> None:
    first = shop.request()
    shop.stc.mark(first, "processing")
    shop.stc.mark(first, "delivered")
    second = shop.stc.request(shop.order_id, [(shop.mug, 1)])
    before = shop.seen["date_modified_gmt"]
    shop.world.clock.pass_by(hours=1)
    shop.stc.mark(second, "rejected")
    assert shop.seen["date_modified_gmt"] == before


@pytest.mark.parametrize("name", ["stc-1-shipment", "stc-2-put-processing"])
def test_a_single_shipment_is_bare_and_has_the_recorded_shape(
    shop: Shop, name: str
) -> None:
    first = shop.request()
    if "put" in name:
        answer = shop.api.put(f"shipments/{first}", {"status": "processing"})
    else:
        answer = shop.api.get(f"shipments/{first}")
    assert answer.status_code == 200
    same_shape(shape(answer.json()), shape(stc.body(name)))
    assert answer.json()["items"][0]["total"] == "72"  # of the whole line


def test_a_list_wraps_each_shipment_and_is_simple_unless_asked(shop: Shop) -> None:
    shop.request()
    asked = {"type": "return", "order_id": str(shop.order_id)}
    listed = shop.api.get("shipments", params=asked).json()
    same_shape(shape(listed), shape(stc.body("stc-1-requested-shipments")))
    (sent,) = shop.api.get("shipments").json()
    assert sent["data"]["type"] == "simple"
    refused = {"type": "return", "status": "rejected"}
    assert shop.api.get("shipments", params=refused).json() == []


def test_a_return_made_over_the_api_answers_as_recorded(shop: Shop) -> None:
    made = {
        "type": "return",
        "order_id": str(shop.order_id),
        "status": "requested",
        "items": [{"order_item_id": shop.mug, "quantity": 9}],
        "meta_data": [{"key": "_retour_return", "value": "29-R1"}],
    }
    answer = shop.api.post("shipments", made)
    assert answer.status_code == 201
    same_shape(shape(answer.json()), shape(stc.body("stc-6-create-return")))
    assert answer.json()["items"][0]["quantity"] == 2  # cut to what is left
    assert answer.json()["meta_data"][0]["value"] == "29-R1"
    assert shop.api.post("shipments", made).status_code == 400  # nothing is left


def test_an_order_id_that_is_a_number_is_refused(shop: Shop) -> None:
    answer = shop.api.post("shipments", {"type": "return", "order_id": shop.order_id})
    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_param"


def test_an_unknown_status_is_ignored_and_answered_with_200(shop: Shop) -> None:
    first = shop.request()
    answer = shop.api.put(f"shipments/{first}", {"status": "beamed"})
    assert (answer.status_code, answer.json()["status"]) == (200, "requested")


def test_the_staff_s_notes_are_those_that_were_recorded(shop: Shop) -> None:
    first = shop.request()
    shop.stc.mark(first, "processing")
    shop.stc.mark(first, "delivered")
    second = shop.stc.request(shop.order_id, [(shop.mug, 1)])
    shop.stc.mark(second, "rejected")
    mine = [one["note"] for one in shop.shop.notes[shop.order_id]]
    theirs = [one["note"] for one in stc.body("stc-6-created-notes")]
    assert mine == [one for one in theirs if "eturn" in one]


def test_without_the_plugin_there_is_no_route_and_nothing_on_an_order(
    shop: Shop,
) -> None:
    shop.request()
    shop.stc.is_on = False
    for answer in (shop.api.get("shipments"), shop.api.post("shipments", {})):
        assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")
    assert "shipments" not in shop.seen


def test_a_plugin_s_own_hook_is_no_valid_topic_but_warranty_s_is(shop: Shop) -> None:
    for topic, status in (
        ("action.wc_warranty_created", 201),
        ("action.woocommerce_shiptastic_new_return_shipment", 201),
        ("action.ywcars_request", 400),
    ):
        asked = {"topic": topic, "delivery_url": "http://127.0.0.1:9/"}
        assert shop.api.post("webhooks", asked).status_code == status, topic
