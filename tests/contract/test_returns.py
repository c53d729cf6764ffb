"""What every adapter of a shop that holds returns must do, whatever stands behind."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from connector.errors import Gone, OutcomeUnknown, PlatformError, Unavailable
from tests.contract import returning
from tests.contract.shiptastic_bench import shiptastic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import ShopReturn
    from tests.contract.returning import ReturnsBench

BENCHES = [
    returning.shopify,
    returning.wpswings,
    returning.wpswings_with_secret,
    shiptastic,
]


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[ReturnsBench]:
    with ExitStack() as stack:
        yield request.param(stack)


def asked(bench: ReturnsBench, units: int = 2) -> ShopReturn:
    bench.asks(units)
    (found,) = bench.shop.returns(bench.order.ref)
    return found


def ended(bench: ReturnsBench) -> tuple[str, ...]:
    return ("declined",) if bench.tells_refusals else ("declined", "cancelled")


def test_an_order_without_a_request_has_no_return(bench: ReturnsBench) -> None:
    assert bench.shop.abilities.holds_returns
    assert bench.shop.returns(bench.order.ref) == ()


def test_a_customer_s_request_is_read_with_its_lines(bench: ReturnsBench) -> None:
    found = asked(bench)
    assert (found.status, found.order_ref) == ("requested", bench.order.ref)
    (line,) = found.lines
    assert (line.line_ref, line.quantity) == (bench.order.lines[0].ref, 2)
    assert (line.reason, found.our_number) == (bench.reason, "")
    assert bench.shop.shop_return(found.ref) == found


def test_an_approved_request_is_open(bench: ReturnsBench) -> None:
    ref = asked(bench).ref
    bench.shop.approve_return(ref)
    assert bench.shop.shop_return(ref).status == "open"


def test_a_declined_request_has_ended(bench: ReturnsBench) -> None:
    ref = asked(bench).ref
    bench.shop.decline_return(ref, "It was worn.")
    assert bench.shop.shop_return(ref).status in ended(bench)


def test_what_has_ended_cannot_be_approved(bench: ReturnsBench) -> None:
    ref = asked(bench).ref
    bench.shop.decline_return(ref, "It was worn.")
    with pytest.raises(PlatformError):
        bench.shop.approve_return(ref)
    assert bench.shop.shop_return(ref).status in ended(bench)


def test_closing_an_approved_return_twice_is_no_error(bench: ReturnsBench) -> None:
    ref = asked(bench).ref
    bench.shop.approve_return(ref)
    bench.shop.close_return(ref)
    bench.shop.close_return(ref)
    assert bench.shop.shop_return(ref).status in ("open", "closed")


def test_our_return_is_made_there_with_our_number_on_it(bench: ReturnsBench) -> None:
    made = bench.shop.open_return(bench.ours())
    assert (made.status, made.our_number) == ("requested", "29-R1")
    (line,) = made.lines
    assert (line.line_ref, line.quantity) == (bench.order.lines[0].ref, 1)
    bench.shop.approve_return(made.ref)
    (found,) = bench.shop.returns(bench.order.ref)
    assert (found.ref, found.status, found.our_number) == (made.ref, "open", "29-R1")


def test_a_lost_answer_to_an_approval_is_unknown_and_then_seen(
    bench: ReturnsBench,
) -> None:
    ref = asked(bench).ref
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.shop.approve_return(ref)
    assert bench.shop.shop_return(ref).status == "open"


def test_a_return_whose_making_lost_its_answer_is_known_by_our_number(
    bench: ReturnsBench,
) -> None:
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.shop.open_return(bench.ours())
    (found,) = bench.shop.returns(bench.order.ref)
    assert found.our_number == "29-R1"


def test_a_return_that_does_not_exist_is_gone(bench: ReturnsBench) -> None:
    with pytest.raises(Gone):
        bench.shop.shop_return(bench.unknown_ref)


def test_a_shop_that_cannot_be_reached_is_unavailable(bench: ReturnsBench) -> None:
    ref = asked(bench).ref
    with pytest.raises(Unavailable):
        bench.away.approve_return(ref)
    assert bench.shop.shop_return(ref).status == "requested"
    assert bench.away.abilities.holds_returns  # it may: nobody said that it does not
