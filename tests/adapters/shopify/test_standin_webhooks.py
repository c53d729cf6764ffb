from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from adapters.shopify.standin import serve
from tests.adapters.shopify.standin_calls import GOLDEN, SECRET, Clock, World, new_shop

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver(HTTPServer):
    """Takes deliveries and answers with the code it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.code = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.came = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks?shop=1"

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, *_args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((headers, body))
        self.send_response(self.server.code)
        self.end_headers()
        self.server.came.set()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(world: World) -> str:
    order = world.order()
    line = world.shop.lines_of(order)[0]
    return world.shop.customer_requests_return(order, [(line, 1, "too-big")])


def test_a_delivery_carries_every_header_and_a_signature_over_the_raw_body(
    world: World, receiver: Receiver
) -> None:
    world.shop.subscribe("RETURNS_REQUEST", receiver.url)
    case = ask(world)
    assert world.shop.deliver() == 1
    ((headers, body),) = receiver.got
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    assert headers["x-shopify-hmac-sha256"] == base64.b64encode(digest).decode()
    assert headers["x-shopify-topic"] == "returns/request"
    assert headers["x-shopify-shop-domain"] == "teehaus.myshopify.com"
    assert headers["x-shopify-api-version"] == "2026-10"
    assert headers["x-shopify-webhook-id"] != headers["x-shopify-event-id"]
    assert headers["x-shopify-triggered-at"].startswith("2026-11-24T12:00:00")
    assert json.loads(body)["admin_graphql_api_id"] == case
    assert world.shop.deliver() == 0


SHAPES = [
    "returns__request",
    "returns__approve",
    "returns__close",
    "returns__update",
    "returns__process",
    "refunds__create",
]


@pytest.mark.parametrize("name", SHAPES)
def test_bodies_have_the_keys_of_shopifys_samples(
    world: World, receiver: Receiver, name: str
) -> None:
    sample = json.loads(
        (GOLDEN / "webhook_samples" / f"{name}.json").read_text(encoding="utf-8")
    )
    world.shop.subscribe(name.replace("__", "/"), receiver.url)
    case = ask(world)
    world.data("ReturnApproveRequest", {"input": {"id": case}})
    world.data("ReturnProcess", {"input": {"returnId": case}})
    shown = world.data("ReturnDetail", {"id": case})["return"]
    line = shown["returnLineItems"]["nodes"][0]["id"]
    removal = [{"returnLineItemId": line, "quantity": 1}]
    if name == "returns__close":
        world.data("ReturnClose", {"id": case})
    world.data("RemoveFromReturn", {"returnId": case, "returnLineItems": removal})
    world.shop.staff_refund(shown["order"]["id"], "1.00")
    world.shop.deliver()
    (body,) = receiver.bodies
    assert set(body) == set(sample["payload"])


def test_deliveries_are_doubled_reordered_and_lost_on_demand(
    world: World, receiver: Receiver
) -> None:
    for topic in ("returns/request", "orders/create", "refunds/create"):
        world.shop.subscribe(topic, receiver.url)
    world.shop.switches.add("duplicate", "returns/request")
    world.shop.switches.add("drop", "refunds/create")
    world.shop.switches.add("reorder")
    ask(world)
    world.shop.staff_refund(next(iter(world.shop.orders)), "1.00")
    assert world.shop.deliver() == 3
    topics = [headers["x-shopify-topic"] for headers, _ in receiver.got]
    assert topics == ["returns/request", "returns/request", "orders/create"]
    ids = [headers["x-shopify-webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1] != ids[2]


def test_deliveries_of_one_action_share_an_event_id(
    world: World, receiver: Receiver
) -> None:
    world.shop.subscribe("returns/request", receiver.url)
    world.shop.subscribe("orders/updated", receiver.url)
    world.order()
    world.shop.deliver()
    receiver.got.clear()
    ask(world)
    world.shop.deliver()
    by_topic: dict[str, set[str]] = {}
    for headers, _ in receiver.got:
        ids = by_topic.setdefault(headers["x-shopify-topic"], set())
        ids.add(headers["x-shopify-event-id"])
    assert by_topic["returns/request"] < by_topic["orders/updated"]


def test_a_refused_delivery_comes_again_with_its_id_and_its_old_body(
    world: World, receiver: Receiver
) -> None:
    world.shop.subscribe("returns/request", receiver.url)
    receiver.code = 500
    ask(world)
    assert world.shop.deliver() == 0
    assert world.shop.deliver() == 0
    assert len(receiver.got) == 1
    receiver.code = 204
    world.clock.forward(minutes=1)
    assert world.shop.deliver() == 1
    first, second = receiver.got
    assert first[1] == second[1]
    assert first[0]["x-shopify-webhook-id"] == second[0]["x-shopify-webhook-id"]


def test_eight_retries_in_vain_delete_the_subscription(
    world: World, receiver: Receiver
) -> None:
    world.shop.subscribe("returns/request", receiver.url)
    receiver.code = 503
    ask(world)
    for _ in range(20):
        world.shop.deliver()
        world.clock.forward(hours=4)
    assert len(receiver.got) == 9
    assert world.data("WebhookSubscriptions")["webhookSubscriptions"]["nodes"] == []


def test_a_background_thread_delivers_when_asked_to(receiver: Receiver) -> None:
    clock = Clock()
    shop = new_shop(clock, autodeliver=True)
    shop.subscribe("orders/create", receiver.url)
    with serve(shop) as url:
        World(shop, clock, url).order()
        assert receiver.came.wait(20)
    assert receiver.bodies[0]["name"] == "#1001"


def test_a_delivered_parcel_is_told(world: World, receiver: Receiver) -> None:
    world.shop.subscribe("FULFILLMENTS_UPDATE", receiver.url)
    order = world.order()
    world.shop.deliver()
    (body,) = receiver.bodies
    assert body["shipment_status"] == "delivered"
    shown = world.data("OrderForReturn", {"id": order})["order"]
    assert shown["fulfillments"][0]["deliveredAt"] == "2026-11-24T12:00:00Z"


LISTED = """
query Listed($first: Int, $after: String, $topics: [WebhookSubscriptionTopic!]) {
  webhookSubscriptions(first: $first, after: $after, topics: $topics) {
    nodes { id topic uri } pageInfo { hasNextPage endCursor } } }
