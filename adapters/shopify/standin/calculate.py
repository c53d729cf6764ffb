"""`returnCalculate`: a preview without writing; returned lines show negative."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from graphql import GraphQLError

from adapters.shopify.standin import outcome, returns
from adapters.shopify.standin.ids import checked
from adapters.shopify.standin.records import Exchange
from adapters.shopify.standin.views import parcel_line, variant

if TYPE_CHECKING:
    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.records import Order
    from adapters.shopify.standin.state import State


def preview(state: State, data: Json) -> Json | None:
    """Value a return that nobody opened yet."""
    order = state.orders.get(checked(data["orderId"], "Order"))
    if order is None:
        return None
    charge = data.get("returnShippingFee")
    return {
        "id": "gid://shopify/CalculatedReturn/1",
        "returnLineItems": [
            _line(order, index, row)
            for index, row in enumerate(data.get("returnLineItems") or (), start=1)
        ],
        "exchangeLineItems": [
            _swap(state, order, index, row)
            for index, row in enumerate(data.get("exchangeLineItems") or (), start=1)
        ],
        "returnShippingFee": charge
        and {
            "id": "gid://shopify/CalculatedReturnShippingFee/1",
            "amountSet": order.pair.paid(charge["amount"]["amount"]).view(),
        },
    }


def _swap(state: State, order: Order, index: int, row: Json) -> Json:
    """Price what is wanted instead, for the buyer of this order."""
    found = state.variants.get(row.get("variantId") or "")
    if found is None:
        message = f"Invalid id: {row.get('variantId')}"
        raise GraphQLError(message, extensions={"code": "RESOURCE_NOT_FOUND"})
    units = row["quantity"]
    off = returns.discount(order, found, row) / units
    wanted = Exchange("", found, units, off)
    subtotal, tax = outcome.exchange_value(order, wanted, units)
    return {
        "id": f"gid://shopify/CalculatedExchangeLineItem/{index}",
        "quantity": units,
        "variant": lambda _info: variant(found),
        "originalUnitPriceSet": order.pair.bag(found.price).view(),
        "discountedUnitPriceSet": order.pair.bag(found.price - off).view(),
        "subtotalSet": subtotal.view(),
        "totalTaxSet": tax.view(),
    }


def _line(order: Order, index: int, row: Json) -> Json:
    parcels = {item.gid: item for parcel in order.parcels for item in parcel.lines}
    item = parcels[row["fulfillmentLineItemId"]]
    subtotal, tax = outcome.worth(item.line, row["quantity"])
    base = subtotal - tax if order.taxes_included else subtotal
    percent = (row.get("restockingFee") or {}).get("percentage")
    fee = percent is not None and {
        "id": f"gid://shopify/CalculatedRestockingFee/{index}",
        "percentage": percent,
        "amountSet": base.times(Decimal(str(percent)) / 100).view(),
    }
    before = item.line.original - item.line.line_discount
    return {
        "id": f"gid://shopify/CalculatedReturnLineItem/{index}",
        "quantity": row["quantity"],
        "fulfillmentLineItem": parcel_line(order, item),
        "subtotalSet": (-subtotal).view(),
        "subtotalBeforeOrderDiscountsSet": (
            -before.part(row["quantity"], item.line.quantity)
        ).view(),
        "totalTaxSet": (-tax).view(),
        "restockingFee": fee or None,
    }
