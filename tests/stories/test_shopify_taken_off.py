"""New goods that staff take off a Shopify order again are no exchange that was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import staff
from connector.model import Resolution
from connector.states import Refund
from connector.steps import amends, inspect
from connector.steps.inspect import Counted
from connector.store import desk
from tests.stories.shopify_counter import ShopifyCounter, counting

if TYPE_CHECKING:
    from collections.abc import Iterator


CONFIRMED = Refund.CONFIRMED


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as made:
        yield made


def whys(counter: ShopifyCounter) -> list[str]:
    return [one.why for one in desk.open_matters(counter.db)]


def test_new_goods_that_staff_sell_otherwise_are_no_exchange_that_was_paid(
    counter: ShopifyCounter,
) -> None:
    """The customer pays what he owes on the order, for something else by then."""
    case = counter.file(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work(2)
    staff.take_off(counter.standin, counter.order_ref, counter.there.lines[-1].gid)
    staff.put_on(counter.standin, counter.order_ref, counter.wares["coat"])
    counter.standin.customer_pays(counter.order_ref)
    counter.work(2)
    assert counter.states(case) == [("exchange", Refund.PENDING)]
    [why] = whys(counter)
    assert "taken off the order" in why


def test_what_was_taken_off_is_called_off_here_and_given_otherwise(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work(2)
    staff.take_off(counter.standin, counter.order_ref, counter.there.lines[-1].gid)
    counter.work(2)
    [row] = counter.rows(case)
    assert row.state is Refund.PENDING
    amends.call_off(
        counter.db,
        counter.real,
        row.id,
        Resolution.REFUND,
        actor="console",
        why="the customer wants money",
        now=counter.now,
    )
    counter.work(4)
    assert counter.states(case) == [("exchange", Refund.FAILED)]
    [why] = whys(counter)  # Shopify's total has no such line any more
    assert "it was edited" in why
    assert counter.paid() == 0


def test_what_was_taken_off_for_another_exchange_does_not_end_this_one(
    counter: ShopifyCounter,
) -> None:
    """Units of one line come one after the other, and the first new coat was paid.

    Where both were units of one exchange line, the second one seemed taken off.
    """
    coats = counter.wish(Resolution.EXCHANGE, "coat", quantity=2)
    case = counter.file(coats, is_back=False)
    one = {case.lines[0].id: Counted(received=1, accepted=1)}
    inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
    counter.work(2)
    counter.standin.customer_pays(counter.order_ref)
    counter.work(1)
    inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
    counter.work(2)
    assert [way[1] for way in counter.states(case)] == [CONFIRMED, Refund.PENDING]
    first = counter.there.lines[2]
    staff.take_off(counter.standin, counter.order_ref, first.gid)
    counter.work(1)
    [why] = whys(counter)  # what he had paid for the first coat is free now
    assert "he paid 0.00 EUR of the 15.00 EUR" in why
    assert [way[1] for way in counter.states(case)] == [CONFIRMED, Refund.PENDING]
