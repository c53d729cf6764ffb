"""Make good at Shopify in each way: what is read first, asked once, and looked for.

Money and store credit go through `refunds`; new goods through one `returnProcess`
together with what comes back; other credit through `stored`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.shopify import judging, outcome, refunds, returns, stored, swaps, wares
from connector.errors import OutcomeUnknown, PlatformError
from connector.model import (
    Finding,
    Found,
    Moved,
    Prepared,
    Receipt,
    Resolution,
    TenderKind,
)
from connector.saying import joined, saying

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.shopify.calls import Calls
    from connector.model import Order, RefundRequest, ShopReturn

Json = Mapping[str, Any]
# In a pre-image: the credit is a gift card; a person has paid, and nothing moves here.
BY_CARD, BY_HAND = "by_card", "by_hand"
CREDIT = frozenset({Resolution.GIFT_CARD, Resolution.COURTESY})


def prepare(
    calls: Calls, request: RefundRequest, order: Order, can: frozenset[Resolution]
) -> Prepared:
    """Read all that the outcome will be judged by."""
    if request.way in swaps.GOODS:
        return _prepare_goods(calls, request, order)
    if request.way in CREDIT:
        is_card = request.way is Resolution.GIFT_CARD
        if is_card or Resolution.STORE_CREDIT not in can:
            return _prepare_card(calls, request)
        return stored.prepare_credit(calls, request)
    if _is_by_hand(request, order):
        return _unprocessed(calls, request, {BY_HAND: True})
    if request.way is Resolution.STORE_CREDIT and request.bonus:
        ask = saying(
            "at Shopify a bonus is a credit of its own; decide on this one again"
        )
        return Prepared(preimage={}, ask=ask)
    return refunds.prepare(calls, request, order)


def _prepare_card(calls: Calls, request: RefundRequest) -> Prepared:
    """Look for the card of our code; then see that its units are still due."""
    found = stored.find_card(calls, request)
    preimage: dict[str, Any] = {BY_CARD: True}
    if found.found is not Found.ABSENT:
        return Prepared(preimage=preimage, already=found.receipt, ask=found.why)
    return _unprocessed(calls, request, preimage)


def _is_by_hand(request: RefundRequest, order: Order) -> bool:
    """Say whether a person has paid what Shopify would pay again by its gateway.

    On a manual payment it only writes down what is refunded, and moves nothing.
    """
    manual = {one.ref for one in order.tenders if one.kind is TenderKind.MANUAL}
    used = {one.tender_ref for one in request.tenders}
    return not request.by_gateway and not used <= manual


def _unprocessed(
    calls: Calls, request: RefundRequest, preimage: dict[str, Any]
) -> Prepared:
    """Ask where the units are processed already; else they stay as they are.

    Were the return processed without a payment, Shopify would show staff that a
    refund is owed. What becomes of the goods is told apart (`Abilities.shelves_apart`).
    """
    if not request.return_ref:
        return Prepared(preimage=preimage)
    case = returns.read(calls, request.return_ref)
    return Prepared(preimage=preimage, ask=refunds.lacking_units(request, case))


def _prepare_goods(calls: Calls, request: RefundRequest, order: Order) -> Prepared:
    """See that the exchange lines are there and in stock, and compare the figures."""
    preimage: dict[str, Any] = {"refunds": sorted(one.ref for one in order.refunds)}
    if not request.return_ref:
        none = saying(
            "new goods are sent with a return of the shop, and this one has none"
        )
        return Prepared(preimage=preimage, ask=none)
    case = returns.read(calls, request.return_ref)
    known, bill = swaps.read(calls, request.return_ref, order.currency)
    picked = judging.pick(request, known)
    preimage |= refunds.before(request, case)
    preimage["swaps"] = {one.ref: one.processed for one in known}
    preimage["kept"] = {one.ref: one.standing for one in known}
    preimage["picked"] = picked
    preimage["received"] = bill.received.minor if bill.received else None
    lacking = refunds.lacking_units(request, case)
    if lacking:
        return Prepared(preimage=preimage, ask=lacking)
    gone = wares.sold_out(calls, request)
    if gone:
        why = joined("; ", list(gone.values()))
        return Prepared(preimage=preimage, ask=why, sold_out=True, gone=tuple(gone))
    if not picked:
        return Prepared(preimage=preimage, ask=_no_line(request, case))
    if refunds.places_goods(request):
        goods = returns.goods(calls, request.return_ref)
        preimage["dispositions"] = refunds.dispositions(request, case, goods)
    ask, rounding = outcome.compare(calls, request, order, case, picked)
    return Prepared(preimage=preimage, ask=ask, rounding=rounding)


def _no_line(request: RefundRequest, case: ShopReturn) -> str:
    return saying(
        "return %(number)s at Shopify has no exchange line for %(goods)s: add it to the"
        " return there, or decide on another way",
        number=case.number,
        goods=[f"{one.quantity} {one.title}" for one in request.goods],
    )


def make(calls: Calls, request: RefundRequest, preimage: Json) -> Receipt:
    """Make it good, once."""
    if request.way in swaps.GOODS:
        return _make_goods(calls, request, preimage)
    if request.way in CREDIT:
        if not preimage.get(BY_CARD):
            return stored.give(calls, request, preimage)
        return stored.make_card(calls, request)
    if preimage.get(BY_HAND):
        return _by_hand(request)
    if request.return_ref:
        return refunds.process(calls, request, preimage)
    return refunds.create(calls, request)


def _by_hand(request: RefundRequest) -> Receipt:
    """Say that a person has paid: his proof is in the books, the shop has none."""
    return Receipt(ref="", amount=request.amount, moved=Moved.YES)


def _make_goods(calls: Calls, request: RefundRequest, preimage: Json) -> Receipt:
    """Send `returnProcess`, once, and read what it made: its answer says too little."""
    asked = refunds.process_input(request, preimage)
    picked: Mapping[str, int] = preimage.get("picked") or {}
    asked["exchangeLineItems"] = [
        {"id": ref, "quantity": units} for ref, units in picked.items()
    ]
    calls.change("return_process", "returnProcess", {"input": asked})
    try:
        found = _find_goods(calls, request, preimage)
    except PlatformError as error:
        unread = saying("the exchange was processed, but could not be read again")
        raise OutcomeUnknown(unread) from error
    if found.receipt is None:
        msg = found.why or saying("the exchange was processed, and is not to be seen")
        raise OutcomeUnknown(msg)
    return found.receipt


def _find_goods(calls: Calls, request: RefundRequest, preimage: Json) -> Finding:
    case = returns.read(calls, request.return_ref)
    known, bill = swaps.read(calls, request.return_ref, request.amount.currency)
    made = refunds.of_order(calls, request.order_ref)
    return judging.of_goods(request, preimage, made, case, known, bill)


def find(
    calls: Calls, request: RefundRequest, preimage: Json, order: Order, now: datetime
) -> Finding:
    """Say what became of it, by reading alone."""
    if request.way in swaps.GOODS and not preimage.get("ref"):
        return _find_goods(calls, request, preimage)
    if request.way in CREDIT:
        if preimage.get(BY_CARD):
            return stored.find_card(calls, request)
        currency = request.amount.currency
        _, seen = stored.account(calls, request.order_ref, currency)
        return judging.of_credit(request, preimage, seen)
    if preimage.get(BY_HAND):
        return Finding(found=Found.DONE, receipt=_by_hand(request))
    case = returns.read(calls, request.return_ref) if request.return_ref else None
    return refunds.find(request, preimage, order, case, now)
