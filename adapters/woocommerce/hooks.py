"""Webhooks of a WooCommerce shop: listed, made, removed.

A disabled one is never switched on again: its count of failures stays, and one more
failure disables it anew (seen on 11.0.1). It is replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.errors import Gone
from connector.platform import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapters.woocommerce.calls import Calls

# `order.refunded` and `refund.created` are refused as topics; the actions are not.
TOPICS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "action.woocommerce_order_status_changed",
    "action.woocommerce_order_refunded",
    "action.woocommerce_refund_created",
    "action.woocommerce_refund_deleted",
)
NAME = "Retour"


def topics(more: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the shop's own topics and those of its return plugins, each once."""
    return tuple(dict.fromkeys((*TOPICS, *more)))


def every(calls: Calls) -> tuple[Subscription, ...]:
    """List all webhooks of the shop, other programs' too."""
    return tuple(_subscription(one) for one in calls.every("webhooks", {}))


def _subscription(data: Mapping[str, Any]) -> Subscription:
    return Subscription(
        ref=str(data["id"]),
        topic=str(data["topic"]),
        address=str(data["delivery_url"]),
        status=str(data["status"]),
        name=str(data.get("name") or ""),
    )


def subscribe(calls: Calls, topic: str, address: str, secret: str) -> Subscription:
    """Make a webhook; its first ping happens inside this call, unsigned."""
    asked = {
        "name": f"{NAME}: {topic}",
        "topic": topic,
        "delivery_url": address,
        "secret": secret,
        "status": "active",
    }
    return _subscription(calls.post("webhooks", asked))


def unsubscribe(calls: Calls, ref: str) -> None:
    """Remove a webhook for good (without `force` it answers 501)."""
    try:
        calls.remove(f"webhooks/{ref}", {"force": "true"})
    except Gone:
        return
