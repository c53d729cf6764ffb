"""Returns as GraphQL sees them, and the outcome that Shopify suggests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome, return_process
from adapters.shopify.standin import refund_suggestion as suggestion
from adapters.shopify.standin.amounts import Json, least
from adapters.shopify.standin.ids import number
from adapters.shopify.standin.pages import connection
from adapters.shopify.standin.returns import returnable
from adapters.shopify.standin.state import Refused
from adapters.shopify.standin.views import (
    line,
    location,
    order,
    parcel,
    parcel_line,
    reason,
    refund,
    stamp,
    transaction,
)

if TYPE_CHECKING:
    from adapters.shopify.standin.records import (
        Disposition,
        Exchange,
        Order,
        Parcel,
        Return,
        ReturnLine,
        ReverseLine,
        ReverseOrder,
    )
    from adapters.shopify.standin.state import State


def return_(state: State, case: Return) -> Json:
    """Show a return; what a mutation's `note` said is nowhere in it."""
    of = state.orders[case.order_gid]
    moved = [t for r in case.refunds for t in r.transactions]
    return {
        "__typename": "Return",
        "id": case.gid,
        "name": case.name,
        "status": case.status,
        "createdAt": stamp(case.created_at),
        "requestApprovedAt": stamp(case.approved_at),
        "closedAt": stamp(case.closed_at),
        "totalQuantity": sum(one.quantity for one in case.lines),
        "decline": (
            {"reason": case.decline_reason, "note": case.decline_note}
            if case.decline_reason
            else None
        ),
        "order": lambda _info: order(state, of),
        "returnShippingFees": [
            {"id": fee.gid, "amountSet": fee.amount.view()} for fee in case.fees
        ],
        "returnLineItems": partial(_lines, of, case),
        "exchangeLineItems": connection(case.exchanges, partial(exchange, of)),
        "refunds": connection(case.refunds, partial(refund, state)),
        "transactions": connection(moved, partial(transaction, state)),
        "reverseFulfillmentOrders": connection(
            case.reverse, partial(reverse_order, state)
        ),
        "suggestedFinancialOutcome": lambda _info, **args: suggested(
            state, of, case, args
        ),
    }


def _lines(
    of: Order,
    case: Return,
    info: object,
    processingStatus: str | None = None,
    **args: object,
) -> Json:
    chosen = [
        one
        for one in case.lines
        if processingStatus is None
        or (processingStatus == "PROCESSED") == (one.processed == one.quantity)
    ]
    return connection(chosen, partial(return_line, of, case))(info, **args)


def return_line(of: Order, case: Return, one: ReturnLine) -> Json:
    """Show a return line; only an open return has something to process."""
    bought = one.parcel_line.line
    if one.gid.startswith("gid://shopify/Unverified"):
        return _unverified(case, one)
    fee = None
    if one.fee_percent is not None:
        subtotal = bought.paid.part(one.quantity, bought.quantity)
        tax = bought.tax.part(one.quantity, bought.quantity)
        base = subtotal - tax if of.taxes_included else subtotal
        amount = base.times(one.fee_percent / 100)
        fee = {
            "id": one.fee_gid,
            "percentage": float(one.fee_percent),
            "amountSet": amount.view(),
        }
    return {
        "__typename": "ReturnLineItem",
        "id": one.gid,
        "quantity": one.quantity,
        "processedQuantity": one.processed,
        "unprocessedQuantity": one.quantity - one.processed,
        "processableQuantity": (
            one.quantity - one.processed if case.status == "OPEN" else 0
        ),
        "refundedQuantity": one.refunded,
        "refundableQuantity": one.quantity - one.refunded,
        "customerNote": one.customer_note,
        "returnReasonNote": one.reason_note,
        "returnReasonDefinition": (
            reason(number(one.reason_gid)) if one.reason_gid else None
        ),
        "fulfillmentLineItem": lambda _info: parcel_line(of, one.parcel_line),
        "restockingFee": fee,
        "totalWeight": None,
        "withCodeDiscountedTotalPriceSet": bought.paid.part(
            one.quantity, bought.quantity
        ).view(),
    }


def _unverified(case: Return, one: ReturnLine) -> Json:
    """Show a line that was returned without a receipt: it names nothing bought."""
    unit = one.parcel_line.line.unit
    shop = {"amount": f"{unit.shop.normalize():f}", "currencyCode": unit.pair.shop}
    return {
        "__typename": "UnverifiedReturnLineItem",
        "id": one.gid,
        "quantity": one.quantity,
        "processedQuantity": one.processed,
        "unprocessedQuantity": one.quantity - one.processed,
        "processableQuantity": (
            one.quantity - one.processed if case.status == "OPEN" else 0
        ),
        "refundedQuantity": one.refunded,
        "refundableQuantity": one.quantity - one.refunded,
        "customerNote": one.customer_note,
        "returnReasonNote": one.reason_note,
        "returnReasonDefinition": None,
        "unitPrice": shop,
    }


