"""What every adapter must tell of a customer: his tags, or that he has none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from adapters.shopify.standin import serve as serve_shopify
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import people
from adapters.woocommerce.standin import serve as serve_woo
from connector.model import Customer
from connector.platform import Shop
from tests.connector.shapes import a_line, an_order
from tests.contract.conftest import Clock, at_shopify, at_woo, teehaus
from tests.contract.test_history import whole

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, kw_only=True)
class Till:
    """A shop, and how somebody buys there: with a tag, with none ("")."""

    shop: Shop
    sell: Callable[[str], str]


def sandbox(_: ExitStack) -> Till:
    shop = Sandbox()

    def sell(tag: str) -> str:
        who = Customer(email="ada@example.test", tags=(tag,) if tag else ())
        ref = str(30 + len(shop.orders))
        shop.sell(replace(an_order(a_line("a", 100)), ref=ref, customer=who))
        return ref

    return Till(shop=shop, sell=sell)


def shopify(stack: ExitStack) -> Till:
    clock = Clock()
    standin = teehaus(clock)
    url = stack.enter_context(serve_shopify(standin))
    tea = standin.add_product("Assam", "10.00")

    def sell(tag: str) -> str:
        gid = standin.place_order([(tea, 1)], f"{tag or 'ada'}@example.test")
        standin.orders[gid].customer.tags = [tag] if tag else []
        return gid

    return Till(shop=at_shopify(url, clock)(url), sell=sell)


def woocommerce(stack: ExitStack) -> Till:
    clock = Clock()
    standin = WooStandin(clock=clock)
    url = stack.enter_context(serve_woo(standin))
    mug = standin.add_product("Mug", "10.00")

    def sell(tag: str) -> str:
        ref = standin.place_order([(mug, 1)])
        if tag:
            user = people.add(standin, f"{tag}@example.test", tag)
            standin.edit_order(ref, customer_id=user)
        return str(ref)

    return Till(shop=at_woo(standin, clock)(url), sell=sell)


@pytest.fixture(params=[sandbox, shopify, woocommerce])
def till(request: pytest.FixtureRequest) -> Iterator[Till]:
    with ExitStack() as stack:
        yield request.param(stack)


def test_a_customer_is_told_with_his_tags(till: Till) -> None:
    who = till.shop.order(till.sell("wholesale")).customer
    assert (who.tags, who.are_tags_known) == (("wholesale",), True)


def test_a_customer_without_tags_surely_has_none(till: Till) -> None:
    who = till.shop.order(till.sell("")).customer
    assert (who.tags, who.are_tags_known) == ((), True)


def test_the_history_tells_the_tags_that_a_reading_tells(till: Till) -> None:
    made = [till.sell(tag) for tag in ("wholesale", "", "vip")]
    told = {
        order.ref: order.customer for one in whole(till.shop) for order in one.orders
    }
    assert told == {ref: till.shop.order(ref).customer for ref in made}
    assert [told[ref].tags for ref in made] == [("wholesale",), (), ("vip",)]
