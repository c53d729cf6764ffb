"""What can still be sent back of an order, whatever a shop counts as fulfilled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import OrderStatus, Parcel
from connector.steps import left
from connector.steps.left import Left
from tests.connector.shapes import a_line, an_order


def count(
    bought: int,
    fulfilled: int | None,
    packed: int = 0,
    refunded: int = 0,
    held: int = 0,
    status: OrderStatus = OrderStatus.OPEN,
) -> Left:
    line = replace(
        a_line("a", 3000, bought), fulfilled=fulfilled, refunded_units=refunded
    )
    parcels = (Parcel(ref="p", units=(("a", packed),)),) if packed else ()
    order = replace(an_order(line), parcels=parcels, status=status)
    return left.of_line(order, line, held)


@pytest.mark.parametrize(
    ("found", "here", "unsent", "refunded"),
    [
        (count(3, 0), 0, 3, 0),
        (count(3, 1, packed=1), 1, 2, 0),
        (count(3, 3, packed=3), 3, 0, 0),
        (count(3, None), 3, 0, 0),
        (count(3, 3, packed=3, refunded=1), 2, 0, 1),
        (count(3, None, refunded=1), 2, 0, 1),
        # One was sold out and refunded before the others left.
        (count(3, 2, packed=2, refunded=1), 2, 0, 1),
        (count(3, 3, packed=2, refunded=1), 2, 0, 1),  # counted as fulfilled
        # ... and another has not left yet.
        (count(3, 1, packed=1, refunded=1), 1, 1, 1),
        (count(3, 2, packed=1, refunded=1), 1, 1, 1),
        # All that was refunded came back by returns.
        (count(3, 1, packed=1, refunded=1, held=1), 0, 2, 0),
        (count(3, 3, packed=3, refunded=1, held=2), 1, 0, 0),
        (count(3, 3, packed=3, refunded=2, held=1), 1, 0, 1),
    ],
)
def test_units_are_sent_or_unsent_or_refunded(
    found: Left, here: int, unsent: int, refunded: int
) -> None:
    assert (found.here, found.unsent, found.refunded) == (here, unsent, refunded)


def test_of_an_order_that_is_refunded_whole_nothing_is_left() -> None:
    found = count(3, 1, packed=1, held=1, status=OrderStatus.REFUNDED)
    assert found == Left(here=0, unsent=0, held=1, refunded=2)


@given(st.data())
def test_no_unit_is_counted_twice_and_none_is_lost(data: st.DataObject) -> None:
    bought = data.draw(st.integers(1, 6))
    held = data.draw(st.integers(0, bought))
    refunded = data.draw(st.integers(0, bought))
    fulfilled = data.draw(st.none() | st.integers(held, bought))
    packed = data.draw(st.integers(0, fulfilled or 0))
    found = count(bought, fulfilled, packed, refunded, held)
    parts = (found.here, found.unsent, found.held, found.refunded)
    assert min(parts) >= 0
    assert sum(parts) == bought


def test_only_a_shop_that_counts_nothing_leaves_it_open_whether_goods_were_sent() -> (
    None
):
    counted = replace(a_line("a", 3000), fulfilled=0)
    assert left.is_unsaid(replace(an_order(a_line("a", 3000)), status=OrderStatus.OPEN))
    assert not left.is_unsaid(
        replace(an_order(a_line("a", 3000)), status=OrderStatus.COMPLETED)
    )
    assert not left.is_unsaid(replace(an_order(counted), status=OrderStatus.OPEN))
