"""The bench of a WooCommerce shop that makes good beside money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import creating, meta
from adapters.woocommerce.standin import serve as serve_woo
from connector.model import Resolution
from tests.contract.conftest import Clock, at_woo
from tests.contract.ways import GOODS, PRICES, WaysBench

if TYPE_CHECKING:
    from contextlib import ExitStack
    from typing import Any

    from connector.model import RefundRequest

SENT = ("processing", "completed", "refunded")  # one that came back was sent before


def new_orders(standin: WooStandin, key: str = "") -> list[dict[str, Any]]:
    """Return the orders of new goods; those of one key where it is given."""
    found = standin.orders.values()
    keys = [(one, meta.get(one, "_retour_exchange")) for one in found]
    return [one for one, its in keys if its and key in ("", its)]


def sent(standin: WooStandin) -> list[str]:
    """Return the refs of what the shop is told to send, one a unit."""
    return [
        str(line["variation_id"] or line["product_id"])
        for order in new_orders(standin)
        if order["status"] in SENT
        for line in order["line_items"]
        for _ in range(line["quantity"])
    ]


def last_call(way: Resolution) -> str:
    """Return what the call is that makes a way good, after its booking."""
    return "PUT /orders" if way in GOODS else "POST /coupons"


def woocommerce(stack: ExitStack) -> WaysBench:
    clock = Clock()
    standin = WooStandin(clock=clock)
    url = stack.enter_context(serve_woo(standin))
    shirt = standin.add_product("Shirt", "10.00")
    wares = {
        name: standin.add_product(name, f"{minor // 100}.00", parent=shirt, stock=9)
        for name, minor in PRICES.items()
    }
    order_id = standin.place_order([(wares["even"], 3)])
    made = at_woo(standin, clock)
    shop = made(url)

    def sell_out(ref: str) -> None:
        standin.products[int(ref)]["stock_quantity"] = 0

    def credit() -> int:
        amounts = (one["amount"] for one in standin.coupons.values())
        return sum(round(float(amount) * 100) for amount in amounts)

    def pay_owed(wish: RefundRequest) -> None:
        [new] = new_orders(standin, wish.key)
        creating.pay(standin, new["id"])

    return WaysBench(
        shop=shop,
        order=shop.order(str(order_id)),
        away=made("http://127.0.0.1:9"),
        product_ref=str(shirt),
        wares={name: str(ref) for name, ref in wares.items()},
        paid_minor=lambda: standin.paid_out_minor(order_id),
        credit_minor=credit,
        sent=lambda: sent(standin),
        sell_out=sell_out,
        pay_owed=pay_owed,
        lose_answer=lambda way: _set(standin, "lose_answer", last_call(way)),
        lose_request=lambda way: _set(standin, "lose_request", last_call(way)),
        absence_is_proof=frozenset(Resolution),
    )


def _set(standin: WooStandin, kind: str, match: str) -> None:
    standin.switches.add(kind, match)
