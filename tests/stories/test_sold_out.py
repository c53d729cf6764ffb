from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution, Terms
from connector.states import Exchange, Refund
from connector.store import (
    desk,
    exchanges,
)
from tests.connector.shapes import eur
from tests.stories.making_good import Counter, counting, new, shirts, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sandbox import Sandbox


@pytest.fixture
def shop() -> Sandbox:
    return shirts()


@pytest.fixture
def counter(address: str, shop: Sandbox) -> Iterator[Counter]:
    with counting(address, shop) as made:
        yield made


@pytest.mark.parametrize("fallback", [Resolution.REFUND, Resolution.STORE_CREDIT])
def test_a_set_fallback_is_given_where_the_new_goods_are_gone(
    counter: Counter, fallback: Resolution
) -> None:
    terms = Terms(when="received", fallback=fallback)
    case = counter.open(
        wish(way=Resolution.EXCHANGE, goods=new("l")), terms=terms, is_back=False
    )
    counter.shop.shelf["l"] = replace(counter.shop.shelf["l"], available=0)
    counter.receive(case.id)
    counter.work()
    assert counter.states(case) == [
        ("exchange", Refund.CANCELLED),
        (fallback.value, Refund.CONFIRMED),
    ]
    gone = exchanges.of_refund(counter.db, counter.rows(case)[0].id)
    assert gone is not None
    assert gone.state is Exchange.FALLBACK


def test_without_a_fallback_a_person_says_what_is_given(counter: Counter) -> None:
    terms = Terms(when="received", fallback=Resolution.NONE)
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("l")), terms=terms)
    counter.shop.shelf.clear()
    counter.work()
    assert counter.case(case.id).status != "closed"
    assert desk.is_open(counter.db, "return", case.id, "settlement")
    counter.instead(case, Resolution.REFUND, "the customer prefers money")
    counter.work()
    assert counter.shop.paid_out("29") == eur(3000)


@pytest.mark.parametrize("ware", ["socks", "l"])
def test_only_the_lines_that_are_sold_out_fall_back(
    counter: Counter, ware: str
) -> None:
    """One of two articles is gone, or the last one is wanted by both lines."""
    counter.shop.shelf[ware] = replace(
        counter.shop.shelf[ware], available=int(ware == "l")
    )
    case = counter.open(
        wish("a", way=Resolution.EXCHANGE, goods=new("l")),
        wish("b", way=Resolution.EXCHANGE, goods=new(ware)),
        terms=Terms(when="received", fallback=Resolution.STORE_CREDIT),
    )
    counter.work(4)
    assert [x.ref for made in counter.shop.made for x in made.goods] == ["l"]
    done = [x for x in counter.states(case) if x[1] is Refund.CONFIRMED]
    assert sorted(way for way, _ in done) == ["exchange", "store_credit"]
    assert counter.case(case.id).status == "closed"
