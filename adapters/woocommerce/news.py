"""What a webhook body of WooCommerce is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connector.platform import Notice

Json = Mapping[str, Any]

ORDER_TOPICS = ("order.created", "order.updated", "order.restored", "order.deleted")
ORDER_ACTIONS = (
    "woocommerce_order_refunded",
    "woocommerce_order_partially_refunded",
    "woocommerce_order_fully_refunded",
    "woocommerce_order_status_changed",
    "woocommerce_order_status_refunded",
)
REFUND_ACTIONS = ("woocommerce_refund_created",)


def notice(
    topic: str,
    body: bytes,
    of_plugins: Callable[[str, Json], Notice | None] = lambda _topic, _data: None,
) -> Notice:
    """Read what a delivery is about; a signed body may be an error, or anything.

    `of_plugins` reads the actions of return plugins.
    """
    unknown = Notice(about="unknown")
    try:
        data = json.loads(body)
    except ValueError:
        return unknown
    if not isinstance(data, dict):
        return unknown
    if topic.startswith("action."):
        return _action(data) or of_plugins(topic, data) or unknown
    ref = data.get("id")
    if topic in ORDER_TOPICS and _is_id(ref):
        return Notice(about="order", order_ref=str(ref))
    return unknown


def _action(data: Json) -> Notice | None:
    action, arg = data.get("action"), data.get("arg")
    if not _is_id(arg):
        return None
    if action in ORDER_ACTIONS:
        return Notice(about="order", order_ref=str(arg))
    if action in REFUND_ACTIONS:
        return Notice(about="refund", refund_ref=str(arg))
    return None


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
