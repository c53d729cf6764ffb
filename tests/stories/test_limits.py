"""What may leave by itself in a run and in a day: money, and what is worth money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import amends, promise
from connector.steps.refund import Limits, push
from connector.store import desk
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import HOUR, Counter, counting, new, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from connector.store.filing import Wish

BONUS = Terms(when="received", goods_when="received", bonus=((0, 1000),))


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, shop) as made:
        yield made


def _kind(counter: Counter, case: Return, minor: int) -> None:
    amends.courtesy(
        counter.db,
        counter.shop.abilities,
        case.id,
        eur(minor),
        actor="console",
        why="sorry",
        now=counter.now,
    )


def _push(counter: Counter, limits: Limits) -> None:
    counter.now += HOUR
    promise.run(counter.db, counter.shop, lambda: counter.now)
    push(counter.db, counter.shop, lambda: counter.now, token="t", limits=limits)


def test_a_courtesy_above_a_limit_waits_for_a_person(counter: Counter) -> None:
    case = counter.open(wish())
    _kind(counter, case, 9999)
    _push(counter, Limits(per_run_minor=5000))
    assert counter.shop.made == []
    assert counter.shop.paid_out("29") == eur(3000)
    assert [one.code for one in desk.open_matters(counter.db)] == ["limit"]


CREDIT = wish(way=Resolution.STORE_CREDIT)
CARD = wish(way=Resolution.GIFT_CARD)
SWAP = wish(way=Resolution.EXCHANGE, goods=new("l"))
CHEAPER = wish(way=Resolution.EXCHANGE, goods=new("socks"))
DEARER = wish(way=Resolution.EXCHANGE, goods=new("coat"))


@pytest.mark.parametrize(
    ("given", "worth"),
    [(CREDIT, 3300), (CARD, 3300), (SWAP, 3000), (CHEAPER, 3000), (DEARER, 3000)],
)
@pytest.mark.parametrize("is_daily", [True, False])
def test_a_limit_counts_the_worth_of_all_that_is_given(
    counter: Counter, given: Wish, worth: int, *, is_daily: bool
) -> None:
    def limit(minor: int) -> Limits:
        return Limits(per_day_minor=minor) if is_daily else Limits(per_run_minor=minor)

    case = counter.open(given, terms=BONUS)
    _push(counter, limit(worth - 1))
    assert [state for _, state in counter.states(case)] == [Refund.PLANNED]
    counter.now += 6 * HOUR
    _push(counter, limit(worth))
    assert len(counter.shop.made) == 1


def test_what_was_given_as_credit_uses_up_the_day(counter: Counter) -> None:
    counter.open(CREDIT, terms=BONUS)
    other = counter.open(wish("b"))
    limits = Limits(per_day_minor=4299)
    for _ in range(3):
        _push(counter, limits)
    assert len(counter.shop.made) == 1
    assert counter.states(other) == [("refund", Refund.PLANNED)]
    for _ in range(24):
        _push(counter, limits)
    assert counter.states(other) == [("refund", Refund.CONFIRMED)]
