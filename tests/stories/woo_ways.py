"""A return in a WooCommerce shop, decided and back, for stories of making good."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop, creating, serve
from connector.model import NewGoods
from connector.money import Money, exponent
from connector.steps import audit
from connector.store import connect, orders, shops
from tests.connector.shapes import NOON
from tests.contract.conftest import LOCAL, QUICK
from tests.contract.woo_ways import new_orders, sent
from tests.stories.making_good import SIZES, Counter, wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connector.model import Resolution, Return
    from connector.store import Database
    from connector.store.filing import Wish

BUYER = "buyer@example.test"


@dataclass
class WooCounter(Counter):
    """The desk of a shop whose goods are variations of one shirt."""

    shop: WooCommerceShop  # type: ignore[assignment] # a counter of this shop alone
    standin: Shop = field(kw_only=True)
    sizes: dict[str, int] = field(kw_only=True)
    order: str = field(kw_only=True)

    def new(self, size: str, quantity: int = 1) -> NewGoods:
        return NewGoods(
            ref=str(self.sizes[size]),
            title=size,
            quantity=quantity,
            price=self.money(SIZES[size]).share(quantity, 1),
            product_ref=str(self.sizes["shirt"]),
        )

    def wish(
        self, way: Resolution, size: str = "l", quantity: int = 1, line: int = 0
    ) -> Wish:
        """Wish for units of an order line, and for goods where the way has any."""
        ref = self.shop.order(self.order).lines[line].ref
        is_for_goods = way.value in ("exchange", "replacement")
        goods = self.new(size, quantity) if is_for_goods else None
        return wish(ref, quantity, way, goods)

    def returned(self, *wishes: Wish, **given: Any) -> Return:
        return self.open(*wishes, order_ref=given.pop("order_ref", self.order), **given)

    def money(self, minor: int) -> Money:
        return Money(minor, self.standin.currency)

    def credits(self) -> list[str]:
        return [one["amount"] for one in self.standin.coupons.values()]

    def sent(self) -> list[str]:
        """Return the sizes that the shop is told to send, one a unit."""
        names = {str(ref): name for name, ref in self.sizes.items()}
        return [names[ref] for ref in sent(self.standin)]

    def swaps(self) -> list[dict[str, Any]]:
        return new_orders(self.standin)

    def stock(self, size: str) -> int:
        return int(self.standin.products[self.sizes[size]]["stock_quantity"])

    def pay(self) -> None:
        """Let the customer pay what the one new order asks."""
        [new] = self.swaps()
        creating.pay(self.standin, new["id"])

    def learn(self, order_ref: str) -> None:
        """Let the mirror know of an order."""
        orders.keep(self.db, self.shop.name, self.shop.order(order_ref))


@contextmanager
def serving(
    address: str,
    kind: type[Database] | None = None,
    resend: frozenset[str] = frozenset({"labpay"}),
    currency: str = "EUR",
) -> Iterator[WooCounter]:
    """Open a shop that has sold 3 `m` and a pair of socks, and a store beside it.

    What `SIZES` says of prices is in minor units of `currency`.
    """
    at_desk: list[WooCounter] = []

    def clock() -> datetime:
        """Read the one clock of shop, adapter and desk: on the desk's wall."""
        return at_desk[0].now if at_desk else NOON

    standin = Shop(clock=clock, currency=currency, decimals=exponent(currency))
    prices = {name: Money(minor, currency).decimal for name, minor in SIZES.items()}
    shirt = standin.add_product("Shirt", prices["m"])
    sizes = {
        name: standin.add_product(name, price, parent=shirt, stock=9)
        for name, price in prices.items()
    }
    order = standin.place_order([(sizes["m"], 3), (sizes["socks"], 1)], BUYER)
    with serve(standin) as url:
        shop = WooCommerceShop(
            name="boots",
            url=url,
            key=standin.key,
            secret=standin.secret,
            clock=clock,
            timeouts=QUICK,
            allow_http=True,
            transport=LOCAL,
            resend_when_absent=resend,
        )
        db = connect(address, kind) if kind else connect(address)
        shops.put(db, shop.name, "woocommerce", url, NOON)
        counter = WooCounter(
            db,
            shop,
            standin=standin,
            sizes=sizes | {"shirt": shirt},
            order=str(order),
        )
        at_desk.append(counter)
        counter.learn(str(order))
        yield counter
        assert audit.run(db) == []
        db.close()