"""
CHANGED = """
mutation Changed($id: ID!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $to) {
    userErrors { field message } } }
"""


def _asked(world: World, query: str, variables: Any) -> Any:
    answer = world.ask(query, variables)
    assert "errors" not in answer, answer
    return answer["data"]


def test_subscriptions_come_in_pages_by_topic_and_can_be_changed(
    world: World, receiver: Receiver
) -> None:
    topics = ("orders/create", "orders/updated", "refunds/create")
    ids = [world.shop.subscribe(topic, receiver.url) for topic in topics]
    asked: dict[str, Any] = {"first": 2}
    page = _asked(world, LISTED, asked)["webhookSubscriptions"]
    assert [one["id"] for one in page["nodes"]] == ids[:2]
    asked["after"] = page["pageInfo"]["endCursor"]
    page = _asked(world, LISTED, asked)["webhookSubscriptions"]
    assert [one["id"] for one in page["nodes"]] == ids[2:]
    assert not page["pageInfo"]["hasNextPage"]
    chosen = {"first": 9, "topics": ["REFUNDS_CREATE"]}
    nodes = _asked(world, LISTED, chosen)["webhookSubscriptions"]["nodes"]
    assert [one["id"] for one in nodes] == ids[2:]
    to = {"uri": "https://elsewhere.example/hook"}
    done = _asked(world, CHANGED, {"id": ids[0], "to": to})
    assert done["webhookSubscriptionUpdate"]["userErrors"] == []
    assert world.shop.subscriptions[ids[0]].uri == to["uri"]
    gone = _asked(
        world, CHANGED, {"id": "gid://shopify/WebhookSubscription/1", "to": to}
    )
    assert gone["webhookSubscriptionUpdate"]["userErrors"]
