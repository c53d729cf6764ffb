"""The life of a return: asked for, approved or declined, closed, reopened, undone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import payloads
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.records import (
    Exchange,
    Return,
    ReturnLine,
    ReverseLine,
    ReverseOrder,
    ShippingFee,
)
from adapters.shopify.standin.state import REASONS, refuse

if TYPE_CHECKING:
    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.records import Order, ParcelLine, Variant
    from adapters.shopify.standin.state import State

NOTE_MISSING = 'The note is required when the return reason is "Other"'
OTHER = "gid://shopify/ReturnReasonDefinition/5"
COUNTED = ("REQUESTED", "OPEN", "CLOSED")


def reason_gid(handle: str) -> str:
    """Return the GID of a reason by its stable handle."""
    for index, (known, _) in enumerate(REASONS, start=1):
        if known == handle:
            return f"gid://shopify/ReturnReasonDefinition/{index}"
    raise ValueError(handle)


def returnable(order: Order, item: ParcelLine) -> int:
    """Count the units of a parcel line that no return and no refund has taken."""
    taken = sum(
        line.quantity
        for case in order.returns
        if case.status in COUNTED
        for line in case.lines
        if line.parcel_line is item
    )
    left = item.line.quantity - item.line.refunded_quantity
    return max(0, min(item.quantity - taken, left))


def find(state: State, gid: str, where: list[str]) -> Return:
    """Find a return or refuse, naming the argument that was wrong."""
    case = state.returns.get(checked(gid, "Return"))
    if case is None:
        refuse("Return not found.", where, "NOT_FOUND")
    return case


def request(state: State, data: Json) -> Return:
    """Write down that a customer wants to return lines (status REQUESTED)."""
    case = _open(state, data, "input")
    case.status = "REQUESTED"
    order = state.orders[case.order_gid]
    state.announce("returns/request", payloads.return_(case))
    state.announce("orders/updated", payloads.order(order))
    return case


def create(state: State, data: Json) -> Return:
    """Open a return at once, with its way back for the goods."""
    swaps = [
        _exchange(state, data, index, row)
        for index, row in enumerate(data.get("exchangeLineItems") or ())
    ]
    case = _open(state, data, "returnInput")
    order = state.orders[case.order_gid]
    case.exchanges.extend(swaps)
    await_goods(state, case)
    state.announce("returns/approve", payloads.return_(case))
    state.announce("orders/updated", payloads.order(order))
    return case


def _exchange(state: State, data: Json, index: int, row: Json) -> Exchange:
    where = ["returnInput", "exchangeLineItems", str(index)]
    variant = state.variants.get(row.get("variantId") or "")
    if variant is None:
        refuse("Variant not found.", [*where, "variantId"], "NOT_FOUND")
    if row["quantity"] <= 0:
        message = "Quantity must be greater than 0"
        refuse(message, [*where, "quantity"], "GREATER_THAN")
    order = state.orders.get(checked(data["orderId"], "Order"))
    off = Decimal(0)
    if order is not None:
        off = discount(order, variant, row) / row["quantity"]
    gid = state.new_gid("ExchangeLineItem")
    return Exchange(gid, variant, row["quantity"], off)


def discount(order: Order, variant: Variant, row: Json) -> Decimal:
    """Read what is taken off all units of an exchange line, in the shop's currency.

    Whether an amount is meant for each unit or for all was not measured on a live
    shop; here it is for all.
    """
    value = (row.get("appliedDiscount") or {}).get("value") or {}
    price: Decimal = variant.price * int(row["quantity"])
    if value.get("percentage") is not None:
        return price * Decimal(str(value["percentage"])) / 100
    if value.get("amount") is None:
        return Decimal(0)
    return min(price, order.pair.paid(Decimal(value["amount"]["amount"])).shop)


def _open(state: State, data: Json, root: str) -> Return:
    order = state.orders.get(checked(data["orderId"], "Order"))
    if order is None:
        refuse("Order not found.", [root, "orderId"], "NOT_FOUND")
    lines: list[ReturnLine] = []
    for index, row in enumerate(data["returnLineItems"]):
        where = [root, "returnLineItems", str(index)]
        lines.append(_line(state, order, row, where, lines))
    case = Return(
        gid=state.new_gid("Return"),
        name=f"{order.name}-R{len(order.returns) + 1}",
        order_gid=order.gid,
        status="OPEN",
        created_at=state.now(),
        lines=lines,
        exchanges=[],
        fees=_fees(state, order, data),
    )
    order.returns.append(case)
    state.returns[case.gid] = case
    state.touch(order)
    return case


def _fees(state: State, order: Order, data: Json) -> list[ShippingFee]:
    wanted = data.get("returnShippingFee")
    if wanted is None:
        return []
    amount = order.pair.paid(wanted["amount"]["amount"])
    return [ShippingFee(state.new_gid("ReturnShippingFee"), amount)]


def _line(
    state: State, order: Order, row: Json, where: list[str], before: list[ReturnLine]
) -> ReturnLine:
    checked(row["fulfillmentLineItemId"], "FulfillmentLineItem")
    parcels = [item for parcel in order.sent for item in parcel.lines]
    item = next((i for i in parcels if i.gid == row["fulfillmentLineItemId"]), None)
    if item is None:
        message = "Fulfillment Line Item was not found."
        refuse(message, [*where, "fulfillmentLineItemId"], "NOT_FOUND")
    taken = sum(line.quantity for line in before if line.parcel_line is item)
    if not 0 < row["quantity"] <= returnable(order, item) - taken:
        message = "Return line item has an invalid quantity."
        refuse(message, [*where, "quantity"])
    reason = _reason(row, where)
    percent = (row.get("restockingFee") or {}).get("percentage")
    return ReturnLine(
        gid=state.new_gid("ReturnLineItem"),
        parcel_line=item,
        quantity=row["quantity"],
        reason_gid=reason,
        reason_note=row.get("returnReasonNote") or "",
        customer_note=row.get("customerNote"),
        fee_percent=Decimal(str(percent)) if percent is not None else None,
        fee_gid=state.new_gid("RestockingFee"),
    )


def _reason(row: Json, where: list[str]) -> str:
    reason: str | None = row.get("returnReasonDefinitionId")
    is_request = where[0] == "input"
    if reason is None and is_request:
        blank = [*where, "returnReason"]
        refuse("Return reason can't be blank", blank, "BLANK")
    if reason is None:
        message = (
            "Return line items Either return reason or "
            "return reason definition must be provided"
        )
        refuse(message, where, "NOT_FOUND")
    if reason == OTHER and not is_request and not row.get("returnReasonNote"):
        refuse(NOTE_MISSING, [*where, "returnReasonNote"], "BLANK")
    return checked(reason, "ReturnReasonDefinition")


def await_goods(state: State, case: Return) -> None:
    """Open the goods' way back: one reverse fulfillment order for all lines."""
    lines = [
        ReverseLine(
            state.new_gid("ReverseFulfillmentOrderLineItem"), case.order_gid, line
        )
        for line in case.lines
    ]
    gid = state.new_gid("ReverseFulfillmentOrder")
    case.reverse.append(ReverseOrder(gid, case.order_gid, lines))


