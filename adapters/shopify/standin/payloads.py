"""Webhook bodies: snake case, REST-shaped, and as uneven as Shopify's samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome
from adapters.shopify.standin.amounts import Bag, Json, places, rounded, total
from adapters.shopify.standin.ids import number

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from adapters.shopify.standin.records import (
        Line,
        Order,
        Parcel,
        Refund,
        RefundLine,
        Return,
        ReturnLine,
        ReverseLine,
        ReverseOrder,
        Shipping,
        Tax,
        Transaction,
    )


def stamp(at: datetime | None) -> str | None:
    """Write a time as REST bodies do, with an offset."""
    return at.replace(microsecond=0).isoformat() if at is not None else None


def text(amount: Decimal, currency: str) -> str:
    """Write an amount as REST bodies do: all digits, "7.50"."""
    return f"{rounded(amount, currency):.{places(currency)}f}"


def pair(bag: Bag) -> Json:
    """Show a bag as REST's `*_set`."""
    return {
        "shop_money": {
            "amount": text(bag.shop, bag.pair.shop),
            "currency_code": bag.pair.shop,
        },
        "presentment_money": {
            "amount": text(bag.presentment, bag.pair.presentment),
            "currency_code": bag.pair.presentment,
        },
    }


def shop_text(bag: Bag) -> str:
    """Write the shop's side of a bag."""
    return text(bag.shop, bag.pair.shop)


def named(gid: str) -> Json:
    """Show a thing by both its ids."""
    return {"id": number(gid), "admin_graphql_api_id": gid}


def _taxes(taxes: list[Tax]) -> list[Json]:
    return [
        {
            "title": tax.title,
            "rate": float(tax.rate),
            "price": shop_text(tax.amount),
            "price_set": pair(tax.amount),
            "channel_liable": False,
        }
        for tax in taxes
    ]


def _line(line: Line) -> Json:
    offs = [off for off in (line.line_discount, line.order_discount) if off.presentment]
    return named(line.gid) | {
        "title": line.variant.title,
        "name": line.variant.title,
        "sku": line.variant.sku,
        "variant_id": number(line.variant.gid),
        "product_id": number(line.variant.product_gid),
        "quantity": line.quantity,
        "current_quantity": line.quantity - line.removed_quantity,
        "gift_card": line.variant.is_gift_card,
        "price": shop_text(line.unit),
        "price_set": pair(line.unit),
        "total_discount": shop_text(line.line_discount),
        "total_discount_set": pair(line.line_discount),
        "discount_allocations": [
            {
                "amount": shop_text(off),
                "amount_set": pair(off),
                "discount_application_index": index,
            }
            for index, off in enumerate(offs)
        ],
        "tax_lines": _taxes(line.taxes),
        "duties": [],
        "properties": [],
        "taxable": True,
        "requires_shipping": not line.variant.is_gift_card,
    }


def _shipping(line: Shipping) -> Json:
    return {
        "id": number(line.gid),
        "title": line.title,
        "price": shop_text(line.price),
        "price_set": pair(line.price),
        "tax_lines": _taxes(line.taxes),
        "discount_allocations": [],
        "is_removed": False,
    }


def order(one: Order) -> Json:
    """Build orders/create and orders/updated."""
    price = outcome.order_total(one)
    taxes = total([line.tax for line in one.lines], one.pair)
    return named(one.gid) | {
        "name": one.name,
        "number": one.number - 1000,
        "order_number": one.number,
        "email": one.customer.email,
        "contact_email": one.customer.email,
        "created_at": stamp(one.created_at),
        "processed_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "cancelled_at": None,
        "closed_at": None,
        "currency": one.pair.shop,
        "presentment_currency": one.pair.presentment,
        "taxes_included": one.taxes_included,
        "financial_status": financial_status(one).lower(),
        "fulfillment_status": "fulfilled" if one.sent else None,
        "total_price": shop_text(price),
        "total_price_set": pair(price),
        "total_tax": shop_text(taxes),
        "total_tax_set": pair(taxes),
        "tags": ", ".join(one.tags),
        "note": one.note,
        "test": False,
        "source_name": "web",
        "payment_gateway_names": gateways(one),
        "customer": named(one.customer.gid) | {"email": one.customer.email},
        "shipping_address": {"name": one.customer.name, "country_code": one.country},
        "line_items": [_line(line) for line in one.lines],
        "shipping_lines": [_shipping(one.shipping)] if one.shipping else [],
        "fulfillments": [parcel(each, one) for each in one.parcels],
        "refunds": [refund(each) for each in one.refunds],
        "returns": [named(case.gid) for case in one.returns],
    }


def gateways(one: Order) -> list[str]:
    """Name the gateways that an order was paid with, each once."""
    paid = [t.gateway for t in one.transactions if t.kind in outcome.CAPTURED]
    return list(dict.fromkeys(paid))


def financial_status(one: Order) -> str:
    """Word what was paid and given back."""
    paid = outcome.received(one).presentment
    back = outcome.refunded(one, ("SUCCESS",)).presentment
    if back > 0:
        return "REFUNDED" if back >= paid else "PARTIALLY_REFUNDED"
    return "PARTIALLY_PAID" if outcome.outstanding(one).presentment > 0 else "PAID"


