"""How a refund reaches Shopify, and how we find out what became of it.

With a return: `returnProcess`, which has no idempotency, judged by a pre-image.
Without: `refundCreate @idempotent`, its key the refund's own, for 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.shopify import judging, outcome, returns, translate
from connector.errors import Gone, OutcomeUnknown
from connector.model import Finding, Found, Prepared, Receipt, Resolution
from connector.money import total
from connector.saying import coded, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.shopify.calls import Calls
    from connector.model import Order, RefundRequest, ShopRefund, ShopReturn

Json = Mapping[str, Any]

KEY_LIFE = timedelta(hours=24)  # Shopify forgets an idempotency key then


def prepare(calls: Calls, request: RefundRequest, order: Order) -> Prepared:
    """Read all that the outcome will be judged by, and compare Shopify's figure."""
    preimage: dict[str, Any] = {"refunds": sorted(one.ref for one in order.refunds)}
    if not request.return_ref:
        ours = _by_note(request, order.refunds)
        already = receipt(ours[0], request) if len(ours) == 1 else None
        return Prepared(preimage=preimage, already=already)
    case = returns.read(calls, request.return_ref)
    preimage |= before(request, case)
    lacking = lacking_units(request, case)
    if lacking:
        return Prepared(preimage=preimage, ask=lacking)
    if places_goods(request):
        known = returns.goods(calls, request.return_ref)
        preimage["dispositions"] = dispositions(request, case, known)
    ask, rounding = outcome.compare(calls, request, order, case)
    return Prepared(preimage=preimage, ask=ask, rounding=rounding)


def places_goods(request: RefundRequest) -> bool:
    """Say whether the booking says of some goods where they are put."""
    return request.goods_received or any(share.restock for share in request.lines)


def before(request: RefundRequest, case: ShopReturn) -> dict[str, Any]:
    """Return what `returnProcess` will be judged by, when its answer is lost."""
    lines = {line.ref: [line.processed, line.refunded] for line in case.lines}
    return {"lines": lines, "is_all": _is_all(request, case)}


def _is_all(request: RefundRequest, case: ShopReturn) -> bool:
    """Say whether Shopify would refuse these quantities a second time."""
    wanted = dict(request.return_lines)
    return all(
        line.processable <= wanted[line.ref]
        for line in case.lines
        if line.ref in wanted
    )


def lacking_units(request: RefundRequest, case: ShopReturn) -> str:
    """Say which units the shop's return cannot process any more."""
    known = {line.ref: line.processable for line in case.lines}
    for ref, units in request.return_lines:
        if known.get(ref, 0) < units:
            return saying(
                "%(units)s units of %(line)s are to be refunded, but return %(number)s"
                " (%(status)s) can process %(left)s",
                units=units,
                line=ref,
                number=case.number,
                status=coded(case.status),
                left=known.get(ref, 0),
            )
    return ""


def dispositions(
    request: RefundRequest, case: ShopReturn, known: Mapping[str, list[returns.Goods]]
) -> Json:
    """Plan what becomes of the goods, so that a resend asks for the very same.

    Of units that are not all judged yet only those are named that go on the shelf.
    """
    shares = {share.ref: share for share in request.lines}
    told = {
        line.ref: shares[line.line_ref]
        for line in case.lines
        if line.line_ref in shares
        and (request.goods_received or shares[line.line_ref].restock)
    }
    kinds = {
        ref: "RESTOCKED" if share.restock else "NOT_RESTOCKED"
        for ref, share in told.items()
    }
    places = {ref: share.place for ref, share in told.items() if share.place}
    units = {ref: n for ref, n in request.return_lines if ref in told}
    return returns.dispositions(known, units, kinds, places)


def process_input(request: RefundRequest, preimage: Json) -> dict[str, Any]:
    """Write what `returnProcess` is asked: the units, the goods, and the money."""
    planned = preimage.get("dispositions") or {}
    lines = []
    for ref, units in request.return_lines:
        line: dict[str, Any] = {"id": ref, "quantity": units}
        if planned.get(ref):
            line["dispositions"] = planned[ref]
        lines.append(line)
    asked: dict[str, Any] = {
        "returnId": request.return_ref,
        "returnLineItems": lines,
        "note": f"{request.reason} {translate.TOKEN}{request.key}",
        "notifyCustomer": False,
    }
    if request.amount:
        asked["financialTransfer"] = {"issueRefund": _transfer(request)}
    shipping = outcome.shipping(request)
    if shipping:
        asked["refundShipping"] = shipping
    return asked


def _transfer(request: RefundRequest) -> Json:
    """Pay the tenders back; or give store credit, which is charged to none of them."""
    if request.way is Resolution.STORE_CREDIT:
        return {"orderTransactions": [], "refundMethods": _in_credit(request)}
    paid = [
        {
            "parentId": one.tender_ref,
            "transactionAmount": outcome.money_input(one.amount),
        }
        for one in request.tenders
    ]
    return {"orderTransactions": paid}


