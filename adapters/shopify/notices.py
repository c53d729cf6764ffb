"""What a Shopify webhook is about, read from whatever its body holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.shopify.translate import parse
from connector.platform import Notice

Json = Mapping[str, Any]

UNKNOWN = Notice(about="unknown")
# Topics whose own object is the order.
ORDER_TOPICS = frozenset(
    f"orders/{name}"
    for name in (
        "create", "updated", "cancelled", "fulfilled", "partially_fulfilled", "paid",
        "delete",
    )
)  # fmt: skip
# Topics that name an order as `order_id`.
NAMING_ORDER = frozenset(
    {"refunds/create", "order_transactions/create", "fulfillments/create",
     "fulfillments/update"}
)  # fmt: skip
# Topics that need no body.
PLAIN: Mapping[str, str] = {
    "app/uninstalled": "uninstalled",
    "bulk_operations/finish": "history",
}
RETURN_TOPICS = frozenset(
    f"returns/{name}"
    for name in (
        "request", "approve", "decline", "update", "process", "close", "cancel",
        "reopen",
    )
)  # fmt: skip


def notice(topic: str, body: bytes) -> Notice:
    """Read what a delivery is about; bodies may be thin, or empty."""
    data = parse(body)
    if topic in PLAIN:
        return Notice(about=PLAIN[topic])
    if topic in ORDER_TOPICS:
        return _about("order", order_ref=_gid(data, "Order"))
    if topic == "orders/edited":
        return _about("order", order_ref=_number(data.get("order_edit"), "order_id"))
    if topic in NAMING_ORDER:
        return _about("order", order_ref=_number(data, "order_id"))
    if topic in RETURN_TOPICS:
        return _return(data)
    return UNKNOWN


def _return(data: Json) -> Notice:
    order = data.get("order")
    ref = _gid(order, "Order") if isinstance(order, dict) else ""
    return _about(
        "return",
        order_ref=ref or _number(data, "order_id"),
        return_ref=_gid(data, "Return"),
    )


def _about(about: str, order_ref: str = "", return_ref: str = "") -> Notice:
    if not order_ref and not return_ref:
        return UNKNOWN
    return Notice(about=about, order_ref=order_ref, return_ref=return_ref)


def _gid(data: Json, kind: str) -> str:
    """Prefer the GID: a number may have been rounded on its way through a double."""
    given = data.get("admin_graphql_api_id")
    prefix = f"gid://shopify/{kind}/"
    if isinstance(given, str) and given.startswith(prefix):
        return given
    number = data.get("id")
    return f"{prefix}{number}" if _is_number(number) else ""


def _number(data: object, name: str) -> str:
    found = data.get(name) if isinstance(data, dict) else None
    return f"gid://shopify/Order/{found}" if _is_number(found) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