def parcel(one: Parcel, of: Order) -> Json:
    """Build fulfillments/create and fulfillments/update."""
    return named(one.gid) | {
        "order_id": number(of.gid),
        "name": one.name,
        "status": one.status.lower(),
        "shipment_status": "delivered" if one.delivered_at else None,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "email": of.customer.email,
        "line_items": [
            _line(item.line) | {"quantity": item.quantity} for item in one.lines
        ],
        "tracking_numbers": [],
    }


def transaction(one: Transaction) -> Json:
    """Build order_transactions/create."""
    return named(one.gid) | {
        "order_id": number(one.order_gid),
        "parent_id": number(one.parent.gid) if one.parent else None,
        "kind": one.kind.lower(),
        "status": one.status.lower(),
        "gateway": one.gateway,
        "amount": text(one.amount.presentment, one.amount.pair.presentment),
        "currency": one.amount.pair.presentment,
        "created_at": stamp(one.created_at),
        "error_code": one.error_code.lower() if one.error_code else None,
        "test": False,
        "receipt": {},
    }


def _refund_line(line: RefundLine) -> Json:
    return {
        "id": number(line.gid),
        "line_item_id": number(line.line.gid),
        "line_item": _line(line.line),
        "quantity": line.quantity,
        "location_id": None,
        "restock_type": line.restock_type.lower(),
        "subtotal": float(line.subtotal.shop),
        "subtotal_set": pair(line.subtotal),
        "total_tax": float(line.tax.shop),
        "total_tax_set": pair(line.tax),
    }


def refund(one: Refund) -> Json:
    """Build refunds/create."""
    nothing = one.adjustment.pair.nothing()
    return named(one.gid) | {
        "order_id": number(one.order_gid),
        "created_at": stamp(one.created_at),
        "processed_at": stamp(one.created_at),
        "note": one.note,
        "user_id": 548380009 if one.by == "staff" else None,
        "restock": any(line.restock_type != "NO_RESTOCK" for line in one.lines),
        "return": named(one.return_gid) if one.return_gid else None,
        "duties": [],
        "total_duties_set": pair(nothing),
        "refund_shipping_lines": [],
        "order_adjustments": _adjustments(one),
        "refund_line_items": [_refund_line(line) for line in one.lines],
        "transactions": [transaction(each) for each in one.transactions],
    }


def _adjustments(one: Refund) -> list[Json]:
    if not one.adjustment.presentment:
        return []
    return [
        {
            "id": number(one.gid),
            "kind": "refund_discrepancy",
            "reason": "Refund discrepancy",
            "amount": shop_text(-one.adjustment),
            "amount_set": pair(-one.adjustment),
        }
    ]


def return_(case: Return) -> Json:
    """Build returns/request and returns/approve."""
    return named(case.gid) | {
        "status": case.status.lower(),
        "order": named(case.order_gid),
        "name": case.name,
        "total_return_line_items": sum(line.quantity for line in case.lines),
        "return_line_items": [_return_line(line) for line in case.lines],
        "return_shipping_fees": [
            named(fee.gid) | {"price": pair(fee.amount)} for fee in case.fees
        ],
        "exchange_line_items": [
            named(item.gid) | {"line_item": None} for item in case.exchanges
        ],
        "total_exchange_line_items": sum(item.quantity for item in case.exchanges),
    }


def _return_line(line: ReturnLine) -> Json:
    return named(line.gid) | {
        "fulfillment_line_item": named(line.parcel_line.gid)
        | {"line_item": named(line.parcel_line.line.gid)},
        "quantity": line.quantity,
        "customer_note": line.customer_note,
    }


def declined(case: Return) -> Json:
    """Build returns/decline."""
    reason = (case.decline_reason or "").lower()
    return named(case.gid) | {
        "status": "declined",
        "order": named(case.order_gid),
        "decline": {"reason": reason, "note": case.decline_note},
    }


def thin(case: Return) -> Json:
    """Build returns/close, cancel and reopen."""
    order_id = number(case.order_gid)
    return named(case.gid) | {"order_id": order_id, "status": case.status.lower()}


def updated(case: Return, rows: list[Json]) -> Json:
    """Build returns/update, which has no id of its own."""
    return {
        "admin_graphql_api_id": case.gid,
        "return_line_items": {
            "removals": [
                {
                    "admin_graphql_api_id": row["returnLineItemId"],
                    "delta": row["quantity"],
                }
                for row in rows
            ]
        },
        "restocking_fees": {"updates": [], "removals": []},
        "return_shipping_fees": {"updates": [], "removals": []},
    }


def disposed(way: ReverseOrder, lines: list[ReverseLine]) -> Json:
    """Build reverse_fulfillment_orders/dispose."""
    rows = [
        {
            "reverse_fulfillment_order_line_item": named(line.gid),
            "reverse_delivery_line_item": None,
            "type": one.kind.lower(),
            "location": named(one.location) if one.location else None,
            "quantity": one.quantity,
        }
        for line in lines
        for one in line.dispositions
    ]
    return named(way.gid) | {"dispositions": rows, "total_dispositions": len(rows)}
