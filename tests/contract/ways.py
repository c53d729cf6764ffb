"""One bench for each shop that makes good beside money, and hands to play with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapters.sandbox import Sandbox
from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.state import CREDIT_SCOPES, SCOPES
from connector.model import (
    CREDITS,
    Deduction,
    Kind,
    NewGoods,
    Order,
    RefundRequest,
    Resolution,
    Return,
    ReturnLine,
    Ware,
)
from connector.money import Money, total
from connector.platform import Shop
from tests.connector.shapes import NOON, a_line, an_order, eur
from tests.contract.conftest import Clock, at_shopify, request, teehaus

if TYPE_CHECKING:
    from contextlib import ExitStack

GOODS = (Resolution.EXCHANGE, Resolution.REPLACEMENT)
CODE = "7KQ2MW9XHT4B8CDE"
PRICES = {"even": 1000, "dear": 1500, "cheap": 400}

Opened = tuple[str, tuple[tuple[str, int], ...]]


def alone(_way: Resolution, _goods: tuple[NewGoods, ...], _units: int) -> Opened:
    """Make nothing good through a return of the shop."""
    return "", ()


@dataclass(slots=True, kw_only=True)
class WaysBench:
    """What the suite may do to a shop that has an order of 3 units for 10 each.

    `wares` are refs of what costs 10, 15 and 4, by even, dear and cheap; all of one
    product, and all in stock. `open` makes our return at the shop, approved, with
    what is wanted instead, where refunds go through it. `credit_minor` is all credit
    that the shop ever gave, `sent` the refs of new goods, one a unit. `lose_answer`
    loses the next answer to whatever makes this way good; `lose_request` the request.
    """

    shop: Shop
    order: Order
    away: Shop  # the same shop where nothing listens
    product_ref: str
    wares: Mapping[str, str]
    paid_minor: Callable[[], int]  # what went back on tenders
    credit_minor: Callable[[], int]
    sent: Callable[[], list[str]]
    sell_out: Callable[[str], None]
    pay_owed: Callable[[RefundRequest], None]
    lose_answer: Callable[[Resolution], None]
    lose_request: Callable[[Resolution], None]
    open: Callable[[Resolution, tuple[NewGoods, ...], int], Opened] = alone
    absence_is_proof: frozenset[Resolution] = frozenset()
    tells_repeats: frozenset[Resolution] = field(
        default_factory=lambda: frozenset(Resolution)
    )  # ways of which `prepare` says that they are there already; else it asks

    def wish(
        self, way: Resolution, ware: str = "even", *, key: str = "key-1", units: int = 1
    ) -> RefundRequest:
        """Return the request of some units of the first line, as the core has it."""
        money = replace(request(self.order, key, units), way=way)
        if way is Resolution.COURTESY:
            return replace(
                money,
                amount=eur(0),
                lines=(),
                tenders=(),
                bonus=eur(1000),
                code=CODE,
            )
        goods = self._goods(way, ware, units)
        ref, lines = self.open(way, goods, units)
        money = replace(
            money, return_ref=ref, return_lines=lines, return_number="29-R1"
        )
        if way in CREDITS:
            return replace(money, code=CODE)
        return self._swapped(money, goods) if goods else money

    def _goods(self, way: Resolution, ware: str, units: int) -> tuple[NewGoods, ...]:
        if way not in GOODS:
            return ()
        price = eur(PRICES[ware]).share(units, 1)
        return (
            NewGoods(
                ref=self.wares[ware],
                title=ware,
                quantity=units,
                price=price,
                product_ref=self.product_ref,
            ),
        )

    def _swapped(
        self, money: RefundRequest, goods: tuple[NewGoods, ...]
    ) -> RefundRequest:
        """Pay for new goods with what came back; the rest goes either way."""
        price = total((one.price for one in goods), "EUR")
        used = min(price, money.amount, key=lambda one: one.minor)
        left = money.amount - used
        return replace(
            money,
            amount=left,
            deductions=(Deduction(code="exchange", amount=used),),
            tenders=tuple(replace(one, amount=left) for one in money.tenders)
            if left
            else (),
            goods=goods,
            owed=(price - used) or None,
        )


def sandbox(_: ExitStack) -> WaysBench:
    shop = Sandbox()
    shop.sell(an_order(a_line("a", 3000, 3)))
    for ref, minor in PRICES.items():
        shop.shelf[ref] = Ware(
            ref=ref, title=ref, price=eur(minor), product_ref="p", available=5
        )
    away = Sandbox(orders=shop.orders)
    away.mishaps.append("unavailable")

    def sell_out(ref: str) -> None:
        shop.shelf[ref] = replace(shop.shelf[ref], available=0)

    def credit() -> int:
        return sum((one.credit or Money.zero("EUR")).minor for one in shop.made)

    def paid() -> int:
        # It books credit as a refund too, so that no more than was paid goes back.
        keys = {one.key for one in shop.made if one.credit}
        back = shop.order("29").refunds
        return sum(one.amount.minor for one in back if one.key not in keys)

    return WaysBench(
        shop=shop,
        order=shop.order("29"),
        away=away,
        product_ref="p",
        wares={name: name for name in PRICES},
        paid_minor=paid,
        credit_minor=credit,
        sent=lambda: [
            one.ref
            for made in shop.made
            for one in made.goods
            for _ in range(one.quantity)
        ],
        sell_out=sell_out,
        pay_owed=lambda wish: shop.pay_owed(wish.key),
        lose_answer=lambda _way: shop.mishaps.append("lost"),
        lose_request=lambda _way: shop.mishaps.append("never"),
        absence_is_proof=frozenset(Resolution),
    )


ROOTS = {
    Resolution.STORE_CREDIT: "returnProcess",
    Resolution.GIFT_CARD: "giftCardCreate",
    Resolution.COURTESY: "storeCreditAccountCredit",
    Resolution.EXCHANGE: "returnProcess",
    Resolution.REPLACEMENT: "returnProcess",
}


def shopify(stack: ExitStack) -> WaysBench:
    clock = Clock()
    standin = teehaus(clock, scopes=(*SCOPES, *CREDIT_SCOPES))
    url = stack.enter_context(serve_shopify(standin))
    tea = standin.add_product("Assam", "10.00", tax_rate="0.20")
    kinds = {
        name: standin.add_variant(tea, name, f"{minor / 100:.2f}", stock=5)
        for name, minor in PRICES.items()
    }
    gid = standin.place_order([(tea, 3)], "ada@example.com")
    standin.fulfil(gid)
    shop = at_shopify(url, clock)(url)
    order = shop.order(gid)

    def lose(kind: str, way: Resolution) -> None:
        standin.switches.add(kind, ROOTS[way])

    def sell_out(ref: str) -> None:
        standin.variants[ref].stock = 0

    def paid() -> int:
        rows = [x for x in standin.books if x.gateway != "shopify_store_credit"]
        return sum(x.amount_minor for x in rows if x.moved)

    def credit() -> int:
        held = [x.amount for who in standin.customers.values() for x in who.credits]
        return int(100 * sum([*held, *(x.amount for x in standin.cards.values())]))

    return WaysBench(
        shop=shop,
        order=order,
        away=at_shopify(url, clock)("http://127.0.0.1:9"),
        product_ref=order.lines[0].product_ref,
        wares=kinds,
        paid_minor=paid,
        credit_minor=credit,
        sent=lambda: [line.variant.gid for line in standin.orders[gid].lines[1:]],
        sell_out=sell_out,
        pay_owed=lambda _wish: standin.customer_pays(gid),
        lose_answer=lambda way: lose("lose_answer", way),
        lose_request=lambda way: lose("lose_request", way),
        open=lambda way, goods, units: opened(shop, order, way, goods, units),
        absence_is_proof=frozenset(ROOTS) - {Resolution.COURTESY},
        tells_repeats=frozenset({Resolution.GIFT_CARD}),
    )


def opened(
    shop: Shop,
    order: Order,
    way: Resolution,
    goods: tuple[NewGoods, ...],
    units: int,
) -> Opened:
    """Make our return at the shop, approved, as the errands do."""
    line = ReturnLine(
        id=1,
        line_ref=order.lines[0].ref,
        asked=units,
        approved=units,
        reason="too-small",
        decision="approved",
        wanted=way,
        goods=goods[0] if goods else None,
    )
    made = shop.open_return(
        Return(
            id="0192-r",
            number="29-R1",
            shop=shop.name,
            order_ref=order.ref,
            kind=Kind.VOLUNTARY,
            filed_by="portal",
            opened_at=NOON,
            lines=(line,),
        )
    )
    if made.status == "requested":
        shop.approve_return(made.ref)
    return made.ref, tuple((one.ref, one.quantity) for one in made.lines)
