"""The mutation `refundCreate`: refunds without a return, once per key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graphql import GraphQLError, get_directive_values

from adapters.shopify.standin import outcome, refunds
from adapters.shopify.standin.idempotency import Attempt, Stage
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.state import Refused, refuse
from adapters.shopify.standin.views import order as view_order
from adapters.shopify.standin.views import refund as view_refund

if TYPE_CHECKING:
    from decimal import Decimal

    from graphql import GraphQLResolveInfo

    from adapters.shopify.standin.amounts import Bag, Json
    from adapters.shopify.standin.records import Line, Order, Refund, Transaction
    from adapters.shopify.standin.state import State

MISSING_KEY = (
    "The @idempotent directive is required for this mutation but was not provided."
)


def refund_create(state: State, info: GraphQLResolveInfo[State], data: Json) -> Json:
    """Refund once per key; a replay is rebuilt from what is in the books now."""
    checked(data["orderId"], "Order")
    attempt = state.keys.claim(
        _key(info), json.dumps(data, sort_keys=True, default=str), state.now()
    )
    if isinstance(attempt, str):
        return _answer(state, data, None, Refused(attempt, None))
    if attempt.stage is Stage.DONE and attempt.gid is not None:
        return _answer(state, data, state.refunds[attempt.gid], None)
    return _first(state, data, attempt)


def _first(state: State, data: Json, attempt: Attempt) -> Json:
    held = state.switches.take({"refundCreate"}, {"delay"}, at="gateway")
    if held is not None:
        with state.unlocked():
            held.arrived.set()
            held.released.wait()
    try:
        refund = _book(state, data)
    except Refused as refused:
        attempt.stage = Stage.FAILED
        return _answer(state, data, None, refused)
    attempt.stage, attempt.gid = Stage.DONE, refund.gid
    return _answer(state, data, refund, None)


def _key(info: GraphQLResolveInfo[State]) -> str:
    definition = info.schema.get_directive("idempotent")
    node = info.field_nodes[0]
    values = definition and get_directive_values(definition, node, info.variable_values)
    if not values or not str(values["key"]).strip():
        raise GraphQLError(MISSING_KEY, extensions={"code": "BAD_REQUEST"})
    return str(values["key"])


def _answer(
    state: State, data: Json, refund: Refund | None, refused: Refused | None
) -> Json:
    order = state.orders.get(data["orderId"])
    return {
        "refund": view_refund(state, refund) if refund is not None else None,
        "order": view_order(state, order) if order is not None else None,
        "userErrors": [refused.view()] if refused is not None else [],
    }


def _book(state: State, data: Json) -> Refund:
    order = state.orders.get(data["orderId"])
    if order is None:
        refuse("Order does not exist", ["orderId"])
    amount_of = _reader(order, data)
    lines = (
        [_line(order, i, row) for i, row in enumerate(data["refundLineItems"])]
        if (data.get("refundLineItems"))
        else []
    )
    parts = [_part(order, row, amount_of) for row in data.get("transactions") or ()]
    credits_ = [
        order.pair.paid(row["storeCreditRefund"]["amount"]["amount"])
        for row in data.get("refundMethods") or ()
    ]
    wanted = data.get("shipping") or {}
    asked = wanted.get("amount")
    share = outcome.shipping_share(
        order,
        amount_of(asked) if asked is not None else None,
        full=bool(wanted.get("fullRefund")),
    )
    refunds.check_amounts(
        order,
        [*parts, *((None, amount) for amount in credits_)],
        over=bool(data.get("allowOverRefunding")),
    )
    refund = refunds.open_refund(
        state, order, note=data.get("note"), by="api", case=None
    )
    for line, quantity, restock in lines:
        refunds.add_line(state, refund, line, quantity, restock)
        if restock != "NO_RESTOCK":
            line.variant.stock += quantity
    refunds.add_shipping(order, refund, share)
    for sale, amount in parts:
        refunds.pay(state, order, refund, sale, amount)
    for amount in credits_:
        refunds.credit(state, order, refund, amount)
    refund.reason = data.get("discrepancyReason") or refund.reason
    refunds.close_refund(state, order, refund)
    return refund


class _reader:  # noqa: N801 - used as a function that remembers its currency
    """Read amounts in the refund's currency: the shop's unless `currency` says so."""

    def __init__(self, order: Order, data: Json) -> None:
        self._pair = order.pair
        named = data.get("currency")
        foreign = order.pair.presentment != order.pair.shop
        # The text of this refusal was not measured on a live shop.
        if foreign and named is None:
            refuse("Currency can't be blank", ["currency"])
        if named is not None and named != order.pair.presentment:
            refuse("Currency does not match the order's", ["currency"])

    def __call__(self, amount: Decimal) -> Bag:
        return self._pair.paid(amount)


def _line(order: Order, index: int, row: Json) -> tuple[Line, int, str]:
    checked(row["lineItemId"], "LineItem")
    found = next((one for one in order.lines if one.gid == row["lineItemId"]), None)
    where = ["refundLineItems", str(index)]
    if found is None:
        refuse("Line item does not exist", [*where, "lineItemId"])
    left = found.quantity - found.refunded_quantity
    if row["quantity"] > left:
        message = "Quantity cannot refund more items than were purchased"
        refuse(message, [*where, "quantity"])
    return found, row["quantity"], row.get("restockType") or "NO_RESTOCK"


def _part(
    order: Order, row: Json, amount_of: _reader
) -> tuple[Transaction | None, Bag]:
    if row["kind"] != "REFUND":
        kind = str(row["kind"]).lower()
        refuse(f"Kind {kind} is not a valid transaction", None)
    # The gateway that is named is ignored: the parent's is used.
    for sale in order.transactions:
        if sale.gid == row.get("parentId") and sale.kind in outcome.CAPTURED:
            return sale, amount_of(row["amount"])
    message = "Transactions require a parent_id associated with the order"
    refuse(message, ["transactions"])
    return None
