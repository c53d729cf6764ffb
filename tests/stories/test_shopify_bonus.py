"""A bonus at a Shopify shop: a credit of its own, lost, withdrawn, given once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import byhand, inspect, promise
from tests.stories.shopify_counter import ShopifyCounter, counting
from tests.stories.test_shopify_ways import matters

if TYPE_CHECKING:
    from collections.abc import Iterator

RECEIVED = Terms(when="received")


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as made:
        yield made


def test_a_bonus_is_a_credit_of_its_own_after_the_credit(
    counter: ShopifyCounter,
) -> None:
    terms = replace(RECEIVED, bonus=((0, 1000),), credit_days=365)
    case = counter.file(counter.wish(Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    assert counter.credits() == [3000, 300]
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
    assert all(one.expires for one in counter.there.customer.credits)
    events = [one.event for one in counter.there.customer.credits]
    assert events == ["ORDER_REFUND", "ADJUSTMENT"]


def test_a_bonus_that_was_lost_is_given_again_once_though_more_credit_follows(
    counter: ShopifyCounter,
) -> None:
    terms = replace(RECEIVED, bonus=((0, 1000),))
    wish = counter.wish(Resolution.STORE_CREDIT, quantity=2)
    case = counter.file(wish, terms=terms, is_back=False)
    [line] = counter.case(case.id).lines
    one = {line.id: inspect.Counted(received=1, accepted=1)}
    inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
    counter.standin.switches.add("lose_request", "storeCreditAccountCredit")
    counter.work(2)
    [lost] = [x for x in counter.rows(case) if x.state is Refund.UNKNOWN]
    db, why, now = counter.db, "none is there", counter.now
    byhand.found_out(db, lost.id, money_moved=False, why=why, actor="console", now=now)
    for _ in range(2):
        byhand.again(db, lost.id, why=why, actor="console", now=now)
    inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
    counter.work()
    assert sorted(counter.credits()) == [300, 300, 3000, 3000]
    assert matters(counter) == []


def test_a_bonus_withdrawn_before_it_was_sent_is_given_once_more(
    counter: ShopifyCounter,
) -> None:
    terms = replace(RECEIVED, bonus=((0, 1000),))
    case = counter.file(counter.wish(Resolution.STORE_CREDIT), terms=terms)
    promise.run(counter.db, counter.shop, lambda: counter.now)
    [_, bonus] = counter.rows(case)
    db, now = counter.db, counter.now
    byhand.withdraw(db, bonus.id, why="a slip", actor="console", now=now)
    counter.work(2)
    assert counter.credits() == [3000]
    byhand.again(db, bonus.id, why="it was a slip", actor="console", now=counter.now)
    with pytest.raises(BadRequest, match="nothing of this bonus is missing"):
        byhand.again(db, bonus.id, why="twice", actor="console", now=counter.now)
    counter.work()
    assert counter.credits() == [3000, 300]
    assert matters(counter) == []


def test_a_withdrawn_bonus_is_not_given_without_its_credit(
    counter: ShopifyCounter,
) -> None:
    terms = replace(RECEIVED, bonus=((0, 1000),))
    case = counter.file(counter.wish(Resolution.STORE_CREDIT), terms=terms)
    promise.run(counter.db, counter.shop, lambda: counter.now)
    first, bonus = counter.rows(case)
    for row in (bonus, first):
        byhand.withdraw(
            counter.db, row.id, why="a slip", actor="console", now=counter.now
        )
    with pytest.raises(BadRequest, match="its credit is not there"):
        byhand.again(
            counter.db, bonus.id, why="again", actor="console", now=counter.now
        )
    counter.work()  # the credit is promised anew, with a bonus of its own
    assert counter.credits() == [3000, 300]
