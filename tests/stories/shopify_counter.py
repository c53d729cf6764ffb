"""The desk that makes good through a Shopify shop: its stand-in, over HTTP."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from adapters.shopify.standin import Shop as Standin
from adapters.shopify.standin import serve
from adapters.shopify.standin.state import CREDIT_SCOPES, SCOPES
from connector.model import NewGoods, Resolution
from connector.steps import (
    audit,
    close,
    mirror,
    promise,
    reconcile,
    refund,
    shelving,
    sync,
)
from connector.store import Database, atomic, connect, errands, orders, shops
from connector.store.filing import Wish
from tests.connector.shapes import NOON, eur
from tests.contract.conftest import Clock, at_shopify, teehaus
from tests.stories.making_good import HOUR, Counter, still

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.shopify.shop import ShopifyShop
    from adapters.shopify.standin.records import Order
    from connector.model import Return, Terms

OVERLAP = timedelta(minutes=5)
PRICES = {"m": "30.00", "coat": "45.00", "socks": "7.00"}


@dataclass(kw_only=True)
class ShopifyCounter(Counter):
    """The desk, the stand-in with an order of three shirts and a hat, its clock."""

    standin: Standin
    clock: Clock
    order_ref: str
    wares: dict[str, str]
    lines: list[str] = field(default_factory=list)

    @property
    def there(self) -> Order:
        """The order as the stand-in's books have it."""
        return self.standin.orders[self.order_ref]

    @property
    def real(self) -> ShopifyShop:
        return cast("ShopifyShop", self.shop)

    def wish(
        self,
        way: Resolution = Resolution.REFUND,
        ware: str = "m",
        *,
        line: int = 0,
        quantity: int = 1,
    ) -> Wish:
        """Wish for units of a line to be made good."""
        goods = None
        if way is Resolution.EXCHANGE:
            price = eur(int(PRICES[ware].replace(".", ""))).share(quantity, 1)
            goods = NewGoods(
                ref=self.wares[ware], title=ware, quantity=quantity, price=price
            )
        return Wish(
            line_ref=self.lines[line],
            quantity=quantity,
            reason="other",
            wanted=way,
            goods=goods,
        )

    def buy_again(self) -> None:
        """Sell her the shirts and the hat once more; she returns of that order now."""
        bought = [(one.variant.gid, one.quantity) for one in self.there.lines]
        gid = self.standin.place_order(bought, "ada@example.com")
        self.standin.fulfil(gid)
        orders.keep(self.db, self.shop.name, self.shop.order(gid))
        self.order_ref, self.lines = gid, self.standin.lines_of(gid)

    def file(
        self, *wishes: Wish, terms: Terms | None = None, is_back: bool = True
    ) -> Return:
        """File a return, approve it, make it at the shop, and receive it."""
        made = self.open(*wishes, terms=terms, is_back=False, order_ref=self.order_ref)
        self.heard(made)
        self.errands()
        if is_back:
            self.receive(made.id)
        return self.case(made.id)

    def heard(self, case: Return) -> None:
        """Plan what the shop must hear, as deciding does."""

        @atomic
        def write(db: Database) -> None:
            errands.add(db, case.id, "open", self.now)
            errands.add(db, case.id, "approve", self.now)

        write(self.db)

    def errands(self, passes: int = 2) -> None:
        for _ in range(passes):
            self._tick()
            mirror.run(self.db, self.shop, still(self.now), token="test")

    def _tick(self) -> None:
        self.now += HOUR
        self.clock.now = self.now

    def work(self, passes: int = 3) -> None:
        """Let the jobs run, an hour between passes."""
        for _ in range(passes):
            self._tick()
            now = self.now
            at = still(now)
            sync.run(self.db, self.shop, at, OVERLAP)
            mirror.run(self.db, self.shop, at, token="test")
            promise.run(self.db, self.shop, at)
            refund.push(self.db, self.shop, at, token="test")
            reconcile.resolve(self.db, self.shop, now)
            shelving.run(self.db, self.shop, now)
            close.run(self.db, self.shop, now)

    def credits(self) -> list[int]:
        """List every credit on the customer's account, in minor units."""
        return [int(one.amount * 100) for one in self.there.customer.credits]

    def cards(self) -> list[int]:
        return [int(one.amount * 100) for one in self.standin.cards.values()]

    def sent(self) -> list[tuple[str, int]]:
        """List the new goods that joined the order: (variant, units)."""
        return [
            (line.variant.option, line.quantity)
            for line in self.there.lines[len(self.lines) :]
        ]

    def paid(self) -> int:
        """Return the money that moved back to a card."""
        rows = [x for x in self.standin.books if x.gateway == "shopify_payments"]
        return sum(one.amount_minor for one in rows if one.moved)


@contextmanager
def counting(
    address: str,
    kind: type[Database] = Database,
    *,
    scopes: Sequence[str] = (*SCOPES, *CREDIT_SCOPES),
) -> Iterator[ShopifyCounter]:
    """Sell three shirts at 30 and a hat at 10, send them; audit it all at the end."""
    clock = Clock(NOON)
    standin = teehaus(clock, scopes=scopes)
    with ExitStack() as stack:
        url = stack.enter_context(serve(standin))
        shirt = standin.add_product("Shirt", "30.00")
        hat = standin.add_product("Hat", "10.00")
        wares = {
            name: standin.add_variant(shirt, name, price, stock=5)
            for name, price in PRICES.items()
        }
        gid = standin.place_order([(shirt, 3), (hat, 1)], "ada@example.com")
        standin.fulfil(gid)
        shop = at_shopify(url, clock)(url)
        db = connect(address, kind)
        shops.put(db, shop.name, "shopify", "teehaus.myshopify.com", NOON)
        orders.keep(db, shop.name, shop.order(gid))
        counter = ShopifyCounter(
            db,
            cast("Any", shop),
            standin=standin,
            clock=clock,
            order_ref=gid,
            wares=wares,
            lines=standin.lines_of(gid),
        )
        yield counter
        assert audit.run(db) == []
        db.close()
