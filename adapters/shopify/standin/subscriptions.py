"""Webhook subscriptions, made through the Admin API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin.ids import number
from adapters.shopify.standin.state import Subscription
from adapters.shopify.standin.views import stamp

if TYPE_CHECKING:
    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.state import State

# Longest first: an enum value splits after its resource.
RESOURCES = (
    "reverse_fulfillment_orders",
    "reverse_deliveries",
    "order_transactions",
    "fulfillment_events",
    "fulfillment_orders",
    "bulk_operations",
    "fulfillments",
    "customers",
    "disputes",
    "products",
    "returns",
    "refunds",
    "orders",
    "shop",
    "app",
)


def topic_of(name: str) -> str:
    """Turn RETURNS_REQUEST into returns/request; a topic stays what it is."""
    if "/" in name:
        return name
    low = name.lower()
    for resource in RESOURCES:
        if low.startswith(f"{resource}_"):
            return f"{resource}/{low.removeprefix(f'{resource}_')}"
    raise ValueError(name)


def add(state: State, topic: str, uri: str, options: Json) -> Subscription:
    """Subscribe an address to a topic."""
    subscription = Subscription(
        gid=state.new_gid("WebhookSubscription"),
        topic=topic_of(topic),
        uri=uri,
        created_at=state.now(),
        filter=options.get("filter"),
        include_fields=list(options.get("includeFields") or ()),
        name=options.get("name"),
    )
    state.subscriptions[subscription.gid] = subscription
    return subscription


def view(state: State, one: Subscription) -> Json:
    """Show a subscription; its API version is the app's, not its own."""
    return {
        "__typename": "WebhookSubscription",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "topic": one.topic.replace("/", "_").upper(),
        "uri": one.uri,
        "format": "JSON",
        "filter": one.filter,
        "includeFields": one.include_fields,
        "metafieldNamespaces": [],
        "name": one.name,
        "apiVersion": {"handle": state.api_version, "supported": True},
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.created_at),
    }


def create(state: State, topic: str, data: Json) -> Json:
    """Resolve `webhookSubscriptionCreate`."""
    uri = data.get("uri") or ""
    taken = [
        one
        for one in state.subscriptions.values()
        if one.uri == uri and one.topic == topic_of(topic)
    ]
    message = None
    if not uri.startswith(("https://", "http://")):
        message = "Address is invalid"
    elif taken:
        message = "Address for this topic has already been taken"
    if message is not None:
        field = ["webhookSubscription", "callbackUrl"]
        errors = [{"field": field, "message": message}]
        return {"webhookSubscription": None, "userErrors": errors}
    made = add(state, topic, uri, data)
    return {"webhookSubscription": view(state, made), "userErrors": []}


def update(state: State, gid: str, data: Json) -> Json:
    """Resolve `webhookSubscriptionUpdate`: another address, filter or name."""
    one = state.subscriptions.get(gid)
    if one is None:
        errors = [{"field": ["id"], "message": "Webhook subscription does not exist"}]
        return {"webhookSubscription": None, "userErrors": errors}
    one.uri = data.get("uri") or data.get("callbackUrl") or one.uri
    one.filter = data.get("filter", one.filter)
    one.name = data.get("name", one.name)
    return {"webhookSubscription": view(state, one), "userErrors": []}


def delete(state: State, gid: str) -> Json:
    """Resolve `webhookSubscriptionDelete`."""
    if state.subscriptions.pop(gid, None) is None:
        errors = [{"field": ["id"], "message": "Webhook subscription does not exist"}]
        return {"deletedWebhookSubscriptionId": None, "userErrors": errors}
    return {"deletedWebhookSubscriptionId": gid, "userErrors": []}
