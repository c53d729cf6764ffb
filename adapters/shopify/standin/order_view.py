"""An order as GraphQL sees it, with the shop's own suggestion for a refund."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.shopify.standin import case_views, outcome, payloads, refund_suggestion
from adapters.shopify.standin.amounts import Bag, Json, total
from adapters.shopify.standin.ids import number
from adapters.shopify.standin.pages import connection
from adapters.shopify.standin.views import (
    customer,
    line,
    parcel,
    refund,
    shipping_line,
    stamp,
    taxes,
    transaction,
)

if TYPE_CHECKING:
    from adapters.shopify.standin.records import Order
    from adapters.shopify.standin.state import State


def return_status(one: Order) -> str:
    """Sum the returns up: asked first, then open, then closed."""
    statuses = {case.status for case in one.returns}
    if "REQUESTED" in statuses:
        return "RETURN_REQUESTED"
    if "OPEN" in statuses:
        return "IN_PROGRESS"
    return "RETURNED" if "CLOSED" in statuses else "NO_RETURN"


def _fulfilment_status(one: Order) -> str:
    shipped = sum(item.quantity for p in one.sent for item in p.lines)
    if not shipped:
        return "UNFULFILLED"
    bought = sum(item.quantity for item in one.lines)
    return "FULFILLED" if shipped >= bought else "PARTIALLY_FULFILLED"


def _address(one: Order) -> Json:
    first, _, last = one.customer.name.partition(" ")
    return {
        "__typename": "MailingAddress",
        "id": f"gid://shopify/MailingAddress/{number(one.gid)}",
        "name": one.customer.name,
        "firstName": first,
        "lastName": last,
        "address1": "Hauptstr. 1",
        "address2": None,
        "city": "Town",
        "zip": "10115",
        "countryCodeV2": one.country,
        "formatted": [one.customer.name, "Hauptstr. 1", "10115 Town"],
    }


def _facts(one: Order) -> Json:
    return {
        "__typename": "Order",
        "id": one.gid,
        "legacyResourceId": str(number(one.gid)),
        "name": one.name,
        "number": one.number,
        "confirmationNumber": f"C{one.number}",
        "email": one.customer.email,
        "phone": None,
        "createdAt": stamp(one.created_at),
        "processedAt": stamp(one.created_at),
        "updatedAt": stamp(one.updated_at),
        "cancelledAt": None,
        "cancelReason": None,
        "closed": False,
        "closedAt": None,
        "confirmed": True,
        "edited": any(case.exchanges for case in one.returns),
        "test": False,
        "currencyCode": one.pair.shop,
        "presentmentCurrencyCode": one.pair.presentment,
        "taxesIncluded": one.taxes_included,
        "taxExempt": False,
        "dutiesIncluded": False,
        "sourceName": "web",
        "customerLocale": "en",
        "displayFinancialStatus": payloads.financial_status(one),
        "displayFulfillmentStatus": _fulfilment_status(one),
        "returnStatus": return_status(one),
        "subtotalLineItemsQuantity": sum(item.quantity for item in one.lines),
        "restockable": True,
        "tags": sorted(one.tags),
        "note": one.note,
        "customAttributes": [{"key": k, "value": v} for k, v in one.attributes],
        "discountCodes": [],
        "discountCode": None,
        "paymentGatewayNames": payloads.gateways(one),
        "retailLocation": None,
        "additionalFees": [],
        "metafield": None,
        "requiresShipping": True,
    }


def _sums(one: Order) -> dict[str, Bag]:
    price = outcome.order_total(one)
    nothing = one.pair.nothing()
    paid, back = outcome.received(one), outcome.refunded(one, ("SUCCESS",))
    subtotal = total([item.paid for item in one.lines], one.pair)
    off = total(
        [item.line_discount + item.order_discount for item in one.lines], one.pair
    )
    lines_tax = total([item.tax for item in one.lines], one.pair)
    ship = one.shipping.price if one.shipping else nothing
    ship_taxes = [t.amount for t in one.shipping.taxes] if one.shipping else []
    given = [line_.subtotal for r in one.refunds for line_ in r.lines]
    ship_back = one.shipping.refunded if one.shipping else nothing
    tax = lines_tax + total(ship_taxes, one.pair)
    return {
        "totalPriceSet": price,
        "originalTotalPriceSet": price,
        "currentTotalPriceSet": price - total(given, one.pair) - ship_back,
        "subtotalPriceSet": subtotal,
        "currentSubtotalPriceSet": subtotal - total(given, one.pair),
        "totalTaxSet": tax,
        "currentTotalTaxSet": tax,
        "totalDiscountsSet": off,
        "currentTotalDiscountsSet": off,
        "totalShippingPriceSet": ship,
        "currentShippingPriceSet": ship - ship_back,
        "totalReceivedSet": paid,
        "totalRefundedSet": back,
        "totalRefundedShippingSet": ship_back,
        "netPaymentSet": paid - back,
        "totalOutstandingSet": outcome.outstanding(one),
        "totalTipReceivedSet": nothing,
        "totalCapturableSet": nothing,
        "refundDiscrepancySet": total([r.adjustment for r in one.refunds], one.pair),
    }


def _pay_page(state: State, one: Order) -> str | None:
    """Return where the customer pays what is owed; nothing where nothing is."""
    if not outcome.outstanding(one).presentment:
        return None
    return f"https://{state.domain}/{number(one.gid)}/order_payment/pay"


def order_view(state: State, one: Order) -> Json:
    """Show an order with everything that hangs on it."""
    left = outcome.received(one) - outcome.refunded(one)
    shipping = [one.shipping] if one.shipping is not None else []
    every_tax = [tax for item in one.lines for tax in item.taxes]
    hung = {
        "refundable": left.presentment > 0,
        "fullyPaid": outcome.outstanding(one).presentment == 0,
        "unpaid": False,
        "capturable": False,
        "taxLines": taxes(every_tax),
        "customer": lambda _info: customer(state, one.customer),
        "shippingAddress": _address(one),
        "billingAddress": _address(one),
        "displayAddress": _address(one),
        "shippingLine": shipping_line(one.shipping) if one.shipping else None,
        "shippingLines": connection(shipping, shipping_line),
        "discountApplications": connection([], dict),
        "paymentCollectionDetails": {
            "additionalPaymentCollectionUrl": _pay_page(state, one)
        },
        "lineItems": connection(one.lines, partial(line, one)),
        "fulfillments": lambda _info, first=None, query=None: [  # noqa: ARG005
            parcel(state, one, each) for each in one.parcels[:first]
        ],
        "transactions": lambda _info, first=None, **_more: [
            transaction(state, each) for each in one.transactions[:first]
        ],
        "refunds": lambda _info, first=None: [
            refund(state, each) for each in one.refunds[:first]
        ],
        "returns": partial(_returns, state, one),
        "suggestedRefund": lambda _info, **args: refund_suggestion.suggest(
            state, one, args
        ),
    }
    sums = {name: bag.view() for name, bag in _sums(one).items()}
    return _facts(one) | sums | hung


def _returns(
    state: State, one: Order, info: object, query: str | None = None, **args: object
) -> Json:
    wanted = (query or "").removeprefix("status:").upper()
    cases = [case for case in one.returns if wanted in ("", case.status)]
    return connection(cases, partial(case_views.return_, state))(info, **args)
