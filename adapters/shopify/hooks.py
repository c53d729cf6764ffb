"""Webhook subscriptions of our app, made through the Admin API.

Those that Shopify deletes after eight failures are made again by the watchdog; those
of a `shopify.app.toml` are not listed here and belong to the app, not to us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.errors import Gone, Rejected
from connector.platform import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.shopify.calls import Calls

# topic -> the scope without which Shopify refuses it ("" where none is needed).
TOPICS: Mapping[str, str] = {
    "orders/create": "read_orders",
    "orders/updated": "read_orders",
    "orders/cancelled": "read_orders",
    "orders/edited": "read_orders",
    "orders/delete": "read_orders",
    "order_transactions/create": "read_orders",
    "refunds/create": "read_orders",
    "returns/request": "read_returns",
    "returns/approve": "read_returns",
    "returns/decline": "read_returns",
    "returns/update": "read_returns",
    "returns/process": "read_returns",
    "returns/close": "read_returns",
    "returns/cancel": "read_returns",
    "returns/reopen": "read_returns",
    "reverse_deliveries/attach_deliverable": "read_returns",
    "reverse_fulfillment_orders/dispose": "read_returns",
    "fulfillments/create": "read_fulfillments",
    "fulfillments/update": "read_fulfillments",
    "disputes/create": "read_shopify_payments_disputes",
    "disputes/update": "read_shopify_payments_disputes",
    "bulk_operations/finish": "",
    "app/uninstalled": "",
    "app/scopes_update": "",
    "shop/update": "",
}
ENUM = {topic.replace("/", "_").upper(): topic for topic in TOPICS}
TAKEN = "already been taken"


def topics(calls: Calls) -> tuple[str, ...]:
    """Return the topics that our scopes allow."""
    found = calls.ask("shop", {})["currentAppInstallation"]["accessScopes"]
    scopes = {str(one["handle"]) for one in found}
    # To write is to read: Shopify lists `write_orders` alone where both were asked.
    scopes |= {one.replace("write_", "read_", 1) for one in scopes}
    return tuple(t for t, scope in TOPICS.items() if not scope or scope in scopes)


def every(calls: Calls) -> tuple[Subscription, ...]:
    """List our app's subscriptions to their end."""
    return tuple(_pages(calls))


def _pages(calls: Calls) -> Iterator[Subscription]:
    after: str | None = None
    while True:
        page = calls.ask("hooks", {"after": after})["webhookSubscriptions"]
        yield from map(_subscription, page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _subscription(data: Mapping[str, Any]) -> Subscription:
    topic = str(data["topic"])
    return Subscription(
        ref=str(data["id"]),
        topic=ENUM.get(topic, topic),
        address=str(data["uri"]),
        status="active",  # a failing one is deleted, never shown as disabled
        api_version=str((data.get("apiVersion") or {}).get("handle") or ""),
    )


def subscribe(calls: Calls, topic: str, address: str) -> Subscription:
    """Subscribe; one that is there already is returned as it is."""
    asked = {
        "topic": topic.replace("/", "_").upper(),
        "webhookSubscription": {"uri": address},
    }
    try:
        payload = calls.change("hook_create", "webhookSubscriptionCreate", asked)
    except Rejected as error:
        there = [x for x in every(calls) if (x.topic, x.address) == (topic, address)]
        if TAKEN not in str(error) or not there:
            raise
        return there[0]
    return _subscription(payload["webhookSubscription"])


def unsubscribe(calls: Calls, ref: str) -> None:
    """Remove a subscription; one that is gone is no error."""
    try:
        calls.change("hook_delete", "webhookSubscriptionDelete", {"id": ref})
    except Gone:
        return
    except Rejected as error:
        if "does not exist" not in str(error):
            raise
