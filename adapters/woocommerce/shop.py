"""One WooCommerce shop, as the core asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.guard import STRICT, Transport
from adapters.pacing import Pacing
from adapters.wire import Timeouts, understood
from adapters.without_returns import WithoutReturns
from adapters.woocommerce import checks, hooks, refunds, translate
from adapters.woocommerce.calls import PAGE, Calls
from connector.errors import Gone, OutcomeUnknown, Rejected
from connector.model import Change
from connector.platform import Abilities, Check, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.model import (
        Finding,
        Order,
        Prepared,
        Receipt,
        RefundRequest,
        ShopRefund,
    )
    from connector.platform import Notice

PRODUCTS_FRESH = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
REFUND_PAGES = 5


class WooCommerceShop(WithoutReturns):
    """Satisfies `connector.platform.Shop` for WooCommerce's wc/v3 API."""

    platform = "woocommerce"
    abilities = Abilities(holds_returns=False)

    def __init__(
        self,
        *,
        name: str,
        url: str,
        key: str,
        secret: str,
        clock: Callable[[], datetime],
        timeouts: Timeouts | None = None,
        resend_when_absent: frozenset[str] = frozenset(),
        allow_http: bool = False,
        transport: Transport = STRICT,
        pacing: Pacing | None = None,
    ) -> None:
        if not url.startswith("https://") and not allow_http:
            msg = "plain http only works when it is allowed for this shop"
            raise Rejected(msg, shop=name)
        self.name = name
        self.hook_path = f"/webhooks/woocommerce/{name}"
        self._calls = Calls(
            url=url,
            key=key,
            secret=secret,
            timeouts=timeouts or Timeouts(),
            pacing=pacing or Pacing(),
            transport=transport,
        )
        self._site = checks.Site(
            url=url,
            calls=self._calls,
            transport=transport,
            timeouts=timeouts or Timeouts(),
            clock=clock,
        )
        self._clock = clock
        self._resend = resend_when_absent
        self._products: dict[str, Mapping[str, Any]] = {}
        self._products_at: datetime | None = None

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read what a delivery is about; never raises."""
        return translate.notice(topic, body)

    @understood
    def order(self, ref: str) -> Order:
        """Read an order again, with its refunds and the tags of its products."""
        data = self._calls.get(f"orders/{_id(ref)}")
        if not isinstance(data, dict) or "id" not in data:
            msg = "the shop answered something that is no order"
            raise OutcomeUnknown(msg)
        back = self._refunds(ref) if data.get("refunds") else []
        return translate.order(data, back, self._catalogue(data))

    @understood
    def find_order(self, number: str) -> str | None:
        """Find an order by the number that the customer knows.

        `number` is no filter of the API; by default it is the order's id.
        """
        bare = number.strip().lstrip("#")
        if bare.isdigit():
            try:
                data = self._calls.get(f"orders/{bare}", {"_fields": "id,number"})
            except Gone:
                data = {}
            if str(data.get("number")) == bare:
                return str(data["id"])
        asked = {"search": bare, "_fields": "id,number", "per_page": str(PAGE)}
        found = [o for o in self._calls.get("orders", asked) if o["number"] == bare]
        return str(found[0]["id"]) if len(found) == 1 else None

    @understood
    def order_of_refund(self, refund_ref: str) -> str | None:
        """Find the order of a refund, newest first; the `parent` filter is ignored."""
        for number in range(1, REFUND_PAGES + 1):
            asked = {"per_page": str(PAGE), "page": str(number)}
            found, pages = self._calls.page("refunds", asked)
            for one in found:
                if str(one.get("id")) == refund_ref and one.get("parent_id"):
                    return str(one["parent_id"])
            if number >= pages:
                break
        return None

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified at or after `since`, oldest first, each once.

        `modified_after` is a strict `>` at one second, and with an explicit Z only
        right without `dates_are_gmt`. Pages shift while orders change, so each
        page starts where the last one ended.
        """
        cursor, number = since.astimezone(UTC) - SECOND, 1
        seen: set[tuple[str, str]] = set()
        while True:
            page = self._modified(cursor, number)
            for one in page:
                key = (str(one["id"]), str(one["date_modified_gmt"]))
                if key not in seen:
                    seen.add(key)
                    yield Change(order_ref=key[0], updated_at=_moment(key[1]))
            if len(page) < PAGE:
                return
            last = _moment(str(page[-1]["date_modified_gmt"])) - SECOND
            cursor, number = (last, 1) if last > cursor else (cursor, number + 1)

    def _modified(self, after: datetime, number: int) -> list[dict[str, Any]]:
        found = self._calls.get(
            "orders",
            {
                "modified_after": after.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "orderby": "modified",
                "order": "asc",
                "per_page": str(PAGE),
                "page": str(number),
                "_fields": "id,date_modified_gmt",
            },
        )
        return list(found)

    @understood
    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List every refund of an order."""
        return self.order(order_ref).refunds

    @understood
    def prepare(self, request: RefundRequest) -> Prepared:
        """Read the order's refunds just before one is sent."""
        return refunds.prepare(request, self.order(request.order_ref))

    @understood
    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Post the refund, once."""
        del preimage
        answer = self._calls.refund(_id(request.order_ref), refunds.body(request))
        return refunds.receipt(request, answer)

    @understood
    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Look for our token in the order's refunds."""
        del preimage
        order = self.order(request.order_ref)
        may_resend = {tender.gateway for tender in order.tenders} <= self._resend
        return refunds.find(
            request, order.refunds, self._clock(), may_resend=may_resend
        )

    def check(self) -> Iterator[Check]:
        """Examine the connection step by step; never raises."""
        return checks.examine(self._site)

    @understood
    def probe(self) -> Mapping[str, str]:
        """Prove the keys by reading the shop's currency and one order."""
        currency = self._calls.get("data/currencies/current")
        self._calls.get("orders", {"per_page": "1", "_fields": "id"})
        return {"name": self.name, "currency": str(currency.get("code", ""))}

    def topics(self) -> tuple[str, ...]:
        """Return the topics that we want."""
        return hooks.topics()

    @understood
    def subscriptions(self) -> tuple[Subscription, ...]:
        """List all webhooks of the shop."""
        return hooks.every(self._calls)

    @understood
    def subscribe(self, topic: str, address: str, secret: str) -> Subscription:
        """Make a webhook that signs with our secret."""
        return hooks.subscribe(self._calls, topic, address, secret)

    def unsubscribe(self, ref: str) -> None:
        """Remove a webhook."""
        hooks.unsubscribe(self._calls, _id(ref))

    def _refunds(self, order_ref: str) -> list[Mapping[str, Any]]:
        return list(self._calls.every(f"orders/{_id(order_ref)}/refunds", {}))

    def _catalogue(self, data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        """Read tags and categories of the order's products, kept for ten minutes."""
        now = self._clock()
        if self._products_at is None or now - self._products_at > PRODUCTS_FRESH:
            self._products, self._products_at = {}, now
        wanted = {str(one.get("product_id") or "") for one in data["line_items"]}
        missing = sorted(wanted - {""} - self._products.keys())
        if missing:
            asked = {
                "include": ",".join(missing),
                "_fields": "id,tags,categories,virtual",
            }
            for one in self._calls.every("products", asked):
                self._products[str(one["id"])] = one
            for ref in missing:
                self._products.setdefault(ref, {})  # deleted since: no tags
        return self._products


def _id(ref: str) -> str:
    """Return a ref that may stand in a path; raises Gone for what is no id."""
    if not (ref.isascii() and ref.isdigit()):
        raise Gone(ref=ref[:40])
    return ref


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
