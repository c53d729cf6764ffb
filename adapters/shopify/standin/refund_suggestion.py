"""`Order.suggestedRefund`: what the admin would propose without a return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome
from adapters.shopify.standin.amounts import Bag, Json, least, total
from adapters.shopify.standin.views import line as view_line
from adapters.shopify.standin.views import transaction

if TYPE_CHECKING:
    from adapters.shopify.standin.records import Order
    from adapters.shopify.standin.state import State


def shipping(share: outcome.ShippingShare) -> Json:
    """Show the shipping part of a suggestion."""
    return {
        "amountSet": share.amount.view(),
        "taxSet": share.tax.view(),
        "maximumRefundableSet": share.most.view(),
    }


def transactions(state: State, order: Order, amount: Bag) -> list[Json]:
    """Show the payments that would give the amount back."""
    return [
        {
            "kind": "SUGGESTED_REFUND",
            "gateway": sale.gateway,
            "formattedGateway": sale.gateway.replace("_", " ").title(),
            "accountNumber": None,
            "amountSet": part.view(),
            "maximumRefundableSet": outcome.refundable(order, sale).view(),
            "parentTransaction": transaction(state, sale),
        }
        for sale, part in outcome.spread(order, amount)
    ]


def credit(amount: Bag, most: Bag) -> Json:
    """Show a proposal to pay in store credit."""
    return {
        "__typename": "SuggestedStoreCreditRefund",
        "amount": amount.view(),
        "maximumRefundable": most.view(),
        "expiresAt": None,
    }


def suggest(state: State, order: Order, args: Json) -> Json:
    """Value lines and shipping that would be refunded, floored at zero."""
    rows = args.get("refundLineItems") or []
    lines = {one.gid: one for one in order.lines}
    if args.get("suggestFullRefund"):
        rows = [
            {"lineItemId": one.gid, "quantity": one.quantity - one.refunded_quantity}
            for one in order.lines
        ]
    known = [
        (lines[row["lineItemId"]], row) for row in rows if row["lineItemId"] in lines
    ]
    values = [outcome.worth(one, row["quantity"]) for one, row in known]
    subtotal = total([one for one, _ in values], order.pair)
    taxes = total([other for _, other in values], order.pair)
    asked = args.get("shippingAmount")
    share = outcome.shipping_share(
        order,
        order.pair.paid(asked) if asked is not None else None,
        full=bool(args.get("refundShipping") or args.get("suggestFullRefund")),
    )
    most = outcome.received(order) - outcome.refunded(order)
    amount = subtotal + share.amount
    if not order.taxes_included:
        amount += taxes + share.tax
    amount = least(amount, most)
    in_credit = args.get("refundMethodAllocation") == "STORE_CREDIT"
    return {
        "amountSet": amount.view(),
        "subtotalSet": subtotal.view(),
        "discountedSubtotalSet": subtotal.view(),
        "maximumRefundableSet": most.view(),
        "totalTaxSet": taxes.view(),
        "totalDutiesSet": order.pair.nothing().view(),
        "totalCartDiscountAmountSet": order.pair.nothing().view(),
        "shipping": shipping(share),
        "refundDuties": [],
        "refundLineItems": [
            {
                "id": None,
                "lineItem": view_line(order, one),
                "quantity": row["quantity"],
                "restockType": row.get("restockType") or "NO_RESTOCK",
                "restocked": False,
                "location": None,
                "priceSet": one.unit.view(),
                "subtotalSet": value[0].view(),
                "totalTaxSet": value[1].view(),
            }
            for (one, row), value in zip(known, values, strict=True)
        ],
        "suggestedTransactions": (
            [] if in_credit else transactions(state, order, amount)
        ),
        "suggestedRefundMethods": [credit(amount, most)] if in_credit else [],
    }
