"""A refund at Shopify of which one tender moved, and another failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import byhand
from connector.store import desk, orders
from tests.stories.shopify_counter import counting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.shopify_counter import ShopifyCounter


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as found:
        yield found


def pending(counter: ShopifyCounter, way: Resolution) -> Return:
    """Buy with a gift card of 10 and a card; the card's part of a refund hangs."""
    bought = [(one.variant.gid, one.quantity) for one in counter.there.lines]
    gid = counter.standin.place_order(
        bought,
        "ada@example.com",
        tenders=(("gift_card", "10.00"), ("shopify_payments", None)),
    )
    counter.standin.fulfil(gid)
    orders.keep(counter.db, counter.shop.name, counter.shop.order(gid))
    counter.order_ref, counter.lines = gid, counter.standin.lines_of(gid)
    counter.standin.gateway_next("pending")
    case = counter.file(counter.wish(way, "socks"))
    counter.work()
    assert [state for _, state in counter.states(case)] == [Refund.PENDING]
    return case


def end(counter: ShopifyCounter, ending: str) -> None:
    for one in [x for x in counter.there.transactions if x.status == "PENDING"]:
        counter.standin.settle(one.gid, ending)


@pytest.mark.parametrize("way", [Resolution.REFUND, Resolution.EXCHANGE])
def test_a_person_is_told_once_no_more_of_it_will_move(
    counter: ShopifyCounter, way: Resolution
) -> None:
    case = pending(counter, way)
    assert desk.open_matters(counter.db) == []
    end(counter, "FAILURE")
    counter.work()
    [matter] = desk.open_matters(counter.db)
    assert (matter.about, matter.code) == ("refund", "unknown")
    assert "another did not" in matter.why
    [row] = counter.rows(case)
    byhand.found_out(
        counter.db,
        row.id,
        money_moved=True,
        why="paid the rest by bank",
        actor="console",
        now=counter.now,
    )
    counter.work()
    assert [state for _, state in counter.states(case)] == [Refund.CONFIRMED]
    assert desk.open_matters(counter.db) == []
    assert len(counter.there.returns[0].refunds) == 1
    assert counter.case(case.id).status == "closed"


def test_nobody_is_asked_where_all_of_it_moves(counter: ShopifyCounter) -> None:
    case = pending(counter, Resolution.REFUND)
    end(counter, "SUCCESS")
    counter.work()
    assert [state for _, state in counter.states(case)] == [Refund.CONFIRMED]
    assert desk.open_matters(counter.db) == []
