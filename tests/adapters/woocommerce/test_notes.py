"""What the shop's staff is told: a private note once, meta only where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from woocommerce import API

from connector.errors import Gone, OutcomeUnknown, Unavailable
from tests.adapters.woocommerce import golden
from tests.adapters.woocommerce.test_standin import same_shape, shape

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World

FACTS = {"return": "11-R1", "status": "awaited", "token": "a1"}


@pytest.fixture
def order_id(world: World) -> int:
    mug = world.shop.add_product("Mug", "12.00")
    made = world.shop.place_order([(mug, 2)])
    world.shop.deliver()
    return made


def written(world: World, order_id: int) -> dict[str, str]:
    rows = world.shop.orders[order_id]["meta_data"]
    return {one["key"]: one["value"] for one in rows if "_retour" in one["key"]}


def test_a_note_is_private_and_the_meta_says_where_the_return_stands(
    world: World, order_id: int
) -> None:
    world.ours.tell(str(order_id), "Return 11-R1: opened.", FACTS)
    (note,) = world.shop.notes[order_id]
    assert note["note"] == "Return 11-R1: opened. [RT a1]"
    assert note["customer_note"] is False
    assert written(world, order_id) == {
        "_retour_return": "11-R1",
        "_retour_status": "awaited",
    }


def test_the_same_news_twice_writes_nothing_the_second_time(
    world: World, order_id: int
) -> None:
    world.shop.subscribe("http://127.0.0.1:9/", ["order.updated"], "x")
    for text in ("Return 11-R1: opened.", "the same, in other words"):
        world.ours.tell(str(order_id), text, FACTS)
    assert len(world.shop.notes[order_id]) == 1
    assert len(world.shop.outbox.waiting) == 1  # one echo, of the first meta


def test_other_news_is_another_note_and_replaces_the_meta(
    world: World, order_id: int
) -> None:
    world.ours.tell(str(order_id), "opened", FACTS)
    world.ours.tell(
        str(order_id), "closed", FACTS | {"token": "b2", "status": "closed"}
    )
    assert [one["note"] for one in world.shop.notes[order_id]] == [
        "closed [RT b2]",
        "opened [RT a1]",
    ]
    assert written(world, order_id)["_retour_status"] == "closed"
    keys = [one["key"] for one in world.shop.orders[order_id]["meta_data"]]
    assert keys.count("_retour_status") == 1


@pytest.mark.parametrize("match", ["POST .*notes", "PUT /orders"])
def test_a_lost_answer_is_told_again_and_seen_once(
    world: World, order_id: int, match: str
) -> None:
    world.shop.switches.add("lose_answer", match)
    with pytest.raises(OutcomeUnknown):
        world.ours.tell(str(order_id), "opened", FACTS)
    world.ours.tell(str(order_id), "opened", FACTS)
    assert len(world.shop.notes[order_id]) == 1
    assert written(world, order_id)["_retour_status"] == "awaited"


def test_a_request_that_never_came_is_made_again(world: World, order_id: int) -> None:
    world.shop.switches.add("lose_request", "POST .*notes")
    with pytest.raises(OutcomeUnknown):
        world.ours.tell(str(order_id), "opened", FACTS)
    assert world.shop.notes[order_id] == []
    world.ours.tell(str(order_id), "opened", FACTS)
    assert len(world.shop.notes[order_id]) == 1


def test_an_order_that_is_gone_and_a_shop_that_is_away_are_said(
    world: World, order_id: int
) -> None:
    with pytest.raises(Gone):
        world.ours.tell("987654", "opened", FACTS)
    with pytest.raises(Gone):
        world.ours.tell("../webhooks", "opened", FACTS)
    world.shop.switches.add("html", "GET .*notes")
    with pytest.raises((OutcomeUnknown, Unavailable)):
        world.ours.tell(str(order_id), "opened", FACTS)
    assert world.shop.notes[order_id] == []


def test_notes_are_made_and_listed_as_recorded(world: World, order_id: int) -> None:
    api = API(world.url, world.shop.key, world.shop.secret, timeout=5)
    before = dict(world.shop.orders[order_id])
    made = api.post(
        f"orders/{order_id}/notes", {"note": "Thank you", "customer_note": True}
    )
    assert made.status_code == 201
    assert made.json()["customer_note"] is True
    assert world.shop.orders[order_id] == before  # a note is no modification
    listed = api.get(f"orders/{order_id}/notes").json()
    recorded = golden.body("order-notes-after-refunds")
    same_shape(shape(listed), shape(recorded))
    assert {one["author"] for one in listed} == {one["author"] for one in recorded}
    assert api.post(f"orders/{order_id}/notes", {}).status_code == 400
    assert requests.get(world.url, timeout=5).status_code == 401
