"""WP Swings' "Return Refund and Exchange" in the shop: forms, buttons, its own API.

A request is the order's status and its meta; the plugin's own oddities are kept.
"""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import meta
from adapters.woocommerce.standin.books import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]

STATUSES = {
    "return-requested": "Refund Requested",
    "return-approved": "Refund Approved",
    "return-cancelled": "Refund Cancelled",
}
REQUEST, FILES = "wps_rma_return_product", "wps_rma_return_attachment"
REQUESTED_NOTE = "User Request to refund product"
NONCE = "f12ec4df46"


class WPSwings:
    """The plugin in one shop; off until it is switched on, its API until a secret."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.is_on = False
        self.secret = ""
        self.mails: list[tuple[int, str]] = []
        self._files = 0

    def request(
        self,
        order_id: int,
        lines: Iterable[tuple[int, int]],
        *,
        subject: str = "Wrong size",
        reason: str = "too small",
        bank: str = "",
        files: int = 0,
    ) -> bool:
        """Post the customer's form: (line id, quantity); False when it is refused.

        The upload goes first and resets the files, also when the form is refused.
        """
        with self.shop.lock:
            order = self._order(order_id)
            self._upload(order, files)
            wanted = self._products(order, lines)
            if not wanted or self._state(order) == "complete":
                return False
            key = self._key(order)
            if bank:
                meta.put(self.shop, order, "wps_rma_bank_details", bank)
            last = str(order["line_items"][-1]["id"])
            meta.put(self.shop, order, "wps_rma_request_made", last)
            form: Json = {
                "action": "wps_rma_save_return_request",
                "subject": slashed(subject),
                "reason": slashed(reason),
                "orderid": str(order_id),
                "bankdetails": bank,
                "refund_method": "",
                "security_check": NONCE,
                "all_product_checked": "false",
                "wps_rma_customer_contact_refund": "",
                "products": wanted,
                "shipping_price": 0,
                "status": "pending",
            }
            self._save(order, key, form)
        return True

    def request_all(self, order_id: int, reason: str) -> bool:
        """Ask through the plugin's own API: the whole order, and a wrong amount."""
        with self.shop.lock:
            order = self._order(order_id)
            if self._state(order) in ("pending", "complete"):
                return False
            every = [(one["id"], one["quantity"]) for one in order["line_items"]]
            products = [dict(one) for one in self._products(order, every)]
            for one in products:
                one["qty"] = int(one["qty"])
            form: Json = {
                "order_id": order_id,
                "subject": reason,
                "refund_method": "manual_method",
                "amount": sum(one["price"] for one in products),
                "products": products,
                "status": "pending",
            }
            self._save(order, self._key(order), form)
        return True

    def accept(self, order_id: int) -> bool:
        """Press Accept Request."""
        with self.shop.lock:
            order = self._order(order_id)
            key, asked = self._pending(order)
            if key is None:
                return False
            items = {str(one["item_id"]): one["qty"] for one in asked["products"]}
            meta.put(self.shop, order, "wps_rma_refund_items_details", items)
            back = {
                str(one["item_id"]): {
                    "qty": one["qty"],
                    "refund_total": f"{one['price'] * int(one['qty']):g}",
                }
                for one in asked["products"]
            }
            junk = {
                "amount": 0,
                "reason": "Added the return item info",
                "order_id": str(order_id),
                "line_items": back,
                "refund_payment": False,
                "restock_items": False,
            }
            meta.put(self.shop, order, "wps_rma_refund_items", junk)
            note = "User Request of Refund Product is approved"
            self._answer(order, "complete", "approve_date", "return-approved", note)
        return True

    def reject(self, order_id: int) -> bool:
        """Press Cancel Request, as the shop's staff."""
        return self._cancel(order_id, "User Request of Refund is cancelled")

    def withdraw(self, order_id: int) -> bool:
        """Cancel, as the customer: only the note tells it from a refusal."""
        return self._cancel(order_id, "User Request of Refund is cancelled by customer")

    def _cancel(self, order_id: int, note: str) -> bool:
        with self.shop.lock:
            order = self._order(order_id)
            if self._pending(order)[0] is None:
                return False
            self._answer(order, "cancel", "cancel_date", "return-cancelled", note)
        return True

    def press_refund(self, order_id: int) -> bool:
        """Press Refund Amount: no money moves, WooCommerce's refund form opens."""
        with self.shop.lock:
            order = self._order(order_id)
            if "refund" not in self.screen(order_id):
                return False
            meta.put(self.shop, order, "refundable_amount", "0")
            meta.put(self.shop, order, "refund_amount_refunded", "1")
            meta.put(self.shop, order, "wps_rma_left_amount_done", "yes")
            self.shop.touch(order)
        return True

    def refund_form(self, order_id: int) -> int:
        """Send that form as it is filled in: an amount without tax, and no lines."""
        order = self._order(order_id)
        (asked,) = meta.get(order, REQUEST).values()
        amount = sum(
            (Decimal(str(x["price"])) * int(x["qty"]) for x in asked["products"]), ZERO
        )
        return self.shop.staff_refund(
            order_id,
            self.shop.money(amount),
            by_gateway=True,
            reason=asked["subject"],
        )

    def press_stock(self, order_id: int) -> bool:
        """Press Manage Stock: the goods go back on the shelf."""
        with self.shop.lock:
            order = self._order(order_id)
            if "stock" not in self.screen(order_id):
                return False
            (asked,) = meta.get(order, REQUEST).values()
            for one in asked["products"]:
                product = self.shop.products[one["product_id"]]
                product["stock_quantity"] += int(one["qty"])
            meta.put(self.shop, order, "wps_rma_manage_stock_for_return", "no")
            self.shop.touch(order)
        return True

    def view(self, order_id: int) -> None:
        """Open the order's page: junk is written, and the order is "modified"."""
        with self.shop.lock:
            order = self._order(order_id)
            if self._state(order):
                junk = {
                    str(one["id"]): {
                        "legacy_values": None,
                        "legacy_cart_item_key": None,
                        "legacy_package_key": None,
                    }
                    for one in order["line_items"]
                }
                meta.put(self.shop, order, "wps_rma_refund_new_line_items", junk)
                self.shop.touch(order)

    def screen(self, order_id: int) -> tuple[str, ...]:
        """Say what the plugin's box on the order's page shows: state, then buttons."""
        order = self._order(order_id)
        state = self._state(order)
        if state == "pending":
            return ("pending", "accept", "cancel")
        if state != "complete":
            return (state,)
        buttons = (
            ("refund", "wps_rma_left_amount_done", "yes"),
            ("stock", "wps_rma_manage_stock_for_return", "no"),
        )
        left = [name for name, key, gone in buttons if meta.get(order, key) != gone]
        return ("complete", *left)

    def _order(self, order_id: int) -> Json:
        return self.shop.orders[order_id]

    def _state(self, order: Json) -> str:
        for asked in (meta.get(order, REQUEST) or {}).values():
            return str(asked["status"])
        return ""

    def _pending(self, order: Json) -> tuple[str | None, Json]:
        for key, asked in (meta.get(order, REQUEST) or {}).items():
            if asked["status"] == "pending":
                return key, asked
        return None, {}

    def _key(self, order: Json) -> str:
        """Keep the time of a pending request; a new one after an end has its own."""
        return self._pending(order)[0] or str(int(self.shop.clock().timestamp()))

    def _products(self, order: Json, lines: Iterable[tuple[int, int]]) -> list[Json]:
        """List what is asked for; nothing at all when one quantity is too high."""
        known = {one["id"]: one for one in order["line_items"]}
        wanted = [(known[ref], units) for ref, units in lines]
        if any(not 0 < units <= one["quantity"] for one, units in wanted):
            return []
        return [
            {
                "item_id": one["id"],
                "product_id": one["product_id"],
                "variation_id": one["variation_id"],
                "qty": str(units),
                "price": one["price"],
            }
            for one, units in wanted
        ]

    def _upload(self, order: Json, count: int) -> None:
        self._files += count
        names = [f"{0xB52742FF6A + self._files + n:010x}.png" for n in range(count)]
        day = f"{self.shop.clock():%d-%m-%Y}"
        value = {day: {"files": names, "status": "pending"}}
        meta.put(self.shop, order, FILES, value)
        self.shop.touch(order)

    def _save(self, order: Json, key: str, form: Json) -> None:
        meta.put(self.shop, order, REQUEST, {key: form})
        self._note(order, REQUESTED_NOTE)
        self.shop.set_status(order, "return-requested")
        self.shop.touch(order)

    def _answer(
        self, order: Json, state: str, date: str, status: str, note: str
    ) -> None:
        value = copy.deepcopy(meta.get(order, REQUEST))
        for asked in value.values():
            asked["status"] = state
            asked[date] = int(self.shop.clock().timestamp())
        meta.put(self.shop, order, REQUEST, value)
        files = copy.deepcopy(meta.get(order, FILES) or "")
        for day in files.values() if isinstance(files, dict) else ():
            day["status"] = state
        meta.put(self.shop, order, FILES, files)
        if meta.get(order, "wps_rma_request_made") is None:
            meta.put(self.shop, order, "wps_rma_request_made", "")
        self._note(order, note)
        self.mails.append((order["id"], state))
        self.shop.set_status(order, status)
        self.shop.touch(order)

    def _note(self, order: Json, text: str) -> None:
        self.shop.add_note(order["id"], text, is_for_customer=True)

    def rest(self, route: str, body: Mapping[str, Any]) -> tuple[int, Json]:
        """Answer `/wp-json/rma/<route>`; the secret in the body is all that counts."""
        known = ("refund-request", "refund-request-accept", "refund-request-cancel")
        if not self.is_on or route not in known:
            return 404, _no("rest_no_route", "No route was found.", 404)
        if not self.secret or body.get("secret_key") != self.secret:
            told = "Sorry, you are not allowed to do that."
            return 401, _no("rest_forbidden", told, 401)
        order_id = int(body.get("order_id") or 0)
        if order_id not in self.shop.orders:
            told = "Please provide the order ID to perform the process."
            return 404, {"status": 404, "data": told}
        if route == "refund-request":
            is_done = self.request_all(order_id, str(body.get("reason") or ""))
        elif route == "refund-request-accept":
            is_done = self.accept(order_id)
        else:
            is_done = self.reject(order_id)
        if is_done:
            return 200, {"status": 200, "data": "Return request handled successfully."}
        told = "You have already approved the refund request."
        return 404, {"status": 404, "data": told}


def slashed(text: str) -> str:
    """Put slashes in, as PHP's posted forms have them in WordPress."""
    return "".join(f"\\{one}" if one in "\\'\"" else one for one in text)


def _no(code: str, told: str, status: int) -> Json:
    return {"code": code, "message": told, "data": {"status": status}}
