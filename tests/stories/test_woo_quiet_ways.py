"""What is kept, repaired or paid by hand at WooCommerce, with mishaps and deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from tests.stories.quiet_ways import QUIET, by_person, dies, settled
from tests.stories.test_making_good_killed import Mortal
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.woo_ways import WooCounter

BOOKING = "POST /orders/.*refunds"
FAULTS = ("lose_answer", "lose_request", "status_after", "status_before")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address, Mortal) as found:
        yield found


def is_made_once(counter: WooCounter, case: Return, way: Resolution) -> None:
    """Expect one booking, none for a repair; the gateway pays what is kept alone."""
    settled(counter, case, way)
    is_kept, is_repaired = way is Resolution.KEEP, way is Resolution.REPAIR
    assert counter.standin.paid_out_minor() == (3000 if is_kept else 0)
    booked = counter.standin.refunds[int(counter.order)]
    assert [one["amount"] for one in booked] == ([] if is_repaired else ["30.00"])
    assert (counter.credits(), counter.sent()) == ([], [])
    assert counter.stock("m") == (7 if way is Resolution.MANUAL else 6)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", [Resolution.KEEP, Resolution.MANUAL])
def test_whatever_call_goes_wrong_it_is_made_good_exactly_once(
    counter: WooCounter, way: Resolution, fault: str
) -> None:
    kind, _, when = fault.partition("_")
    if kind == "status":
        counter.standin.switches.add("status", BOOKING, effect=when == "after")
    else:
        counter.standin.switches.add(fault, BOOKING)
    case = counter.returned(counter.wish(way))
    counter.work(3)
    by_person(counter, case)
    counter.work(6)
    assert sum(counter.standin.switches.taken.values()) == 1
    is_made_once(counter, case, way)


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 7))
@pytest.mark.parametrize("stage", ["promise", "person"])
@pytest.mark.parametrize("way", QUIET)
def test_a_process_killed_around_any_commit_makes_it_good_exactly_once(
    counter: WooCounter, way: Resolution, stage: str, commit: int, *, is_after: bool
) -> None:
    case = counter.returned(counter.wish(way))
    if stage == "promise":
        dies(counter, commit, is_after=is_after, at=lambda: counter.work(2))
    counter.work(3)
    by_person(counter, case)
    if stage == "person":
        dies(counter, commit, is_after=is_after, at=lambda: counter.work(2))
    counter.work(4)
    is_made_once(counter, case, way)
