"""Shiptastic in the shop: shipments, of which some are returns; forms and buttons.

Orders keep their status. `is_old` plays Germanized's own shipments before it: other
hook names, no `type` in a body, no refusal, no new shipments over the API.
"""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import meta
from adapters.woocommerce.standin.books import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]

OLD_STATUSES = (
    "draft", "processing", "ready-for-shipping", "shipped", "delivered", "requested",
    "returned",
)  # fmt: skip
STATUSES = (*OLD_STATUSES, "rejected")
RETURNED = ("delivered", "returned")
MAILS = {
    "delivered": 'Email "Order return delivered" sent.',
    "rejected": 'Email "Return request rejected" sent.',
}
REQUESTED_MAIL = 'Email "New order return request" sent.'
NO_SIZE = {"length": "0", "width": "0", "height": "0"}
SIZE = {"length": "12.5", "width": "9.5", "height": "1"}
HERE: Json = {
    "first_name": None,
    "last_name": None,
    "company": "Lab Shop",
    "address_1": "1 rue du Test",
    "address_2": "",
    "city": "Lyon",
    "state": None,
    "postcode": "69001",
    "country": "FR",
    "phone": None,
    "email": "admin@example.test",
    "customs_reference_number": None,
    "vat_id": None,
    "full_name": "",
    "street": "rue du Test",
    "street_number": "1",
    "customs_uk_vat_id": None,
}