def approve(state: State, data: Json) -> Return:
    """Move REQUESTED -> OPEN."""
    case = find(state, data["id"], ["input", "id"])
    if case.status != "REQUESTED":
        message = (
            "Return is not approvable. "
            "Only returns with status REQUESTED can be approved."
        )
        refuse(message, ["input", "id"], "INVALID_STATE")
    case.status = "OPEN"
    case.approved_at = state.now()
    await_goods(state, case)
    _changed(state, case, "returns/approve", payloads.return_(case))
    return case


def decline(state: State, data: Json) -> Return:
    """Move REQUESTED -> DECLINED; the units may be returned again."""
    case = find(state, data["id"], ["input", "id"])
    if case.status == "DECLINED":
        message = "The return is already declined."
        refuse(message, ["input", "id"], "INVALID_STATE")
    if case.status != "REQUESTED":
        message = (
            "Return is not declinable. "
            "Only non-refunded returns with status REQUESTED can be declined."
        )
        refuse(message, ["input", "id"], "INVALID_STATE")
    case.status = "DECLINED"
    case.decline_reason = data["declineReason"]
    case.decline_note = data.get("declineNote")
    _changed(state, case, "returns/decline", payloads.declined(case))
    return case


def close(state: State, gid: str) -> Return:
    """Move OPEN -> CLOSED; closing a closed one is no error."""
    case = find(state, gid, ["id"])
    if case.status not in ("OPEN", "CLOSED"):
        refuse("Return status is invalid.", ["id"], "INVALID_STATE")
    if case.status == "OPEN":
        case.status = "CLOSED"
        case.closed_at = state.now()
        _changed(state, case, "returns/close", payloads.thin(case))
    return case


def reopen(state: State, gid: str) -> Return:
    """Move CLOSED -> OPEN; reopening an open one is no error."""
    case = find(state, gid, ["id"])
    if case.status not in ("OPEN", "CLOSED"):
        refuse("Return status is invalid.", ["id"], "INVALID_STATE")
    if case.status == "CLOSED":
        case.status = "OPEN"
        case.closed_at = None
        _changed(state, case, "returns/reopen", payloads.thin(case))
    return case


def cancel(state: State, gid: str) -> Return:
    """Undo a return of which nothing was processed yet."""
    case = find(state, gid, ["id"])
    touched = any(line.processed or line.refunded for line in case.lines)
    if touched or case.status not in ("OPEN", "REQUESTED"):
        refuse("Return is not cancelable.", ["id"], "INVALID_STATE")
    case.status = "CANCELED"
    for way in case.reverse:
        way.status = "CANCELED"
    _changed(state, case, "returns/cancel", payloads.thin(case))
    return case


def remove(state: State, gid: str, rows: list[Json]) -> Return:
    """Take units out of a return; without any left it closes by itself."""
    case = find(state, gid, ["returnId"])
    if case.status not in ("OPEN", "REQUESTED"):
        refuse("Return status is invalid.", ["returnId"], "INVALID_STATE")
    lines = {line.gid: line for line in case.lines}
    for index, row in enumerate(rows):
        line = lines.get(row["returnLineItemId"])
        where = ["returnLineItems", str(index)]
        if line is None:
            message = "Return line item was not found."
            refuse(message, [*where, "returnLineItemId"], "NOT_FOUND")
        if row["quantity"] <= 0:
            refuse("Quantity must be greater than 0", None, "GREATER_THAN")
        if row["quantity"] > line.quantity - line.processed:
            message = "Return line item has an invalid quantity."
            refuse(message, [*where, "quantity"])
    for row in rows:
        lines[row["returnLineItemId"]].quantity -= row["quantity"]
    case.lines[:] = [line for line in case.lines if line.quantity > 0]
    if not case.lines:
        case.status = "CLOSED"
        case.closed_at = state.now()
    _changed(state, case, "returns/update", payloads.updated(case, rows))
    return case


def _changed(state: State, case: Return, topic: str, payload: Json) -> None:
    order = state.orders[case.order_gid]
    state.touch(order)
    state.announce(topic, payload)
    state.announce("orders/updated", payloads.order(order))
