"""WooCommerce's JSON as our model: tables and exact sums, no network, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.woocommerce import credited
from adapters.woocommerce.reading import Reading, meta
from connector.errors import BadAmount
from connector.model import (
    SWAPPED,
    Charge,
    Customer,
    Line,
    Moved,
    Order,
    OrderStatus,
    RefundedLine,
    ShopRefund,
    TaxPart,
    Tender,
    TenderKind,
)
from connector.money import Money, total

Json = Mapping[str, Any]

STATUS = {
    "auto-draft": OrderStatus.UNPAID,
    "checkout-draft": OrderStatus.UNPAID,
    "pending": OrderStatus.UNPAID,
    "on-hold": OrderStatus.UNPAID,
    "failed": OrderStatus.UNPAID,
    "processing": OrderStatus.OPEN,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
}
# A return plugin's own status takes the place of the one that the order had.
RETURNING = ("return-requested", "return-approved", "return-cancelled")
PAID = ("processing", "completed", "refunded", *RETURNING)
# Gateways that come with WooCommerce and cannot pay back by themselves.
BY_HAND = ("", "bacs", "cheque", "cod")
CARDS = ("stripe", "woocommerce_payments", "ppcp-credit-card-gateway", "square")
TOKEN = re.compile(r"\[RT-([0-9A-Za-z-]+)\]")
SHELF = re.compile(r"\[RS-([0-9A-Za-z-]+)\]")  # goods back on the shelf, no money
META_KEY = "_retour_refund"
META_AMOUNT = "_retour_amount"  # of our refund, what was paid with goods included
META_NEW = "_retour_exchange"  # our key, on an order of new goods and its fee
REFUNDED_ITEM = "_refunded_item_id"
NO_CURRENCY = "XXX"  # ISO 4217 for none: an order that names no currency is odd
CENTS = 2  # minor units that rounding may take
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order(
    data: Json,
    refunds: list[Json],
    products: Mapping[str, Json],
    ours: Collection[str] = (),
    roles: Mapping[str, str] | None = None,
) -> Order:
    """Translate `GET /orders/<id>` with its refunds and the products of its lines.

    `ours` are the codes of coupons that are credit: a means of payment, no discount;
    `roles` are those of customers, as far as they are known, by the customer's id.
    What was paid is `total + total_tax` of each line; `taxes[]` may differ from
    `total_tax` by a cent and only says how it divides over the rates.
    """
    reading = Reading(str(data.get("currency") or NO_CURRENCY))
    made = tuple(_refund(one, reading) for one in refunds if not is_shelf(one))
    back = _back(refunds, reading)
    status = str(data.get("status"))
    data = credited.undone(data, ours, reading.currency) if ours else data
    means = _status(data, status, back, ours)
    if means is OrderStatus.UNKNOWN:
        reading.odd("status", status)
    lines = tuple(
        _line(one, back, products, reading) for one in data.get("line_items") or ()
    )
    shipping = tuple(
        _charge(one, "method_title", back, reading)
        for one in data.get("shipping_lines") or ()
    )
    fees = tuple(
        _charge(one, "name", back, reading)
        for one in data.get("fee_lines") or ()
        if not is_swap(one)
    )
    paid = reading.money(data.get("total"), "total")
    swapped = _swapped(data, paid, (*lines, *shipping, *fees), reading)
    is_paid = _is_paid(data, status)
    stored = credited.tenders(data, ours, refunds, reading.currency, is_paid=is_paid)
    amount = paid + swapped + credited.taken(data, ours, reading.currency)
    _check_sum(amount, (*lines, *shipping, *fees), reading)
    return Order(
        ref=str(data["id"]),
        number=str(data.get("number") or data["id"]),
        currency=reading.currency,
        total=amount,
        status=means,
        placed_at=reading.moment(data.get("date_created_gmt"), "date_created_gmt")
        or EPOCH,
        updated_at=reading.moment(data.get("date_modified_gmt"), "date_modified_gmt")
        or EPOCH,
        lines=lines,
        shipping=shipping,
        fees=fees,
        tenders=(*stored, *_tenders(data, paid, swapped, made, status, stored)),
        refunds=made,
        customer=_customer(data, roles or {}),
        completed_at=reading.moment(data.get("date_completed_gmt"), "completed"),
        oddities=tuple(reading.oddities),
        adds_tax=data.get("prices_include_tax") is False,
    )


def _status(
    data: Json, status: str, back: _Back, ours: Collection[str] = ()
) -> OrderStatus:
    """Say what a status means; in a return's, the date of completion stays."""
    if status in RETURNING or (status == "refunded" and _is_left(data, back, ours)):
        is_sent = bool(data.get("date_completed_gmt"))
        return OrderStatus.COMPLETED if is_sent else OrderStatus.OPEN
    return STATUS.get(status, OrderStatus.UNKNOWN)


