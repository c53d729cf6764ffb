"""Staff delete the booking of an exchange that is not made yet: its money was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import reconcile, refund
from connector.store import desk
from tests.stories.making_good import still
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def test_what_was_booked_and_is_gone_is_not_paid_again(counter: WooCounter) -> None:
    counter.standin.switches.add("lose_request", "POST /orders$")
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "socks"))
    counter.work(1)
    assert counter.states(case) == [("exchange", Refund.UNKNOWN)]
    assert (counter.standin.paid_out_minor(), counter.swaps()) == (2300, [])
    counter.now += timedelta(hours=1)
    assert reconcile.resolve(counter.db, counter.shop, counter.now) == 1
    assert counter.states(case) == [("exchange", Refund.PLANNED)]
    [booked] = counter.standin.refunds[int(counter.order)]
    counter.standin.staff_delete_refund(int(counter.order), booked["id"])
    for _ in range(3):
        counter.now += timedelta(days=1)
        refund.push(counter.db, counter.shop, still(counter.now), token="test")
    assert (counter.standin.paid_out_minor(), counter.swaps()) == (2300, [])
    [matter] = desk.open_matters(counter.db)
    assert "no longer in the shop" in matter.why


def test_what_is_booked_still_is_only_completed(counter: WooCounter) -> None:
    counter.standin.switches.add("lose_request", "POST /orders$")
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "socks"))
    counter.work(4)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 2300
    assert counter.sent() == ["socks"]
    assert desk.open_matters(counter.db) == []
