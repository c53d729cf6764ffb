"""The adapter against the stand-in, over a real socket: what a network can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.shopify.auth import ClientCredentials, Token
from adapters.shopify.shop import ShopifyShop
from adapters.wire import Timeouts
from connector.errors import OutcomeUnknown, PlatformError, Rejected, Unavailable
from connector.model import Found, Moved, OrderStatus, TenderKind
from connector.money import Money, total
from tests.adapters.shopify.standin_calls import SECRET, TOKEN, World
from tests.contract.conftest import LOCAL, request

if TYPE_CHECKING:
    from connector.model import RefundRequest

QUICK = Timeouts(connect=2, read=2, total=2)


def adapter(world: World, **more: Any) -> ShopifyShop:
    fields: dict[str, Any] = {
        "name": "tee",
        "domain": "teehaus.myshopify.com",
        "credentials": Token(TOKEN),
        "clock": world.clock,
        "timeouts": QUICK,
        "transport": LOCAL,
        "api_url": world.url,
        "sleep": lambda seconds: world.clock.forward(seconds=seconds),
    }
    return ShopifyShop(**(fields | more))


def ask_for(world: World, order: str) -> RefundRequest:
    return request(adapter(world).order(order), "0192-key")


SHAPES: list[dict[str, Any]] = [
    {},
    {"shipping": "4.90"},
    {"discount_percent": "12.5", "shipping": "4.90"},
    {"presentment": ("USD", "1.0837"), "shipping": "4.90"},
    {"tenders": (("gift_card", "25.00"), ("shopify_payments", None))},
    {"quantity": 7, "price": "9.99", "rate": "0.07"},
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("included", [True, False])
def test_what_was_paid_is_the_shop_s_own_total(
    world: World, shape: dict[str, Any], *, included: bool
) -> None:
    world.shop.taxes_included = included
    gid = world.order(**shape)
    order = adapter(world).order(gid)
    paid = [line.gross for line in order.lines] + [one.gross for one in order.shipping]
    assert total(paid, order.currency) == order.total
    assert order.captured == order.total
    assert order.oddities == ()
    assert order.total.minor == world.shop.total_of(gid).minor()
    assert order.status is OrderStatus.COMPLETED


def test_tenders_are_known_by_their_kind(world: World) -> None:
    gid = world.order(tenders=(("gift_card", "25.00"), ("manual", None)))
    order = adapter(world).order(gid)
    kinds = [tender.kind for tender in order.tenders]
    assert kinds == [TenderKind.GIFT_CARD, TenderKind.MANUAL]
    assert order.tenders[0].captured == Money(2500, "EUR")


def refused(world: World, ask: RefundRequest) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        adapter(world).refund(ask, {})
    return caught.value


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("html", {"code": 200}),
        ("html", {"code": 502, "effect": True}),
        ("redirect", {"code": 301}),
        ("status", {"code": 500}),
        ("status", {"code": 503, "effect": True}),
        ("internal_error", {"effect": True}),
        ("internal_error", {}),
        ("lose_request", {}),
        ("lose_answer", {}),
        ("delay", {"at": "after", "body_trickle": 0.02}),
    ],
)
def test_a_refund_without_a_clear_answer_is_unknown(
    world: World, kind: str, options: dict[str, Any]
) -> None:
    ask = ask_for(world, world.order())
    world.shop.switches.add(kind, "refundCreate", **options)
    assert isinstance(refused(world, ask), OutcomeUnknown)


def test_throttled_attempts_did_nothing_and_are_repeated(world: World) -> None:
    ask = ask_for(world, world.order())
    world.shop.switches.add("throttle", "refundCreate", times=2)
    receipt = adapter(world).refund(ask, {})
    assert receipt.moved is Moved.YES
    assert world.shop.paid_out_minor() == ask.amount.minor
    world.shop.switches.add("throttle", "refundCreate", times=9)
    assert isinstance(refused(world, replace(ask, key="other")), Unavailable)


@pytest.mark.parametrize(
    ("code", "kind"), [(402, Unavailable), (403, Rejected), (423, Unavailable)]
)
def test_a_shop_that_is_closed_to_us_took_nothing(
    world: World, code: int, kind: type[PlatformError]
) -> None:
    ask = ask_for(world, world.order())
    world.shop.switches.add("refuse", "refundCreate", code=code)
    assert isinstance(refused(world, ask), kind)


def test_a_token_that_ended_is_fetched_anew(world: World) -> None:
    gid = world.order()
    credentials = ClientCredentials(world.url, "id", SECRET, world.clock, QUICK, LOCAL)
    shop = adapter(world, credentials=credentials)
    first = credentials.get()
    world.clock.forward(hours=25)
    assert shop.order(gid).ref == gid
    assert credentials.get() != first
    with world.shop.lock:
        world.shop.tokens.clear()  # revoked at the shop, before its time
    assert shop.order(gid).ref == gid


@pytest.mark.parametrize("secret", ["gu3ss", SECRET])
def test_no_token_says_what_to_do(world: World, secret: str) -> None:
    world.shop.shop_not_permitted = True
    credentials = ClientCredentials(world.url, "id", secret, world.clock, QUICK, LOCAL)
    with pytest.raises(Rejected) as caught:
        credentials.get()
    words = "organisation" if secret == SECRET else "client_secret"
    assert words in str(caught.value)
    assert secret not in str(caught.value)


def test_the_same_key_pays_once_however_often_it_goes(world: World) -> None:
    ask = ask_for(world, world.order())
    shop = adapter(world)
    receipts = {shop.refund(ask, {}).ref for _ in range(3)}
    assert len(receipts) == 1
    assert world.shop.paid_out_minor() == ask.amount.minor


def test_money_on_its_way_is_pending_and_then_looked_up(world: World) -> None:
    ask = ask_for(world, world.order())
    world.shop.gateway_next("pending")
    shop = adapter(world)
    receipt = shop.refund(ask, {})
    assert receipt.moved is Moved.PENDING
    seen = {"ref": receipt.ref, "refunds": []}
    assert shop.look(ask, seen).found is Found.PENDING
    (payout,) = world.shop.books
    world.shop.settle(payout.transaction_gid, "FAILURE")
    assert shop.look(ask, seen).found is Found.FAILED


def of_return(
    world: World, units: int, asked: int
) -> tuple[ShopifyShop, RefundRequest]:
    """Return a refund request of `asked` of the `units` in a return."""
    gid = world.order()
    case, line = world.open_return(gid, units)
    shop = adapter(world)
    ask = request(shop.order(gid), "0192-key", asked)
    return shop, replace(ask, return_ref=case, return_lines=((line, asked),))


def test_a_return_is_processed_once_and_judged_by_its_pre_image(world: World) -> None:
    shop, ask = of_return(world, 2, 2)
    prepared = shop.prepare(ask)
    assert (prepared.ask, prepared.rounding) == ("", None)
    world.shop.switches.add("lose_answer", "returnProcess")
    with pytest.raises(OutcomeUnknown):
        shop.refund(ask, prepared.preimage)
    finding = shop.look(ask, prepared.preimage)
    assert finding.found is Found.DONE
    assert finding.receipt is not None
    assert finding.receipt.amount == ask.amount
    assert "can process 0" in shop.prepare(ask).ask


@pytest.mark.parametrize(("asked", "found"), [(2, Found.ABSENT), (1, Found.PERSON)])
def test_an_unchanged_return_is_only_proof_where_a_repeat_is_refused(
    world: World, asked: int, found: Found
) -> None:
    shop, ask = of_return(world, 2, asked)
    preimage = shop.prepare(ask).preimage
    assert shop.look(ask, preimage).found is found


def test_shopify_s_figure_is_held_against_ours(world: World) -> None:
    shop, ask = of_return(world, 2, 2)
    off = Money(ask.amount.minor - 500, "EUR")
    wrong = replace(ask, amount=off)
    asked = shop.prepare(wrong).ask
    assert str(off) in asked
    assert str(ask.amount) in asked
    by_a_cent = replace(ask, amount=Money(ask.amount.minor - 1, "EUR"))
    prepared = shop.prepare(by_a_cent)
    assert (prepared.ask, prepared.rounding) == ("", Money(1, "EUR"))


def test_two_new_refunds_of_a_return_are_for_a_person(world: World) -> None:
    shop, ask = of_return(world, 2, 1)
    preimage = shop.prepare(ask).preimage
    for _ in range(2):
        shop.refund(ask, shop.prepare(ask).preimage)
    finding = shop.look(ask, preimage)
    assert finding.found is Found.PERSON
    assert "2 refunds" in finding.why


def test_a_return_is_opened_declined_and_closed(world: World) -> None:
    gid = world.order()
    shop = adapter(world)
    ref, line = world.open_return(gid, 1)
    assert shop.shop_return(ref).lines[0].ref == line
    shop.close_return(ref)
    shop.close_return(ref)
    assert shop.shop_return(ref).status == "closed"
    lines = world.shop.lines_of(gid)
    asked = world.shop.customer_requests_return(gid, [(lines[0], 1, "too-small")])
    shop.decline_return(asked, "final sale")
    assert shop.shop_return(asked).status == "declined"
    with pytest.raises(Rejected):
        shop.approve_return(asked)


def test_a_domain_that_is_no_shop_of_shopify_is_refused(world: World) -> None:
    with pytest.raises(Rejected):
        adapter(world, domain="evil.example")
