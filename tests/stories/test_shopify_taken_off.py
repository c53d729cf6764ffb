"""New goods that staff take off a Shopify order again are no exchange that was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import staff
from connector.model import Resolution
from connector.states import Refund
from connector.steps import amends
from connector.store import desk
from tests.stories.shopify_counter import ShopifyCounter, counting

if TYPE_CHECKING:
    from collections.abc import Iterator


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