def _is_left(data: Json, back: _Back, ours: Collection[str]) -> bool:
    """Say whether goods are left of an order that was paid with goods, or credit.

    One paid with nothing else is "refunded" with its first booking, of nothing.
    """
    is_other = bool(ours) or any(is_swap(x) for x in data.get("fee_lines") or ())
    return is_other and any(
        str(back.get(str(one["id"]), (0,))[0]) != str(one.get("quantity"))
        for one in data.get("line_items") or ()
    )


def is_swap(fee: Json) -> bool:
    """Say whether a fee is ours: the value of goods that came back for these."""
    return bool(meta(fee, META_NEW))


def is_shelf(refund: Json) -> bool:
    """Say whether a refund of ours moves no money, and only goods."""
    return bool(SHELF.search(str(refund.get("reason") or "")))


def _swapped(
    data: Json, paid: Money, parts: tuple[Line | Charge, ...], reading: Reading
) -> Money:
    """Return what of an order of new goods was paid with old ones (decision 0017).

    All that its lines cost above its total: the fee and its VAT are rounded apart.
    """
    ours = [one for one in data.get("fee_lines") or () if is_swap(one)]
    if not ours:
        return Money.zero(reading.currency)
    fees = [-_paid(one, "exchange", reading)[0] for one in ours]
    found = total((part.gross for part in parts), reading.currency) - paid
    if abs(found.minor - sum(one.minor for one in fees)) > CENTS:
        return total(fees, reading.currency)  # `_check_sum` marks it
    return found


def _check_sum(amount: Money, parts: tuple[Line | Charge, ...], r: Reading) -> None:
    paid = total((part.gross for part in parts), r.currency)
    if paid != amount:
        r.odd("total", f"{amount} is not the sum of its lines, {paid}")


def _line(
    data: Json, back: _Back, products: Mapping[str, Json], reading: Reading
) -> Line:
    path = f"line_items.{data.get('id')}"
    gross, taxes = _paid(data, path, reading)
    product = products.get(str(data.get("product_id")), {})
    ref = str(data["id"])
    units, money = back.get(ref, (0, Money.zero(reading.currency)))
    return Line(
        ref=ref,
        title=str(data.get("name") or ""),
        quantity=max(1, _whole(data.get("quantity"), f"{path}.quantity", reading)),
        gross=gross,
        taxes=taxes,
        sku=str(data.get("sku") or ""),
        product_ref=str(data.get("product_id") or ""),
        variant_ref=str(data.get("variation_id") or ""),
        tags=_names(product.get("tags")),
        categories=_names(product.get("categories")),
        is_physical=not product.get("virtual", False),
        refunded_units=units,
        refunded=money,
    )


def _charge(data: Json, title: str, back: _Back, reading: Reading) -> Charge:
    gross, taxes = _paid(data, f"charge.{data.get('id')}", reading)
    ref = str(data["id"])
    return Charge(
        ref=ref,
        title=str(data.get(title) or ""),
        gross=gross,
        taxes=taxes,
        refunded=back.get(ref, (0, Money.zero(reading.currency)))[1],
    )


def _paid(data: Json, path: str, r: Reading) -> tuple[Money, tuple[TaxPart, ...]]:
    """Return gross and its taxes: `total_tax` apportioned as `taxes[]` weighs it."""
    net = r.money(data.get("total"), f"{path}.total")
    tax = r.money(data.get("total_tax") or "0", f"{path}.total_tax")
    rates: list[str] = []
    weights: list[int] = []
    for one in data.get("taxes") or ():
        if one.get("total") in ("", None):
            continue
        rates.append(str(one.get("id")))
        weights.append(abs(_weight(one.get("total"))))
    if not tax:
        return net, ()
    if not sum(weights):
        r.odd(f"{path}.taxes", data.get("taxes"))
        return net + tax, (TaxPart(rate="?", amount=tax),)
    shares = tax.allocate(weights)
    taxes = zip(rates, shares, strict=True)
    return net + tax, tuple(TaxPart(rate=rate, amount=share) for rate, share in taxes)


def _weight(value: object) -> int:
    """Read a tax share as a weight, in millionths: `taxes[]` is finer than cents."""
    try:
        return Money.read(f"{value}e4", "EUR")[0].minor
    except BadAmount:
        return 0


def _whole(value: object, path: str, reading: Reading) -> int:
    try:
        return int(str(value))
    except ValueError:
        reading.odd(path, value)
        return 0


def _names(found: object) -> tuple[str, ...]:
    entries = found if isinstance(found, list) else []
    named = (
        {str(one.get("name", "")), str(one.get("slug", ""))}
        for one in entries
        if isinstance(one, dict)
    )
    return tuple(sorted({name for names in named for name in names if name}))


_Back = Mapping[str, tuple[int, Money]]


def _back(refunds: list[Json], reading: Reading) -> _Back:
    """Add up, by the order's line, the units and gross that refunds name.

    What only put goods on the shelf names units that their money names too.
    """
    back: dict[str, tuple[int, Money]] = {}
    for refund in (one for one in refunds if not is_shelf(one)):
        for one in _refunded(refund, reading):
            units, money = back.get(one.line_ref, (0, Money.zero(reading.currency)))
            back[one.line_ref] = (units + one.quantity, money + one.gross)
    return back


