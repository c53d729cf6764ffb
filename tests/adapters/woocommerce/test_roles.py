"""A customer's role at WooCommerce: who is asked for it, how often, and what if not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import people
from tests.adapters.woocommerce.test_standin import api
from tests.contract.test_history import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.model import Customer
    from tests.adapters.woocommerce.conftest import World

ASKED = "GET /customers"


@pytest.fixture
def asked(world: World) -> Callable[[], int]:
    """Return what counts the requests for customers that reached the shop."""
    gate = world.shop.switches.add("delay", ASKED, times=None)
    gate.released.set()
    return lambda: world.shop.switches.taken["delay"]


def bought(world: World, *roles: str) -> str:
    """Let somebody of these roles buy a mug; return the order."""
    mug = world.shop.add_product("Mug", "12.00")
    ref = world.shop.place_order([(mug, 2)])
    who = people.add(world.shop, f"{'-'.join(roles)}@example.test", *roles)
    world.shop.edit_order(ref, customer_id=who)
    return str(ref)


def who(world: World, ref: str) -> Customer:
    return world.ours.order(ref).customer


def test_a_role_is_the_one_tag_of_a_customer_and_a_guest_has_none(
    world: World,
) -> None:
    ref = bought(world, "wholesale_customer", "customer")
    assert who(world, ref).tags == ("wholesale_customer",)
    plain = bought(world, "customer")
    assert who(world, plain).tags == ("customer",)
    guest = world.shop.place_order([(world.shop.add_product("Cup"), 1)])
    found = who(world, str(guest))
    assert (found.tags, found.are_tags_known) == ((), True)


def test_a_role_is_read_anew_once_it_is_old(world: World) -> None:
    ref = bought(world, "customer")
    assert who(world, ref).tags == ("customer",)
    (user,) = world.shop.people
    people.change_roles(world.shop, user, "vip")
    world.clock.pass_by(minutes=11)
    assert who(world, ref).tags == ("vip",)


def test_a_deleted_user_leaves_the_orders_of_a_guest(world: World) -> None:
    ref = bought(world, "vip")
    (user,) = world.shop.people
    people.delete(world.shop, user)
    found = who(world, ref)
    assert (found.tags, found.are_tags_known) == ((), True)


def test_whom_the_shop_does_not_list_nobody_knows(world: World) -> None:
    ref = bought(world, "vip")
    world.shop.edit_order(int(ref), customer_id=987)
    found = who(world, ref)
    assert (found.tags, found.are_tags_known) == ((), False)


def test_a_key_that_may_not_list_users_stops_no_order(
    world: World, asked: Callable[[], int]
) -> None:
    ref = bought(world, "vip")
    key = world.shop.keys[world.shop.key]
    world.shop.keys[world.shop.key] = replace(key, lists_users=False)
    for _ in range(3):
        order = world.ours.order(ref)
        assert order.lines[0].quantity == 2
        assert (order.customer.tags, order.customer.are_tags_known) == ((), False)
    assert asked() == 1  # a refusal is not asked for again and again
    world.shop.keys[world.shop.key] = key
    world.clock.pass_by(minutes=11)
    assert who(world, ref).tags == ("vip",)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("lose_answer", {}),
        ("lose_request", {}),
        ("html", {"retry_after": 1}),
        ("status", {"code": 500}),
        ("status", {"code": 404}),
        ("status", {"code": 429}),
        ("redirect", {}),
    ],
)
def test_an_answer_that_does_not_come_stops_no_order(
    world: World, kind: str, more: dict[str, int]
) -> None:
    ref = bought(world, "vip")
    world.shop.switches.add(kind, ASKED, **more)
    found = who(world, ref)
    assert world.shop.switches.taken[kind] == 1
    assert (found.tags, found.are_tags_known) == ((), False)
    world.clock.pass_by(minutes=11 if more.get("code") == 404 else 2)
    assert who(world, ref).tags == ("vip",)


def test_a_shop_that_does_not_answer_is_not_asked_for_each_order(
    world: World, asked: Callable[[], int]
) -> None:
    made = [bought(world, "vip") for _ in range(5)]
    world.shop.switches.add("lose_answer", ASKED)
    assert not any(who(world, ref).are_tags_known for ref in made)
    assert asked() == 1


def test_a_role_that_is_no_word_is_none(world: World) -> None:
    ref = bought(world, "vip")
    (user,) = world.shop.people
    world.shop.people[user]["_roles"] = [7]
    found = who(world, ref)
    assert (found.tags, found.are_tags_known) == ((), False)


def test_a_history_asks_once_a_page(world: World, asked: Callable[[], int]) -> None:
    made = [bought(world, "vip" if n % 2 else "customer") for n in range(130)]
    batches = whole(world.ours)
    found = {x.ref: x.customer.tags for one in batches for x in one.orders}
    assert found == {
        ref: ("vip",) if n % 2 else ("customer",) for n, ref in enumerate(made)
    }
    assert asked() == 2


def test_what_changed_is_read_with_few_requests_for_roles(
    world: World, asked: Callable[[], int]
) -> None:
    made = {bought(world, "vip") for _ in range(130)}
    since = world.clock.now - timedelta(hours=1)
    seen = set()
    for change in world.ours.changes(since):
        assert who(world, change.order_ref).tags == ("vip",)
        seen.add(change.order_ref)
    assert seen == made
    assert asked() == 2


def test_the_standin_lists_customers_as_woocommerce_does(world: World) -> None:
    vip = people.add(world.shop, "vip@example.test", "vip")
    plain = people.add(world.shop, "ann@example.test", "customer", "vip")
    none = people.add(world.shop, "zoe@example.test")

    def listed(**query: str) -> list[tuple[int, str]]:
        answer = api(world).get("customers", params=query)
        assert answer.status_code == 200
        return [(one["id"], one["role"]) for one in answer.json()]

    assert listed() == [(plain, "customer")]  # others only where they are asked for
    assert listed(role="vip") == [(plain, "customer"), (vip, "vip")]
    everybody = [(plain, "customer"), (vip, "vip"), (none, "customer")]
    assert listed(role="all") == everybody
    assert listed(role="all", include=f"{vip},4711") == [(vip, "vip")]
    assert listed(role="all", per_page="1", page="2") == [(vip, "vip")]
    assert api(world).get("customers", params={"role": "lord"}).status_code == 400
    assert api(world).get("customers", params={"per_page": "101"}).status_code == 400


def test_the_standin_shows_one_customer_or_none(world: World) -> None:
    vip = people.add(world.shop, "vip@example.test", "vip")
    answer = api(world).get(f"customers/{vip}")
    assert (answer.status_code, answer.json()["role"]) == (200, "vip")
    assert "_roles" not in answer.json()
    people.delete(world.shop, vip)
    answer = api(world).get(f"customers/{vip}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "wc_user_invalid_id"
    key = world.shop.keys[world.shop.key]
    world.shop.keys[world.shop.key] = replace(key, lists_users=False)
    answer = api(world).get("customers")
    assert answer.status_code == 403
    assert answer.json()["code"] == "woocommerce_rest_cannot_view"
