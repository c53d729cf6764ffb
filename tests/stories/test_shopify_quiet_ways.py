"""What is kept, repaired or paid by hand at Shopify, with answers lost and deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from tests.stories.quiet_ways import QUIET, by_person, dies, settled
from tests.stories.shopify_counter import ShopifyCounter, counting
from tests.stories.test_making_good_killed import Mortal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return

CALLS = (
    (Resolution.KEEP, "returnRequest"),
    (Resolution.KEEP, "returnProcess"),
    (Resolution.REPAIR, "returnRequest"),
    (Resolution.REPAIR, "returnApproveRequest"),
    (Resolution.REPAIR, "returnClose"),
    (Resolution.MANUAL, "returnRequest"),
    (Resolution.MANUAL, "reverseFulfillmentOrderDispose"),
    (Resolution.MANUAL, "returnClose"),
)
FAULTS = ("lose_answer", "lose_request", "throttle", "internal_error")


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address, Mortal) as made:
        yield made


def made_once(counter: ShopifyCounter, case: Return, way: Resolution) -> None:
    """Expect money for what is kept alone, and goods on the shelf that were paid."""
    counter.errands(3)
    settled(counter, case, way)
    assert counter.paid() == (3000 if way is Resolution.KEEP else 0)
    assert (counter.credits(), counter.cards(), counter.sent()) == ([], [], [])
    assert sum(counter.standin.restocked.values()) == (way is Resolution.MANUAL)
    assert [one.status for one in counter.there.returns] == ["CLOSED"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("way", "call"), CALLS)
def test_whatever_call_goes_wrong_it_is_made_good_exactly_once(
    counter: ShopifyCounter, way: Resolution, call: str, fault: str
) -> None:
    counter.standin.switches.add(fault, call)
    case = counter.file(counter.wish(way), is_back=False)
    counter.errands(3)
    counter.receive(case.id)
    counter.work(3)
    by_person(counter, case)
    counter.work(5)
    assert sum(counter.standin.switches.taken.values()) == 1
    made_once(counter, case, way)


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 6))
@pytest.mark.parametrize("stage", ["open", "promise", "person"])
@pytest.mark.parametrize("way", QUIET)
def test_a_process_killed_around_any_commit_makes_it_good_exactly_once(
    counter: ShopifyCounter, way: Resolution, stage: str, commit: int, *, is_after: bool
) -> None:
    case = counter.open(counter.wish(way), is_back=False, order_ref=counter.order_ref)
    counter.heard(case)
    if stage == "open":
        dies(counter, commit, is_after=is_after, at=counter.errands)
    counter.errands(3)
    counter.receive(case.id)
    if stage == "promise":
        dies(counter, commit, is_after=is_after, at=lambda: counter.work(2))
    counter.work(3)
    by_person(counter, case)
    if stage == "person":
        dies(counter, commit, is_after=is_after, at=lambda: counter.work(2))
    counter.work(4)
    made_once(counter, case, way)
