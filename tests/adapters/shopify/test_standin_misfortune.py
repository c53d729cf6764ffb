from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.adapters.shopify.standin_calls import document, refund_input

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World

NAME = "{ shop { name } }"


def refund(world: World, key: str = "k") -> Any:
    order = next(iter(world.shop.orders))
    sale = world.shop.orders[order].transactions[0].gid
    given = refund_input(order, sale, "5.00")
    return world.post("RefundCreate", given | {"idempotencyKey": key})


def test_a_lost_answer_has_taken_effect(world: World) -> None:
    order = world.order()
    world.shop.switches.add("lose_answer", "refundCreate")
    with pytest.raises(requests.ConnectionError):
        refund(world)
    assert world.shop.paid_out_minor(order) == 500
    assert "errors" not in refund(world)
    assert world.shop.paid_out_minor(order) == 500


def test_a_lost_request_has_not(world: World) -> None:
    order = world.order()
    world.shop.switches.add("lose_request", "refundCreate")
    with pytest.raises(requests.ConnectionError):
        refund(world)
    assert world.shop.paid_out_minor(order) == 0


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("kind", ["status", "html", "internal_error"])
def test_a_fault_may_come_before_or_after_the_effect(
    world: World, kind: str, *, effect: bool
) -> None:
    order = world.order()
    world.shop.switches.add(kind, "refundCreate", effect=effect)
    if kind == "internal_error":
        (error,) = refund(world)["errors"]
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    else:
        with pytest.raises(requests.JSONDecodeError):
            refund(world)
        expected = 503 if kind == "status" else 200
        assert world.seen[-1].status_code == expected
    assert world.shop.paid_out_minor(order) == (500 if effect else 0)


@pytest.mark.parametrize("code", [401, 402, 403, 423])
def test_a_refused_call_has_no_effect(world: World, code: int) -> None:
    order = world.order()
    world.shop.switches.add("refuse", "refundCreate", code=code)
    refund(world)
    assert world.seen[-1].status_code == code
    assert world.shop.paid_out_minor(order) == 0


def test_a_redirect_points_elsewhere_and_has_no_effect(world: World) -> None:
    order = world.order()
    world.shop.switches.add("redirect", "refundCreate", location="/away")
    with pytest.raises(requests.JSONDecodeError):
        refund(world)
    assert world.seen[-1].status_code == 301
    assert world.seen[-1].headers["Location"] == "/away"
    assert world.shop.paid_out_minor(order) == 0


def test_a_delayed_request_waits_until_it_is_released(world: World) -> None:
    held = world.shop.switches.add("delay", "shop")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(world.ask(NAME)))
    thread.start()
    assert held.arrived.wait(20)
    assert answers == []
    held.release()
    thread.join()
    assert answers[0]["data"] == {"shop": {"name": "Teehaus"}}


def test_a_trickling_body_outlives_a_read_timeout(world: World) -> None:
    held = world.shop.switches.add("delay", "shop", at="after", body_trickle=0.001)
    with requests.post(
        f"{world.url}/admin/api/2026-10/graphql.json",
        json={"query": NAME},
        headers={"X-Shopify-Access-Token": world.shop.token},
        stream=True,
        timeout=20,
    ) as answer:
        body = answer.iter_content(1)
        assert next(body) == b"{"
        held.release()
        assert b"Teehaus" in b"".join(body)


def test_a_switch_strikes_as_often_as_it_was_told(world: World) -> None:
    world.shop.switches.add("refuse", "shop", times=2, code=403)
    codes = []
    for _ in range(3):
        world.ask(NAME)
        codes.append(world.seen[-1].status_code)
    assert codes == [403, 403, 200]


def test_the_bucket_is_charged_refunded_and_restored_by_the_clock(
    world: World,
) -> None:
    order = world.order()
    cost = world.post("OrderForReturn", {"id": order})["extensions"]["cost"]
    assert cost["actualQueryCost"] < cost["requestedQueryCost"] < 1000
    status = cost["throttleStatus"]
    assert status == {
        "maximumAvailable": 2000,
        "currentlyAvailable": 2000 - cost["actualQueryCost"],
        "restoreRate": 100,
    }
    world.clock.forward(seconds=60)
    cost = world.ask(NAME)["extensions"]["cost"]
    assert cost["throttleStatus"]["currentlyAvailable"] == 1999


def test_an_empty_bucket_is_throttled_with_200_and_no_effect(world: World) -> None:
    order = world.order()
    world.shop.switches.add("throttle", "refundCreate")
    answer = refund(world)
    assert world.seen[-1].status_code == 200
    assert answer["errors"] == [
        {
            "message": "Throttled",
            "extensions": {
                "code": "THROTTLED",
                "documentation": "https://shopify.dev/api/usage/rate-limits",
            },
        }
    ]
    assert answer["extensions"]["cost"]["actualQueryCost"] is None
    assert world.shop.paid_out_minor(order) == 0


def test_many_dear_calls_are_throttled_until_time_restores(world: World) -> None:
    world.order()
    given = {"first": 250, "query": "name:#1001"}
    answers = []
    for _ in range(500):
        answers.append(world.post("OrdersByReturnStatus", given))
        if "errors" in answers[-1]:
            break
    cost = answers[-1]["extensions"]["cost"]
    assert answers[-1]["errors"][0]["extensions"]["code"] == "THROTTLED"
    missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
    world.clock.forward(seconds=missing / 100)
    assert "errors" not in world.post("OrdersByReturnStatus", given)


def test_one_query_above_a_thousand_points_is_refused(world: World) -> None:
    query = document("ReturnDetail").replace("first: 10", "first: 250")
    answer = world.ask(query, {"id": "gid://shopify/Return/1"})
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_costs_are_those_that_a_live_shop_answered(world: World) -> None:
    reasons = "{ returnReasonDefinitions(first: 10) { nodes { id handle } } }"
    cost = world.ask(reasons)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (6, 6)
    order = world.order()
    case, _ = world.open_return(order, 1)
    lines = "query($id: ID!) { return(id: $id) { id returnLineItems(first: 5)"
    lines += " { nodes { id quantity } } } }"
    cost = world.ask(lines, {"id": case})["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (6, 4)
