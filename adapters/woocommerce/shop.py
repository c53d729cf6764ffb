"""One WooCommerce shop, as the core asks for it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from adapters.guard import STRICT, Transport
from adapters.pacing import Pacing
from adapters.wire import Timeouts, understood, understood_each
from adapters.without_returns import WithoutReturns
from adapters.woocommerce import (
    checks,
    history,
    hooks,
    making,
    news,
    notes,
    polling,
    translate,
)
from adapters.woocommerce.calls import PAGE, Calls
from adapters.woocommerce.catalogue import Catalogue, Roles
from adapters.woocommerce.plugins import BooksArrivals, ListsReturns, Meanings, Site
from adapters.woocommerce.plugins.known import Known
from connector.errors import Gone, OutcomeUnknown, Rejected, Unsupported
from connector.model import Change, Sighting
from connector.platform import Abilities, Check, Subscription
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

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
    from connector.platform import Notice

REFUND_PAGES = 5


class WooCommerceShop(WithoutReturns):
    """Satisfies `connector.platform.Shop` for WooCommerce's wc/v3 API.

    WooCommerce itself holds no returns; the shop's return plugins do.
    """

    platform = "woocommerce"

    def __init__(  # noqa: PLR0913 - all that is wired to a shop, each by its name
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
        keys_in_query: bool = False,
        transport: Transport = STRICT,
        pacing: Pacing | None = None,
        public_url: str = "",
        plugin_secrets: Mapping[str, str] | None = None,
        meanings: Meanings | None = None,
    ) -> None:
        if not url.startswith("https://") and not allow_http:
            msg = saying("plain http only works when it is allowed for this shop")
            raise Rejected(msg, shop=name)
        self.name = name
        self.hook_path = f"/webhooks/woocommerce/{name}"

        def calls(*, in_query: bool) -> Calls:
            return Calls(
                url=url,
                key=key,
                secret=secret,
                timeouts=timeouts or Timeouts(),
                pacing=pacing or Pacing(),
                transport=transport,
                keys_in_query=in_query,
            )

        self._calls = calls(in_query=keys_in_query)
        self._site = checks.Site(
            url=url,
            calls=self._calls,
            by_query=calls(in_query=True),
            transport=transport,
            timeouts=timeouts or Timeouts(),
            clock=clock,
        )
        self._making = making.Making(
            calls=self._calls,
            clock=clock,
            read=self.order,
            resend=resend_when_absent,
        )
        site = Site(
            calls=self._calls,
            clock=clock,
            url=public_url or url,
            secrets=plugin_secrets or {},
            meanings=meanings or Meanings(),
        )
        self._plugins = Known(site)
        self._catalogue = Catalogue(self._calls, clock)
        self._roles = Roles(self._calls, clock)

    @property
    def abilities(self) -> Abilities:
        """What the shop can do with the plugins that it runs; may read the shop."""
        running = self._plugins.active()
        return Abilities(
            holds_returns=bool(running),
            opens_returns=self._plugins.is_sure
            and any(one.opens_returns for one in running),
            pays_through_returns=False,
            restocks_by_line=False,
            ways=making.WAYS,
            lists_refunds=True,
            rewrites_requests=any(one.rewrites_requests for one in running),
            lists_returns=any(isinstance(one, ListsReturns) for one in running),
            books_arrivals=any(isinstance(one, BooksArrivals) for one in running),
        )

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read what a delivery is about; never raises."""
        return news.notice(topic, body, self._plugins.notice)

    @understood
    def order(self, ref: str) -> Order:
        """Read an order again: its refunds, its products' tags, its customer's role."""
        data = self._raw(ref)
        self._plugins.hint(data)
        back = self._refunds(ref) if data.get("refunds") else []
        ours, who = self._making.credits(data), self._roles([data])
        return translate.order(data, back, self._catalogue([data]), ours, who)

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

    def _raw(self, ref: str) -> Mapping[str, Any]:
        data = self._calls.get(f"orders/{_id(ref)}")
        if not isinstance(data, dict) or "id" not in data:
            msg = saying("the shop answered something that is no order")
            raise OutcomeUnknown(msg)
        return data

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified at or after `since`, oldest first, each once.

        Those in a return plugin's own statuses are asked for by name too: a list
        of "any" status need not hold them.
        """
        own = [status for one in self._plugins.active() for status in one.statuses]
        polls = [polling.changes(self._calls, since, {}, self._roles.expect)]
        if own:
            polls.append(self._poll_own(since, {"status": ",".join(own)}))
        seen: set[tuple[str, datetime]] = set()
        for change in heapq.merge(*polls, key=lambda one: one.updated_at):
            key = (change.order_ref, change.updated_at)
            if key not in seen:
                seen.add(key)
                yield change

    def _poll_own(self, since: datetime, asked: Mapping[str, str]) -> Iterator[Change]:
        """List those of a plugin; a status that the shop refuses went with it."""
        try:
            yield from polling.changes(self._calls, since, asked)
        except Rejected:
            self._plugins.look_again()

    def history(self, cursor: str) -> Iterator[Batch]:
        """Read all orders, a page at a time."""
        return history.read(self._calls, cursor, self._catalogue, self._roles)

    def window(self) -> timedelta | None:
        """Say none: the API shows every order that there is."""
        return None

    @understood_each
    def refund_refs(self) -> Iterator[Sighting]:
        """List every refund of the shop; pages that shift only make one come twice."""
        for one in self._calls.every("refunds", {"_fields": "id,parent_id,reason"}):
            if not translate.is_shelf(one):
                yield Sighting(ref=str(one["id"]), order_ref=str(one["parent_id"]))

    @understood
    def missing(self, refs: Sequence[str]) -> frozenset[str]:
        """Say which orders are gone for good.

        Lists leave out the trash, and the statuses of a plugin that is switched off:
        what they do not name is asked for by itself.
        """
        asked = {"include": ",".join(map(_id, refs)), "status": "any", "_fields": "id"}
        there = {str(one["id"]) for one in self._calls.every("orders", asked)}
        return frozenset(ref for ref in refs if ref not in there and self._is_gone(ref))

    def _is_gone(self, ref: str) -> bool:
        try:
            self._calls.get(f"orders/{_id(ref)}", {"_fields": "id"})
        except Gone:
            return True
        return False

    @understood
    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List every refund of an order."""
        return self.order(order_ref).refunds

    @understood
    def prepare(self, request: RefundRequest) -> Prepared:
        """Read the order, and what stands beside it, just before anything is sent."""
        return self._making.prepare(request)

    @understood
    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Make it good: each request that this takes is sent once."""
        del preimage
        return self._making.make(request)

    @understood
    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Look for our token on the order, and for what was made beside it."""
        del preimage
        return self._making.look(request)

    @understood
    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List what is sold of a product, priced for the order's customer."""
        return self._making.wares(order_ref, product_ref)

    @understood
    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read one ware again."""
        return self._making.ware(order_ref, ref)

    @understood
    def balance(self, code: str) -> Money:
        """Say what is left of a coupon of ours."""
        return self._making.balance(code)

    @understood
    def returns(self, order_ref: str) -> tuple[ShopReturn, ...]:
        """Read an order's returns as the shop's plugins keep them."""
        running = self._plugins.active()
        if not running:
            return ()
        data = self._raw(order_ref)
        return tuple(found for one in running for found in one.of_order(data))

    @understood
    def shop_return(self, ref: str) -> ShopReturn:
        """Read one return of a plugin; raises Gone."""
        return self._plugins.of_ref(ref).read(ref)

    @understood
    def listed_returns(self) -> tuple[ShopReturn, ...]:
        """List the returns of plugins that change them without their order."""
        running = self._plugins.active()
        able = [one for one in running if isinstance(one, ListsReturns)]
        return tuple(found for one in able for found in one.listed())

    @understood
    def open_return(self, case: Return, fees: Sequence[Deduction] = ()) -> ShopReturn:
        """Make our return in the first plugin that takes one; none knows of fees."""
        del fees
        for one in self._plugins.active():
            if one.opens_returns:
                return one.open(case)
        raise Unsupported(number=case.number)

    @understood
    def approve_return(self, ref: str) -> None:
        """Approve a return in its plugin."""
        self._plugins.of_ref(ref).approve(ref)

    @understood
    def decline_return(self, ref: str, note: str, reason: str = "other") -> None:
        """Decline a return in its plugin."""
        del reason  # no plugin has a list of them
        self._plugins.of_ref(ref).decline(ref, note)

    @understood
    def shelve(self, goods: Shelved) -> None:
        """Put units back on the shelf by a refund of nothing (sent once)."""
        self._making.shelve(goods)

    @understood
    def is_shelved(self, goods: Shelved) -> bool:
        """Look for the key of it among the order's refunds."""
        return self._making.is_shelved(goods)

    @understood
    def dispose(self, ref: str, units: Mapping[str, int]) -> None:
        """Tell the return's plugin of goods, if it wants to hear of them."""
        plugin = self._plugins.of_ref(ref)
        if isinstance(plugin, BooksArrivals):
            plugin.arrived(ref, units)

    @understood
    def disposed(self, ref: str) -> Mapping[str, int]:
        """Return the units by line that its plugin believes to be back."""
        plugin = self._plugins.of_ref(ref)
        return plugin.at_shop(ref) if isinstance(plugin, BooksArrivals) else {}

    @understood
    def close_return(self, ref: str) -> None:
        """Say in its plugin that a return is finished."""
        self._plugins.of_ref(ref).close(ref)

    def check(self) -> Iterator[Check]:
        """Examine the connection step by step; never raises."""
        return checks.examine(self._site)

    @understood
    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        """Write a private note on the order, and our meta."""
        notes.tell(self._calls, _id(order_ref), text, facts)

    @understood
    def probe(self) -> Mapping[str, str]:
        """Prove the keys by reading the shop's currency and one order."""
        currency = self._calls.get("data/currencies/current")
        self._calls.get("orders", {"per_page": "1", "_fields": "id"})
        return {"name": self.name, "currency": str(currency.get("code", ""))}

    def topics(self) -> tuple[str, ...]:
        """Return the topics that we want, those of the plugins that run too."""
        running = self._plugins.active()
        more = [topic for one in running for topic in one.topics]
        return hooks.topics(more if self._plugins.is_sure else ())

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


def _id(ref: str) -> str:
    """Return a ref that may stand in a path; raises Gone for what is no id."""
    if not (ref.isascii() and ref.isdigit()):
        raise Gone(ref=ref[:40])
    return ref