def _in_credit(request: RefundRequest) -> list[Json]:
    credit: dict[str, Any] = {"amount": outcome.money_input(request.amount)}
    if request.expires_at:
        until = request.expires_at.astimezone(UTC)
        credit["expiresAt"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [{"storeCreditRefund": credit}]


def process(calls: Calls, request: RefundRequest, preimage: Json) -> Receipt:
    """Send `returnProcess`, once."""
    asked = process_input(request, preimage)
    payload = calls.change("return_process", "returnProcess", {"input": asked})
    found = (payload.get("return") or {}).get("refunds") or {}
    currency = request.amount.currency
    made = [translate.refund(one, currency) for one in found.get("nodes") or ()]
    before = set(preimage.get("refunds") or ())
    new = [one for one in made if one.ref not in before]
    if len(new) != 1:
        msg = saying(
            "the return was processed, but which refund that made is not clear"
        )
        raise OutcomeUnknown(msg, new=len(new))
    return receipt(new[0], request)


def create(calls: Calls, request: RefundRequest) -> Receipt:
    """Send `refundCreate` under the refund's own key.

    The variables come from the request alone: a key used again with others is
    refused by Shopify.
    """
    is_credit = request.way is Resolution.STORE_CREDIT
    asked: dict[str, Any] = {
        "orderId": request.order_ref,
        "currency": request.amount.currency,
        "note": f"{request.reason} {translate.TOKEN}{request.key}",
        "notify": False,
        "refundLineItems": [
            {
                "lineItemId": share.ref,
                "quantity": share.quantity,
                "restockType": "NO_RESTOCK",
            }
            for share in request.lines
            if share.quantity and not request.money_only
        ],
        "transactions": [
            {
                "orderId": request.order_ref,
                "parentId": one.tender_ref,
                "gateway": one.gateway,
                "kind": "REFUND",
                "amount": one.amount.decimal,
            }
            for one in (() if is_credit else request.tenders)
        ],
    }
    if is_credit:
        asked["refundMethods"] = _in_credit(request)
    if request.shipping:
        gross = total((s.gross for s in request.shipping), request.amount.currency)
        asked["shipping"] = {"amount": gross.decimal}
    variables = {"input": asked, "key": request.key}
    payload = calls.change("refund_create", "refundCreate", variables)
    if not payload.get("refund"):
        msg = saying("Shopify made no refund, and names no error")
        raise OutcomeUnknown(msg)
    made = translate.refund(payload["refund"], request.amount.currency)
    return receipt(made, request)


def of_order(calls: Calls, order_ref: str) -> tuple[ShopRefund, ...]:
    """Read every refund of an order."""
    found = calls.ask("order_refunds", {"id": order_ref}).get("order")
    if not found:
        raise Gone(order=order_ref)
    currency = str(found["presentmentCurrencyCode"])
    included = bool(found["taxesIncluded"])
    return tuple(
        translate.refund(one, currency, included=included)
        for one in found["refunds"] or ()
    )


def find(
    request: RefundRequest,
    preimage: Json,
    order: Order,
    case: ShopReturn | None,
    now: datetime,
) -> Finding:
    """Say what became of a refund that was sent, by reading alone."""
    known = str(preimage.get("ref") or "")
    if known:
        same = [one for one in order.refunds if one.ref == known]
        if same:
            return _standing(same[0], request)
        why = saying("%(ref)s is no longer at the shop", ref=known)
        return Finding(found=Found.PERSON, why=why)
    if case is not None:
        return _of_return(request, preimage, order, case)
    return _by_key(request, preimage, order, now)


def _by_key(
    request: RefundRequest, preimage: Json, order: Order, now: datetime
) -> Finding:
    """Find a refund without a return by the token in its note.

    Its key makes a repeat safe for 24 hours; later only if nothing new is there.
    """
    ours = _by_note(request, order.refunds)
    if len(ours) == 1:
        return _standing(ours[0], request)
    if ours:
        why = saying("%(count)s refunds at the shop carry this token", count=len(ours))
        return Finding(found=Found.PERSON, why=why)
    sent = request.first_sent_at
    is_young = sent is None or now - sent < KEY_LIFE
    if not is_young and _new(preimage, order.refunds):
        why = saying("refunds were made there since, none of them with our token")
        return Finding(found=Found.PERSON, why=why)
    return Finding(found=Found.ABSENT, is_repeatable=is_young)


def _of_return(
    request: RefundRequest, preimage: Json, order: Order, case: ShopReturn
) -> Finding:
    """Judge `returnProcess` against what was read before it, never by a note."""
    new = [
        one
        for one in _new(preimage, order.refunds)
        if one.return_ref == request.return_ref
    ]
    if len(new) == 1:
        return _standing(new[0], request)
    if new:
        why = saying(
            "%(count)s refunds of this return appeared; which of them is ours?",
            count=len(new),
        )
        return Finding(found=Found.PERSON, why=why)
    before = preimage.get("lines") or {}
    is_same = all(
        [line.processed, line.refunded] == before.get(line.ref) for line in case.lines
    )
    if not is_same:
        why = saying(
            "units of this return were processed, but no refund of it appeared"
        )
        return Finding(found=Found.PERSON, why=why)
    if preimage.get("is_all"):
        return Finding(found=Found.ABSENT)  # Shopify refuses these units twice
    why = saying(
        "nothing changed at the shop, but a late run could still pay these units"
    )
    return Finding(found=Found.PERSON, why=why)


def _new(preimage: Json, refunds: Sequence[ShopRefund]) -> list[ShopRefund]:
    before = set(preimage.get("refunds") or ())
    return [one for one in refunds if one.ref not in before]


def _by_note(request: RefundRequest, refunds: Sequence[ShopRefund]) -> list[ShopRefund]:
    return [one for one in refunds if one.key == request.key]


def _standing(made: ShopRefund, request: RefundRequest) -> Finding:
    return judging.by_money(receipt(made, request))


def receipt(made: ShopRefund, request: RefundRequest | None = None) -> Receipt:
    """Return what the shop says became of a refund; in credit, it is what was made."""
    is_credit = request is not None and request.way is Resolution.STORE_CREDIT
    return Receipt(
        ref=made.ref,
        amount=made.amount,
        moved=made.moved,
        made=made.ref if is_credit else "",
    )
