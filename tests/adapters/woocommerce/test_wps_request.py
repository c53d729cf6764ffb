"""What was recorded of WP Swings' plugin, as our model: each step, each delivery."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from adapters.pacing import Pacing
from adapters.wire import Timeouts
from adapters.woocommerce import news, translate
from adapters.woocommerce.calls import Calls
from adapters.woocommerce.plugins import Site, wps_answer, wps_request
from adapters.woocommerce.plugins.wpswings import WPSwings
from connector.errors import Gone
from connector.model import OrderStatus, ShopReturn
from tests.adapters.woocommerce import golden
from tests.contract.conftest import Clock
from webhooks.scrub import scrubbed
from webhooks.signatures import is_signed

FOLDER = golden.FOLDER / "plugins" / "wps"
SNAPSHOT = FOLDER / "translated.json"
ORDERS: dict[str, Any] = json.loads((FOLDER / "orders.json").read_text("utf-8"))
PUTS: dict[str, Any] = json.loads((FOLDER / "puts.json").read_text("utf-8"))
HOOKS: list[dict[str, str]] = json.loads((FOLDER / "webhooks.json").read_text("utf-8"))
SITE = "https://shop.example"
IBAN, NONCES = "FR76 3000", ("f12ec4df46", "65f003cc56", "b440faae58", "92aa4e881d")
STATUSES = {
    "A1-requested-order": "requested",
    "A1b-after-view-order": "requested",
    "A2-rejected-order": "cancelled",
    "A3-requested-again-order": "requested",
    "A4-customer-cancelled-order": "cancelled",
    "B1-requested-order": "requested",
    "B4-approved-order": "open",
    "B5-refund-button-order": "open",
    "B6-refunded-order": "open",
    "B7-restocked-order": "closed",
    "D1-after-order": "requested",
    "D2-after-order": "open",
    "D3-after-order": "cancelled",
    "D4-created-order": "requested",
    "D4-approved-order": "open",
    "L2-after-order": "requested",
}


def returns(name: str) -> tuple[ShopReturn, ...]:
    return wps_request.of_order(ORDERS[name], SITE)


def changed(name: str, **fields: Any) -> tuple[ShopReturn, ...]:
    """Read an order whose request has other fields."""
    order = copy.deepcopy(ORDERS[name])
    for row in order["meta_data"]:
        if row["key"] == wps_request.REQUEST:
            for asked in row["value"].values():
                asked.update(fields)
    return wps_request.of_order(order, SITE)


def test_every_recorded_step_translates_as_it_did() -> None:
    """Golden: to renew it after a wanted change, delete the file and run twice."""
    made = {name: msgspec.to_builtins(returns(name)) for name in ORDERS}
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(text, "utf-8")
        pytest.fail(f"{SNAPSHOT} was written anew; look at it and run again")
    assert json.loads(text) == json.loads(SNAPSHOT.read_text("utf-8"))


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_a_recorded_step_has_the_state_that_the_plugin_s_box_shows(
    name: str, status: str
) -> None:
    (found,) = returns(name)
    assert found.status == status


def test_the_customer_s_form_is_read_without_slashes_and_with_its_html() -> None:
    (found,) = returns("A1-requested-order")
    assert found.ref == "wps:284:1795479903"
    assert [(x.line_ref, x.quantity) for x in found.lines] == [("424", 2), ("425", 1)]
    assert found.lines[0].reason == "Wrong size"
    assert (
        found.lines[0].note
        == 'Trop petit: "L" au lieu de XL & <b>déçu</b>\n2e ligne \N{GRINNING FACE}'
    )


def test_images_are_addresses_at_the_shop() -> None:
    (found,) = returns("B1-requested-order")
    assert found.photos == (f"{SITE}/wp-content/attachment/b52742ff6a.png",)
    (again,) = returns("B2-requested-again-order")
    assert [one.rpartition("/")[2] for one in again.photos] == [
        "11839ffdd4.jpg",
        "4634bb1c32.png",
    ]


def test_a_request_written_over_another_keeps_its_name_and_has_other_lines() -> None:
    (first,), (second,) = (
        returns("B1-requested-order"),
        returns("B2-requested-again-order"),
    )
    assert first.ref == second.ref
    assert [(x.line_ref, x.quantity) for x in first.lines] == [("428", 1)]
    assert [(x.line_ref, x.quantity) for x in second.lines] == [("428", 2), ("430", 1)]


def test_a_request_after_a_refusal_has_another_name() -> None:
    (first,), (second,) = (
        returns("A2-rejected-order"),
        returns("A3-requested-again-order"),
    )
    assert first.ref != second.ref


def test_looking_at_an_order_changes_nothing_that_is_read() -> None:
    assert returns("A1-requested-order") == returns("A1b-after-view-order")


def test_a_request_made_by_the_api_has_numbers_and_no_description() -> None:
    asked = {
        "order_id": 285,
        "subject": "Too big",
        "refund_method": "manual_method",
        "amount": 28.325,
        "products": [{"item_id": 428, "product_id": 11, "qty": 2, "price": 20}],
        "status": "pending",
    }
    order = ORDERS["B0-before-order"] | {
        "meta_data": [{"id": 1, "key": wps_request.REQUEST, "value": {"99": asked}}]
    }
    (found,) = wps_request.of_order(order, SITE)
    (line,) = found.lines
    assert (line.line_ref, line.quantity) == ("428", 2)
    assert (line.reason, line.note, found.status) == ("Too big", "", "requested")


def test_a_state_that_no_table_knows_is_kept_and_marked() -> None:
    (found,) = changed("B1-requested-order", status="exchanged")
    assert (found.status, found.raw_status) == ("unknown", "exchanged")


@pytest.mark.parametrize("qty", ["", "many", "-1", None, 1.5, [1], "٣"])
def test_a_quantity_that_is_no_number_is_marked(qty: object) -> None:
    products = [{"item_id": 428, "qty": qty}]
    (found,) = changed("B1-requested-order", products=products)
    assert (found.status, found.lines[0].quantity) == ("unknown", 0)


@pytest.mark.parametrize("value", ["", [], {}, None, "x", {"1": "x"}, [{}]])
def test_a_meta_of_another_shape_is_no_request(value: object) -> None:
    order = ORDERS["B0-before-order"] | {
        "meta_data": [{"id": 1, "key": wps_request.REQUEST, "value": value}]
    }
    assert wps_request.of_order(order, SITE) == ()


@pytest.mark.parametrize("products", [None, "", {}, [], [1], {"0": {"item_id": 428}}])
def test_products_of_another_shape_raise_nothing(products: object) -> None:
    (found,) = changed("B1-requested-order", products=products)
    assert found.ref == "wps:285:1795479913"


def test_half_an_emoji_and_a_zero_byte_are_no_text() -> None:
    (found,) = changed("B1-requested-order", reason="a\ud83d\0b\\")
    assert found.lines[0].note == "a?b"


@pytest.mark.parametrize("name", ["../x.png", "a/b.png", "", ".htaccess", "x y.png"])
def test_a_file_name_that_is_none_is_no_image(name: str) -> None:
    order = copy.deepcopy(ORDERS["B1-requested-order"])
    for row in order["meta_data"]:
        if row["key"] == wps_request.FILES:
            row["value"] = {"24-11-2026": {"files": [name, 7], "status": "pending"}}
    assert wps_request.of_order(order, SITE)[0].photos == ()


@pytest.mark.parametrize("ref", ["", "wps", "wps:1", "wps:x:1", "stc:1:2", "wps:1:"])
def test_a_ref_that_is_none_is_gone(ref: str) -> None:
    with pytest.raises(Gone):
        wps_request.parts(ref)


@pytest.mark.parametrize("name", ORDERS)
def test_nonce_and_bank_details_are_in_nothing_that_is_kept(name: str) -> None:
    order = translate.order(ORDERS[name], [], {})
    kept = str(msgspec.to_builtins(returns(name))) + str(msgspec.to_builtins(order))
    assert IBAN not in kept
    assert not any(nonce in kept for nonce in NONCES)


@pytest.mark.parametrize("name", [x for x in ORDERS if "order" in x])
def test_a_return_s_order_status_is_a_paid_order_s(name: str) -> None:
    order = translate.order(ORDERS[name], [], {})
    is_full = ORDERS[name]["status"] == "refunded"
    wanted = OrderStatus.REFUNDED if is_full else OrderStatus.COMPLETED
    assert order.status is wanted
    assert order.captured == order.total
    assert not [odd for odd in order.oddities if odd.path == "status"]


def test_a_return_before_the_order_was_completed_leaves_it_open() -> None:
    data = ORDERS["B1-requested-order"] | {"date_completed_gmt": None}
    assert translate.order(data, [], {}).status is OrderStatus.OPEN


@pytest.mark.parametrize(
    ("name", "before", "key", "answer", "at"),
    [
        (
            "D2-put-approved-meta",
            "D2-after-order",
            "1795480062",
            wps_answer.APPROVED,
            1795480064,
        ),
        (
            "D3-put-cancel",
            "D3-after-order",
            "1795480074",
            wps_answer.CANCELLED,
            1795480076,
        ),
    ],
)
def test_an_answer_is_written_as_the_recorded_one_that_the_plugin_understood(
    name: str, before: str, key: str, answer: tuple[str, str, str], at: int
) -> None:
    order = copy.deepcopy(ORDERS[before]) | {"status": "return-requested"}
    for row in order["meta_data"]:
        if row["key"] == wps_request.REQUEST:
            row["value"][key]["status"] = "pending"
            row["value"][key].pop(answer[2])
    clock = Clock()
    clock.now = clock.now.fromtimestamp(at, clock.now.tzinfo)
    body = wps_answer.answered(order, key, answer, clock.now)
    wanted = copy.deepcopy(PUTS[name])
    wanted["meta_data"][0].setdefault("id", body["meta_data"][0]["id"])
    assert body == wanted


def test_a_refunded_order_keeps_its_status_when_its_request_is_answered() -> None:
    order, now = ORDERS["L2-after-order"], Clock().now
    body = wps_answer.answered(order, "1795480241", wps_answer.CANCELLED, now)
    assert "status" not in body


def test_the_buttons_are_spent_by_the_metas_that_the_plugin_itself_writes() -> None:
    by_plugin = {
        x["key"]: x["value"] for x in ORDERS["B7-restocked-order"]["meta_data"]
    }
    for row in wps_answer.spent()["meta_data"]:
        assert by_plugin[row["key"]] == row["value"]


def the_plugin() -> WPSwings:
    calls = Calls(
        url=SITE, key="ck_x", secret="cs_x", timeouts=Timeouts(), pacing=Pacing()
    )
    return WPSwings(Site(calls=calls, clock=Clock(), url=SITE))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["name"])
def test_every_recorded_delivery_is_signed_and_wakes_up_the_right_order(
    hook: dict[str, str],
) -> None:
    raw = hook["body"].encode()
    topic = hook["topic"]
    notice = news.notice(topic, raw, the_plugin().notice)
    if not topic:
        assert notice.about == "unknown"  # a ping
        return
    assert is_signed(raw, hook["signature"], [hook["secret"].encode()])
    data = json.loads(raw)
    if topic == "action.woocommerce_order_note_added":
        assert notice.about == "unknown"  # it names the note alone
        return
    arg = data.get("arg")
    wanted = arg["order_id"] if isinstance(arg, dict) else data.get("id", arg)
    assert (notice.about, notice.order_ref) == ("order", str(wanted))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["name"])
def test_a_delivery_is_kept_without_nonce_and_bank_details(
    hook: dict[str, str],
) -> None:
    raw = hook["body"].encode()
    kept = scrubbed(raw).decode()
    assert IBAN not in kept
    assert not any(nonce in kept for nonce in NONCES)
    if "security_check" not in hook["body"]:
        assert kept == hook["body"] or IBAN in hook["body"]
    else:
        was, now = json.loads(raw), json.loads(kept)
        assert wps_request.of_order(was, SITE) == wps_request.of_order(now, SITE)


@pytest.mark.parametrize(
    "body", [b'{"security_check": ', b"security_check=f12ec4df46", b"[" * 10**5]
)
def test_what_cannot_be_read_though_it_names_a_secret_is_not_kept(body: bytes) -> None:
    assert scrubbed(body) in (b"{}", body)
    assert b"f12ec4df46" not in scrubbed(body)


@pytest.mark.parametrize("arg", [0, -1, True, None, "7", [], {}, {"order_id": "7"}])
def test_an_action_without_an_order_is_none_of_the_plugin_s(arg: object) -> None:
    for topic in ("action.woocommerce_new_customer_note", *the_plugin().topics):
        assert the_plugin().notice(topic, {"arg": arg}) is None
