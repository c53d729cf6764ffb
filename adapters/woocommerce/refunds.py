"""How a refund reaches WooCommerce, and how we find out what became of it.

Whatever else makes a return good, its booking on the order is such a refund too: of
what goes back on the gateway, which may be nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import credited, translate
from connector.errors import BadAmount, OutcomeUnknown
from connector.model import (
    CREDITS,
    SWAPPED,
    Finding,
    Found,
    Moved,
    Prepared,
    Receipt,
    TaxPart,
)
from connector.money import Money, total
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order, RefundRequest, Share, Shelved, ShopRefund

# Longer than any PHP run: a refund still without its payment then needs a person.
GATEWAY_PATIENCE = timedelta(hours=1)
# Longer than PHP lets a request run that asks nobody else.
SHOP_PATIENCE = timedelta(minutes=10)


def booked(request: RefundRequest) -> Money:
    """Return what WooCommerce books: an exchanged order never held its whole price.

    What stands on the tender of an exchange was paid with goods, and what stands on a
    credit's with a coupon: to the shop it was a discount (decision 0017).
    """
    swapped = (
        x.amount
        for x in request.tenders
        if x.tender_ref == SWAPPED or credited.is_credit(x.tender_ref)
    )
    return request.amount - total(swapped, request.amount.currency)


def asks_gateway(request: RefundRequest) -> bool:
    """Say whether the gateway is to move money: never for credit, nor for nothing."""
    return request.by_gateway and request.way not in CREDITS and bool(booked(request))


def body(request: RefundRequest) -> dict[str, Any]:
    """Return the POST body: text amounts, explicit booleans, our token twice.

    `amount` counts; the lines may add up to more, the fees being the difference.
    A missing `api_refund` or `api_restock` would mean true.
    """
    lines = _at_shop(request)
    goods = [share for share in lines if share.quantity]
    return {
        "amount": booked(request).decimal,
        "reason": f"{request.reason[:120]} [RT-{request.key}]",
        "api_refund": asks_gateway(request),
        "api_restock": bool(goods) and all(share.restock for share in goods),
        "line_items": [
            _line(share) for share in (*lines, *request.shipping, *request.old_lines)
        ],
        "meta_data": [
            {"key": translate.META_KEY, "value": request.key},
            *_whole(request),
            *credited.metas(request),
        ],
    }


def _whole(request: RefundRequest) -> list[dict[str, str]]:
    """Name the whole amount where WooCommerce is told less."""
    if booked(request) == request.amount:
        return []
    return [{"key": translate.META_AMOUNT, "value": request.amount.decimal}]


def _at_shop(request: RefundRequest) -> tuple[Share, ...]:
    """Return the lines as they are booked: no VAT of what was paid with goods.

    The fee below zero on the new order takes that VAT off already.
    """
    lines = request.lines
    swapped = [x.amount for x in request.deductions if x.code == "exchange"]
    if swapped or booked(request) != request.amount:
        whole = total((one.gross for one in lines), request.amount.currency)
        carried = total((x.gross for x in request.shipping), request.amount.currency)
        goods = max(booked(request) - carried, whole - whole)
        lines = tuple(_part(one, goods, whole) for one in lines)
    return lines


def _part(share: Share, of: Money, whole: Money) -> Share:
    """Return the part of a line that `of` is of `whole`."""
    part = min(of.minor, whole.minor)
    scale = whole.minor or 1
    return replace(
        share,
        gross=share.gross.share(part, scale),
        taxes=tuple(
            TaxPart(rate=tax.rate, amount=tax.amount.share(part, scale))
            for tax in share.taxes
        ),
    )


def shelf_body(goods: Shelved, currency: str) -> dict[str, Any]:
    """Return a refund of nothing that puts units back on the shelf.

    It raises the stock by what is asked, whatever sells meanwhile.
    """
    return {
        "amount": Money.zero(currency).decimal,
        "reason": f"Restocked for {goods.return_number[:100]} [RS-{goods.key}]",
        "api_refund": False,
        "api_restock": True,
        "line_items": [
            {
                "id": _number(goods.line_ref),
                "quantity": goods.quantity,
                "refund_total": "0",
            }
        ],
    }


def is_shelf_of(refund: translate.Json, key: str) -> bool:
    """Say whether the shop's refund is what put goods of this key on the shelf."""
    found = translate.SHELF.search(str(refund.get("reason") or ""))
    return found is not None and found.group(1) == key


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
        ask = saying("the order is now in %(currency)s", currency=order.currency)
    elif left < request.amount:
        ask = saying(
            "%(amount)s is promised, but only %(left)s of the order is left",
            amount=request.amount,
            left=left,
        )
    return Prepared(preimage=preimage, ask=ask)


def receipt(request: RefundRequest, answer: translate.Json) -> Receipt:
    """Read a 201; raises OutcomeUnknown where it does not say what was done."""
    try:
        made = translate.refund(answer, request.amount.currency)
        amount = Money.parse(str(answer["amount"]), request.amount.currency)
    except (KeyError, BadAmount):
        msg = saying("the shop made a refund, but does not say which, or of how much")
        raise OutcomeUnknown(msg) from None
    if amount != booked(request):
        msg = saying("the shop made a refund of another amount")
        raise OutcomeUnknown(msg, asked=booked(request), made=amount)
    return _receipt(made, request)


def _receipt(made: ShopRefund, request: RefundRequest) -> Receipt:
    """Say whether money moved: without the gateway, a person had paid before."""
    moved = made.moved if asks_gateway(request) else Moved.YES
    is_whole = made.amount == booked(request)
    amount = request.amount if is_whole else made.amount
    return Receipt(ref=made.ref, amount=amount, moved=moved)


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
        why = saying(
            "the shop holds %(count)s refunds with this token", count=len(ours)
        )
        return Finding(found=Found.PERSON, why=why)
    if ours:
        return _standing(request, ours[0], now)
    if not asks_gateway(request):
        return awaited(request, now)
    if may_resend:
        return Finding(found=Found.ABSENT)
    why = saying("the shop has no such refund; check at the gateway whether it paid")
    return Finding(found=Found.PERSON, why=why)


def awaited(request: RefundRequest, now: datetime) -> Finding:
    """Judge what is not there and asks no gateway: late at most by PHP's patience."""
    sent = request.first_sent_at
    if sent and now - sent < SHOP_PATIENCE:
        return Finding(
            found=Found.UNCLEAR, why=saying("the shop may still be making it")
        )
    return Finding(found=Found.ABSENT)


def _standing(request: RefundRequest, made: ShopRefund, now: datetime) -> Finding:
    receipt = _receipt(made, request)
    if receipt.moved is Moved.YES:
        return Finding(found=Found.DONE, receipt=receipt)
    sent = request.first_sent_at
    if sent and now - sent < GATEWAY_PATIENCE:
        return Finding(
            found=Found.UNCLEAR, why=saying("the gateway has not answered yet")
        )
    why = saying("the refund is in the shop, its payment is not; check at the gateway")
    return Finding(found=Found.PERSON, why=why)
