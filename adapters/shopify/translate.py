"""Shopify's objects as our model: tables and exact sums, no network, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.shopify import joining
from connector.errors import BadAmount, OutcomeUnknown
from connector.model import (
    Charge,
    Customer,
    Line,
    Moved,
    Oddity,
    Order,
    OrderStatus,
    Parcel,
    RefundedLine,
    ShopRefund,
    TaxPart,
    Tender,
    TenderKind,
)
from connector.money import Money, total
from connector.saying import saying

Json = Mapping[str, Any]

STATUS = {
    "PENDING": OrderStatus.UNPAID,
    "AUTHORIZED": OrderStatus.UNPAID,
    "EXPIRED": OrderStatus.UNPAID,
    "VOIDED": OrderStatus.CANCELLED,
    "PARTIALLY_PAID": OrderStatus.OPEN,
    "PAID": OrderStatus.OPEN,
    "PARTIALLY_REFUNDED": OrderStatus.OPEN,
    "REFUNDED": OrderStatus.REFUNDED,
}
KINDS = {
    "gift_card": TenderKind.GIFT_CARD,
    "shopify_store_credit": TenderKind.STORE_CREDIT,
    "store_credit": TenderKind.STORE_CREDIT,
    "shopify_payments": TenderKind.CARD,
    "bogus": TenderKind.CARD,
    "manual": TenderKind.MANUAL,
    "cash": TenderKind.MANUAL,
}
TAKEN = ("SALE", "CAPTURE")
# Of a parcel that never left: what was in it is still to be sent (FulfillmentStatus).
NEVER_LEFT = frozenset({"CANCELLED", "ERROR", "FAILURE"})
MOVED = {
    "SUCCESS": Moved.YES,
    "PENDING": Moved.PENDING,
    "AWAITING_RESPONSE": Moved.PENDING,
    "FAILURE": Moved.NO,
    "ERROR": Moved.NO,
}
TOKEN = "RT-"  # noqa: S105 - how our refunds are known at the shop; no secret
MOST = 250


@dataclass(slots=True)
class _Reading:
    """One pass over an order; what no table knows is kept in `oddities`."""

    currency: str
    oddities: list[Oddity] = field(default_factory=list)

    def odd(self, path: str, raw: object) -> None:
        self.oddities.append(Oddity(path=path, raw=str(raw)[:200]))

    def money(self, bag: Json | None, path: str) -> Money:
        """Read a MoneyBag in the currency that the customer paid."""
        shown = (bag or {}).get("presentmentMoney") or {}
        if shown.get("currencyCode", self.currency) != self.currency:
            self.odd(path, shown)
        try:
            money, exact = Money.read(str(shown.get("amount", "0")), self.currency)
        except BadAmount:
            self.odd(path, shown)
            return Money.zero(self.currency)
        if not exact:
            self.odd(path, shown)
        return money


def whole(nodes: Json, most: int, what: str) -> list[Json]:
    """Return all nodes of a list; raises OutcomeUnknown when it may be cut off."""
    found = list(nodes.get("nodes") or ())
    info = nodes.get("pageInfo") or {}
    if info.get("hasNextPage", len(found) >= most):
        msg = saying("this order has more of these than Retour reads at once")
        raise OutcomeUnknown(msg, what=what, most=most)
    return found


def order(data: Json) -> Order:
    """Translate the answer to `documents/order.graphql`."""
    currency = str(data["presentmentCurrencyCode"])
    reading = _Reading(currency)
    included = bool(data.get("taxesIncluded"))
    refunds = tuple(
        refund(one, currency, included=included) for one in data.get("refunds") or ()
    )
    lines = tuple(
        _line(one, refunds, reading, included=included)
        for one in whole(data["lineItems"], 10**6, "lines")
    )
    shipping = _shipping(data, reading, included=included)
    parcels = tuple(
        _parcel(one)
        for one in data.get("fulfillments") or ()
        if one.get("status") not in NEVER_LEFT
    )
    amount = reading.money(data["totalPriceSet"], "totalPriceSet")
    _check_sum(amount, (*lines, *shipping), reading)
    return Order(
        ref=str(data["id"]),
        number=str(data["name"]),
        currency=currency,
        total=amount,
        status=_status(data, reading),
        placed_at=moment(data["createdAt"]),
        updated_at=moment(data["updatedAt"]),
        lines=joining.known(data, lines, refunds, parcels),
        shipping=shipping,
        tenders=_tenders(data.get("transactions") or (), reading),
        parcels=parcels,
        refunds=refunds,
        customer=_customer(data),
        oddities=tuple(reading.oddities),
    )


def moment(text: str) -> datetime:
    """Read an ISO moment; Shopify's always say their offset."""
    return datetime.fromisoformat(text)


