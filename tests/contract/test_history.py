"""What every adapter must tell when it is asked for all that its shop holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import PlatformError

if TYPE_CHECKING:
    from connector.model import Batch
    from connector.platform import Shop
    from tests.contract.conftest import Bench


def whole(shop: Shop, cursor: str = "") -> list[Batch]:
    """Ask again and again, as the step does, until the last batch has come."""
    found: list[Batch] = []
    for _ in range(20):
        for batch in shop.history(cursor):
            found.append(batch)
            cursor = batch.cursor
        if found[-1].is_last:
            return found
    raise AssertionError(found)


def test_the_history_names_every_order_once_as_a_reading_tells_it(
    bench: Bench,
) -> None:
    batches = whole(bench.shop)
    (order,) = (order for batch in batches for order in batch.orders)
    assert order == bench.shop.order(bench.order.ref)
    assert all(not batch.again for batch in batches)
    assert batches[-1].total in (1, None)
    assert not any(batch.why for batch in batches)


def test_an_order_with_a_refund_is_to_be_read_by_itself(bench: Bench) -> None:
    bench.by_hand(500)
    batches = whole(bench.shop)
    assert [ref for one in batches for ref in one.again] == [bench.order.ref]
    assert not [order for one in batches for order in one.orders]


def test_behind_the_last_batch_nothing_new_comes(bench: Bench) -> None:
    last = whole(bench.shop)[-1]
    again = list(bench.shop.history(last.cursor))
    assert again[-1].is_last
    assert not any(one.orders or one.again for one in again)


def test_every_refund_of_the_shop_is_listed_where_that_can_be(bench: Bench) -> None:
    assert list(bench.shop.refund_refs()) == []
    bench.by_hand(500)
    listed = [(one.ref, one.order_ref) for one in bench.shop.refund_refs()]
    known = [(one.ref, bench.order.ref) for one in bench.shop.refunds(bench.order.ref)]
    assert listed == (known if bench.shop.abilities.lists_refunds else [])


def test_an_order_that_the_shop_no_longer_has_is_missing(bench: Bench) -> None:
    kind = bench.order.ref.rpartition("/")[0]
    ref = f"{kind}/404404" if kind else "404404"
    assert bench.shop.missing([bench.order.ref, ref]) == {ref}


def test_a_shop_without_open_returns_lists_none(bench: Bench) -> None:
    assert list(bench.shop.open_returns()) == []


def test_a_shop_that_cannot_be_reached_says_so_while_it_is_asked(bench: Bench) -> None:
    if bench.shop.platform == "sandbox":
        pytest.skip("it is in memory")
    with pytest.raises(PlatformError):
        list(bench.away.history(""))
