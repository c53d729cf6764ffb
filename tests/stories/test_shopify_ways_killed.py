"""Making good at Shopify, killed around every commit, with answers lost besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.states import Refund
from tests.stories.shopify_counter import ShopifyCounter, counting
from tests.stories.test_making_good_killed import Killed, Mortal
from tests.stories.test_shopify_ways import ROOTS, WAYS, made_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Resolution


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address, Mortal) as made:
        yield made


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize(
    ("commit", "mishap"),
    [(1, ""), (2, ""), (3, ""), (3, "lose_answer"), (4, "lose_answer")],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_process_killed_around_any_commit_makes_it_good_exactly_once(
    counter: ShopifyCounter,
    way: Resolution,
    mishap: str,
    commit: int,
    *,
    is_after: bool,
) -> None:
    case = counter.file(counter.wish(way, "socks"))
    assert isinstance(counter.db, Mortal)
    if mishap:
        counter.standin.switches.add(mishap, ROOTS.get(way, "returnProcess"))
    counter.db.commits_left, counter.db.is_after = commit, is_after
    try:
        counter.work(2)
    except Killed:
        counter.db.commits_left = -1
    counter.work(5)
    counter.db.commits_left = -1
    assert counter.states(case) == [(way.value, Refund.CONFIRMED)]
    made_once(counter, way)
    assert counter.case(case.id).status == "closed"
