"""Everything that a network can do to a call, over a real socket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from connector.errors import OutcomeUnknown, PlatformError, Rejected, Unavailable
from tests.contract.conftest import request

if TYPE_CHECKING:
    from connector.model import RefundRequest
    from tests.adapters.woocommerce.conftest import World


def asked(world: World) -> RefundRequest:
    mug = world.shop.add_product("Mug", "12.00")
    order_id = world.shop.place_order([(mug, 2)])
    return request(world.ours.order(str(order_id)), "0192-key")


def refused(world: World, ask: RefundRequest) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        world.ours.refund(ask, {})
    return caught.value


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("html", {}),
        ("redirect", {"code": 301}),
        ("redirect", {"code": 307}),
        ("status", {"code": 500}),
        ("status", {"code": 502}),
        ("status", {"code": 504, "effect": True}),
        ("lose_request", {}),
        ("lose_answer", {}),
        ("trickle", {"pause": 0.05}),
    ],
)
def test_a_refund_without_a_clear_answer_is_unknown(
    world: World, kind: str, options: dict[str, Any]
) -> None:
    ask = asked(world)
    world.shop.switches.add(kind, "POST .*refunds", **options)
    assert isinstance(refused(world, ask), OutcomeUnknown)


@pytest.mark.parametrize("deed", ["error", "false", "pay_then_error", "fatal"])
def test_a_gateway_s_error_is_unknown_for_it_may_have_paid(
    world: World, deed: str
) -> None:
    ask = asked(world)
    world.shop.gateway_next(deed)
    assert isinstance(refused(world, ask), OutcomeUnknown)


def test_a_clear_refusal_is_a_refusal(world: World) -> None:
    ask = asked(world)
    world.shop.staff_refund(int(ask.order_ref), "20.00")
    assert isinstance(refused(world, ask), Rejected)
    world.shop.permissions = "read"
    assert isinstance(refused(world, ask), Rejected)


def test_a_read_that_fails_is_no_news(world: World) -> None:
    ask = asked(world)
    for kind in ("redirect", "lose_answer", "trickle"):
        world.shop.switches.add(kind, "GET /orders", pause=0.05)
        with pytest.raises(OutcomeUnknown):
            world.ours.order(ask.order_ref)
    world.shop.switches.add("html", "GET /orders")
    with pytest.raises(Unavailable):  # maintenance: a read changed nothing
        world.ours.order(ask.order_ref)
    world.shop.switches.add("refuse", "GET /orders")
    with pytest.raises(Rejected):
        world.ours.order(ask.order_ref)


def test_no_error_tells_a_key_or_an_address(world: World) -> None:
    ask = asked(world)
    for kind in ("html", "redirect", "lose_request", "refuse"):
        world.shop.switches.add(kind, "POST .*refunds")
        said = str(refused(world, ask))
        assert world.shop.secret not in said
        assert "oauth" not in said


def test_plain_http_must_be_allowed(world: World) -> None:
    with pytest.raises(Rejected):
        WooCommerceShop(
            name="boots", url=world.url, key="k", secret="s", clock=world.clock
        )


def test_a_host_that_does_not_exist_was_surely_not_reached(world: World) -> None:
    away = WooCommerceShop(
        name="boots",
        url="https://no-such-host.invalid",
        key="k",
        secret="s",
        clock=world.clock,
        timeouts=Timeouts(connect=1, read=1, total=2),
    )
    with pytest.raises(Unavailable):
        away.refund(asked(world), {})


def test_the_body_says_all_that_woocommerce_would_guess(world: World) -> None:
    ask = asked(world)
    world.ours.refund(ask, {})
    (made,) = world.shop.refunds[int(ask.order_ref)]
    assert made["reason"].endswith("[RT-0192-key]")
    assert {m["key"]: m["value"] for m in made["meta_data"]}["_retour_refund"] == (
        "0192-key"
    )
    (line,) = made["line_items"]
    assert (line["quantity"], line["total"], line["total_tax"]) == (
        -1,
        "-10.00",
        "-2.00",
    )
    stock = world.shop.products[line["product_id"]]["stock_quantity"]
    assert stock == 98  # nothing is put back on the shelf unasked


def test_goods_are_restocked_when_every_line_says_so(world: World) -> None:
    ask = asked(world)
    ask = replace(ask, lines=(replace(ask.lines[0], restock=True),))
    world.ours.refund(ask, {})
    (product,) = world.shop.products.values()
    assert product["stock_quantity"] == 99
