"""One bench for each shop that holds returns: a sent order, and hands to ask with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from connector.model import Kind, Order, Return, ReturnLine
from connector.platform import Shop
from tests.contract.conftest import Clock, at_shopify, at_woo, teehaus

if TYPE_CHECKING:
    from contextlib import ExitStack


@dataclass(slots=True, kw_only=True)
class ReturnsBench:
    """What the suite may do to a shop that holds returns, whatever its platform.

    `asks` lets the customer ask for some units of the first line in the shop itself;
    `lose_answer` loses the next answer to a change of a return, once it was made.
    """

    shop: Shop
    order: Order
    clock: Clock
    asks: Callable[[int], None]
    lose_answer: Callable[[], None]
    away: Shop  # the same shop where nothing listens
    unknown_ref: str
    reason: str  # as the shop names the reason that the customer gives
    tells_refusals: bool = True  # a refusal there can be told from a withdrawal

    def ours(self, units: int = 1) -> Return:
        """Return one of our returns, approved and not yet in the shop."""
        line = ReturnLine(
            id=1,
            line_ref=self.order.lines[0].ref,
            asked=units,
            approved=units,
            reason="too-small",
            note="it pinches",
            decision="approved",
        )
        return Return(
            id="0192-r",
            number="29-R1",
            shop=self.shop.name,
            order_ref=self.order.ref,
            kind=Kind.VOLUNTARY,
            filed_by="portal",
            opened_at=self.clock(),
            lines=(line,),
        )


def shopify(stack: ExitStack) -> ReturnsBench:
    clock = Clock()
    standin = teehaus(clock)
    url = stack.enter_context(serve_shopify(standin))
    gid = standin.place_order(
        [(standin.add_product("Assam", "10.00"), 3)], "ada@example.com"
    )
    standin.fulfil(gid)

    made = at_shopify(url, clock)
    shop = made(url)
    order = shop.order(gid)

    def asks(units: int) -> None:
        line = order.lines[0].ref
        standin.customer_requests_return(gid, [(line, units, "too-small")])

    return ReturnsBench(
        shop=shop,
        order=order,
        clock=clock,
        asks=asks,
        lose_answer=lambda: _lose(standin, "returnRequest", "returnApproveRequest"),
        away=made("http://127.0.0.1:9"),
        unknown_ref="gid://shopify/Return/404404",
        reason="too-small",
    )


def wpswings(stack: ExitStack) -> ReturnsBench:
    return _wps(stack, "")


def wpswings_with_secret(stack: ExitStack) -> ReturnsBench:
    return _wps(stack, "the plugin's own secret")


def _wps(stack: ExitStack, secret: str) -> ReturnsBench:
    clock = Clock()
    standin = WooStandin(clock=clock)
    standin.wps.is_on, standin.wps.secret = True, secret
    url = stack.enter_context(serve_woo(standin))
    order_id = standin.place_order([(standin.add_product("Mug", "10.00"), 3)])
    standin.complete(order_id)

    made = at_woo(standin, clock, secret)
    shop = made(url)
    order = shop.order(str(order_id))

    def asks(units: int) -> None:
        lines = [(int(order.lines[0].ref), units)]
        assert standin.wps.request(order_id, lines, subject="Too small")

    return ReturnsBench(
        shop=shop,
        order=order,
        clock=clock,
        asks=asks,
        lose_answer=lambda: _lose(standin, r"PUT /orders|POST .*rma"),
        away=made("http://127.0.0.1:9"),
        unknown_ref=f"wps:{order_id}:404404",
        reason="Too small",
        tells_refusals=False,
    )


def _lose(standin: ShopifyStandin | WooStandin, *matches: str) -> None:
    for match in matches:
        standin.switches.add("lose_answer", match)
