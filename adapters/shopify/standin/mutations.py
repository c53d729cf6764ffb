"""The mutation root: each changes the books or refuses with userErrors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from adapters.shopify.standin import (
    bulk,
    return_process,
    returns,
    stored_value,
    subscriptions,
)
from adapters.shopify.standin.case_views import return_, reverse_line
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.payloads import order as order_payload
from adapters.shopify.standin.refund_create import refund_create
from adapters.shopify.standin.state import Refused, refuse
from adapters.shopify.standin.views import order as view_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.records import Order, Return
    from adapters.shopify.standin.state import State


def root(state: State) -> dict[str, Callable[..., Any]]:
    """Build the root value: one resolver for each mutation that is modelled."""
    case = partial(_case, state)
    return {
        "returnRequest": lambda _i, input: case(returns.request, input),
        "returnCreate": lambda _i, returnInput: case(returns.create, returnInput),
        "returnApproveRequest": lambda _i, input: case(returns.approve, input),
        "returnDeclineRequest": lambda _i, input: case(returns.decline, input),
        "returnProcess": lambda _i, input: case(return_process.process, input),
        "returnClose": lambda _i, id: case(returns.close, id),
        "returnReopen": lambda _i, id: case(returns.reopen, id),
        "returnCancel": lambda _i, id, **_more: case(returns.cancel, id),
        "removeFromReturn": partial(_remove, state),
        "reverseFulfillmentOrderDispose": partial(_dispose, state),
        "refundCreate": lambda info, input: refund_create(state, info, input),
        "storeCreditAccountCredit": partial(stored_value.credit, state),
        "giftCardCreate": partial(stored_value.create_card, state),
        "orderUpdate": lambda _i, input: _update(state, input),
        "tagsAdd": lambda _i, id, tags: _tags(state, id, add=tags),
        "tagsRemove": lambda _i, id, tags: _tags(state, id, drop=tags),
        "webhookSubscriptionCreate": lambda _i, topic, webhookSubscription: (
            subscriptions.create(state, topic, webhookSubscription)
        ),
        "bulkOperationRunQuery": lambda _i, **args: bulk.run_query(state, **args),
        "webhookSubscriptionUpdate": lambda _i, id, webhookSubscription: (
            subscriptions.update(state, id, webhookSubscription)
        ),
        "webhookSubscriptionDelete": lambda _i, id: subscriptions.delete(state, id),
    }


def _case(state: State, act: Callable[[State, Any], Return], argument: object) -> Json:
    try:
        case = act(state, argument)
    except Refused as refused:
        return {"return": None, "userErrors": [refused.view()]}
    return {"return": return_(state, case), "userErrors": []}


def _remove(
    state: State,
    _info: object,
    returnId: str,
    returnLineItems: list[Json] | None = None,
    exchangeLineItems: list[Json] | None = None,
) -> Json:
    if exchangeLineItems:
        message = "the stand-in does not take exchange lines out of a return"
        raise GraphQLError(message)

    def act(known: State, gid: str) -> Return:
        return returns.remove(known, gid, returnLineItems or [])

    return _case(state, act, returnId)


def _dispose(
    state: State,
    _info: object,
    dispositionInputs: list[Json],
) -> Json:
    try:
        lines = return_process.dispose(state, dispositionInputs)
    except Refused as refused:
        return {
            "reverseFulfillmentOrderLineItems": None,
            "userErrors": [refused.view()],
        }
    rows = [reverse_line(state, line) for line in lines]
    return {"reverseFulfillmentOrderLineItems": rows, "userErrors": []}


def _find(state: State, gid: str) -> Order:
    order = state.orders.get(checked(gid, "Order"))
    if order is None:
        refuse("Order does not exist", ["id"], None)
    return order


def _update(state: State, data: Json) -> Json:
    """Change tags (all of them), note and attributes."""
    try:
        order = _find(state, data["id"])
    except Refused as refused:
        return {"order": None, "userErrors": [refused.view()]}
    if data.get("tags") is not None:
        order.tags = list(data["tags"])
    if "note" in data:
        order.note = data["note"]
    if data.get("customAttributes") is not None:
        order.attributes = [
            (row["key"], row["value"]) for row in data["customAttributes"]
        ]
    _touched(state, order)
    return {"order": view_order(state, order), "userErrors": []}


def _tags(
    state: State,
    gid: str,
    *,
    add: list[str] | None = None,
    drop: list[str] | None = None,
) -> Json:
    try:
        order = _find(state, gid)
    except Refused as refused:
        return {"node": None, "userErrors": [refused.view()]}
    kept = [tag for tag in order.tags if tag not in (drop or [])]
    order.tags = list(dict.fromkeys([*kept, *(add or [])]))
    _touched(state, order)
    return {"node": view_order(state, order), "userErrors": []}


def _touched(state: State, order: Order) -> None:
    state.touch(order)
    state.announce("orders/updated", order_payload(order))
