"""One bench for each adapter: a shop with an order, and hands to play with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.guard import Transport
from adapters.sandbox import Sandbox
from adapters.shopify.auth import ClientCredentials
from adapters.shopify.shop import ShopifyShop
from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.state import SCOPES
from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from connector.model import Order, RefundRequest, Share, TenderShare
from connector.money import Money
from connector.platform import Shop
from tests.connector.shapes import a_line, an_order, eur
from tests.tls import ca_file, context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

# Longer than a stand-in waits for the answer to its ping.
QUICK = Timeouts(connect=2, read=15, total=20)
LOCAL = Transport(allow=("127.0.0.0/8",))
TRUSTED = Transport(("127.0.0.0/8",), ca_file())


@dataclass(slots=True)
class Clock:
    now: datetime = datetime(2026, 11, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True, kw_only=True)
class Bench:
    """What the suite may do to a shop, whatever its platform."""

    shop: Shop
    order: Order
    paid_minor: Callable[[], int]
    by_hand: Callable[[int], None]
    lose_answer: Callable[[], None]
    lose_request: Callable[[], None]
    away: Shop  # the same shop where nothing listens
    absence_is_proof: bool  # a refund that is not there was surely never paid


def request(order: Order, key: str = "key-1", units: int = 1) -> RefundRequest:
    """Ask for some units of the first line, as the settlement would."""
    line = order.lines[0]
    share = Share(
        ref=line.ref,
        quantity=units,
        gross=line.gross.share(units, line.quantity),
        taxes=tuple(
            replace(tax, amount=tax.amount.share(units, line.quantity))
            for tax in line.taxes
        ),
    )
    tender = order.tenders[0]
    return RefundRequest(
        key=key,
        order_ref=order.ref,
        amount=share.gross,
        lines=(share,),
        shipping=(),
        deductions=(),
        tenders=(
            TenderShare(
                tender_ref=tender.ref, gateway=tender.gateway, amount=share.gross
            ),
        ),
        reason="Return 29-R1",
        first_sent_at=order.placed_at + timedelta(minutes=1),
    )


def sandbox(_: ExitStack) -> Bench:
    shop = Sandbox()
    shop.sell(an_order(a_line("a", 3000, 3)))
    order = shop.order("29")
    away = Sandbox(orders=shop.orders)
    away.mishaps.append("unavailable")
    return Bench(
        shop=shop,
        order=order,
        paid_minor=lambda: shop.paid_out("29").minor,
        by_hand=lambda minor: shop.pay_by_hand("29", eur(minor)),
        lose_answer=lambda: shop.mishaps.append("lost"),
        lose_request=lambda: shop.mishaps.append("never"),
        away=away,
        absence_is_proof=True,
    )


def at_shopify(url: str, clock: Clock) -> Callable[[str], ShopifyShop]:
    """Return what makes an adapter for the stand-in at `url`, asked at an address."""
    return lambda at: ShopifyShop(
        name="tee",
        domain="teehaus.myshopify.com",
        credentials=ClientCredentials(url, "id", "hush", clock, transport=TRUSTED),
        clock=clock,
        timeouts=QUICK,
        transport=TRUSTED,
        api_url=at,
    )


def at_woo(
    standin: WooStandin, clock: Clock, secret: str = "", *, is_tls: bool = False
) -> Callable[[str], WooCommerceShop]:
    """Return what makes an adapter with the stand-in's keys; `secret` is a plugin's."""
    return lambda at: WooCommerceShop(
        name="boots",
        url=at,
        key=standin.key,
        secret=standin.secret,
        clock=clock,
        timeouts=QUICK,
        transport=TRUSTED,
        allow_http=not is_tls,
        plugin_secrets={"wps": secret},
    )


def teehaus(clock: Clock, scopes: Sequence[str] = SCOPES) -> ShopifyStandin:
    """Open a stand-in's books: the shop, and the app that is installed on it."""
    return ShopifyStandin(
        domain="teehaus.myshopify.com",
        token="shpat_x",
        client_id="id",
        client_secret="hush",
        clock=clock,
        scopes=scopes,
    )


def shopify(stack: ExitStack, tls: ssl.SSLContext | None = None) -> Bench:
    clock = Clock()
    standin = teehaus(clock)
    url = stack.enter_context(serve_shopify(standin, tls))
    tea = standin.add_product("Assam", "10.00", tax_rate="0.20")
    gid = standin.place_order([(tea, 3)], "ada@example.com")
    standin.fulfil(gid)

    made = at_shopify(url, clock)
    shop = made(url)
    return Bench(
        shop=shop,
        order=shop.order(gid),
        paid_minor=lambda: standin.paid_out_minor(gid),
        by_hand=lambda minor: _staff_refund(standin, gid, minor),
        lose_answer=lambda: _set(standin, "lose_answer", "refundCreate"),
        lose_request=lambda: _set(standin, "lose_request", "refundCreate"),
        away=made("http://127.0.0.1:9"),
        absence_is_proof=True,  # its key is idempotent
    )


def _staff_refund(standin: ShopifyStandin, gid: str, minor: int) -> None:
    standin.staff_refund(gid, Money(minor, "EUR").decimal)


def _set(standin: ShopifyStandin | WooStandin, kind: str, match: str) -> None:
    standin.switches.add(kind, match)


def woocommerce(stack: ExitStack, tls: ssl.SSLContext | None = None) -> Bench:
    clock = Clock()
    standin = WooStandin(clock=clock)
    url = stack.enter_context(serve_woo(standin, tls))
    mug = standin.add_product("Mug", "10.00")
    order_id = standin.place_order([(mug, 3)])

    made = at_woo(standin, clock, is_tls=tls is not None)
    shop = made(url)
    return Bench(
        shop=shop,
        order=shop.order(str(order_id)),
        paid_minor=lambda: standin.paid_out_minor(order_id),
        by_hand=lambda minor: _woo_refund(standin, order_id, minor),
        lose_answer=lambda: _set(standin, "lose_answer", "POST .*refunds"),
        lose_request=lambda: _set(standin, "lose_request", "POST .*refunds"),
        away=made("https://127.0.0.1:9" if tls else "http://127.0.0.1:9"),
        absence_is_proof=False,
    )


def _woo_refund(standin: WooStandin, order_id: int, minor: int) -> None:
    standin.staff_refund(order_id, Money(minor, "EUR").decimal)


def shopify_tls(stack: ExitStack) -> Bench:
    return shopify(stack, context())


def woocommerce_tls(stack: ExitStack) -> Bench:
    return woocommerce(stack, context())


@pytest.fixture(params=[sandbox, shopify, woocommerce, shopify_tls, woocommerce_tls])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield request.param(stack)
