"""The mutation `returnProcess` and disposing of goods: nothing here is idempotent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome, payloads, pricing, refunds, returns
from adapters.shopify.standin.amounts import least, total
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.records import Disposition
from adapters.shopify.standin.state import refuse

if TYPE_CHECKING:
    from adapters.shopify.standin.amounts import Bag, Json
    from adapters.shopify.standin.records import (
        Exchange,
        Order,
        Return,
        ReturnLine,
        ReverseLine,
        ReverseOrder,
        Transaction,
    )
    from adapters.shopify.standin.state import State

Picked = list[tuple["ReturnLine", int]]
Parts = list[tuple["Transaction | None", "Bag"]]


def process(state: State, data: Json) -> Return:
    """Confirm quantities, refund if told, dispose if told; the return stays OPEN."""
    _wait_at_gateway(state)
    case = returns.find(state, data["returnId"], ["input", "returnId"])
    if case.status != "OPEN":
        where = ["input", "returnId"]
        refuse("Return status is invalid.", where, "INVALID_STATE")
    order = state.orders[case.order_gid]
    picked = pick(case, data.get("returnLineItems") or [])
    swaps = pick_exchanges(case, data.get("exchangeLineItems") or [])
    disposals = [
        row
        for chosen in data.get("returnLineItems") or ()
        for row in chosen.get("dispositions") or ()
    ]
    goods = _find_goods(state, disposals, case) if disposals else []
    transfer = (data.get("financialTransfer") or {}).get("issueRefund")
    parts = _parts(order, transfer) if transfer is not None else []
    if swaps:
        _take_for(order, case, picked, swaps, parts)
        _charge(case, picked)
    if transfer is not None:
        _refund(state, order, case, picked, parts, data)
    for item, count in picked:
        item.processed += count
        item.parcel_line.line.removed_quantity += count
    for swap, count in swaps:
        _ship_exchange(state, order, swap, count)
    _dispose(state, goods)
    state.touch(order)
    state.announce("returns/process", {})
    state.announce("orders/updated", payloads.order(order))
    return case


def pick(case: Return, rows: list[Json], root: str = "input") -> Picked:
    """Match rows to the return's lines; more than is processable is refused."""
    picked: Picked = []
    for index, row in enumerate(rows):
        where = [root, "returnLineItems", str(index)]
        checked(row["id"], "ReturnLineItem")
        item = next((line for line in case.lines if line.gid == row["id"]), None)
        if item is None:
            message = "Return line item was not found."
            refuse(message, [*where, "id"], "NOT_FOUND")
        taken = sum(count for other, count in picked if other is item)
        if not 0 < row["quantity"] <= item.quantity - item.processed - taken:
            message = "Return line item has an invalid quantity."
            refuse(message, [*where, "quantity"])
        picked.append((item, row["quantity"]))
    return picked


def pick_exchanges(case: Return, rows: list[Json]) -> list[tuple[Exchange, int]]:
    """Match rows to the return's exchange lines."""
    picked = []
    for index, row in enumerate(rows):
        where = ["input", "exchangeLineItems", str(index)]
        item = next((one for one in case.exchanges if one.gid == row["id"]), None)
        if item is None:
            message = "Exchange line item was not found."
            refuse(message, [*where, "id"], "NOT_FOUND")
        if not 0 < row["quantity"] <= item.quantity - item.processed:
            message = "Exchange line item has an invalid quantity."
            refuse(message, [*where, "quantity"])
        picked.append((item, row["quantity"]))
    return picked


def _parts(order: Order, transfer: Json) -> Parts:
    parts: Parts = []
    for row in transfer["orderTransactions"]:
        checked(row["parentId"], "OrderTransaction")
        sales = [t for t in order.transactions if t.kind in outcome.CAPTURED]
        sale = next((t for t in sales if t.gid == row["parentId"]), None)
        if sale is None:
            message = "Transactions require a parent_id associated with the order"
            refuse(message, ["input", "financialTransfer"], "NOT_FOUND")
        parts.append((sale, _amount(order, row["transactionAmount"])))
    for row in transfer.get("refundMethods") or ():
        parts.append((None, _amount(order, row["storeCreditRefund"]["amount"])))
    # Its `expiresAt` goes with the one store credit that a refund can have.
    over = bool(transfer.get("allowOverRefunding"))
    refunds.check_amounts(order, parts, over=over)
    return parts


def _amount(order: Order, value: Json) -> Bag:
    # Refund transactions are in the currency that the buyer paid in. The text of this
    # refusal was not measured on a live shop.
    if value["currencyCode"] != order.pair.presentment:
        refuse("Currency is invalid.", ["input", "financialTransfer"])
    return order.pair.paid(value["amount"])


def _wait_at_gateway(state: State) -> None:
    held = state.switches.take({"returnProcess"}, {"delay"}, at="gateway")
    if held is not None:
        with state.unlocked():
            held.arrived.set()
            held.released.wait()


def _expiry(data: Json) -> str | None:
    rows = data["financialTransfer"]["issueRefund"].get("refundMethods") or ()
    found = [row["storeCreditRefund"].get("expiresAt") for row in rows]
    return found[0] if found else None


