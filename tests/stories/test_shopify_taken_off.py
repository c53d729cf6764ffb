"""New goods that staff take off a Shopify order again are no exchange that was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import staff
from connector.model import Resolution
from connector.states import Refund
from connector.steps import inspect
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
    counter.call_off(row, "the customer wants money")
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
    # What he had paid for the first coat is free now, and that one is missed.
    whose, why = sorted(whys(counter), key=lambda one: "he paid" in one)
    assert "neither them nor their worth" in whose
    assert "he paid 0.00 EUR of the 15.00 EUR" in why
    assert [way[1] for way in counter.states(case)] == [CONFIRMED, Refund.PENDING]


def off(counter: ShopifyCounter) -> list[str]:
    """Return what lies on the desk of new goods that were taken off."""
    found = desk.open_matters(counter.db)
    return [one.why for one in found if one.code == "new_goods_taken_off"]


@pytest.mark.parametrize("way", [Resolution.EXCHANGE, Resolution.REPLACEMENT])
def test_new_goods_of_a_confirmed_exchange_that_staff_take_off_are_a_matter_once(
    counter: ShopifyCounter, way: Resolution
) -> None:
    case = counter.file(counter.wish(way))
    counter.work(2)
    assert [state for _, state in counter.states(case)] == [CONFIRMED]
    staff.take_off(counter.standin, counter.order_ref, counter.there.lines[-1].gid)
    counter.work(2)
    [why] = off(counter)
    assert "(30.00 EUR)" in why
    [matter] = desk.about(counter.db, counter.rows(case)[0].id)
    desk.close_one(counter.db, matter.id, "console", counter.now)
    staff.put_on(counter.standin, counter.order_ref, counter.wares["coat"])
    counter.work(2)
    assert off(counter) == []
    assert [state for _, state in counter.states(case)] == [CONFIRMED]
    assert (counter.paid(), counter.credits()) == (0, [])


def test_new_goods_that_were_sent_and_came_back_were_not_taken_off(
    counter: ShopifyCounter,
) -> None:
    """Exchanged once more no money moves, so that no refund names them either."""
    counter.file(counter.wish(Resolution.EXCHANGE))
    counter.work(2)
    counter.standin.fulfil(counter.order_ref)
    counter.lines = counter.standin.lines_of(counter.order_ref)
    counter.work(1)
    counter.file(counter.wish(Resolution.EXCHANGE, line=2))
    counter.work(3)
    assert counter.there.lines[2].removed_quantity == 1
    assert whys(counter) == []
