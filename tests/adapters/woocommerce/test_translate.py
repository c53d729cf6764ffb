from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from adapters.woocommerce import news, translate
from connector.model import Moved, OrderStatus
from connector.money import Money, total
from tests.adapters.woocommerce import golden
from webhooks.signatures import is_signed

ORDERS = golden.orders()
REFUNDS = golden.refunds()
SNAPSHOT = golden.FOLDER / "translated.json"


def as_order(data: Any) -> Any:
    return translate.order(data, [], {})


@pytest.mark.parametrize("name", ORDERS)
def test_what_was_paid_adds_up_to_the_order_total(name: str) -> None:
    order = as_order(ORDERS[name])
    parts = (*order.lines, *order.shipping, *order.fees)
    assert total((part.gross for part in parts), order.currency) == order.total
    assert not [odd for odd in order.oddities if odd.path == "total"]


@pytest.mark.parametrize("name", ORDERS)
def test_the_taxes_of_a_line_are_its_total_tax(name: str) -> None:
    order = as_order(ORDERS[name])
    for line, raw in zip(order.lines, ORDERS[name]["line_items"], strict=True):
        assert line.tax == Money.parse(raw["total_tax"], order.currency)


def test_the_recorded_guest_order_is_not_overpaid_by_a_cent() -> None:
    order = as_order(ORDERS["order-guest"])
    assert [str(line.gross) for line in order.lines] == ["9.99 EUR"]
    assert str(order.lines[0].tax) == "1.66 EUR"


def test_every_recorded_order_and_refund_translates_as_it_did() -> None:
    """Golden: to renew it after a wanted change, delete the file and run twice."""
    made = {
        name: msgspec.to_builtins(as_order(data)) for name, data in ORDERS.items()
    } | {
        name: msgspec.to_builtins(translate.refund(data, "EUR"))
        for name, data in REFUNDS.items()
    }
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False)
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(text)
        pytest.fail(f"{SNAPSHOT} was written anew; look at it and run again")
    assert json.loads(text) == json.loads(SNAPSHOT.read_text())


@pytest.mark.parametrize("name", REFUNDS)
def test_every_recorded_refund_is_read(name: str) -> None:
    data = REFUNDS[name]
    refund = translate.refund(data, "EUR")
    assert refund.ref == str(data["id"])
    assert (refund.moved is Moved.YES) == data["refunded_payment"]


def test_an_unreadable_refund_amount_is_kept_as_odd() -> None:
    data = ORDERS["order-simple"] | {
        "refunds": [{"id": 7, "reason": "", "total": "-", "total_tax": "0"}]
    }
    order = translate.order(data, data["refunds"], {})
    assert order.refunds[0].amount.minor == 0
    assert [(odd.path, odd.raw) for odd in order.oddities] == [("refunds.7.total", "-")]


def test_an_unknown_status_and_currency_are_kept_and_marked() -> None:
    data = ORDERS["order-simple"] | {"status": "wc-laybuy", "currency": "ZZZ"}
    order = as_order(data)
    assert (order.status, order.currency) == (OrderStatus.UNKNOWN, "ZZZ")
    assert ("status", "wc-laybuy") in [(odd.path, odd.raw) for odd in order.oddities]


def test_our_token_is_found_in_the_reason_while_the_gateway_works() -> None:
    data = {"id": 1, "amount": "5.00", "reason": "Return 29-R1 [RT-0192f-ab]"}
    assert translate.refund(data, "EUR").key == "0192f-ab"


@pytest.mark.parametrize(("headers", "raw", "secret"), golden.deliveries())
def test_every_recorded_delivery_is_signed_and_understood(
    headers: dict[str, str], raw: bytes, secret: str
) -> None:
    topic = headers.get("X-WC-Webhook-Topic", "")
    notice = news.notice(topic, raw)
    if not topic:
        assert notice.about == "unknown"  # a ping
        return
    assert is_signed(raw, headers["X-WC-Webhook-Signature"], [secret.encode()])
    data = json.loads(raw)
    if "code" in data or topic.startswith(("product.", "customer.")):
        assert notice.about == "unknown"
    elif topic == "action.woocommerce_refund_created":
        assert notice.refund_ref == str(data["arg"])
    elif topic == "action.woocommerce_refund_deleted":
        assert notice.about == "unknown"
    else:
        assert notice.order_ref == str(data.get("id", data.get("arg")))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"id":"x"}', b'{"id":true}', b"7"]
)
def test_a_body_without_meaning_is_unknown_and_no_error(raw: bytes) -> None:
    for topic in ("order.updated", "action.woocommerce_refund_created", "", "x.y"):
        assert news.notice(topic, raw).about == "unknown"
