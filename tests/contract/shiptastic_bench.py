"""The bench of a WooCommerce shop that keeps its returns in Shiptastic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from tests.contract.conftest import Clock, at_woo
from tests.contract.returning import ReturnsBench

if TYPE_CHECKING:
    from contextlib import ExitStack


def shiptastic(stack: ExitStack) -> ReturnsBench:
    clock = Clock()
    standin = WooStandin(clock=clock)
    standin.stc.is_on = True
    url = stack.enter_context(serve_woo(standin))
    order_id = standin.place_order([(standin.add_product("Mug", "10.00"), 3)])
    standin.complete(order_id)
    standin.stc.ship(order_id)

    made = at_woo(standin, clock)
    shop = made(url)
    order = shop.order(str(order_id))

    def asks(units: int) -> None:
        standin.stc.request(order_id, [(int(order.lines[0].ref), units)])

    def lose_answer() -> None:
        standin.switches.add("lose_answer", "(PUT|POST) /shipments")

    return ReturnsBench(
        shop=shop,
        order=order,
        clock=clock,
        asks=asks,
        lose_answer=lose_answer,
        away=made("http://127.0.0.1:9"),
        unknown_ref="stc:404404",
        reason="",  # it is not readable
    )
