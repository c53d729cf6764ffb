"""Each way of making good at WooCommerce, step by step.

First it is booked on the order, as a refund that moves what is to go back on the
gateway, or nothing; then the coupon or the new order is made. Each step is looked for
before it is done, so that whoever repeats one that was cut short makes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.woocommerce import coupons, credited, goods, refunds, swaps
from adapters.woocommerce.calls import Calls
from connector.errors import (
    Gone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    Unavailable,
)
from connector.model import (
    CREDITS,
    Finding,
    Found,
    Order,
    Prepared,
    Resolution,
)
from connector.money import total
from connector.saying import said_by, saying

if TYPE_CHECKING:
    from connector.model import Receipt, RefundRequest, Shelved, Ware
    from connector.money import Money

Json = Mapping[str, Any]
_T = TypeVar("_T")

WAYS = frozenset(
    {
        Resolution.REFUND,
        Resolution.STORE_CREDIT,
        Resolution.EXCHANGE,
        Resolution.REPLACEMENT,
        Resolution.COURTESY,
    }
)
EARLIER = timedelta(minutes=30)  # that a shop's clock may be behind ours
NO_EMAIL = saying(
    "the order has no e-mail to bind the credit to; decide on another way"
)
NOTHING = Finding(found=Found.DONE)


@dataclass(slots=True, kw_only=True)
class Making:
    """What makes good in one shop; `read` reads an order as our model has it."""

    calls: Calls
    clock: Callable[[], datetime]
    read: Callable[[str], Order]
    resend: frozenset[str] = frozenset()

    def prepare(self, request: RefundRequest) -> Prepared:
        """Look for what stands under our key, and whether the rest can be made."""
        order = self.read(request.order_ref)
        prepared = refunds.prepare(request, order)
        if not self._is_beside(request):
            return self._with_credit(request, prepared)
        booking, beside = self._book(request, order), self._beside(request, order)
        if found := _together(booking, beside).receipt:
            return Prepared(preimage=prepared.preimage, already=found)
        # What is not there was never asked for, or looking has said that it may be.
        is_there = any(one.key == request.key for one in order.refunds)
        doubt = booking.why if is_there and booking.receipt is None else ""
        if doubt := doubt or (beside.why if beside.found is Found.PERSON else ""):
            return Prepared(preimage=prepared.preimage, ask=doubt)
        prepared = replace(prepared, already=None)
        if beside.receipt and request.goods:  # what is made already is not sold out
            return self._with_credit(request, prepared)
        return self._possible(request, order, prepared, booking)

    def _possible(
        self, request: RefundRequest, order: Order, prepared: Prepared, booking: Finding
    ) -> Prepared:
        """Say whether what is still to be made can be; Rejected in other currencies."""
        self._hold_to(order.currency)
        if request.way in CREDITS:
            coupons.added(self._raw(request.order_ref))  # Rejected if it is not known
            asked = prepared.ask or ("" if order.customer.email else NO_EMAIL)
            return replace(prepared, ask=asked)
        if not (gone := self._lacking(request)):
            return self._with_credit(request, prepared)
        if booking.found is Found.DONE:
            why = saying(
                "what goes back was paid, and the new goods are sold out meanwhile"
            )
            return replace(prepared, ask=why)
        return replace(prepared, sold_out=True, gone=gone, ask="")

    def _with_credit(self, request: RefundRequest, prepared: Prepared) -> Prepared:
        """Ask where a coupon that goods were bought with cannot be good again."""
        if prepared.already or prepared.ask:
            return prepared
        for code, amount in credited.given_back(request).items():
            known = self._coupons(code)
            if not known or coupons.has_ended(known[0], self.clock()):
                return replace(prepared, ask=credited.void(request, code, amount))
        return prepared

    def make(self, request: RefundRequest) -> Receipt:
        """Do what is not done yet: each request is sent once, and looked for before."""
        if not self._is_beside(request):
            return self._refund(request)
        order = self._before(lambda: self.read(request.order_ref))
        ref = ""
        if request.way is not Resolution.COURTESY:
            ref = self._booked(request, order).ref
        try:
            receipt = self._make_beside(request, order)
        except PlatformError as error:
            if not ref:
                raise
            words = saying(
                "it is booked on the order, and not made: %(why)s", why=said_by(error)
            )
            raise OutcomeUnknown(words) from None
        return replace(receipt, ref=ref)

    def look(self, request: RefundRequest) -> Finding:
        """Say what became of a request, by reading the shop only."""
        order = self.read(request.order_ref)
        booking = self._book(request, order)
        if not self._is_beside(request):
            return booking
        if booking.found is Found.ABSENT and request.way in swaps.GOODS:
            return swaps.unbooked(request, self._new_orders(request), booking)
        if booking.found is not Found.DONE:
            return booking
        found = _together(booking, self._beside(request, order))
        is_begun = found.found is Found.ABSENT  # what is booked may be paid: keep it
        return replace(found, receipt=booking.receipt) if is_begun else found

    def balance(self, code: str) -> Money:
        """Say what is left of a coupon, and open one that was used for the rest.

        Raises Gone; OutcomeUnknown where no order shows what it was used for.
        """
        known = self._coupons(code)
        if not known:
            raise Gone
        coupon = known[0]
        orders = self._since(coupon) if coupons.is_touched(coupon) else []
        currency = self._currency()
        rest = coupons.left(
            coupon, orders, currency, self._back(code, orders, currency)
        )
        if rest is None:
            msg = saying("a coupon of ours was used, and no order shows what for")
            raise OutcomeUnknown(msg, uses=int(coupon.get("usage_count") or 0))
        asked = coupons.opened(coupon, rest)
        if asked:
            self.calls.put(f"coupons/{int(coupon['id'])}", asked)
        return rest

    def credits(self, data: Json) -> frozenset[str]:
        """Return which of the coupons that an order used are credit of ours.

        One that looks so and is gone counts: who gives its worth back is then asked.
        """
        return frozenset(
            code
            for code in credited.maybe(data)
            if not (known := self._coupons(code)) or coupons.is_ours(known[0])
        )

    def _back(self, code: str, orders: Sequence[Json], currency: str) -> Money:
        """Return what went back to a coupon, as our refunds of those orders say."""
        found = (
            credited.back(refund, code, currency)
            for order in coupons.spent(orders)
            if order.get("refunds") and code.lower() in credited.maybe(order)
            for refund in self.calls.every(f"orders/{int(order['id'])}/refunds", {})
        )
        return total(found, currency)

    def shelve(self, goods: Shelved) -> None:
        """Raise the stock by what came back; what stays off the shelf is not told."""
        if goods.restock:
            order = self._before(lambda: self._raw(goods.order_ref))
            body = refunds.shelf_body(goods, str(order["currency"]))
            self.calls.refund(str(_number(goods.order_ref)), body)

    def is_shelved(self, goods: Shelved) -> bool:
        """Say whether the booking is there; one that is nothing always is."""
        if not goods.restock:
            return True
        known = self.calls.every(f"orders/{_number(goods.order_ref)}/refunds", {})
        return any(refunds.is_shelf_of(one, goods.key) for one in known)

    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List what is sold of a product; empty where the shop has it no more."""
        order = self._raw(order_ref)
        self._hold_to(str(order["currency"]))
        try:
            product = self.calls.get(f"products/{_number(product_ref)}")
        except Gone:
            return ()
        if product.get("type") not in goods.VARIABLE:
            return _sold([product], order, None)
        found = self.calls.every(f"products/{_number(product_ref)}/variations", {})
        whole = [{"parent_id": product["id"], **one} for one in found]
        return _sold(whole, order, product)

    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read one ware again; raises Gone, Rejected where it cannot be priced."""
        product = self.calls.get(f"products/{_number(ref)}")
        order = self._raw(order_ref)
        self._hold_to(str(order["currency"]))
        return goods.ware(product, order)

    def _currency(self) -> str:
        return str(self.calls.get("data/currencies/current").get("code", ""))

    def _hold_to(self, currency: str) -> None:
        """Raise Rejected for an order in another currency than prices and coupons."""
        own = self._currency()
        if currency != own:
            msg = saying(
                "the shop's prices and coupons are in %(own)s, this order is not",
                own=own,
            )
            raise Rejected(msg, currency=currency)

    def _is_beside(self, request: RefundRequest) -> bool:
        return request.way in CREDITS or request.way in swaps.GOODS

    def _book(self, request: RefundRequest, order: Order) -> Finding:
        """Find the booking on the order; a courtesy has none."""
        if request.way is Resolution.COURTESY:
            return NOTHING
        paid = [x for x in order.tenders if not credited.is_credit(x.ref)]
        may_resend = {tender.gateway for tender in paid} <= self.resend
        now = self.clock()
        return refunds.find(request, order.refunds, now, may_resend=may_resend)

    def _beside(self, request: RefundRequest, order: Order) -> Finding:
        """Find the coupon, or the new order."""
        if request.way in CREDITS:
            known = self._coupons(request.code)
            return coupons.find(request, known, order.customer.email)
        awaited = refunds.awaited(request, self.clock())
        return swaps.find(request, self._new_orders(request), awaited)

    def _booked(self, request: RefundRequest, order: Order) -> Receipt:
        """Book it on the order, unless that is done."""
        booking = self._book(request, order)
        if booking.receipt is not None:
            return booking.receipt
        if any(one.key == request.key for one in order.refunds):
            raise OutcomeUnknown(booking.why)
        return self._refund(request)

    def _refund(self, request: RefundRequest) -> Receipt:
        path = str(_number(request.order_ref))
        answer = self.calls.refund(path, refunds.body(request))
        receipt = refunds.receipt(request, answer)
        for code in credited.given_back(request):
            with suppress(PlatformError):  # the nightly reading does it too
                self.balance(code)
        return receipt

    def _before(self, read: Callable[[], _T]) -> _T:
        """Read before anything is sent: what fails here is surely not done."""
        try:
            return read()
        except OutcomeUnknown as error:
            words = saying("the shop could not be read; nothing was sent")
            raise Unavailable(words, why=str(error)) from None

    def _make_beside(self, request: RefundRequest, order: Order) -> Receipt:
        if request.way in CREDITS:
            return self._credit(request, order)
        return self._send(request)

    def _credit(self, request: RefundRequest, order: Order) -> Receipt:
        """Make the coupon; one with our code may be ours already."""
        email = order.customer.email
        taxes = coupons.added(self._raw(request.order_ref))
        try:
            known = [self.calls.make("coupons", coupons.body(request, email, taxes))]
        except Rejected as error:
            if error.facts.get("code") != coupons.EXISTS:
                raise
            known = self._coupons(request.code)
        finding = coupons.find(request, known, email)
        if finding.receipt is None:
            raise OutcomeUnknown(finding.why)
        return finding.receipt

    def _send(self, request: RefundRequest) -> Receipt:
        """Make the new order unpaid, then make it whole and release it."""
        known = self._new_orders(request)
        if not known:
            asked = swaps.body(request, self._raw(request.order_ref))
            self.calls.make("orders", asked)
            known = self._new_orders(request)
        finding = swaps.find(request, known, NOTHING)
        if finding.found is Found.ABSENT:
            new = known[0]
            change = swaps.change(request, new) or {}
            made = self.calls.put(f"orders/{int(new['id'])}", change)
            finding = swaps.find(request, [made], NOTHING)
        if finding.receipt is None:
            raise OutcomeUnknown(finding.why or saying("the new order is not whole"))
        return finding.receipt

    def _new_orders(self, request: RefundRequest) -> list[Json]:
        """List the orders under our key: among all since its promise, trashed too.

        No filter of the API reads meta, and an address may be changed meanwhile. Of
        when it was first sent, books that were restored know nothing. Of two that were
        made by chance it is the one that staff kept.
        """
        since = request.promised_at or request.first_sent_at or self.clock()
        since = min(since, self.clock()) - EARLIER
        asked = {
            "after": since.strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "orderby": "date",
            "order": "asc",
            "_fields": swaps.FIELDS,
        }
        found: dict[str, Json] = {}
        for status in ("any", "trash"):
            every = self.calls.every("orders", {**asked, "status": status})
            for one in swaps.ours(list(every), request.key):
                found[str(one["id"])] = one
        return swaps.kept(list(found.values()))

    def _lacking(self, request: RefundRequest) -> tuple[int, ...]:
        shelf: dict[str, Ware | None] = {}
        for one in request.goods:
            try:
                shelf[one.ref] = self.ware(request.order_ref, one.ref)
            except Gone:
                shelf[one.ref] = None
        return goods.lacking(request, shelf)

    def _coupons(self, code: str) -> list[Json]:
        """List the coupons of a code; the shop keeps codes in small letters."""
        found = self.calls.get("coupons", {"code": code.lower()})
        return [x for x in found if str(x.get("code", "")).lower() == code.lower()]

    def _since(self, coupon: Json) -> list[Json]:
        """List the orders of a coupon's customer since it was made."""
        asked = {
            "after": str(coupon["date_created_gmt"]),
            "dates_are_gmt": "true",
            "search": str((coupon.get("email_restrictions") or [""])[0]),
            "_fields": "id,status,coupon_lines,refunds",
        }
        return list(self.calls.every("orders", asked))

    def _raw(self, order_ref: str) -> Json:
        data: Json = self.calls.get(f"orders/{_number(order_ref)}")
        return data


def _together(booking: Finding, beside: Finding) -> Finding:
    """Join what stands on the order with what stands beside it."""
    if booking.found is not Found.DONE:
        return booking
    if beside.receipt is None:
        return beside
    ref = booking.receipt.ref if booking.receipt else ""
    return replace(beside, receipt=replace(beside.receipt, ref=ref))


def _sold(found: Sequence[Json], order: Json, parent: Json | None) -> tuple[Ware, ...]:
    """Translate what is on sale; what cannot be priced is not offered."""
    wares = []
    for one in found:
        if one.get("status") != "publish" or one.get("price") in ("", None):
            continue
        try:
            wares.append(goods.ware(one, order, parent))
        except Rejected:
            continue
    return tuple(wares)


def _number(ref: str) -> int:
    if not ref.isdigit():
        raise Gone(ref=ref)
    return int(ref)
