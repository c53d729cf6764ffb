"""What a Shopify webhook is about, read from whatever its body holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.shopify.translate import parse
from connector.platform import Notice

Json = Mapping[str, Any]

ORDER, RETURN = "gid://shopify/Order/", "gid://shopify/Return/"
UNKNOWN = Notice(about="unknown")
NOTED = Notice(about="noted")
# Topics whose own object is the order.
ORDER_TOPICS = frozenset(
    f"orders/{name}"
    for name in (
        "create", "updated", "cancelled", "fulfilled", "partially_fulfilled", "paid",
        "delete", "link_requested",
    )
)  # fmt: skip
# Topics that name an order as `order_id`.
NAMING_ORDER = frozenset(
    {"refunds/create", "order_transactions/create", "tender_transactions/create",
     "fulfillments/create", "fulfillments/update",
     "orders/shopify_protect_eligibility_changed", "orders/risk_assessment_changed"}
)  # fmt: skip
RETURN_TOPICS = frozenset(
    f"returns/{name}"
    for name in (
        "request", "approve", "decline", "update", "process", "close", "cancel",
        "reopen",
    )
)  # fmt: skip
# Known, and nothing to read again: privacy is carried out before anybody looks here,
# and of customers nothing is kept but their orders.
NO_CONCERN = frozenset(
    {"customers/data_request", "customers/redact", "shop/redact", "customers/merge",
     "customers/update", "shop/update"}
)  # fmt: skip
# Without these neither orders nor returns can be followed.
NEEDED = frozenset({"read_orders", "write_orders", "read_returns", "write_returns"})


def notice(topic: str, body: bytes) -> Notice:
    """Read what a delivery is about; bodies may be thin, or empty; never raises."""
    try:
        data = parse(body)
    except (ValueError, RecursionError):
        data = {}
    return _READ.get(topic, _unknown)(data if isinstance(data, dict) else {})


def _unknown(_: Json) -> Notice:
    return UNKNOWN


def _noted(_: Json) -> Notice:
    return NOTED


def _ready(_: Json) -> Notice:
    return Notice(about="history")


def _uninstalled(_: Json) -> Notice:
    return Notice(about="uninstalled")


def _order(data: Json) -> Notice:
    return _about("order", order_ref=_gid(data, "Order"))


def _edited(data: Json) -> Notice:
    return _about("order", order_ref=_number(data.get("order_edit"), "order_id"))


def _naming(data: Json) -> Notice:
    named = data.get("admin_graphql_api_order_id")
    ref = named if isinstance(named, str) and named.startswith(ORDER) else ""
    return _about("order", order_ref=ref or _number(data, "order_id"))


def _dispute(data: Json) -> Notice:
    ref = _number(data, "order_id")
    status = str(data.get("status") or "unknown")
    kind = str(data.get("type") or "dispute")
    if not ref:
        return UNKNOWN
    detail = f"{kind[:40]} {status[:40]}"
    return Notice(about="dispute", order_ref=ref, detail=detail)


def _scopes(data: Json) -> Notice:
    """Say which scopes are short; to write is to read."""
    given = data.get("current")
    if not isinstance(given, list):
        return UNKNOWN
    has = {one for one in given if isinstance(one, str)}
    has |= {one.replace("write_", "read_", 1) for one in has}
    return Notice(about="scopes", detail=",".join(sorted(NEEDED - has)))


def _return(data: Json) -> Notice:
    """Find ids wherever they are; a body without any is about some open return."""
    order, case = data.get("order"), data.get("return")
    ref = _gid(order, "Order") if isinstance(order, dict) else ""
    inner = _gid(case, "Return") if isinstance(case, dict) else ""
    if not inner and isinstance(case, dict) and isinstance(case.get("order"), dict):
        ref = ref or _gid(case["order"], "Order")
    found = _about(
        "return",
        order_ref=ref or _number(data, "order_id"),
        return_ref=_gid(data, "Return") or inner or _number(data, "return_id", RETURN),
    )
    return Notice(about="returns") if found is UNKNOWN else found


def _delivery(data: Json) -> Notice:
    """Read a label or tracking number for goods that come back."""
    case = data.get("return")
    ref = _gid(case, "Return") if isinstance(case, dict) else ""
    return Notice(about="return", return_ref=ref) if ref else Notice(about="returns")


def _disposed(data: Json) -> Notice:
    """Read that goods were booked; only their way back is named."""
    ref = _gid(data, "ReverseFulfillmentOrder")
    return Notice(about="goods", goods_ref=ref) if ref else Notice(about="returns")


_READ: Mapping[str, Callable[[Json], Notice]] = {
    **dict.fromkeys(ORDER_TOPICS, _order),
    **dict.fromkeys(NAMING_ORDER, _naming),
    **dict.fromkeys(RETURN_TOPICS, _return),
    **dict.fromkeys(NO_CONCERN, _noted),
    "orders/edited": _edited,
    "app/uninstalled": _uninstalled,
    "bulk_operations/finish": _ready,
    "app/scopes_update": _scopes,
    "disputes/create": _dispute,
    "disputes/update": _dispute,
    "reverse_deliveries/attach_deliverable": _delivery,
    "reverse_fulfillment_orders/dispose": _disposed,
}


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


def _number(data: object, name: str, prefix: str = ORDER) -> str:
    found = data.get(name) if isinstance(data, dict) else None
    return f"{prefix}{found}" if _is_number(found) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
