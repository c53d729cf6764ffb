"""The query root: what may be asked of the stand-in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from adapters.shopify.standin import (
    bulk,
    calculate,
    case_views,
    returns,
    search,
    stored_value,
    views,
)
from adapters.shopify.standin.amounts import Json, minor
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.pages import Key, connection
from adapters.shopify.standin.subscriptions import view as view_subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.shopify.standin.records import Order
    from adapters.shopify.standin.state import State

# Older orders need the scope read_all_orders.
WINDOW = timedelta(days=60)
Resolver = "Callable[..., Any]"


def visible(state: State, order: Order | None) -> Order | None:
    """Hide orders older than 60 days from apps that may not read them all."""
    if order is None or "read_all_orders" in state.scopes:
        return order
    return order if state.now() - order.created_at <= WINDOW else None


def root(state: State) -> Json:
    """Build the root value: one resolver for each query field that is modelled."""
    return {
        "shop": lambda _info: shop(state),
        "currentAppInstallation": {
            "__typename": "AppInstallation",
            "id": "gid://shopify/AppInstallation/1",
            "accessScopes": [{"handle": scope} for scope in state.scopes],
        },
        "publicApiVersions": [
            {"handle": "2026-07", "supported": True},
            {"handle": "2026-10", "supported": True},
        ],
        "storeCreditConfiguration": {"storeCreditEnabled": state.credit_enabled},
        "locations": connection(
            [views.location(*one) for one in state.locations.items()], dict
        ),
        "product": lambda _info, id: views.family(
            [
                one
                for one in state.variants.values()
                if one.product_gid == checked(id, "Product")
            ]
        ),
        "giftCards": partial(stored_value.cards, state),
        "order": lambda _info, id: _order(state, id),
        "orders": partial(_orders, state),
        "return": lambda _info, id: _one(state, "Return", id),
        "refund": lambda _info, id: _one(state, "Refund", id),
        "customer": lambda _info, id: _one(state, "Customer", id),
        "productVariant": lambda _info, id: _one(state, "ProductVariant", id),
        "webhookSubscription": lambda _info, id: _one(state, "WebhookSubscription", id),
        "node": lambda _info, id: _node(state, id),
        "nodes": lambda _info, ids: [_node(state, gid) for gid in ids],
        "returnCalculate": lambda _info, input: calculate.preview(state, input),
        "returnReasonDefinitions": partial(_reasons),
        "returnableFulfillments": partial(_returnable, state),
        "reverseFulfillmentOrder": lambda _info, id: _one(
            state, "ReverseFulfillmentOrder", id
        ),
        "webhookSubscriptions": partial(_subscriptions, state),
        "bulkOperation": lambda _info, id: bulk.one_operation(state, id),
        "bulkOperations": partial(bulk.operations, state),
    }


def shop(state: State) -> Json:
    """Show the shop itself."""
    name = state.domain.split(".", 1)[0]
    return {
        "__typename": "Shop",
        "id": "gid://shopify/Shop/1",
        "name": name.title(),
        "myshopifyDomain": state.domain,
        "email": f"owner@{name}.example",
        "contactEmail": f"hello@{name}.example",
        "currencyCode": state.currency,
        "enabledPresentmentCurrencies": [state.currency],
        "ianaTimezone": "Europe/Berlin",
        "timezoneOffsetMinutes": 60,
        "taxesIncluded": state.taxes_included,
        "url": f"https://{state.domain}",
        "plan": {
            "publicDisplayName": "Basic",
            "partnerDevelopment": True,
            "shopifyPlus": False,
        },
        "customerAccountsV2": {"customerAccountsVersion": "NEW_CUSTOMER_ACCOUNTS"},
    }


def _tables(state: State) -> dict[str, tuple[dict[str, Any], Callable[[Any], Json]]]:
    ways = {way.gid: way for case in state.returns.values() for way in case.reverse}
    return {
        "Return": (state.returns, partial(case_views.return_, state)),
        "Refund": (state.refunds, partial(views.refund, state)),
        "Customer": (state.customers, partial(views.customer, state)),
        "ProductVariant": (state.variants, views.variant),
        "OrderTransaction": (state.transactions, partial(views.transaction, state)),
        "ReverseFulfillmentOrder": (ways, partial(case_views.reverse_order, state)),
        "WebhookSubscription": (
            state.subscriptions,
            partial(view_subscription, state),
        ),
    }


def _one(state: State, kind: str, gid: str) -> Json | None:
    table, view = _tables(state)[kind]
    found = table.get(checked(gid, kind))
    return view(found) if found is not None else None


def _node(state: State, gid: str) -> Json | None:
    kind = gid.removeprefix("gid://shopify/").split("/", 1)[0]
    if kind == "Order":
        return _order(state, gid)
    if kind in _tables(state):
        return _one(state, kind, gid)
    message = f"Invalid id: {gid}"
    raise GraphQLError(message, extensions={"code": "RESOURCE_NOT_FOUND"})


def _order(state: State, gid: str) -> Json | None:
    order = visible(state, state.orders.get(checked(gid, "Order")))
    return views.order(state, order) if order is not None else None


def _sort_key(name: str) -> Callable[[Order], Key]:
    """Sort by a time or the total; ids break ties, whatever the sort."""

    def key(order: Order) -> Key:
        by: dict[str, Key] = {
            "UPDATED_AT": (order.updated_at.timestamp(),),
            "CREATED_AT": (order.created_at.timestamp(),),
            "PROCESSED_AT": (order.created_at.timestamp(),),
            "ORDER_NUMBER": (order.number,),
            "CUSTOMER_NAME": (order.customer.name,),
            "TOTAL_PRICE": (_total_minor(order),),
        }
        return (*by.get(name, ()), order.number)

    return key


def _total_minor(order: Order) -> int:
    return minor(sum(line.paid.shop for line in order.lines), order.pair.shop)  # type: ignore[arg-type]  # a shop's order has lines


def _orders(
    state: State,
    info: object,
    query: str | None = None,
    sortKey: str = "PROCESSED_AT",
    **args: object,
) -> Json:
    found = [
        order
        for order in state.orders.values()
        if visible(state, order) is not None and search.matches(order, query)
    ]
    pages = connection(found, partial(views.order, state), _sort_key(sortKey))
    return pages(info, **args)


def _reasons(
    info: object,
    sortKey: str = "ID",
    ids: list[str] | None = None,
    handles: list[str] | None = None,
    query: str | None = None,  # noqa: ARG001 - no reason is ever deleted here
    **args: object,
) -> Json:
    rows = [
        row
        for row in views.reasons()
        if (ids is None or row["id"] in ids)
        and (handles is None or row["handle"] in handles)
    ]
    if sortKey != "ID":
        rows.sort(key=lambda row: str(row[sortKey.lower()]))
    return connection(rows, dict)(info, **args)


def _returnable(
    state: State,
    info: object,
    orderId: str,
    **args: object,
) -> Json:
    order = visible(state, state.orders.get(checked(orderId, "Order")))
    if order is None:
        return connection([], dict)(info, **args)
    shown = [
        parcel
        for parcel in order.sent
        if any(returns.returnable(order, item) for item in parcel.lines)
    ]
    view = partial(case_views.returnable_parcel, state, order)
    return connection(shown, view)(info, **args)


def _subscriptions(
    state: State,
    info: object,
    topics: list[str] | None = None,
    uri: str | None = None,
    callbackUrl: str | None = None,
    **args: object,
) -> Json:
    rows = [
        view_subscription(state, one)
        for one in list(state.subscriptions.values())
        if (uri or callbackUrl) in (None, one.uri)
    ]
    chosen = [row for row in rows if topics is None or row["topic"] in topics]
    return connection(chosen, dict)(info, **args)
