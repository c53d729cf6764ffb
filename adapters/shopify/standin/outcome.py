"""What a return is worth: the arithmetic behind every suggestion."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin.amounts import Bag, least, total
from adapters.shopify.standin.pricing import PERCENT, tax

if TYPE_CHECKING:
    from adapters.shopify.standin.records import (
        Exchange,
        Line,
        Order,
        Return,
        ReturnLine,
        Transaction,
    )

CAPTURED = ("SALE", "CAPTURE")
LIVE = ("SUCCESS", "PENDING")


def received(order: Order) -> Bag:
    """Sum what the buyer paid."""
    paid = [t.amount for t in order.transactions if t.kind in CAPTURED]
    return total(paid, order.pair)


def refunded(order: Order, statuses: tuple[str, ...] = LIVE) -> Bag:
    """Sum what went back, on its way included unless told otherwise."""
    back = [
        t.amount
        for t in order.transactions
        if t.kind == "REFUND" and t.status in statuses
    ]
    return total(back, order.pair)


def refundable(order: Order, sale: Transaction) -> Bag:
    """Return what this payment can still give back."""
    back = [
        t.amount
        for t in order.transactions
        if t.parent is sale and t.kind == "REFUND" and t.status in LIVE
    ]
    return sale.amount - total(back, order.pair)


def order_total(order: Order) -> Bag:
    """Return the price of the order, exchanged lines included."""
    lines = [line for line in order.lines if not line.is_edited_out]
    amount = total([line.paid for line in lines], order.pair)
    taxes = total([line.tax for line in lines], order.pair)
    if order.shipping is not None:
        amount += order.shipping.price
        taxes += total([t.amount for t in order.shipping.taxes], order.pair)
    return amount if order.taxes_included else amount + taxes


def worth(line: Line, quantity: int) -> tuple[Bag, Bag]:
    """Value units of a line: subtotal as priced, and its tax.

    The last units get what is left; others get a share rounded for itself, so that two
    parts may differ by a minor unit from the parts of the whole.
    """
    if quantity >= line.quantity - line.refunded_quantity:
        return line.paid - line.refunded_subtotal, line.tax - line.refunded_tax
    return line.paid.part(quantity, line.quantity), line.tax.part(
        quantity, line.quantity
    )


def fee(order: Order, item: ReturnLine, quantity: int) -> Bag:
    """Charge the restocking fee: a percentage of the subtotal *before tax*."""
    if item.fee_percent is None:
        return order.pair.nothing()
    subtotal, taxes = worth(item.parcel_line.line, quantity)
    base = subtotal - taxes if order.taxes_included else subtotal
    return base.times(item.fee_percent / PERCENT)


@dataclass(frozen=True, slots=True)
class ShippingShare:
    """Shipping to give back: amount as priced, its tax, and the most there is."""

    amount: Bag
    tax: Bag
    most: Bag


def shipping_share(order: Order, amount: Bag | None, *, full: bool) -> ShippingShare:
    """Split a wished shipping refund; never more than what is left."""
    zero = order.pair.nothing()
    if order.shipping is None:
        return ShippingShare(zero, zero, zero)
    left = order.shipping.price - order.shipping.refunded
    taxes = total([t.amount for t in order.shipping.taxes], order.pair)
    if full or (amount is not None and amount.presentment >= left.presentment):
        return ShippingShare(left, taxes - order.shipping.refunded_tax, left)
    if amount is None or order.shipping.price.presentment == 0:
        return ShippingShare(zero, zero, left)
    part = amount.presentment / order.shipping.price.presentment
    return ShippingShare(amount, taxes.times(part), left)


def exchange_value(order: Order, item: Exchange, quantity: int) -> tuple[Bag, Bag]:
    """Price exchange units: subtotal and tax."""
    unit = order.pair.bag(item.variant.price - item.discount)
    amount = unit.times(Decimal(quantity))
    taxes = tax(
        amount,
        item.variant.tax_rate,
        item.variant.tax_title,
        included=order.taxes_included,
    )
    return amount, total([t.amount for t in taxes], order.pair)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The suggestion for a choice of lines; `balance` is negative if more is owed."""

    subtotal: Bag
    tax: Bag
    discount: Bag
    shipping: ShippingShare
    fees: Bag
    most: Bag
    balance: Bag


def outstanding(order: Order) -> Bag:
    """Return what the buyer still owes for the order as it was placed or exchanged."""
    owed = order_total(order) - received(order)
    if order.swapped is not None:
        owed -= order.swapped
    return owed if owed.presentment > 0 else order.pair.nothing()


def settle(
    order: Order,
    case: Return | None,
    items: list[tuple[ReturnLine, int]],
    exchanges: list[tuple[Exchange, int]],
    shipping: ShippingShare,
) -> Outcome:
    """Work out what these lines give back, net of fees, exchanges and what is owed."""
    values = [worth(item.parcel_line.line, count) for item, count in items]
    subtotal = total([one for one, _ in values], order.pair)
    taxes = total([other for _, other in values], order.pair)
    fees = total([fee(order, item, count) for item, count in items], order.pair)
    if case is not None and items:
        unpaid = [charge.amount for charge in case.fees if not charge.charged]
        fees += total(unpaid, order.pair)
    swaps = [exchange_value(order, item, count) for item, count in exchanges]
    balance = subtotal + shipping.amount - fees - outstanding(order)
    balance -= total([one for one, _ in swaps], order.pair)
    if not order.taxes_included:
        balance += taxes + shipping.tax
        balance -= total([other for _, other in swaps], order.pair)
    discounts = [
        item.parcel_line.line.order_discount.part(count, item.parcel_line.line.quantity)
        for item, count in items
    ]
    return Outcome(
        subtotal=subtotal,
        tax=taxes,
        discount=total(discounts, order.pair),
        shipping=shipping,
        fees=fees,
        most=received(order) - refunded(order),
        balance=balance,
    )


def spread(order: Order, amount: Bag) -> list[tuple[Transaction, Bag]]:
    """Suggest which payments give the amount back, in the order they were made."""
    parts: list[tuple[Transaction, Bag]] = []
    left = amount
    for sale in order.transactions:
        if sale.kind not in CAPTURED or left.presentment <= 0:
            continue
        share = least(left, refundable(order, sale))
        if share.presentment > 0:
            parts.append((sale, share))
            left -= share
    return parts
