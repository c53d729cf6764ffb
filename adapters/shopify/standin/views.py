"""Orders, refunds and what hangs on them, as GraphQL sees them: dicts, lazy inside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome
from adapters.shopify.standin.amounts import Bag, Json, money, total
from adapters.shopify.standin.ids import number
from adapters.shopify.standin.pages import connection
from adapters.shopify.standin.state import LOCATION, REASONS
from adapters.shopify.standin.stored_value import accounts

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.shopify.standin.records import (
        Customer,
        Line,
        Order,
        Parcel,
        ParcelLine,
        Refund,
        RefundLine,
        Shipping,
        Tax,
        Transaction,
        Variant,
    )
    from adapters.shopify.standin.state import State

MANUAL = ("manual", "bank_transfer", "cash_on_delivery")


def stamp(at: datetime | None) -> str | None:
    """Write a time as the Admin API does: UTC, to the second, "Z"."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at is not None else None


def location(gid: str = LOCATION, name: str = "Warehouse") -> Json:
    """Show one location of the shop; the first is where everything is sent from."""
    return {
        "__typename": "Location",
        "id": gid,
        "legacyResourceId": str(number(gid)),
        "name": name,
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "shipsInventory": True,
    }


def reason(index: int) -> Json:
    """Show a return reason by its number, counted from 1."""
    handle, name = REASONS[index - 1]
    return {
        "__typename": "ReturnReasonDefinition",
        "id": f"gid://shopify/ReturnReasonDefinition/{index}",
        "handle": handle,
        "name": name,
        "deleted": False,
    }


def reasons() -> list[Json]:
    """Show every return reason."""
    return [reason(index) for index in range(1, len(REASONS) + 1)]


def customer(state: State, one: Customer) -> Json:
    """Show a customer with the store credit they have."""
    first, _, last = one.name.partition(" ")
    return {
        "__typename": "Customer",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "displayName": one.name,
        "firstName": first,
        "lastName": last,
        "defaultEmailAddress": {"emailAddress": one.email},
        "locale": "en",
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.created_at),
        "tags": sorted(one.tags),
        "orders": connection(
            [o for o in state.orders.values() if o.customer is one],
            partial(order, state),
        ),
        "storeCreditAccounts": connection(accounts(state, one), dict),
    }


def product(variant_: Variant) -> Json:
    """Show the product that a variant is of."""
    return {
        "__typename": "Product",
        "id": variant_.product_gid,
        "legacyResourceId": str(number(variant_.product_gid)),
        "title": variant_.title,
        "handle": variant_.title.lower().replace(" ", "-"),
        "productType": variant_.product_type,
        "tags": list(variant_.tags),
        "isGiftCard": variant_.is_gift_card,
        "vendor": "Teehaus",
        "totalInventory": variant_.stock,
        "status": "ACTIVE",
        "createdAt": stamp(variant_.created_at),
        "updatedAt": stamp(variant_.created_at),
    }


def family(rows: list[Variant]) -> Json | None:
    """Show a product with all of its variants."""
    if not rows:
        return None
    return product(rows[0]) | {"variants": connection(rows, variant)}


def variant(one: Variant) -> Json:
    """Show a product variant."""
    return {
        "__typename": "ProductVariant",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "sku": one.sku,
        "barcode": None,
        "title": one.option or "Default Title",
        "displayName": f"{one.title} - {one.option or 'Default Title'}",
        "price": f"{one.price:.2f}",
        "availableForSale": one.stock > 0 or not one.tracked,
        "inventoryPolicy": "DENY",
        "inventoryItem": {
            "__typename": "InventoryItem",
            "id": f"gid://shopify/InventoryItem/{number(one.gid)}",
            "tracked": one.tracked,
            "sku": one.sku,
        },
        "inventoryQuantity": one.stock,
        "sellableOnlineQuantity": one.stock,
        "selectedOptions": [],
        "product": lambda _info: product(one),
    }


def taxes(rows: list[Tax]) -> list[Json]:
    """Show tax lines; they have no id."""
    return [
        {
            "title": tax.title,
            "rate": float(tax.rate),
            "ratePercentage": float(tax.rate * 100),
            "priceSet": tax.amount.view,
            "channelLiable": False,
            "source": None,
        }
        for tax in rows
    ]


