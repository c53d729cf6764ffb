"""What only Shopify's adapter does to make good: its lines, codes, places, figures."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin.state import SCOPES
from connector.errors import OutcomeUnknown
from connector.model import Found, NewGoods, Resolution
from connector.money import Money
from tests.adapters.shopify.test_adapter import adapter
from tests.contract import ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.shopify.standin_calls import World
    from tests.contract.ways import WaysBench


@pytest.fixture
def bench() -> Iterator[WaysBench]:
    with ExitStack() as stack:
        yield ways.shopify(stack)


def test_without_scopes_there_is_no_credit_and_no_card(world: World) -> None:
    world.shop.scopes = SCOPES
    able = adapter(world).abilities
    assert able.ways == {
        Resolution.REFUND,
        Resolution.EXCHANGE,
        Resolution.REPLACEMENT,
    }
    assert (able.keeps_credit, able.bonus_apart, able.places) == (True, True, ())


def test_where_store_credit_is_off_a_courtesy_is_a_gift_card(
    world: World, bench: WaysBench
) -> None:
    world.shop.credit_enabled = False
    able = adapter(world).abilities
    assert Resolution.STORE_CREDIT not in able.ways
    assert Resolution.COURTESY in able.ways
    gid = world.order()
    wish = replace(bench.wish(Resolution.COURTESY), order_ref=gid)
    shop = adapter(world)
    preimage = shop.prepare(wish).preimage
    assert shop.refund(wish, preimage).made.startswith("gid://shopify/GiftCard/")
    assert shop.balance(wish.code) == Money(1000, "EUR")


def test_what_cannot_be_asked_is_not_said_to_be_missing(world: World) -> None:
    world.url = "http://127.0.0.1:9"
    assert Resolution.GIFT_CARD in adapter(world).abilities.ways


def test_abilities_are_read_again_after_a_while(world: World) -> None:
    shop = adapter(world)
    assert Resolution.GIFT_CARD in shop.abilities.ways
    world.shop.scopes = SCOPES
    assert Resolution.GIFT_CARD in shop.abilities.ways
    world.clock.forward(minutes=11)
    assert Resolution.GIFT_CARD not in shop.abilities.ways


def test_a_card_with_our_code_and_another_amount_is_a_person_s_matter(
    bench: WaysBench,
) -> None:
    wish = bench.wish(Resolution.GIFT_CARD)
    first = replace(wish, amount=Money(2000, "EUR"))
    bench.shop.refund(first, bench.shop.prepare(first).preimage)
    prepared = bench.shop.prepare(wish)
    assert prepared.already is None
    assert "another amount" in prepared.ask
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(wish, {"by_card": True})
    assert bench.shop.look(wish, {"by_card": True}).found is Found.PERSON
    assert bench.credit_minor() == 2000


def test_an_exchange_that_the_shop_s_return_does_not_have_is_asked_about(
    bench: WaysBench,
) -> None:
    wish = bench.wish(Resolution.EXCHANGE)
    ref, lines = bench.open(Resolution.REFUND, (), 1)
    asked = replace(wish, return_ref=ref, return_lines=lines)
    prepared = bench.shop.prepare(asked)
    assert "has no exchange line" in prepared.ask
    assert not prepared.sold_out


def test_a_replacement_that_costs_more_now_still_costs_nobody_anything(
    bench: WaysBench,
) -> None:
    wish = bench.wish(Resolution.REPLACEMENT, "dear", units=2)
    wish = replace(wish, owed=None)
    prepared = bench.shop.prepare(wish)
    assert (prepared.ask, prepared.sold_out) == ("", False)
    bench.shop.refund(wish, prepared.preimage)
    assert bench.sent() == [bench.wares["dear"]] * 2
    assert bench.paid_minor() == 0


def test_shopify_s_own_figure_must_agree_with_an_exchange(bench: WaysBench) -> None:
    wish = bench.wish(Resolution.EXCHANGE, "cheap")
    wrong = replace(wish, amount=Money(700, "EUR"))
    assert "cannot be explained" in bench.shop.prepare(wrong).ask


def test_a_bonus_inside_store_credit_is_refused_before_anything_is_sent(
    bench: WaysBench,
) -> None:
    wish = replace(bench.wish(Resolution.STORE_CREDIT), bonus=Money(100, "EUR"))
    assert "a credit of its own" in bench.shop.prepare(wish).ask
    assert bench.credit_minor() == 0


def test_what_a_person_paid_is_booked_and_never_paid(bench: WaysBench) -> None:
    wish = replace(bench.wish(Resolution.REFUND), by_gateway=False)
    preimage = bench.shop.prepare(wish).preimage
    receipt = bench.shop.refund(wish, preimage)
    assert (receipt.amount, bench.paid_minor()) == (wish.amount, 0)
    assert bench.shop.look(wish, preimage).found is Found.DONE


@pytest.mark.parametrize(("units", "lines"), [(3, [1, 1, 1]), (51, [51])])
def test_each_unit_wanted_instead_is_a_line_of_its_own_while_there_is_room(
    world: World, units: int, lines: list[int]
) -> None:
    shirt = world.shop.add_product("Shirt", "1.00", stock=99)
    coat = world.shop.add_variant(shirt, "coat", "2.00", stock=99)
    gid = world.shop.place_order([(shirt, units)], "ada@example.com")
    world.shop.fulfil(gid)
    shop = adapter(world)
    goods = NewGoods(
        ref=coat, title="coat", quantity=units, price=Money(200 * units, "EUR")
    )
    wanted = (Resolution.EXCHANGE, (goods,), units)
    made, _ = ways.opened(shop, shop.order(gid), *wanted)
    assert [one.quantity for one in world.shop.returns[made].exchanges] == lines
