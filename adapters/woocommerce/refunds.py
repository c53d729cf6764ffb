"""How a refund reaches WooCommerce, and how we find out what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import translate
from connector.errors import BadAmount, OutcomeUnknown
from connector.model import Finding, Found, Moved, Prepared, Receipt
from connector.money import Money, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order, RefundRequest, Share, ShopRefund

# Longer than any PHP run: a refund still without its payment then needs a person.
GATEWAY_PATIENCE = timedelta(hours=1)


def body(request: RefundRequest) -> dict[str, Any]:
    """Return the POST body: text amounts, explicit booleans, our token twice.

    `amount` counts; the lines may add up to more, the fees being the difference.
    A missing `api_refund` or `api_restock` would mean true.
    """
    goods = [share for share in request.lines if share.quantity]
    return {
        "amount": request.amount.decimal,
        "reason": f"{request.reason[:120]} [RT-{request.key}]",
        "api_refund": request.by_gateway,
        "api_restock": bool(goods) and all(share.restock for share in goods),
        "line_items": [_line(share) for share in (*request.lines, *request.shipping)],
        "meta_data": [{"key": translate.META_KEY, "value": request.key}],
    }


def _line(share: Share) -> dict[str, Any]:
    """Return one line: net and tax apart; without `refund_tax` no VAT is booked."""
    line: dict[str, Any] = {
        "id": _number(share.ref),
        "refund_total": (share.gross - share.tax).decimal,
        "refund_tax": [
            {"id": _number(tax.rate), "refund_total": tax.amount.decimal}
            for tax in share.taxes
        ],
    }
    if share.quantity:
        line["quantity"] = share.quantity
    return line


def _number(ref: str) -> int | str:
    return int(ref) if ref.isdigit() else ref


def prepare(request: RefundRequest, order: Order) -> Prepared:
    """Look for our token, keep the set of refund ids, and see what is left."""
    preimage = {"refunds": sorted(refund.ref for refund in order.refunds)}
    ours = [refund for refund in order.refunds if refund.key == request.key]
    if ours:
        return Prepared(preimage=preimage, already=_receipt(ours[0], request))
    gone = total((refund.amount for refund in order.refunds), order.currency)
    left = order.total - gone
    ask = ""
    if order.currency != request.amount.currency:
        ask = f"the order is now in {order.currency}"
    elif left < request.amount:
        ask = f"{request.amount} is promised, but only {left} of the order is left"
    return Prepared(preimage=preimage, ask=ask)


def receipt(request: RefundRequest, answer: translate.Json) -> Receipt:
    """Read a 201; raises OutcomeUnknown where it does not say what was done."""
    try:
        made = translate.refund(answer, request.amount.currency)
        amount = Money.parse(str(answer["amount"]), request.amount.currency)
    except (KeyError, BadAmount):
        msg = "the shop made a refund, but does not say which, or of how much"
        raise OutcomeUnknown(msg) from None
    if amount != request.amount:
        msg = "the shop made a refund of another amount"
        raise OutcomeUnknown(msg, asked=request.amount, made=amount)
    return _receipt(made, request)


def _receipt(made: ShopRefund, request: RefundRequest) -> Receipt:
    """Say whether money moved: without the gateway, a person had paid before."""
    moved = made.moved if request.by_gateway else Moved.YES
    return Receipt(ref=made.ref, amount=made.amount, moved=moved)


def find(
    request: RefundRequest,
    known: Sequence[ShopRefund],
    now: datetime,
    *,
    may_resend: bool,
) -> Finding:
    """Say what became of a refund that was sent, from the list of refunds.

    Absence proves nothing once PHP may have been reached: WooCommerce deletes its
    refund when the gateway errs, even if the provider paid.
    """
    ours = [refund for refund in known if refund.key == request.key]
    if len(ours) > 1:
        why = f"the shop holds {len(ours)} refunds with this token"
        return Finding(found=Found.PERSON, why=why)
    if ours:
        return _standing(request, ours[0], now)
    if may_resend:
        return Finding(found=Found.ABSENT)
    why = "the shop has no such refund; check at the gateway whether it paid"
    return Finding(found=Found.PERSON, why=why)


def _standing(request: RefundRequest, made: ShopRefund, now: datetime) -> Finding:
    receipt = _receipt(made, request)
    if receipt.moved is Moved.YES:
        return Finding(found=Found.DONE, receipt=receipt)
    sent = request.first_sent_at
    if sent and now - sent < GATEWAY_PATIENCE:
        return Finding(found=Found.UNCLEAR, why="the gateway has not answered yet")
    why = "the refund is in the shop, its payment is not; check at the gateway"
    return Finding(found=Found.PERSON, why=why)
