"""Refunds: the shop's word for them, and what the gateways make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.shopify.standin import outcome, payloads
from adapters.shopify.standin.amounts import spoken, total
from adapters.shopify.standin.records import Payout, Refund, RefundLine, Transaction
from adapters.shopify.standin.state import FAILS_AFTER, refuse
from adapters.shopify.standin.stored_value import give

if TYPE_CHECKING:
    from decimal import Decimal

    from adapters.shopify.standin.amounts import Bag
    from adapters.shopify.standin.records import Line, Order, Return
    from adapters.shopify.standin.state import State

BEHAVIOURS = frozenset(
    {"ok", "pending", "pending_then_failure", "failure", "pay_then_error"}
)
# Status that the shop writes down, and whether the money moves at once.
ANSWERS = {
    "ok": ("SUCCESS", True),
    "pending": ("PENDING", False),
    "pending_then_failure": ("PENDING", False),
    "failure": ("FAILURE", False),
    "pay_then_error": ("ERROR", True),
}
ERROR_CODES = {"FAILURE": "PAYMENT_PROVIDER_ERROR", "ERROR": "PROCESSING_ERROR"}
INTERNAL = ("gift_card", "shopify_store_credit")
STORE_CREDIT = "shopify_store_credit"


def check_amounts(
    order: Order, parts: list[tuple[Transaction | None, Bag]], *, over: bool
) -> None:
    """Refuse to give back more than was received, in all or on one payment."""
    if over:
        return
    currency = order.pair.presentment
    net = outcome.received(order) - outcome.refunded(order)
    asked = total([amount for _, amount in parts], order.pair)
    _refuse_over(asked.presentment, net.presentment, currency)
    for sale in {id(t): t for t, _ in parts if t is not None}.values():
        wanted = total([a for t, a in parts if t is sale], order.pair)
        left = outcome.refundable(order, sale)
        _refuse_over(wanted.presentment, left.presentment, currency)


def _refuse_over(asked: Decimal, left: Decimal, currency: str) -> None:
    if asked > left:
        message = (
            f"Refund amount {spoken(asked, currency)} is greater than "
            f"net payment received {spoken(left, currency)}"
        )
        refuse(message, None)


def open_refund(
    state: State, order: Order, *, note: str | None, by: str, case: Return | None
) -> Refund:
    """Write a new refund down, empty yet."""
    zero = order.pair.nothing()
    refund = Refund(
        gid=state.new_gid("Refund"),
        order_gid=order.gid,
        created_at=state.now(),
        note=note,
        return_gid=case.gid if case is not None else None,
        by=by,
        lines=[],
        shipping=zero,
        shipping_tax=zero,
        adjustment=zero,
        reason="REFUND_DISCREPANCY",
    )
    state.refunds[refund.gid] = refund
    order.refunds.append(refund)
    if case is not None:
        case.refunds.append(refund)
    return refund


def add_line(
    state: State, refund: Refund, line: Line, quantity: int, restock_type: str
) -> None:
    """Book units of a line as refunded."""
    subtotal, tax = outcome.worth(line, quantity)
    line.refunded_quantity += quantity
    line.refunded_subtotal += subtotal
    line.refunded_tax += tax
    gid = state.new_gid("RefundLineItem")
    refund.lines.append(RefundLine(gid, line, quantity, subtotal, tax, restock_type))


def add_shipping(order: Order, refund: Refund, share: outcome.ShippingShare) -> None:
    """Book shipping as refunded."""
    if order.shipping is None or share.amount.presentment <= 0:
        return
    order.shipping.refunded += share.amount
    order.shipping.refunded_tax += share.tax
    refund.shipping = share.amount
    refund.shipping_tax = share.tax


def pay(
    state: State, order: Order, refund: Refund, sale: Transaction | None, amount: Bag
) -> Transaction:
    """Ask a payment's gateway for money; without a payment it is store credit."""
    gateway = sale.gateway if sale is not None else STORE_CREDIT
    behaviour = "ok"
    if gateway not in INTERNAL and state.gateway_plan:
        behaviour = state.gateway_plan.popleft()
    status, moved = ANSWERS[behaviour]
    transaction = Transaction(
        gid=state.new_gid("OrderTransaction"),
        order_gid=order.gid,
        kind="REFUND",
        status=status,
        gateway=gateway,
        amount=amount,
        created_at=state.now(),
        parent=sale,
        refund_gid=refund.gid,
        error_code=ERROR_CODES.get(status),
    )
    if behaviour == "pending_then_failure":
        transaction.fails_at = state.clock() + FAILS_AFTER
    state.transactions[transaction.gid] = transaction
    order.transactions.append(transaction)
    refund.transactions.append(transaction)
    state.payouts[transaction.gid] = _payout(transaction, refund.by, moved=moved)
    state.announce("order_transactions/create", payloads.transaction(transaction))
    return transaction


def _payout(transaction: Transaction, by: str, *, moved: bool) -> Payout:
    return Payout(
        order_gid=transaction.order_gid,
        refund_gid=transaction.refund_gid,
        transaction_gid=transaction.gid,
        gateway=transaction.gateway,
        amount_minor=transaction.amount.minor(),
        currency=transaction.amount.pair.presentment,
        by=by,
        moved=moved,
    )


def credit(
    state: State,
    order: Order,
    refund: Refund,
    amount: Bag,
    expires: str | None = None,
) -> None:
    """Give store credit instead of money."""
    pay(state, order, refund, None, amount)
    give(
        state,
        order.customer,
        amount.presentment,
        order.pair.presentment,
        event="ORDER_REFUND",
        expires=expires,
    )


def close_refund(state: State, order: Order, refund: Refund) -> None:
    """Note what the money and the lines differ by, and tell subscribers."""
    given = total([t.amount for t in refund.transactions], order.pair)
    value = total([line.subtotal for line in refund.lines], order.pair)
    value += refund.shipping
    if not order.taxes_included:
        value += total([line.tax for line in refund.lines], order.pair)
        value += refund.shipping_tax
    refund.adjustment = given - value
    state.touch(order)
    state.announce("refunds/create", payloads.refund(refund))
    state.announce("orders/updated", payloads.order(order))


def by_staff(state: State, order: Order, amount: Bag, note: str | None) -> Refund:
    """Refund an amount by hand in the admin, on the payments in their order."""
    parts = outcome.spread(order, amount)
    asked = total([part for _, part in parts], order.pair)
    if asked.presentment != amount.presentment:
        _refuse_over(amount.presentment, asked.presentment, order.pair.presentment)
    refund = open_refund(state, order, note=note, by="staff", case=None)
    for sale, part in parts:
        pay(state, order, refund, sale, part)
    close_refund(state, order, refund)
    return refund
