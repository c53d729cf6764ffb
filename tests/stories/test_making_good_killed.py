"""Making good in another way than money, killed around every commit."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import audit
from connector.store import Database, connect, orders, refunds, shops
from tests.connector.shapes import NOON, eur
from tests.stories.making_good import Counter, new, shirts, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sandbox import Sandbox


class Killed(BaseException):
    """The process died here."""


class Mortal(Database):
    """A database whose process dies at its n-th commit, just before or after it."""

    commits_left = -1
    is_after = False

    def commit(self) -> None:
        self.commits_left -= 1
        if self.commits_left == 0 and not self.is_after:
            raise Killed
        super().commit()
        if self.commits_left == 0:
            raise Killed


@pytest.fixture
def shop() -> Sandbox:
    return shirts()


@pytest.fixture
def counter(address: str, shop: Sandbox) -> Iterator[Counter]:
    opened = connect(address, Mortal)
    shops.put(opened, shop.name, "sandbox", "memory", NOON)
    orders.keep(opened, shop.name, shop.order("29"))
    yield Counter(opened, shop)
    assert audit.run(opened) == []
    opened.close()


WAYS = (
    Resolution.STORE_CREDIT,
    Resolution.GIFT_CARD,
    Resolution.EXCHANGE,
    Resolution.REPLACEMENT,
)


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 9))
@pytest.mark.parametrize("mishap", ["", "lost", "never"])
@pytest.mark.parametrize("way", WAYS)
def test_a_process_killed_around_any_commit_makes_it_good_exactly_once(
    counter: Counter, way: Resolution, mishap: str, commit: int, *, is_after: bool
) -> None:
    case = counter.open(wish(way=way, goods=new("socks")))
    assert isinstance(counter.db, Mortal)
    counter.shop.mishaps = deque([mishap])
    counter.db.commits_left, counter.db.is_after = commit, is_after
    try:
        counter.work(2)
    except Killed:
        counter.db.commits_left = -1
    counter.work(6)
    counter.db.commits_left = -1
    found = refunds.of_return(counter.db, case.id)
    assert [(row.request.way, row.state) for row in found] == [(way, Refund.CONFIRMED)]
    assert len(counter.shop.made) == 1
    over = {Resolution.EXCHANGE: 2300, Resolution.REPLACEMENT: 0}.get(way, 3000)
    assert counter.shop.paid_out("29") == eur(over)
    assert counter.case(case.id).status == "closed"