class Shiptastic:
    """The plugin in one shop; off until it is switched on."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.is_on = False
        self.is_old = False
        self.shipments: dict[int, Json] = {}

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return the statuses that this version knows."""
        return OLD_STATUSES if self.is_old else STATUSES

    def ship(self, order_id: int) -> int:
        """Send all that is left of an order, and let it arrive."""
        with self.shop.lock:
            order = self.shop.orders[order_id]
            lines = [(one["id"], one["quantity"]) for one in order["line_items"]]
            made = self._make(order, "simple", lines)
            self._move(made, "delivered")
        return int(made["id"])

    def request(self, order_id: int, lines: Iterable[tuple[int, int]]) -> int:
        """Post the customer's form: (line id, quantity); its reason is not readable."""
        with self.shop.lock:
            order = self.shop.orders[order_id]
            made = self._make(order, "return", list(lines), is_asked=True)
            self._tell("new_return_shipment", made)
            self._move(made, "requested")
            self.shop.touch(order)  # the form saves the order
            self._tell("new_customer_return_shipment_request", made)
            self.shop.add_note(order_id, REQUESTED_MAIL)
        return int(made["id"])

    def mark(self, shipment_id: int, status: str, tracking_id: str = "") -> None:
        """Press one of the buttons of the shop's staff."""
        with self.shop.lock:
            shipment = self.shipments[shipment_id]
            if tracking_id:
                shipment["tracking_id"] = tracking_id
            self._move(shipment, status)

    def delete(self, shipment_id: int) -> None:
        """Delete a shipment: nobody is told."""
        with self.shop.lock:
            del self.shipments[shipment_id]

    def make(self, body: Json) -> Json:
        """Make a shipment over the API: too many units become what is left."""
        order = self.shop.orders[int(body["order_id"])]
        kind = str(body.get("type", "simple"))
        wanted = [
            (int(one["order_item_id"]), int(one.get("quantity", 1)))
            for one in body.get("items") or ()
        ]
        made = self._make(
            order, kind, wanted, is_asked=bool(body.get("is_customer_requested"))
        )
        self._tell("new_return_shipment" if kind == "return" else "new_shipment", made)
        self._change(made, {"status": "draft"} | body)
        return self.shown(made)

    def change(self, shipment: Json, body: Json) -> Json:
        """Change a shipment over the API; a status that is not known is ignored."""
        self._change(shipment, body)
        return self.shown(shipment)

    def left(self, order: Json, line_id: int) -> int:
        """Count the units of a line that were sent and are in no return."""
        sent = self._units(order, "simple", line_id, lambda _: True)
        back = self._units(order, "return", line_id, lambda s: s != "rejected")
        return sent - back

    def of_order(self, order: Json) -> Json:
        """Return what the plugin adds to an order, in its webhooks too."""
        found = [one for one in self.shipments.values() if _is_of(one, order)]
        shown = [self.shown(one) for one in sorted(found, key=lambda one: one["id"])]
        for one in shown:
            one.pop("_links")
            for amount in ("total", "subtotal", "additional_total"):
                one[amount] = f"{Decimal(one[amount]):.2f}"
        is_sent = any(one["type"] == "simple" for one in found)
        return {
            "shipments": shown,
            "shipping_status": "delivered" if is_sent else "not-shipped",
            "return_status": self._return_status(order),
        }

    def shown(self, shipment: Json) -> Json:
        """Return a shipment as this version shows it."""
        found = copy.deepcopy(shipment)
        if self.is_old:
            is_return = found.pop("type") == "return"
            found["sender_address"] = found["sender_address"] if is_return else []
            found.pop("meta_data")
        return found

    def _make(
        self,
        order: Json,
        kind: str,
        lines: list[tuple[int, int]],
        *,
        is_asked: bool = False,
    ) -> Json:
        shop, number = self.shop, self.shop.new_id("shipment")
        items = [self._item(order, kind, ref, units) for ref, units in lines]
        total = _amount(sum((Decimal(one["total"]) for one in items), ZERO))
        buyer = dict(order["billing"]) | {"customs_reference_number": "", "vat_id": ""}
        is_return = kind == "return"
        made: Json = {
            "id": number,
            "shipment_number": str(number),
            **shop.dates(shop.clock(), "date_created"),
            **shop.dates(None, "date_sent"),
            **shop.dates(None, "est_delivery_date"),
            "total": total,
            "subtotal": total,
            "additional_total": "0",
            "order_id": order["id"],
            "order_number": order["number"],
            "weight": "0",
            "content_weight": "0",
            "weight_unit": "lbs",
            "packaging_id": 4,
            "packaging_weight": "0.01",
            "status": "draft",
            "type": kind,
            "tracking_id": "",
            "tracking_url": "",
            "tracking_instruction": "",
            "shipping_provider": "labcarrier",
            "shipping_provider_title": "Lab Carrier",
            "packing_slip_path": "",
            "commercial_invoice_path": "",
            "content_dimensions": dict(NO_SIZE),
            "dimensions": dict(SIZE),
            "package_dimensions": dict(SIZE),
            "dimension_unit": "in",
            "address": HERE if is_return else buyer,
            "billing_address": buyer,
            "sender_address": buyer if is_return else HERE,
            "is_customer_requested": is_asked,
            "items": items,
            "meta_data": [],
            "_links": {"self": [], "collection": []},
        }
        self.shipments[number] = made
        return made

    def _item(self, order: Json, kind: str, line_id: int, units: int) -> Json:
        """Return an item; its total is the whole line's, however few its units."""
        line = next(one for one in order["line_items"] if one["id"] == line_id)
        if kind == "return":
            units = min(units, self.left(order, line_id))
        gross = _amount(Decimal(line["total"]) + Decimal(line["total_tax"]))
        return {
            "id": self.shop.new_id("shipment item"),
            "name": line["name"],
            "order_item_id": line_id,
            "product_id": line["product_id"],
            "sku": line["sku"],
            "global_unique_id": "",
            "quantity": units,
            "total": gross,
            "subtotal": gross,
            "weight": "0",
            "dimensions": dict(NO_SIZE),
            "hs_code": "",
            "mid_code": "",
            "customs_description": line["name"],
            "manufacture_country": "FR",
            "parent_id": 0,
            "item_parent_id": 0,
            "attributes": [""],
            "meta_data": [],
        }

    def _change(self, shipment: Json, body: Json) -> None:
        shipment["tracking_id"] = str(
            body.get("tracking_id", shipment["tracking_id"]) or ""
        )
        if not self.is_old:
            meta.write(self.shop, shipment, body.get("meta_data"))
        if body.get("status") in self.statuses:
            self._move(shipment, str(body["status"]))

    def _move(self, shipment: Json, status: str) -> None:
        """Change a status and tell; the order only where its own summary changes."""
        if shipment["status"] == status:
            return
        shop, order = self.shop, self.shop.orders[shipment["order_id"]]
        before = meta.get(order, "_return_status") or "not-returned"
        shipment["status"] = status
        if status in ("shipped", *RETURNED):
            shipment.update(shop.dates(shop.clock(), "date_sent"))
        after = self._return_status(order)
        if after != before:
            meta.put(shop, order, "_return_status", after)
            change = {"from": before, "to": after}
            meta.put(shop, order, "_return_status_transition", change)
            shop.touch(order)
        if shipment["type"] == "return":
            self._tell(f"return_shipment_status_{status}", shipment)
            if status in MAILS:
                shop.add_note(order["id"], MAILS[status])
        self._tell("shipment_status_changed", shipment)

    def _tell(self, event: str, shipment: Json) -> None:
        named = "gzd" if self.is_old else "shiptastic"
        self.shop.outbox.add(f"action.woocommerce_{named}_{event}", shipment["id"])

    def _return_status(self, order: Json) -> str:
        """Sum an order's returns up, as recorded: what is on its way is not there."""
        back = sum(
            self._units(order, "return", one["id"], lambda s: s in RETURNED)
            for one in order["line_items"]
        )
        if back:
            sold = sum(one["quantity"] for one in order["line_items"])
            return "returned" if back >= sold else "partially-returned"
        asked = [one for one in self.shipments.values() if _is_of(one, order)]
        is_asked = any(one["status"] == "requested" for one in asked)
        return "requested" if is_asked else "not-returned"

    def _units(self, order: Json, kind: str, line_id: int, counts: Any) -> int:  # noqa: ANN401 - a predicate of a status
        return sum(
            int(item["quantity"])
            for one in self.shipments.values()
            if _is_of(one, order) and one["type"] == kind and counts(one["status"])
            for item in one["items"]
            if item["order_item_id"] == line_id
        )


def _is_of(shipment: Json, order: Json) -> bool:
    return bool(shipment["order_id"] == order["id"])


def _amount(value: Decimal) -> str:
    """Write an amount as the plugin does: without zeros at its end."""
    return f"{value.normalize():f}" if value else "0"