def _status(data: Json, reading: _Reading) -> OrderStatus:
    paid = str(data.get("displayFinancialStatus"))
    if paid not in STATUS:
        reading.odd("displayFinancialStatus", paid)
    if data.get("cancelledAt"):
        return OrderStatus.CANCELLED
    found = STATUS.get(paid, OrderStatus.UNKNOWN)
    is_sent = data.get("displayFulfillmentStatus") == "FULFILLED"
    is_open = found is OrderStatus.OPEN
    return OrderStatus.COMPLETED if is_sent and is_open else found


def _check_sum(amount: Money, parts: Sequence[Line | Charge], r: _Reading) -> None:
    """Mark what is no line: tips, duties, an edit after payment."""
    paid = total((part.gross for part in parts), r.currency)
    if paid != amount:
        r.odd("totalPriceSet", f"{amount} is not the sum of its lines, {paid}")


def _line(
    data: Json, refunds: Sequence[ShopRefund], r: _Reading, *, included: bool
) -> Line:
    """Read a line: its price less every discount, plus tax where it is not inside."""
    ref = str(data["id"])
    taxes = _taxes(data.get("taxLines") or (), ref, r)
    price = r.money(data["originalTotalSet"], f"{ref}.originalTotalSet")
    for one in data.get("discountAllocations") or ():
        price -= r.money(one["allocatedAmountSet"], f"{ref}.discountAllocations")
    tax = total((part.amount for part in taxes), r.currency)
    back = [one for made in refunds for one in made.lines if one.line_ref == ref]
    quantity = max(1, int(data["quantity"]))
    product = data.get("product") or {}
    kind = str(product.get("productType") or "").strip()
    return Line(
        ref=ref,
        title=str(data.get("title") or ""),
        quantity=quantity,
        gross=price if included else price + tax,
        taxes=taxes,
        sku=str(data.get("sku") or ""),
        product_ref=str(product.get("id") or ""),
        variant_ref=str((data.get("variant") or {}).get("id") or ""),
        tags=tuple(str(tag) for tag in product.get("tags") or ()),
        categories=(kind,) if kind else (),
        is_gift_card=bool(data.get("isGiftCard")),
        is_physical=bool(data.get("requiresShipping", True)),
        fulfilled=quantity - int(data.get("unfulfilledQuantity") or 0),
        refunded_units=sum(one.quantity for one in back),
        refunded=total((one.gross for one in back), r.currency),
    )


def _taxes(found: Sequence[Json], path: str, r: _Reading) -> tuple[TaxPart, ...]:
    """Read tax lines; they have no id, so `title@rate` names a rate."""
    return tuple(
        TaxPart(
            rate=f"{one.get('title')}@{one.get('rate')}",
            amount=r.money(one["priceSet"], f"{path}.taxLines"),
        )
        for one in found
    )


def _shipping(data: Json, r: _Reading, *, included: bool) -> tuple[Charge, ...]:
    found = data.get("shippingLine")
    if not found:
        return ()
    taxes = _taxes(found.get("taxLines") or (), "shippingLine", r)
    tax = total((part.amount for part in taxes), r.currency)
    price = r.money(found["discountedPriceSet"], "shippingLine")
    back = Money.zero(r.currency)
    for made in data.get("refunds") or ():
        for one in (made.get("refundShippingLines") or {}).get("nodes") or ():
            back += r.money(one["subtotalAmountSet"], "refundShippingLines")
            if not included:
                back += r.money(one["taxAmountSet"], "refundShippingLines")
    charge = Charge(
        ref=str(found.get("id") or "shipping"),
        title=str(found.get("title") or ""),
        gross=price if included else price + tax,
        taxes=taxes,
        refunded=back,
    )
    return (charge,)


