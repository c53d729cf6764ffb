"""What is written into an order so that WP Swings' own screens agree: pure bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.woocommerce.plugins.wps_request import (
    NUMBER,
    REFUND_DONE,
    REQUEST,
    STOCK_DONE,
    requests,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.model import Return

Json = dict[str, Any]

# Where the plugin's answer must not move the order: what it says there is graver.
KEPT = frozenset({"refunded", "cancelled", "failed", "pending", "on-hold", "trash"})
APPROVED = ("return-approved", "complete", "approve_date")
CANCELLED = ("return-cancelled", "cancel", "cancel_date")
# Else the shop's staff could refund, and restock, a second time by the buttons.
SPENT = {
    REFUND_DONE: "yes",
    "refundable_amount": "0",
    "refund_amount_refunded": "1",
    STOCK_DONE: "no",
}


def answered(
    order: Mapping[str, Any], key: str, answer: tuple[str, str, str], now: datetime
) -> Json:
    """Return the PUT body that answers a request: status and meta in one.

    The meta goes back whole, as it was read a moment ago: the plugin keeps one row.
    """
    status, state, date = answer
    value = {
        one: dict(asked) | {"status": state, date: int(now.timestamp())}
        if one == key
        else dict(asked)
        for one, asked in requests(order).items()
    }
    body: Json = {"meta_data": [_row(order, REQUEST) | {"value": value}]}
    if order.get("status") not in KEPT:
        body["status"] = status
    return body


def opened(order: Mapping[str, Any], case: Return, now: datetime) -> tuple[str, Json]:
    """Return time key and PUT body of a request that we make, as its API makes one."""
    key = str(int(now.timestamp()))
    lines = {str(one["id"]): one for one in order.get("line_items") or ()}
    asked: Json = {
        "orderid": str(order["id"]),
        "subject": _subject(case),
        "reason": _reason(case),
        "refund_method": "manual_method",
        "products": [
            {
                "item_id": int(line.line_ref),
                "product_id": lines[line.line_ref].get("product_id"),
                "variation_id": lines[line.line_ref].get("variation_id"),
                "qty": line.asked,
                "price": lines[line.line_ref].get("price"),
            }
            for line in case.lines
        ],
        "shipping_price": 0,
        "status": "pending",
        NUMBER: case.number,
    }
    meta = [{"key": REQUEST, "value": {key: asked}}]
    return key, {"status": "return-requested", "meta_data": meta}


def _subject(case: Return) -> str:
    """Return the reasons in the merchant's words, as the plugin's own list has them."""
    said = dict.fromkeys(line.reason_words or line.reason for line in case.lines)
    return ", ".join(one for one in said if one)


def _reason(case: Return) -> str:
    notes = dict.fromkeys(line.note for line in case.lines if line.note)
    return ": ".join((f"Retour {case.number}", *notes))


def spent() -> Json:
    """Return the PUT body by which both buttons of an approved request go."""
    return {"meta_data": [{"key": key, "value": one} for key, one in SPENT.items()]}


def _row(order: Mapping[str, Any], key: str) -> Json:
    """Name the meta row by id too, where it has one: never a second row."""
    for one in order.get("meta_data") or ():
        if isinstance(one, dict) and one.get("key") == key and one.get("id"):
            return {"id": one["id"], "key": key}
    return {"key": key}