def _refunded(data: Json, reading: Reading) -> tuple[RefundedLine, ...]:
    """Read a refund's lines: negative figures, tied to the order's by their meta."""
    found: list[RefundedLine] = []
    for kind in ("line_items", "shipping_lines", "fee_lines"):
        for one in data.get(kind) or ():
            ref = meta(one, REFUNDED_ITEM)
            if not ref:
                continue
            net = reading.money(one.get("total") or "0", f"refund.{kind}.total")
            tax = reading.money(one.get("total_tax") or "0", f"refund.{kind}.tax")
            units = _whole(one.get("quantity", 0), "refund.quantity", reading)
            found.append(
                RefundedLine(line_ref=ref, quantity=abs(units), gross=-(net + tax))
            )
    return tuple(found)


def refund(data: Json, currency: str) -> ShopRefund:
    """Translate one refund as `GET /orders/<id>/refunds` lists it."""
    return _refund(data, Reading(currency))


def _refund(data: Json, reading: Reading) -> ShopRefund:
    """Read a refund: positive `amount` in full, negative `total` in an order.

    `refunded_payment: false` does not mean that no money moved: staff may have
    paid by other means, and it lowers what is left either way.
    """
    path = f"refunds.{data.get('id')}"
    if meta(data, META_KEY) and meta(data, META_AMOUNT):
        amount = reading.money(meta(data, META_AMOUNT), f"{path}.meta")
    elif "amount" in data:
        amount = reading.money(data["amount"], f"{path}.amount")
    else:
        amount = -reading.money(data.get("total"), f"{path}.total")
    reason = str(data.get("reason") or "")
    made = reading.moment(data.get("date_created_gmt"), f"{path}.date_created_gmt")
    return ShopRefund(
        ref=str(data["id"]),
        amount=amount,
        moved=Moved.YES if data.get("refunded_payment") is True else Moved.UNKNOWN,
        key=_key(data, reason),
        made_at=made,
        lines=_refunded(data, reading),
        note=reason[:200],
    )


def _key(data: Json, reason: str) -> str | None:
    """Find our token: in `reason` while the gateway still works, later in meta too."""
    found = TOKEN.search(reason)
    return found.group(1) if found else meta(data, META_KEY) or None


def _tenders(
    data: Json,
    paid: Money,
    swapped: Money,
    refunds: tuple[ShopRefund, ...],
    status: str,
    stored: tuple[Tender, ...],
) -> tuple[Tender, ...]:
    """Return the one tender of an order; new goods have another, what came back.

    What went back to `stored` went back on neither; what rounding asks nobody paid.
    """
    back = total((one.amount for one in refunds), paid.currency)
    back -= total((one.refunded for one in stored), paid.currency)
    if stored and not swapped and not paid:
        return ()
    if not swapped:
        return (_tender(data, paid, back, status),)
    if abs(paid.minor) <= CENTS and not data.get("payment_method"):
        swapped, paid = swapped + paid, Money.zero(paid.currency)
    # What the shop's own refunds name went back on its gateway, the rest by hand.
    listed = (refund(one, paid.currency) for one in data.get("refunds") or ())
    named = min(total((one.amount for one in listed), paid.currency), back)
    given = Tender(
        ref=SWAPPED,
        gateway=SWAPPED,
        kind=TenderKind.MANUAL,
        captured=swapped,
        refunded=back - named,
        can_refund=False,
    )
    return (given, _tender(data, paid, named, status)) if paid else (given,)


def _tender(data: Json, amount: Money, back: Money, status: str) -> Tender:
    """Return what was paid through the order's gateway; `back` went back on it."""
    gateway = str(data.get("payment_method") or "")
    kind = TenderKind.MANUAL if gateway in BY_HAND else TenderKind.UNKNOWN
    if gateway in CARDS:
        kind = TenderKind.CARD
    return Tender(
        ref="payment",
        gateway=gateway,
        kind=kind,
        captured=amount if _is_paid(data, status) else Money.zero(amount.currency),
        refunded=back,
        can_refund=False if gateway in BY_HAND else None,
    )


def _is_paid(data: Json, status: str) -> bool:
    return bool(data.get("date_paid_gmt")) or status in PAID


def _customer(data: Json, roles: Mapping[str, str]) -> Customer:
    """Read who bought; his role is his one tag, and a guest surely has none."""
    billing, shipping = data.get("billing") or {}, data.get("shipping") or {}
    first, last = billing.get("first_name") or "", billing.get("last_name") or ""
    country = shipping.get("country") or billing.get("country") or ""
    user = data.get("customer_id")
    role = roles.get(str(user), "")
    return Customer(
        email=str(billing.get("email") or ""),
        name=f"{first} {last}".strip(),
        country=str(country),
        language=meta(data, "wpml_language"),
        tags=(role,) if role else (),
        are_tags_known=bool(role) or user == 0,
    )
