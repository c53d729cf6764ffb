"""The stand-in's plugin does what the recorded one did, shape by shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adapters.woocommerce.plugins import wps_request
from adapters.woocommerce.standin import meta
from connector.errors import Rejected
from tests.adapters.woocommerce import golden

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World

FOLDER = golden.FOLDER / "plugins" / "wps"
ORDERS: dict[str, Any] = json.loads((FOLDER / "orders.json").read_text("utf-8"))
ANSWERS: dict[str, Any] = json.loads((FOLDER / "answers.json").read_text("utf-8"))
OURS = {
    "wps_rma_bank_details",
    "wps_rma_request_made",
    "wps_rma_return_attachment",
    "wps_rma_return_product",
    "wps_rma_refund_items",
    "wps_rma_refund_items_details",
    "wps_rma_refund_new_line_items",
    "wps_rma_left_amount_done",
    "refundable_amount",
    "refund_amount_refunded",
    "wps_rma_manage_stock_for_return",
}


def shape(value: Any) -> Any:
    """Leave of a value its keys and kinds; ids and moments as one word each."""
    if isinstance(value, dict):
        return {("#" if k.isdigit() else k): shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def metas(order: dict[str, Any]) -> dict[str, Any]:
    day = "wps_rma_return_attachment"
    found = {x["key"]: x["value"] for x in order["meta_data"] if x["key"] in OURS}
    if isinstance(found.get(day), dict):
        found[day] = {"1": next(iter(found[day].values()))}
    return {key: shape(value) for key, value in found.items()}


@pytest.fixture
def order_id(world: World) -> int:
    world.shop.wps.is_on = True
    products = [world.shop.add_product(name, "24.00") for name in ("Shirt", "Mug")]
    made = world.shop.place_order([(products[0], 2), (products[1], 1)])
    world.shop.complete(made)
    return made


def play(world: World, order_id: int, steps: str) -> dict[str, Any]:
    """Take steps in turn: r(equest), v(iew), a(ccept), n(o), w(ithdraw), f, b, s."""
    shop = world.shop.wps
    lines = [
        (x["id"], x["quantity"]) for x in world.shop.orders[order_id]["line_items"]
    ]
    for step in steps:
        world.clock.pass_by(seconds=5)
        if step == "r":
            assert shop.request(order_id, lines, bank="FR76")
        elif step == "v":
            shop.view(order_id)
        elif step == "f":
            shop.refund_form(order_id)
        else:
            press = {
                "a": shop.accept,
                "n": shop.reject,
                "w": shop.withdraw,
                "b": shop.press_refund,
                "s": shop.press_stock,
            }[step]
            assert press(order_id)
    return world.shop.orders[order_id]


@pytest.mark.parametrize(
    ("steps", "recorded"),
    [
        ("r", "A1-requested-order"),
        ("rvn", "A2-rejected-order"),
        ("rvnr", "A3-requested-again-order"),
        ("rvnrw", "A4-customer-cancelled-order"),
        ("ra", "B4-approved-order"),
        ("rab", "B5-refund-button-order"),
        ("rabf", "B6-refunded-order"),
        ("rabfs", "B7-restocked-order"),
    ],
)
def test_status_and_metas_after_each_step_have_the_recorded_shape(
    world: World, order_id: int, steps: str, recorded: str
) -> None:
    order = play(world, order_id, steps)
    wanted = ORDERS[recorded]
    assert order["status"] == wanted["status"]
    assert bool(order["date_paid"]) is bool(order["date_completed"]) is True
    made, kept = metas(order), metas(wanted)
    made.pop("wps_rma_bank_details")
    kept.pop("wps_rma_bank_details", None)
    # A number with no fraction is an int in one recording, and a float in another.
    assert made == kept
    assert len(order["refunds"]) == len(wanted["refunds"])


def test_the_states_read_from_the_stand_in_are_those_of_the_recordings(
    world: World, order_id: int
) -> None:
    said = []
    for step in ("r", "v", "n", "r", "w", "r", "a", "b", "f", "s"):
        play(world, order_id, step)
        (found,) = world.ours.returns(str(order_id))
        said.append(found.status)
    assert said == [
        *("requested", "requested", "cancelled", "requested", "cancelled"),
        *("requested", "open", "open", "open", "closed"),
    ]


def test_notes_are_those_that_were_recorded(world: World, order_id: int) -> None:
    play(world, order_id, "rvnrwra")
    mine = {note["note"] for note in world.shop.notes[order_id]}
    recorded = {
        text
        for notes in ANSWERS["notes"].values()
        for text, is_for_customer in notes
        if is_for_customer
    }
    assert mine <= recorded
    assert len(mine) == 4


def test_the_refund_form_s_refund_has_a_reason_and_no_lines(
    world: World, order_id: int
) -> None:
    play(world, order_id, "rabf")
    (made,), (kept,) = (
        world.shop.refunds[order_id],
        ANSWERS["B6-refunded-refunds"]["body"],
    )
    assert made["line_items"] == kept["line_items"] == []
    assert made["refunded_payment"] is kept["refunded_payment"] is True
    assert made["reason"] == "Wrong size"
    assert made["amount"] == "60.00"  # 48 + 24 less their tax: the plugin's figure


def test_the_statuses_are_listed_as_recorded(world: World) -> None:
    assert len(world.ours._calls.get("orders/statuses")) == 8
    world.shop.wps.is_on = True
    found = world.ours._calls.get("orders/statuses")
    assert found == ANSWERS["F2-order-statuses"]["body"]
    totals = world.ours._calls.get("reports/orders/totals")
    recorded = ANSWERS["F2-report-totals"]["body"]
    assert [(x["slug"], x["name"]) for x in totals] == [
        (x["slug"], x["name"]) for x in recorded
    ]


def test_a_status_that_is_not_registered_is_refused_as_recorded(
    world: World, order_id: int
) -> None:
    calls = world.ours._calls
    assert len(calls.get("orders", {"status": "return-requested,completed"})) == 1
    for status in ("wc-return-requested", "completed,nonsense"):
        with pytest.raises(Rejected) as refused:
            calls.get("orders", {"status": status})
        assert refused.value.facts["status"] == ANSWERS["F1-list-wc-prefix"]["status"]
    with pytest.raises(Rejected):
        calls.put(f"orders/{order_id}", {"status": "return-nowhere"})


def test_without_the_plugin_its_orders_answer_by_id_and_are_in_no_list(
    world: World, order_id: int
) -> None:
    play(world, order_id, "r")
    world.shop.wps.is_on = False
    calls = world.ours._calls
    assert calls.get(f"orders/{order_id}")["status"] == "return-requested"
    assert calls.get("orders", {"status": "any"}) == []
    assert calls.get("orders", {"include": str(order_id)}) == []
    with pytest.raises(Rejected):
        calls.put(f"orders/{order_id}", {"status": "return-approved"})
    calls.put(f"orders/{order_id}", {"status": "completed"})
    assert len(calls.get("orders")) == 1


def test_meta_is_put_by_id_or_by_key_and_never_doubled(
    world: World, order_id: int
) -> None:
    calls, path = world.ours._calls, f"orders/{order_id}"
    order = play(world, order_id, "r")
    (row,) = [x for x in order["meta_data"] if x["key"] == wps_request.REQUEST]
    calls.put(path, {"meta_data": [{"key": wps_request.REQUEST, "value": {"1": {}}}]})
    calls.put(
        path, {"meta_data": [{"id": row["id"], "key": row["key"], "value": {"2": {}}}]}
    )
    calls.put(path, {"meta_data": [{"key": "_hidden", "value": {"a": [1, 2]}}]})
    answer = calls.get(path)
    rows = [x for x in answer["meta_data"] if x["key"] == wps_request.REQUEST]
    assert rows == [{"id": row["id"], "key": row["key"], "value": {"2": {}}}]
    assert meta.get(world.shop.orders[order_id], "_hidden") == {"a": [1, 2]}
    calls.put(
        path, {"meta_data": [{"key": "n", "value": 7}, {"key": "e", "value": {}}]}
    )
    assert meta.get(world.shop.orders[order_id], "n") == "7"
    assert meta.get(world.shop.orders[order_id], "e") == []


def test_a_quantity_above_the_ordered_one_is_refused_and_the_files_are_gone(
    world: World, order_id: int
) -> None:
    line = world.shop.orders[order_id]["line_items"][0]["id"]
    assert world.shop.wps.request(order_id, [(line, 1)], files=1)
    assert not world.shop.wps.request(order_id, [(line, 3)])
    order = world.shop.orders[order_id]
    (day,) = meta.get(order, wps_request.FILES).values()
    assert day == {"files": [], "status": "pending"}
    assert len(meta.get(order, wps_request.REQUEST)) == 1