def shipping_wish(order: Order, data: Json) -> outcome.ShippingShare:
    """Read a `RefundShippingInput`."""
    wanted = data.get("refundShipping") or {}
    asked = wanted.get("shippingRefundAmount")
    return outcome.shipping_share(
        order,
        order.pair.paid(asked["amount"]) if asked is not None else None,
        full=bool(wanted.get("fullRefund")),
    )


def _refund(
    state: State, order: Order, case: Return, picked: Picked, parts: Parts, data: Json
) -> None:
    share = shipping_wish(order, data)
    # The note of the mutation is not the refund's: it cannot be read back anywhere.
    refund = refunds.open_refund(state, order, note=None, by="api", case=case)
    for item, count in picked:
        line = item.parcel_line.line
        refunds.add_line(state, refund, line, count, "NO_RESTOCK")
        item.refunded += count
    refunds.add_shipping(order, refund, share)
    for sale, amount in parts:
        if sale is None:
            refunds.credit(state, order, refund, amount, _expiry(data))
        else:
            refunds.pay(state, order, refund, sale, amount)
    _charge(case, picked)
    refunds.close_refund(state, order, refund)


def _charge(case: Return, picked: Picked) -> None:
    """Take the fee for the way back with the first units, and never again."""
    for charge in case.fees if picked else ():
        charge.charged = True


def _take_for(
    order: Order,
    case: Return,
    picked: Picked,
    swaps: list[tuple[Exchange, int]],
    parts: Parts,
) -> None:
    """Pay for new goods with what came back, less fees and what went back in money."""
    nothing = outcome.shipping_share(order, None, full=False)
    worth = outcome.settle(order, case, picked, [], nothing).balance
    worth += outcome.outstanding(order)
    worth -= total([amount for _, amount in parts], order.pair)
    cost = order.pair.nothing()
    for swap, count in swaps:
        price, taxes = outcome.exchange_value(order, swap, count)
        cost += price if order.taxes_included else price + taxes
    used = least(worth, cost)
    order.swapped = (order.swapped or order.pair.nothing()) + used


def _ship_exchange(state: State, order: Order, item: Exchange, count: int) -> None:
    line = pricing.line(state, item.variant, count, order.pair)
    line.line_discount = order.pair.bag(item.discount).times(Decimal(count))
    pricing.tax_lines([line], included=order.taxes_included)
    order.lines.append(line)
    item.lines.append(line)
    item.processed += count
    item.variant.stock -= count


def dispose(state: State, rows: list[Json]) -> list[ReverseLine]:
    """Record what became of goods; more than was awaited is accepted, as live."""
    if not rows:
        message = "The array cannot be empty."
        refuse(message, ["dispositionInputs"], "BLANK")
    goods = _find_goods(state, rows, None)
    _dispose(state, goods)
    touched = list({id(line): line for _, line, _ in goods}.values())
    order = state.orders[touched[0].order_gid]
    state.touch(order)
    way = goods[0][0]
    done = payloads.disposed(way, touched)
    state.announce("reverse_fulfillment_orders/dispose", done)
    return touched


def _find_goods(
    state: State, rows: list[Json], case: Return | None
) -> list[tuple[ReverseOrder, ReverseLine, Json]]:
    cases = [case] if case is not None else list(state.returns.values())
    known = {
        line.gid: (way, line)
        for one in cases
        for way in one.reverse
        for line in way.lines
    }
    found: list[tuple[ReverseOrder, ReverseLine, Json]] = []
    for row in rows:
        gid = checked(
            row["reverseFulfillmentOrderLineItemId"], "ReverseFulfillmentOrderLineItem"
        )
        match = known.get(gid)
        if match is None or (found and found[0][0] is not match[0]):
            message = (
                "Cannot dispose items from more than one reverse fulfillment order."
            )
            refuse(message, ["dispositionInputs"])
        # A location "is required when the disposition type is RESTOCKED" (schema).
        place = row.get("locationId")
        is_lacking = place is None and row["dispositionType"] == "RESTOCKED"
        if is_lacking or (place is not None and place not in state.locations):
            where = ["dispositionInputs", "0", "locationId"]
            refuse("Location not found.", where, "NOT_FOUND")
        found.append((*match, row))
    return found


def _dispose(state: State, goods: list[tuple[ReverseOrder, ReverseLine, Json]]) -> None:
    for way, line, row in goods:
        kind = row["dispositionType"]
        line.dispositions.append(
            Disposition(
                gid=state.new_gid("ReverseFulfillmentOrderDisposition"),
                kind=kind,
                quantity=row["quantity"],
                created_at=state.now(),
                location=row.get("locationId") if kind == "RESTOCKED" else None,
            )
        )
        if kind == "RESTOCKED":
            variant = line.return_line.parcel_line.line.variant
            variant.stock += row["quantity"]
            state.restocked[variant.gid, row["locationId"]] += row["quantity"]
        if all(_disposed(one) >= one.return_line.quantity for one in way.lines):
            way.status = "CLOSED"


def _disposed(line: ReverseLine) -> int:
    return sum(
        one.quantity for one in line.dispositions if one.kind != "PROCESSING_REQUIRED"
    )
