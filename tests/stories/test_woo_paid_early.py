"""A customer pays a new order before what came back was taken off its price.

It is made at its full price, then made whole. Where the answer to the first request is
lost, it stands as it is for a while, and its customer sees it in his account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import byhand
from connector.store import desk
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.woo_ways import WooCounter

CALLS = (("lose_answer", "POST /orders$"), ("lose_request", "PUT /orders"))


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def lost(counter: WooCounter, call: tuple[str, str], size: str) -> Return:
    counter.standin.switches.add(*call)
    case = counter.returned(counter.wish(Resolution.EXCHANGE, size))
    counter.work(1)
    [new] = counter.swaps()
    assert (new["status"], new["fee_lines"]) == ("pending", [])
    return case


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("size", ["coat", "l", "socks"])
def test_the_value_of_his_goods_is_not_taken_off_in_silence(
    counter: WooCounter, call: tuple[str, str], size: str
) -> None:
    case = lost(counter, call, size)
    counter.pay()
    counter.work(4)
    [new] = counter.swaps()
    assert new["fee_lines"] == []
    assert counter.states(case) == [("exchange", Refund.UNKNOWN)]
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "unknown"
    assert "before the value" in matter.why


def test_one_who_is_at_the_till_is_not_surprised_by_another_price(
    counter: WooCounter,
) -> None:
    lost(counter, CALLS[0], "coat")
    [new] = counter.swaps()
    new["payment_method"] = "labpay"
    counter.work(4)
    [new] = counter.swaps()
    assert new["fee_lines"] == []
    [matter] = desk.open_matters(counter.db)
    assert "is about to" in matter.why


def test_it_is_made_again_once_it_was_cancelled_and_paid_back(
    counter: WooCounter,
) -> None:
    case = lost(counter, CALLS[0], "coat")
    counter.pay()
    counter.work(2)
    [first] = counter.swaps()
    counter.standin.staff_refund(first["id"], first["total"], by_gateway=True)
    counter.standin.edit_order(first["id"], status="cancelled")
    [row] = counter.rows(case)
    byhand.found_out(
        counter.db,
        row.id,
        money_moved=False,
        why="paid back",
        actor="console",
        now=counter.now,
    )
    byhand.again(
        counter.db,
        row.id,
        why="as he wants",
        actor="console",
        now=counter.now,
        is_void=True,
    )
    counter.work(2)
    new = counter.swaps()[-1]
    assert (new["id"] != first["id"], new["total"]) == (True, "15.00")
    assert counter.standin.paid_out_minor() == 4500
