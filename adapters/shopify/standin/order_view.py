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
    from collections.abc import Callable, Mapping

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


def _address(one: Order, _info: object) -> Json:
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
        "displayFinancialStatus": lambda _info: payloads.financial_status(one),
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


def _subtotal(one: Order) -> Bag:
    return total([item.paid for item in one.lines], one.pair)


def _off(one: Order) -> Bag:
    offs = [item.line_discount + item.order_discount for item in one.lines]
    return total(offs, one.pair)


def _tax(one: Order) -> Bag:
    ship_taxes = [t.amount for t in one.shipping.taxes] if one.shipping else []
    return total([item.tax for item in one.lines] + ship_taxes, one.pair)


def _ship(one: Order) -> Bag:
    return one.shipping.price if one.shipping else one.pair.nothing()


def _ship_back(one: Order) -> Bag:
    return one.shipping.refunded if one.shipping else one.pair.nothing()


def _given(one: Order) -> Bag:
    return total([row.subtotal for r in one.refunds for row in r.lines], one.pair)


def _paid_back(one: Order) -> Bag:
    return outcome.refunded(one, ("SUCCESS",))


def _discrepancy(one: Order) -> Bag:
    return total([r.adjustment for r in one.refunds], one.pair)


SUMS: Mapping[str, Callable[[Order], Bag]] = {
    "totalPriceSet": outcome.order_total,
    "originalTotalPriceSet": outcome.order_total,
    "currentTotalPriceSet": lambda one: (
        outcome.order_total(one) - _given(one) - _ship_back(one)
    ),
    "subtotalPriceSet": _subtotal,
    "currentSubtotalPriceSet": lambda one: _subtotal(one) - _given(one),
    "totalTaxSet": _tax,
    "currentTotalTaxSet": _tax,
    "totalDiscountsSet": _off,
    "currentTotalDiscountsSet": _off,
    "totalShippingPriceSet": _ship,
    "currentShippingPriceSet": lambda one: _ship(one) - _ship_back(one),
    "totalReceivedSet": outcome.received,
    "totalRefundedSet": _paid_back,
    "totalRefundedShippingSet": _ship_back,
    "netPaymentSet": lambda one: outcome.received(one) - _paid_back(one),
    "totalOutstandingSet": outcome.outstanding,
    "totalTipReceivedSet": lambda one: one.pair.nothing(),
    "totalCapturableSet": lambda one: one.pair.nothing(),
    "refundDiscrepancySet": _discrepancy,
}


def _sum(of: Callable[[Order], Bag], one: Order, _info: object) -> Json:
    return of(one).view()


def _pay_page(state: State, one: Order) -> str | None:
    """Return where the customer pays what is owed; nothing where nothing is."""
    if not outcome.outstanding(one).presentment:
        return None
    return f"https://{state.domain}/{number(one.gid)}/order_payment/pay"


def order_view(state: State, one: Order) -> Json:
    """Show an order with everything that hangs on it; most is for who asks for it."""
    shipping = [one.shipping] if one.shipping is not None else []
    hung = {
        "refundable": lambda _info: (
            outcome.received(one).presentment > outcome.refunded(one).presentment
        ),
        "fullyPaid": lambda _info: outcome.outstanding(one).presentment == 0,
        "unpaid": False,
        "capturable": False,
        "taxLines": lambda _info: taxes([t for item in one.lines for t in item.taxes]),
        "customer": lambda _info: customer(state, one.customer),
        "shippingAddress": partial(_address, one),
        "billingAddress": partial(_address, one),
        "displayAddress": partial(_address, one),
        "shippingLine": shipping_line(one.shipping) if one.shipping else None,
        "shippingLines": connection(shipping, shipping_line),
        "discountApplications": connection([], dict),
        "paymentCollectionDetails": {
            "additionalPaymentCollectionUrl": lambda _info: _pay_page(state, one)
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
    sums = {name: partial(_sum, of, one) for name, of in SUMS.items()}
    return _facts(one) | sums | hung


def _returns(
    state: State, one: Order, info: object, query: str | None = None, **args: object
) -> Json:
    wanted = (query or "").removeprefix("status:").upper()
    cases = [case for case in one.returns if wanted in ("", case.status)]
    return connection(cases, partial(case_views.return_, state))(info, **args)