def _tenders(found: Sequence[Json], r: _Reading) -> tuple[Tender, ...]:
    """Read what was captured, and what went back on each capture."""
    back: dict[str, Money] = {}
    for one in found:
        parent = (one.get("parentTransaction") or {}).get("id")
        standing = MOVED.get(str(one["status"])) is not Moved.NO
        if one["kind"] == "REFUND" and parent and standing:
            known = back.get(parent, Money.zero(r.currency))
            back[parent] = known + r.money(one["amountSet"], "transactions")
    return tuple(
        Tender(
            ref=str(one["id"]),
            gateway=str(one.get("gateway") or ""),
            kind=_kind(one),
            captured=r.money(one["amountSet"], "transactions"),
            refunded=back.get(str(one["id"]), Money.zero(r.currency)),
        )
        for one in found
        if one["kind"] in TAKEN and one["status"] == "SUCCESS"
    )


def _kind(data: Json) -> TenderKind:
    if data.get("manualPaymentGateway"):
        return TenderKind.MANUAL
    return KINDS.get(str(data.get("gateway") or "").lower(), TenderKind.UNKNOWN)


def _parcel(data: Json) -> Parcel:
    tracking: Json = next(iter(data.get("trackingInfo") or ()), {})
    delivered = data.get("deliveredAt")
    lines = whole(data["fulfillmentLineItems"], MOST, "lines in a parcel")
    return Parcel(
        ref=str(data["id"]),
        units=tuple(
            (str(one["lineItem"]["id"]), int(one.get("quantity") or 0)) for one in lines
        ),
        shipped_at=moment(data["createdAt"]),
        delivered_at=moment(delivered) if delivered else None,
        tracking=str(tracking.get("number") or ""),
    )


def refund(data: Json, currency: str, *, included: bool = False) -> ShopRefund:
    """Translate a Refund; that it exists does not mean that money moved.

    `included`: the order's prices hold their tax, and so does its `subtotalSet`.
    """
    reading = _Reading(currency)
    sent = [
        one
        for one in whole(data["transactions"], 50, "transactions in a refund")
        if one["kind"] == "REFUND"
    ]
    lines = tuple(
        RefundedLine(
            line_ref=str(one["lineItem"]["id"]),
            quantity=int(one["quantity"]),
            gross=_refunded(one, reading, included=included),
        )
        for one in whole(data["refundLineItems"], MOST, "lines in a refund")
    )
    amount = total(
        (reading.money(one["amountSet"], "transactions") for one in sent), currency
    )
    created = data.get("createdAt")
    note = str(data.get("note") or "")
    return ShopRefund(
        ref=str(data["id"]),
        amount=amount,
        moved=_moved(sent),
        key=_key(note),
        made_at=moment(created) if created else None,
        return_ref=str((data.get("return") or {}).get("id") or ""),
        lines=lines,
        note=note[:200],
    )


def _refunded(data: Json, r: _Reading, *, included: bool) -> Money:
    subtotal = r.money(data["subtotalSet"], "refundLineItems")
    tax = r.money(data["totalTaxSet"], "refundLineItems")
    return subtotal if included else subtotal + tax


def _moved(sent: Sequence[Json]) -> Moved:
    """Say how a refund's money stands: its slowest transaction decides.

    It is not known where a part moved and another failed: no more comes of it.
    """
    if not sent:
        return Moved.YES  # nothing was to move
    states = {MOVED.get(str(one["status"]), Moved.UNKNOWN) for one in sent}
    if len(states) == 1:
        return states.pop()
    return Moved.PENDING if Moved.PENDING in states else Moved.UNKNOWN


def _key(note: str) -> str | None:
    words = note.replace("[", " ").replace("]", " ").split()
    found = (word.removeprefix(TOKEN) for word in words if word.startswith(TOKEN))
    return next(found, None)


def _customer(data: Json) -> Customer:
    person = data.get("customer") or {}
    shipping, billing = data.get("shippingAddress") or {}, data.get("billingAddress")
    billing = billing or {}
    address = (person.get("defaultEmailAddress") or {}).get("emailAddress")
    return Customer(
        email=str(data.get("email") or address or ""),
        name=str(person.get("displayName") or shipping.get("name") or ""),
        country=str(
            shipping.get("countryCodeV2") or billing.get("countryCodeV2") or ""
        ),
        language=str(data.get("customerLocale") or ""),
        tags=tuple(str(tag) for tag in person.get("tags") or ()),
    )


def parse(body: bytes) -> Json:
    """Read a webhook body; anything that is no object is an empty one."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