def _allocations(line: Line) -> list[Json]:
    offs = (line.line_discount, line.order_discount)
    return [{"allocatedAmountSet": off.view} for off in offs if off.presentment]


def _before_taxes(of: Order, line: Line) -> Bag:
    """Price what is not refunded, without tax."""
    left = line.paid - line.refunded_subtotal
    taxed = line.tax - line.refunded_tax
    return left - taxed if of.taxes_included else left


def _by_line(one: Line) -> Bag:
    return one.original - one.line_discount


def line(of: Order, one: Line) -> Json:
    """Show an order line."""
    shipped = sum(
        item.quantity for p in of.sent for item in p.lines if item.line is one
    )
    return {
        "__typename": "LineItem",
        "id": one.gid,
        "name": one.variant.title,
        "title": one.variant.title,
        "sku": one.variant.sku,
        "quantity": one.quantity,
        "currentQuantity": one.quantity
        - max(one.removed_quantity, one.refunded_quantity),
        "refundableQuantity": one.quantity - one.refunded_quantity,
        "unfulfilledQuantity": one.quantity - shipped,
        "nonFulfillableQuantity": 0,
        "restockable": True,
        "merchantEditable": True,
        "taxable": bool(one.taxes),
        "isGiftCard": one.variant.is_gift_card,
        "requiresShipping": not one.variant.is_gift_card,
        "variantTitle": None,
        "vendor": "Teehaus",
        "weight": None,
        "customAttributes": [],
        "duties": [],
        "variant": lambda _info: variant(one.variant),
        "product": lambda _info: product(one.variant),
        "originalUnitPriceSet": one.unit.view,
        "originalTotalSet": lambda _info: one.original.view(),
        "discountedTotalSet": lambda _info, **_more: _by_line(one).view(),
        "discountedUnitPriceSet": lambda _info: (
            _by_line(one).part(1, one.quantity).view()
        ),
        "discountedUnitPriceAfterAllDiscountsSet": lambda _info: one.paid.part(
            1, one.quantity
        ).view(),
        "priceAfterAllDiscountsBeforeTaxesSet": lambda _info: _before_taxes(
            of, one
        ).view(),
        "totalDiscountSet": lambda _info: (
            one.line_discount + one.order_discount
        ).view(),
        "discountAllocations": lambda _info: _allocations(one),
        "taxLines": lambda _info, first=None: taxes(one.taxes)[:first],
        "suggestedReturnReasonDefinitions": connection(reasons(), dict),
    }


def parcel_line(of: Order, one: ParcelLine) -> Json:
    """Show a fulfillment line."""
    bought, whole = one.line, one.line.quantity
    return {
        "__typename": "FulfillmentLineItem",
        "id": one.gid,
        "quantity": one.quantity,
        "lineItem": lambda _info: line(of, bought),
        "originalTotalSet": lambda _info: bought.original.part(
            one.quantity, whole
        ).view(),
        "discountedTotalSet": lambda _info: (
            _by_line(bought).part(one.quantity, whole).view()
        ),
    }


def _displayed(one: Parcel) -> str:
    if one.status == "CANCELLED":
        return "CANCELED"
    return "DELIVERED" if one.delivered_at else "FULFILLED"


def parcel(state: State, of: Order, one: Parcel) -> Json:
    """Show a fulfillment."""
    return {
        "__typename": "Fulfillment",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "name": one.name,
        "status": one.status,
        "displayStatus": _displayed(one),
        "createdAt": stamp(one.created_at),
        "updatedAt": stamp(one.updated_at),
        "deliveredAt": stamp(one.delivered_at),
        "requiresShipping": True,
        "totalQuantity": sum(item.quantity for item in one.lines),
        "location": lambda _info: location(),
        "order": lambda _info: order(state, of),
        "trackingInfo": [],
        "fulfillmentLineItems": connection(one.lines, partial(parcel_line, of)),
    }