def exchange(of: Order, one: Exchange) -> Json:
    """Show an exchange line; its order lines exist once it was processed."""
    return {
        "__typename": "ExchangeLineItem",
        "id": one.gid,
        "quantity": one.quantity,
        "processedQuantity": one.processed,
        "unprocessedQuantity": one.quantity - one.processed,
        "processableQuantity": one.quantity - one.processed,
        "productId": one.variant.product_gid,
        "variantId": one.variant.gid,
        "title": one.variant.title,
        "variantTitle": None,
        "variantSku": one.variant.sku,
        "lineItems": [line(of, each) for each in one.lines] or None,
    }


def reverse_line(state: State, one: ReverseLine) -> Json:
    """Show a line of the goods' way back."""
    of = state.orders[one.order_gid]
    return {
        "__typename": "ReverseFulfillmentOrderLineItem",
        "id": one.gid,
        "totalQuantity": one.return_line.quantity,
        "fulfillmentLineItem": lambda _info: parcel_line(
            of, one.return_line.parcel_line
        ),
        "dispositions": [_disposition(each) for each in one.dispositions],
    }


def _disposition(one: Disposition) -> Json:
    return {
        "__typename": "ReverseFulfillmentOrderDisposition",
        "id": one.gid,
        "type": one.kind,
        "quantity": one.quantity,
        "createdAt": stamp(one.created_at),
        "location": lambda _info: location(one.location) if one.location else None,
    }


def reverse_order(state: State, one: ReverseOrder) -> Json:
    """Show the goods' way back."""
    return {
        "__typename": "ReverseFulfillmentOrder",
        "id": one.gid,
        "status": one.status,
        "order": lambda _info: order(state, state.orders[one.order_gid]),
        "thirdPartyConfirmation": None,
        "lineItems": connection(one.lines, partial(reverse_line, state)),
        "reverseDeliveries": connection([], dict),
    }


def returnable_parcel(state: State, of: Order, one: Parcel) -> Json:
    """Show what may still be returned of a parcel."""
    left = [(item, returnable(of, item)) for item in one.lines]
    return {
        "__typename": "ReturnableFulfillment",
        "id": f"gid://shopify/ReturnableFulfillment/{number(one.gid)}",
        "fulfillment": lambda _info: parcel(state, of, one),
        "returnableFulfillmentLineItems": connection(
            [(item, count) for item, count in left if count > 0],
            lambda pair: {
                "quantity": pair[1],
                "fulfillmentLineItem": parcel_line(of, pair[0]),
            },
        ),
    }


def suggested(state: State, of: Order, case: Return, args: Json) -> Json | None:
    """Suggest what these lines give back, net of fees, exchanges and what is owed.

    The signs are the admin's: amounts to the customer are positive here, while
    `returnCalculate` shows the same lines negative. Lines of other returns and too many
    units suggest nothing.
    """
    try:
        items = return_process.pick(case, args["returnLineItems"])
        swaps = return_process.pick_exchanges(case, args["exchangeLineItems"])
    except Refused:
        return None
    share = return_process.shipping_wish(of, args)
    result = outcome.settle(of, case, items, swaps, share)
    return {
        "discountedSubtotal": result.subtotal.view(),
        "totalTax": result.tax.view(),
        "totalCartDiscountAmount": result.discount.view(),
        "totalDuties": of.pair.nothing().view(),
        "totalAdditionalFees": of.pair.nothing().view(),
        "maximumRefundable": result.most.view(),
        "shipping": suggestion.shipping(share),
        "refundDuties": [],
        "financialTransfer": _transfer(state, of, result, args),
    }


def _transfer(
    state: State, of: Order, result: outcome.Outcome, args: Json
) -> Json | None:
    if result.balance.presentment < 0:
        owed = (-result.balance).view()
        return {"__typename": "InvoiceReturnOutcome", "amount": owed}
    amount = least(result.balance, result.most)
    if amount.presentment == 0:
        return None
    in_credit = args.get("refundMethodAllocation") == "STORE_CREDIT"
    return {
        "__typename": "RefundReturnOutcome",
        "amount": amount.view(),
        "suggestedTransactions": (
            [] if in_credit else suggestion.transactions(state, of, amount)
        ),
        "suggestedRefundMethods": (
            [suggestion.credit(amount, result.most)] if in_credit else []
        ),
    }
