"""The shop itself: its goods, its orders as the API gives them, its staff."""

from __future__ import annotations

import random
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from adapters.woocommerce.standin import coupons, hooks, selling, site
from adapters.woocommerce.standin.access import Key
from adapters.woocommerce.standin.books import ZERO, Payout, text
from adapters.woocommerce.standin.shiptastic import Shiptastic
from adapters.woocommerce.standin.switches import Switches
from adapters.woocommerce.standin.wpswings import STATUSES, WPSwings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapters.woocommerce.standin.server import Door

Json = dict[str, Any]

OBJECTS = ("new_customer_return_shipment_request",)

BEFORE = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
}
AFTER = {
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}


@dataclass(slots=True)
class Gateway:
    """A payment gateway: what it can, and what it does with the next refunds."""

    id: str
    can_refund: bool = True
    plan: deque[str] = field(default_factory=deque)


class Shop:
    """One WooCommerce shop; all times are UTC, shown in `time_zone` where it does."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        name: str = "woo",
        key: str = "ck_standin",
        secret: str = "cs_standin",  # noqa: S107 - a made-up shop
        seed: int = 1,
        time_zone: str = "Europe/Paris",
        currency: str = "EUR",
        decimals: int = 2,
        prices_include_tax: bool = True,
        keeps_posts: bool = False,
    ) -> None:
        self.name, self.key, self.keys = name, key, {key: Key(secret)}
        self.mood = ""  # what stands before the API: see `site`
        self.door: Door  # once it is served
        self.version, self.hpos, self.tax_at_subtotal = "11.0.1", True, False
        self.clock, self.zone = clock, ZoneInfo(time_zone)
        self.currency, self.decimals = currency, decimals
        self.prices_include_tax = prices_include_tax
        # Without HPOS orders are posts, and dates are compared in the site's own time.
        self.keeps_posts = keeps_posts
        self.rng = random.Random(seed)  # noqa: S311 - a play, no secret
        self.switches = Switches(self.rng)
        self.lock = threading.RLock()
        self.products: dict[int, Json] = {}
        self.rates: dict[str, int] = {}
        self.orders: dict[int, Json] = {}
        self.refunds: dict[int, list[Json]] = {}
        self.notes: dict[int, list[Json]] = {}
        self.coupons: dict[int, Json] = {}
        self.people: dict[int, Json] = {}  # by their id, the users of the site
        self.gateways: dict[str, Gateway] = {}
        self.books: list[Payout] = []
        self.more_statuses: Json = {}  # of other plugins
        self.nonces: set[tuple[str, str]] = set()
        self.outbox = hooks.Outbox(self.switches, self._payload, self._seconds)
        self._ids: dict[str, int] = {}
        self.wps, self.stc = WPSwings(self), Shiptastic(self)
        self.gateway("labpay")
        self.gateway("bacs", can_refund=False)

    @property
    def secret(self) -> str:
        """The secret of the first key."""
        return self.keys[self.key].secret

    @secret.setter
    def secret(self, text: str) -> None:
        self.keys[self.key] = replace(self.keys[self.key], secret=text)

    @property
    def permissions(self) -> str:
        """What the first key may: read, write or read_write."""
        return self.keys[self.key].permissions

    @permissions.setter
    def permissions(self, text: str) -> None:
        self.keys[self.key] = replace(self.keys[self.key], permissions=text)

    def change_key(self, key: str, secret: str) -> None:
        """Take the first key back and give out another one."""
        del self.keys[self.key]
        self.key, self.keys[key] = key, Key(secret)

    def new_id(self, kind: str) -> int:
        """Return the next id: posts share one sequence, lines and metas have theirs."""
        self._ids[kind] = self._ids.get(kind, 10) + 1
        return self._ids[kind]

    def dates(self, moment: datetime | None, name: str) -> Json:
        """Return a date twice, as the API does: site-local, and `_gmt`; no offset."""
        if moment is None:
            return {name: None, f"{name}_gmt": None}
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        gmt = moment.astimezone(UTC).replace(tzinfo=None)
        return {
            name: local.isoformat(timespec="seconds"),
            f"{name}_gmt": gmt.isoformat(timespec="seconds"),
        }

    @property
    def date_suffix(self) -> str:
        """Say which of an order's two dates is compared and sorted by."""
        return "" if self.keeps_posts else "_gmt"

    def touch(self, order: Json) -> None:
        """Mark an order as modified now, and tell."""
        order.update(self.dates(self.clock(), "date_modified"))
        self.outbox.add("order.updated", order["id"])

    def shown(self, order: Json) -> Json:
        """Return an order as the API and its webhooks show it, plugins included."""
        added = self.stc.of_order(order) if self.stc.is_on else {}
        return {**added, **site.paying(self, order)}

    def statuses(self) -> Json:
        """Return every order status that is registered now: slug to name."""
        own = STATUSES if self.wps.is_on else {}
        return {**BEFORE, **own, **self.more_statuses, **AFTER}

    def set_status(self, order: Json, status: str) -> None:
        """Change an order's status, and tell when it is another one."""
        if order["status"] == status:
            return
        order["status"] = status
        self.outbox.add("action.woocommerce_order_status_changed", order["id"])
        self.outbox.add(f"action.woocommerce_order_status_{status}", order["id"])

    def gateway(self, gateway_id: str, *, can_refund: bool = True) -> Gateway:
        """Install a payment gateway."""
        self.gateways[gateway_id] = Gateway(gateway_id, can_refund)
        return self.gateways[gateway_id]

    def gateway_next(self, deed: str, times: int = 1, gateway: str = "labpay") -> None:
        """Say what a gateway does with the next refunds.

        ok, error (nothing moved, 500), false, pay_then_error (it paid, 500, the
        refund is deleted), fatal (500, the refund stays, nothing moved),
        pay_then_fatal.
        """
        self.gateways[gateway].plan.extend([deed] * times)

    def add_product(
        self,
        name: str,
        price: str = "20.00",
        *,
        sku: str = "",
        tags: Iterable[str] = (),
        categories: Iterable[str] = (),
        tax_percent: str = "20",
        stock: int = 100,
        parent: int = 0,
    ) -> int:
        """Put a product on the shelf, or a variation of one; return its id."""
        return selling.add_product(
            self,
            name,
            Decimal(price),
            sku=sku,
            tags=tags,
            categories=categories,
            percent=Decimal(tax_percent),
            stock=stock,
            parent=parent,
        )

    def product_of(self, line: Json) -> Json:
        """Return what a line of an order is of."""
        return self.products[line["variation_id"] or line["product_id"]]

    def keep_order(self, order: Json) -> None:
        """Keep a new order; in a real checkout `order.updated` is told first."""
        self.orders[ref := order["id"]] = order
        self.notes[ref], self.refunds[ref] = [], []
        for topic in ("order.updated", "order.created"):
            self.outbox.add(topic, ref)

    def place_order(
        self,
        lines: Iterable[tuple[int, int]],
        email: str = "buyer@example.test",
        *,
        country: str = "FR",
        shipping: str | None = "4.90",
        coupon: str = "0",
        code: str = "",
        fee: str | None = None,
        gateway: str = "labpay",
        paid: bool = True,
    ) -> int:
        """Let a customer buy; amounts are as the shop shows prices; return the id."""
        with self.lock:
            return selling.place_order(
                self,
                list(lines),
                email,
                country=country,
                shipping=Decimal(shipping) if shipping is not None else None,
                coupon=Decimal(coupon),
                code=code,
                fee=Decimal(fee) if fee is not None else None,
                gateway=gateway,
                paid=paid,
            )

    def add_note(
        self, order_id: int, text: str, *, is_for_customer: bool = False
    ) -> Json:
        """Write a note on an order, newest first; the order stays unmodified."""
        note: Json = {
            "id": self.new_id("note"),
            "author": "WooCommerce",
            **self.dates(self.clock(), "date_created"),
            "note": text,
            "customer_note": is_for_customer,
            "_links": {"self": [], "collection": [], "up": []},
        }
        self.notes[order_id].insert(0, note)
        self.outbox.add("action.woocommerce_order_note_added", note["id"])
        return note

    def complete(self, order_id: int) -> None:
        """Mark an order as sent and completed."""
        with self.lock:
            order = self.orders[order_id]
            order["status"] = "completed"
            order.update(self.dates(self.clock(), "date_completed"))
            self.touch(order)
            self.outbox.add("action.woocommerce_order_status_changed", order_id)

    def edit_order(self, order_id: int, **fields: object) -> None:
        """Change an order as staff do."""
        with self.lock:
            self.orders[order_id].update(fields)
            coupons.follow(self, self.orders[order_id])
            self.touch(self.orders[order_id])

    def trash(self, order_id: int) -> None:
        """Put an order in the trash: its webhook holds the id alone."""
        with self.lock:
            self.orders[order_id]["status"] = "trash"
            self.outbox.add("order.deleted", order_id)

    def force_delete(self, order_id: int) -> None:
        """Delete an order for good: no webhook; those waiting get an error body."""
        with self.lock:
            del self.orders[order_id]
            self.refunds.pop(order_id, None)

    def staff_refund(
        self,
        order_id: int,
        amount: str,
        *,
        lines: Iterable[Json] = (),
        by_gateway: bool = False,
        reason: str = "agreed by phone",
    ) -> int:
        """Refund in the admin; without the gateway, staff hand the money over."""
        from adapters.woocommerce.standin import refunding  # noqa: PLC0415 - it needs Shop

        body = {
            "amount": amount,
            "line_items": list(lines),
            "api_refund": by_gateway,
            "reason": reason,
        }
        made = refunding.create(self, order_id, body, by="staff")
        with self.lock:
            if not by_gateway:
                self.pay(order_id, made["id"], Decimal(amount), "staff")
        return int(made["id"])

    def staff_delete_refund(self, order_id: int, refund_id: int) -> None:
        """Delete a refund in the admin: the order keeps its modification date."""
        with self.lock:
            kept = [one for one in self.refunds[order_id] if one["id"] != refund_id]
            self.refunds[order_id] = kept
            self.sum_refunds(order_id)
            self.outbox.add("action.woocommerce_refund_deleted", refund_id)

    def sum_refunds(self, order_id: int) -> None:
        """Bring an order's short list of refunds up to date."""
        self.orders[order_id]["refunds"] = [
            {
                "id": one["id"],
                "reason": one["reason"],
                "total": f"-{one['amount']}",
                "total_tax": "0.00",
            }
            for one in reversed(self.refunds[order_id])
        ]

    def refunded(self, order_id: int) -> Decimal:
        """Add up what the refunds of an order say; an empty amount is nothing."""
        amounts = (one["amount"] or "0" for one in self.refunds[order_id])
        return sum((Decimal(amount) for amount in amounts), ZERO)

    def pay(self, order_id: int, refund_id: int, amount: Decimal, by: str) -> None:
        """Let money leave; the books only grow."""
        self.books.append(
            Payout(
                order_id=order_id,
                refund_id=refund_id,
                amount=amount,
                currency=self.orders[order_id]["currency"],
                by=by,
                at=self.clock(),
            )
        )

    def paid_out_minor(self, order_id: int | None = None, by: str | None = None) -> int:
        """Add up what left, in minor units."""
        left = (
            payout.amount
            for payout in self.books
            if order_id in (None, payout.order_id) and by in (None, payout.by)
        )
        return int(sum(left, ZERO).scaleb(self.decimals))

    def subscribe(self, url: str, topics: Iterable[str], secret: str) -> None:
        """Register webhooks, as a POST for each would."""
        for topic in topics:
            self.hook(topic, url, secret, name=topic)

    def hook(self, topic: str, url: str, secret: str, name: str) -> hooks.Hook:
        """Make a webhook; a ping that arrives touches it, one that fails does not."""
        made = hooks.Hook(self.new_id("webhook"), topic, url, secret, name=name)
        made.created_at = self.clock()
        self.outbox.hooks[made.id] = made
        if hooks.ping(made, self.outbox.trusts):
            made.modified_at = made.created_at
        return made

    def deliver(self) -> int:
        """Run the queue: send every event that waits."""
        return self.outbox.drain()

    def money(self, value: Decimal) -> str:
        """Write an amount with the shop's decimals."""
        return text(value, self.decimals)

    def _payload(self, topic: str, arg: int) -> Json:
        """Build a body as it leaves: an object deleted since gives an error body."""
        if topic.startswith("action."):
            # An object as the first argument comes as an empty list.
            is_object = topic.endswith(OBJECTS)
            action = topic.removeprefix("action.")
            return {"action": action, "arg": [] if is_object else arg}
        if topic == "order.deleted":
            return {"id": arg}
        with self.lock:
            if arg in self.orders:
                return self.shown(self.orders[arg])
        return {
            "code": "woocommerce_rest_shop_order_invalid_id",
            "message": "Invalid ID.",
            "data": {"status": 404},
        }

    def _seconds(self) -> int:
        return int(self.clock().timestamp())