def transaction(state: State, one: Transaction) -> Json:
    """Show a payment or a refund of one."""
    of = state.orders[one.order_gid]
    most = None
    if one.kind in outcome.CAPTURED:
        left = outcome.refundable(of, one)
        most = money(left.presentment, of.pair.presentment)
    parent = one.parent
    return {
        "__typename": "OrderTransaction",
        "id": one.gid,
        "kind": one.kind,
        "status": one.status,
        "gateway": one.gateway,
        "formattedGateway": one.gateway.replace("_", " ").title(),
        "manualPaymentGateway": one.gateway in MANUAL,
        "manuallyCapturable": False,
        "multiCapturable": False,
        "test": False,
        "createdAt": stamp(one.created_at),
        "processedAt": stamp(one.created_at),
        "errorCode": one.error_code,
        "amountSet": one.amount.view,
        "maximumRefundableV2": most,
        "paymentId": f"{of.name}.{number(one.gid)}",
        "order": lambda _info: order(state, of),
        "parentTransaction": lambda _info: (
            transaction(state, parent) if parent is not None else None
        ),
    }


def shipping_line(one: Shipping) -> Json:
    """Show the shipping line."""
    return {
        "__typename": "ShippingLine",
        "id": one.gid,
        "title": one.title,
        "custom": False,
        "isRemoved": False,
        "originalPriceSet": one.price.view,
        "discountedPriceSet": one.price.view,
        "currentDiscountedPriceSet": (one.price - one.refunded).view,
        "discountAllocations": [],
        "taxLines": taxes(one.taxes),
    }


def refund_line(of: Order, one: RefundLine) -> Json:
    """Show a refunded line."""
    return {
        "id": one.gid,
        "quantity": one.quantity,
        "restockType": one.restock_type,
        "restocked": one.restock_type != "NO_RESTOCK",
        "lineItem": lambda _info: line(of, one.line),
        "location": lambda _info: (
            location() if one.restock_type != "NO_RESTOCK" else None
        ),
        "priceSet": one.line.unit.view(),
        "subtotalSet": one.subtotal.view(),
        "totalTaxSet": one.tax.view(),
    }


def refund(state: State, one: Refund) -> Json:
    """Show a refund; its total counts every transaction, moved or not."""
    from adapters.shopify.standin.case_views import return_  # noqa: PLC0415 - a ring

    of = state.orders[one.order_gid]
    case = state.returns.get(one.return_gid or "")
    asked = total([t.amount for t in one.transactions], of.pair)
    return {
        "__typename": "Refund",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "createdAt": stamp(one.created_at),
        "processedAt": stamp(one.created_at),
        "updatedAt": stamp(one.created_at),
        "note": one.note,
        "order": lambda _info: order(state, of),
        "return": lambda _info: return_(state, case) if case is not None else None,
        "duties": [],
        "totalRefundedSet": asked.view(),
        "refundLineItems": connection(one.lines, partial(refund_line, of)),
        "refundShippingLines": connection(_refund_shipping(of, one), dict),
        "orderAdjustments": connection(_adjustments(one), dict),
        "transactions": connection(one.transactions, partial(transaction, state)),
    }


def _refund_shipping(of: Order, one: Refund) -> list[Json]:
    if of.shipping is None or not one.shipping.presentment:
        return []
    return [
        {
            "id": f"gid://shopify/RefundShippingLine/{number(one.gid)}",
            "shippingLine": shipping_line(of.shipping),
            "subtotalAmountSet": one.shipping.view(),
            "taxAmountSet": one.shipping_tax.view(),
        }
    ]


def _adjustments(one: Refund) -> list[Json]:
    if not one.adjustment.presentment:
        return []
    known = one.reason if one.reason != "OTHER" else "REFUND_DISCREPANCY"
    return [
        {
            "id": f"gid://shopify/OrderAdjustment/{number(one.gid)}",
            "reason": known,
            "amountSet": (-one.adjustment).view(),
            "taxAmountSet": one.adjustment.pair.nothing().view(),
        }
    ]


def order(state: State, one: Order) -> Json:
    """Show an order."""
    from adapters.shopify.standin.order_view import order_view  # noqa: PLC0415 - a ring

    return order_view(state, one)
