"""WooCommerce's REST API over the books: as much of it as making good asks.

The adapter's own steps run on it. What WooCommerce itself does is from its facts: no
lock, no key, a coupon's code once only, an order at whatever price it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import coupons, swaps, translate
from connector.errors import Gone, Rejected
from connector.model import OrderStatus
from connector.money import Money
from connector.simulation.books import EMAIL, Bill, Sold
from connector.simulation.goods import CURRENCY, PRODUCT, Made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import RefundRequest
    from connector.simulation.woo import SimWoo

Json = Mapping[str, Any]
STATUS = {
    OrderStatus.UNPAID: "pending",
    OrderStatus.OPEN: "processing",
    OrderStatus.COMPLETED: "completed",
    OrderStatus.CANCELLED: "cancelled",
}


class Api:
    """What the adapter calls for one request; reads and changes meet their fate."""

    def __init__(self, shop: SimWoo, request: RefundRequest) -> None:
        self._shop = shop
        self._request = request

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Read one thing, or the coupons of a code."""
        self._shop.read()
        kind, _, ref = path.partition("/")
        if kind == "data":
            return {"code": CURRENCY}
        if kind == "coupons":
            made = self._shop.books.goods.by_code((params or {})["code"])
            return [_coupon(made)] if made else []
        if kind == "products":
            return self._product(ref)
        if ref not in self._shop.books.bills:
            raise Gone(order=ref)
        return self._order(self._shop.books.bills[ref])

    def every(self, path: str, params: Mapping[str, str]) -> Iterator[Any]:
        """List orders, those in the trash apart."""
        del path
        self._shop.read()
        if params.get("status") != "trash":
            for bill in list(self._shop.books.bills.values()):
                if bill.key:
                    yield self._order(bill)

    def make(self, path: str, body: Json) -> Json:
        """Make a coupon, or an order that nobody has paid."""
        run = self._coupon if path == "coupons" else self._new
        found: Json = self._shop.post(lambda: run(body))
        return found

    def put(self, path: str, body: Json) -> Json:
        """Change a new order; the figures are absolute."""
        bill = self._shop.books.bills[path.partition("/")[2]]
        found: Json = self._shop.post(lambda: self._change(bill, body))
        return found

    def refund(self, order_ref: str, body: Json) -> Json:
        """Store a refund, then ask the gateway if told."""
        return self._shop.take_refund(order_ref, self._request, body)

    def _coupon(self, body: Json) -> Json:
        goods, ref = self._shop.books.goods, self._shop.new_ref("")
        try:
            return _coupon(goods.give(self._request, ref, str(body["code"]).lower()))
        except Rejected:
            msg = "The coupon code already exists"
            raise Rejected(msg, code=coupons.EXISTS) from None

    def _new(self, body: Json) -> Json:
        """Make an order at the shelf's price, or as told."""
        shop, asked = self._shop, self._request
        ref = shop.new_ref("")
        prices = [one.price.minor for one in asked.goods]
        lines = [
            self._line(f"{ref}{n}", line, price)
            for n, (line, price) in enumerate(
                zip(body["line_items"], prices, strict=True), start=1
            )
        ]
        bill = Bill(
            ref=ref,
            lines=lines,
            shipping=0,
            tenders=[],
            placed_at=shop.time.true,
            touched_at=shop.now(),
            status=OrderStatus.UNPAID,
            key=asked.key,
        )
        shop.books.bills[ref] = bill
        shop.touch(bill)
        return self._order(bill)

    def _line(self, ref: str, line: Json, price: int) -> Sold:
        """Price a line: what was told is net, and its tax comes on top."""
        ware, count = str(line["variation_id"]), int(line["quantity"])
        gross = self._shop.books.goods.shelves[ware].price * count
        if "total" in line:
            gross = price
        old = self._shop.books.bills[self._request.order_ref]
        back = {share.ref for share in self._request.lines}
        age = 1 + max(one.age for one in old.lines if one.ref in back)
        return Sold(ref, count, gross, 0, ware, age, self._request.key)

    def _change(self, bill: Bill, body: Json) -> Json:
        """Take what came back off its price; release it where that is all."""
        for fee in body.get("fee_lines") or ():
            bill.swapped += -_minor(fee["total"])
            self._shop.give_new(self._request, bill)
        if body.get("status") == swaps.SENDING:
            self._shop.release(bill)
        self._shop.touch(bill)
        return self._order(bill)

    def _product(self, ref: str) -> Json:
        shelf = self._shop.books.goods.shelves.get(ref)
        if shelf is None:
            raise Gone(ware=ref)
        return {
            "id": int(ref),
            "name": ref,
            "price": _decimal(shelf.price),
            "parent_id": int(PRODUCT),
            "status": "publish",
            "manage_stock": True,
            "stock_quantity": shelf.left,
        }

    def _order(self, bill: Bill) -> Json:
        fees = [{"meta_data": _meta(bill.key)}] if bill.swapped else []
        return {
            "id": int(bill.ref),
            "currency": CURRENCY,
            "status": STATUS[bill.status],
            "prices_include_tax": True,
            "total": _decimal(bill.price - bill.swapped),
            "line_items": [
                {
                    "id": one.ref,
                    "product_id": int(PRODUCT),
                    "variation_id": int(one.ware),
                    "quantity": one.quantity,
                    "total": _decimal(one.gross),
                    "total_tax": "0",
                }
                for one in bill.lines
            ],
            "fee_lines": fees,
            "meta_data": _meta(bill.key),
            "payment_url": "https://shop.example/pay",
        }


def _meta(key: str) -> list[Json]:
    return [{"key": translate.META_NEW, "value": key}] if key else []


def _coupon(made: Made) -> Json:
    ends = made.expires_at.isoformat()[:19] if made.expires_at else None
    return {
        "id": int(made.ref),
        "code": made.code,
        "amount": _decimal(made.credit),
        "discount_type": coupons.KIND,
        "status": "publish",
        "email_restrictions": [EMAIL],
        "date_expires_gmt": ends,
        "meta_data": [{"key": coupons.META_KEY, "value": made.key}],
    }


def _decimal(minor: int) -> str:
    return Money(minor, CURRENCY).decimal


def _minor(text: object) -> int:
    return int((Decimal(str(text)) * 100).to_integral_value())
