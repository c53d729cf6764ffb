"""One Shopify shop, as the core asks for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shopify.utils.shop_url import sanitize_shop_domain

from adapters.guard import STRICT, Transport
from adapters.pacing import Pacing
from adapters.shopify import (
    checks,
    history,
    hooks,
    notices,
    returns,
    stored,
    swaps,
    translate,
    wares,
    ways,
)
from adapters.shopify.able import Able
from adapters.shopify.calls import Calls
from adapters.wire import Timeouts, understood, understood_each
from connector.errors import Gone, Rejected, Unsupported
from connector.model import Change, Sighting
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.shopify.calls import Credentials
    from connector.model import (
        Batch,
        Deduction,
        Finding,
        Order,
        Prepared,
        Receipt,
        RefundRequest,
        Return,
        Shelved,
        ShopRefund,
        ShopReturn,
        Ware,
    )
    from connector.money import Money
    from connector.platform import Abilities, Check, Notice, Subscription

TAG = 40  # the longest tag of an order


WINDOW = timedelta(days=60)  # of orders, for an app without read_all_orders
# How orders with a return that is not at its end are searched for.
RETURNING = ("return_requested", "in_progress", "inspection_complete")


class ShopifyShop:
    """Satisfies `connector.platform.Shop` for Shopify's Admin GraphQL API."""

    platform = "shopify"
    hook_path = "/webhooks/shopify"

    def __init__(
        self,
        *,
        name: str,
        domain: str,
        credentials: Credentials,
        clock: Callable[[], datetime],
        timeouts: Timeouts | None = None,
        api_url: str = "",
        api_version: str = "2026-10",
        sleep: Callable[[float], None] = time.sleep,
        transport: Transport = STRICT,
        can_prove: bool = True,
        pacing: Pacing | None = None,
    ) -> None:
        if not sanitize_shop_domain(domain):
            msg = saying("a Shopify shop is named by its myshopify.com domain")
            raise Rejected(msg, shop=name)
        self.name = name
        self._clock = clock
        self._url = api_url or f"https://{domain}"
        self._timeouts = timeouts or Timeouts(read=30, total=45)
        self._transport = transport
        self._calls = Calls(
            self._url,
            api_version,
            credentials,
            self._timeouts,
            pacing or Pacing(sleep=sleep),
            transport,
        )
        self._able = Able(self._calls, api_version, clock)
        self._store = checks.Store(
            domain=domain,
            version=api_version,
            calls=self._calls,
            clock=clock,
            can_prove=can_prove,
        )

    @property
    def abilities(self) -> Abilities:
        """What the app's scopes and the shop's settings allow; may read the shop."""
        return self._able.now()

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read what a delivery is about; never raises."""
        return notices.notice(topic, body)

    @understood
    def order(self, ref: str) -> Order:
        """Read an order with its refunds, tenders and parcels."""
        found = self._calls.ask("order", {"id": ref}).get("order")
        if not found:
            raise Gone(order=ref)
        whole = self._with_all_lines(ref, found)
        return translate.order(self._with_all_swaps(ref, whole))

    def _with_all_lines(self, ref: str, found: dict[str, Any]) -> dict[str, Any]:
        """Read the lines beyond the first 250, so that none is ever left out."""
        page = found["lineItems"]
        nodes = list(page["nodes"])
        while page["pageInfo"]["hasNextPage"]:
            asked = {"id": ref, "after": page["pageInfo"]["endCursor"]}
            page = self._calls.ask("order_lines", asked)["order"]["lineItems"]
            nodes += page["nodes"]
        return found | {"lineItems": {"nodes": nodes, "pageInfo": page["pageInfo"]}}

    def _with_all_swaps(self, ref: str, found: dict[str, Any]) -> dict[str, Any]:
        """Read what the returns beyond the first 20 want instead."""
        page = found["returns"]
        nodes = list(page["nodes"])
        while page["pageInfo"]["hasNextPage"]:
            asked = {"id": ref, "after": page["pageInfo"]["endCursor"]}
            page = self._calls.ask("order_swaps", asked)["order"]["returns"]
            nodes += page["nodes"]
        return found | {"returns": {"nodes": nodes}}

    @understood
    def find_order(self, number: str) -> str | None:
        """Find an order by the name that the customer knows, `#1001` or `1001`."""
        bare = number.strip().lstrip("#")
        if not bare.replace("-", "").isalnum():
            return None
        found = self._calls.ask("find_order", {"query": f"name:{bare}"})
        nodes = found["orders"]["nodes"]
        same = [one for one in nodes if one["name"].lstrip("#") == bare]
        return str(same[0]["id"]) if len(same) == 1 else None

    @understood
    def order_of_refund(self, refund_ref: str) -> str | None:
        """Find the order of a refund."""
        found = self._calls.ask("refund_order", {"id": refund_ref}).get("refund")
        return str(found["order"]["id"]) if found else None

    @understood
    def order_of_goods(self, goods_ref: str) -> str | None:
        """Find the order of goods that come back."""
        asked = self._calls.ask("goods_order", {"id": goods_ref})
        found = asked.get("reverseFulfillmentOrder")
        return str(found["order"]["id"]) if found and found.get("order") else None

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified at or after `since`, oldest first.

        Without `read_all_orders` Shopify only shows the last 60 days.
        """
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        after: str | None = None
        while True:
            asked = {"query": f"updated_at:>='{moment}'", "after": after}
            page = self._calls.ask("orders_changed", asked)["orders"]
            for one in page["nodes"]:
                yield Change(
                    order_ref=str(one["id"]),
                    updated_at=translate.moment(one["updatedAt"]),
                )
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def history(self, cursor: str) -> Iterator[Batch]:
        """Read all orders by a bulk operation."""
        asking = history.Asking(
            transport=self._transport,
            timeouts=self._timeouts,
            allow_http=self._url.startswith("http://"),
        )
        return history.read(self._calls, cursor, asking)

    @understood
    def window(self) -> timedelta | None:
        """Say 60 days, unless the app may read all orders."""
        found = self._calls.ask("shop", {})["currentAppInstallation"]["accessScopes"]
        may_all = any(one["handle"] == "read_all_orders" for one in found)
        return None if may_all else WINDOW

    def refund_refs(self) -> Iterator[Sighting]:
        """List nothing: a refund at Shopify is never deleted, and moves its order."""
        return iter(())

    @understood_each
    def open_returns(self) -> Iterator[Sighting]:
        """List the returns that are requested or open, by their orders."""
        for status in RETURNING:
            asked: dict[str, Any] = {"query": f"return_status:{status}", "after": None}
            while True:
                page = self._calls.ask("orders_open_returns", asked)["orders"]
                for one in page["nodes"]:
                    yield from returns.open_of(one)
                if not page["pageInfo"]["hasNextPage"]:
                    break
                asked["after"] = page["pageInfo"]["endCursor"]

    @understood
    def missing(self, refs: Sequence[str]) -> frozenset[str]:
        """Say which orders are no longer there, or lie behind the window."""
        nodes = self._calls.ask("orders_there", {"ids": list(refs)})["nodes"]
        return frozenset(refs) - {str(one["id"]) for one in nodes if one}

    @understood
    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List every refund of an order."""
        return self.order(order_ref).refunds

    @understood
    def prepare(self, request: RefundRequest) -> Prepared:
        """Read the pre-image, and compare Shopify's own figure with ours."""
        order = self.order(request.order_ref)
        return ways.prepare(self._calls, request, order, self.abilities.ways)

    @understood
    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Send the refund, once: through its return where it has one."""
        return ways.make(self._calls, request, preimage)

    @understood
    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Say what became of it, by reading the order and its return."""
        order = self.order(request.order_ref)
        return ways.find(self._calls, request, preimage, order, self._clock())

    @understood
    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List the variants of a product, at the price of that order's customer."""
        return wares.of_product(self._calls, order_ref, product_ref)

    @understood
    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read a variant again; raises Gone."""
        return wares.one(self._calls, order_ref, ref)

    @understood
    def balance(self, code: str) -> Money:
        """Say what is left of a gift card; raises Gone, as for other credit."""
        return stored.balance(self._calls, code)

    @understood
    def returns(self, order_ref: str) -> tuple[ShopReturn, ...]:
        """List the shop's own returns of an order."""
        return returns.of_order(self._calls, order_ref)

    def listed_returns(self) -> tuple[ShopReturn, ...]:
        """Return nothing: what changes a return changes its order."""
        return ()

    @understood
    def shop_return(self, ref: str) -> ShopReturn:
        """Read one of the shop's own returns."""
        return returns.read(self._calls, ref)

    @understood
    def open_return(self, case: Return, fees: Sequence[Deduction] = ()) -> ShopReturn:
        """Ask for our return at the shop (not idempotent: sent once).

        One with new goods is opened at once: it need not be approved any more.
        """
        if swaps.is_wanted(case):
            order = self.order(case.order_ref)
            instead = swaps.rows_for(self._calls, case, order)
            return returns.create(self._calls, case, instead, fees)
        return returns.request(self._calls, case)

    def approve_return(self, ref: str) -> None:
        """Approve the shop's return."""
        returns.approve(self._calls, ref)

    def decline_return(self, ref: str, note: str, reason: str = "other") -> None:
        """Decline the shop's return."""
        returns.decline(self._calls, ref, note, reason)

    def cancel_return(self, ref: str) -> None:
        """Cancel the shop's return."""
        returns.cancel(self._calls, ref)

    @understood
    def shelve(self, goods: Shelved) -> None:
        """Book judged goods apart from their money (sent once)."""
        returns.shelve(self._calls, goods)

    @understood
    def is_shelved(self, goods: Shelved) -> bool:
        """Say whether that many were booked so."""
        return returns.is_shelved(self._calls, goods)

    def dispose(self, ref: str, units: Mapping[str, int]) -> None:
        """Refuse: Shopify wants to hear only what becomes of goods."""
        raise Unsupported(ref=ref, lines=len(units))

    @understood
    def disposed(self, ref: str) -> Mapping[str, int]:
        """Return how many units of each return line were disposed of already."""
        return returns.disposed(self._calls, ref)

    def close_return(self, ref: str) -> None:
        """Close the shop's return."""
        returns.close(self._calls, ref)

    def check(self) -> Iterator[Check]:
        """Examine the connection step by step; never raises."""
        return checks.examine(self._store)

    @understood
    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        """Tag the order with the return's number; Shopify keeps its own timeline.

        An order has one note, which is the staff's: it is never touched.
        """
        del text
        tags = [f"retour:{facts['return']}"[:TAG]]
        self._calls.change("tags_add", "tagsAdd", {"id": order_ref, "tags": tags})

    @understood
    def probe(self) -> Mapping[str, str]:
        """Prove the connection by reading the shop's name, currency and our scopes."""
        found = self._calls.ask("shop", {})
        scopes = found["currentAppInstallation"]["accessScopes"]
        return {
            "name": str(found["shop"]["name"]),
            "currency": str(found["shop"]["currencyCode"]),
            "domain": str(found["shop"]["myshopifyDomain"]),
            "scopes": ",".join(sorted(str(one["handle"]) for one in scopes)),
        }

    @understood
    def topics(self) -> tuple[str, ...]:
        """Return the topics that our scopes allow."""
        return hooks.topics(self._calls)

    @understood
    def subscriptions(self) -> tuple[Subscription, ...]:
        """List our app's webhooks."""
        return hooks.every(self._calls)

    @understood
    def subscribe(self, topic: str, address: str, secret: str) -> Subscription:
        """Make a webhook; Shopify signs with the app's own secret."""
        del secret
        return hooks.subscribe(self._calls, topic, address)

    def unsubscribe(self, ref: str) -> None:
        """Remove a webhook."""
        hooks.unsubscribe(self._calls, ref)
