"""The stand-in's webhooks against the recordings, and how they come to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from woocommerce import API

from connector.errors import Rejected
from tests.adapters.woocommerce import golden

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World

NOWHERE = "http://127.0.0.1:9/hook"
MADE = sorted(
    path.stem
    for path in (golden.FOLDER / "rest").glob("webhook-create-*.json")
    if golden.rest(path.stem)["response"]["status"] == 201
)
REFUSED = sorted(
    path.stem
    for path in (golden.FOLDER / "rest").glob("webhook-create-*.json")
    if golden.rest(path.stem)["response"]["status"] != 201
)
ONE = {"topic": "order.updated", "delivery_url": NOWHERE, "secret": "s"}


def api(world: World) -> API:
    return API(world.url, world.shop.key, world.shop.secret, timeout=5)


def kinds(value: Any) -> Any:
    """Return the keys and types of a JSON object; a date may be null."""
    return {
        key: "text or null" if key.startswith("date_modified") else type(found)
        for key, found in value.items()
    }


@pytest.mark.parametrize("name", MADE)
def test_a_webhook_is_made_as_recorded(world: World, name: str) -> None:
    recorded = golden.rest(name)
    asked = recorded["request"]["body"] | {"delivery_url": NOWHERE}
    answer = api(world).post("webhooks", asked)
    theirs, ours = recorded["response"]["body"], answer.json()
    assert answer.status_code == 201
    assert kinds(ours) == kinds(theirs)
    for key in ("status", "topic", "resource", "event", "hooks"):
        assert ours[key] == theirs[key], key
    assert ours["name"].partition(" on ")[0] == theirs["name"].partition(" on ")[0]


@pytest.mark.parametrize("name", REFUSED)
def test_a_webhook_is_refused_as_recorded(world: World, name: str) -> None:
    recorded = golden.rest(name)
    answer = api(world).post("webhooks", recorded["request"]["body"])
    assert answer.status_code == recorded["response"]["status"]
    assert answer.json() == recorded["response"]["body"]


def test_the_newest_comes_first_and_no_secret_is_told(world: World) -> None:
    for _ in range(3):
        api(world).post("webhooks", ONE)
    found = api(world).get("webhooks", params={"per_page": 50}).json()
    recorded = golden.body("webhook-list")
    for rows in (found, recorded):
        assert [x["id"] for x in rows] == sorted((x["id"] for x in rows), reverse=True)
        assert all("secret" not in one for one in rows)
    assert kinds(found[0]) == kinds(recorded[0])


def test_it_is_deleted_by_force_alone(world: World) -> None:
    ref = api(world).post("webhooks", ONE).json()["id"]
    assert api(world).delete(f"webhooks/{ref}").status_code == 501
    gone = api(world).delete(f"webhooks/{ref}", params={"force": "true"})
    assert gone.status_code == 200
    assert api(world).get(f"webhooks/{ref}").status_code == 404


def test_the_seventh_failure_disables_and_switching_on_resets_nothing(
    world: World,
) -> None:
    ref = api(world).post("webhooks", ONE).json()["id"]
    mug = world.shop.add_product("Mug", "12.00")

    def fail() -> str:
        order = world.shop.place_order([(mug, 1)])
        world.shop.touch(world.shop.orders[order])
        world.shop.deliver()
        return str(api(world).get(f"webhooks/{ref}").json()["status"])

    for _ in range(6):
        assert fail() == "active"
    assert fail() == "disabled"
    answer = api(world).put(f"webhooks/{ref}", {"status": "active"})
    assert kinds(answer.json()) == kinds(golden.body("webhook-reactivate"))
    assert answer.json()["status"] == "active"
    assert fail() == "disabled"


def test_a_topic_that_the_shop_refuses_is_rejected(world: World) -> None:
    with pytest.raises(Rejected):
        world.ours.subscribe("order.refunded", NOWHERE, "s")
    assert world.ours.subscriptions() == ()


def test_all_pages_of_a_list_are_read(world: World) -> None:
    for _ in range(101):
        world.shop.hook("order.updated", NOWHERE, "s", "x")
    known = {str(one.id) for one in world.shop.outbox.hooks.values()}
    assert {one.ref for one in world.ours.subscriptions()} == known
