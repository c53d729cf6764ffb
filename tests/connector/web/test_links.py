"""A link to a return ends, and a look-up that fails tells nothing by what it does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import Unavailable
from connector.model import Customer, Order
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.steps.request import find_order
from connector.store import connect, orders, shops
from tests.connector.shapes import NOON, a_line, an_order
from tests.connector.web.sandbox_world import (
    EMAIL,
    NAME,
    Stand,
    Visit,
    chooses,
    customer,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"
ENDED = "This link has ended."


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def status_page(stand: Stand) -> Visit:
    """Ask for a refund of a shirt and stay on the page of the return."""
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path
    return visit


def is_closed(stand: Stand) -> None:
    stand.work(1)
    case = stand.case()
    counted = {case.lines[0].id: Counted(received=1, accepted=1)}
    inspect.receive(stand.db, case.id, counted, actor="w", now=stand.clock())
    stand.work(4)
    assert stand.case().status == "closed"


def test_a_link_opens_while_its_return_is_open_and_ninety_days_after(
    stand: Stand,
) -> None:
    visit = status_page(stand)
    stand.clock.pass_by(days=300)
    visit.get(visit.path)
    assert visit.code == 200
    is_closed(stand)
    ended = stand.case().closed_at
    assert ended
    stand.clock.now = ended + timedelta(days=89)
    visit.get(visit.path)
    assert visit.code == 200
    stand.clock.now = ended + timedelta(days=90)
    for method in (visit.get, visit.post):
        method(visit.path)
        assert visit.code == 410
        assert ENDED in visit.page
        assert 'name="number"' in visit.page
        assert stand.case().number not in visit.page
    visit.get(visit.path.replace("/status/", "/photo/") + "/1")
    assert visit.code == 410


def test_who_finds_his_order_again_has_a_link_for_a_week(stand: Stand) -> None:
    status_page(stand)
    is_closed(stand)
    stand.clock.pass_by(days=400)
    visit = customer(stand)
    found = re.search(r'href="([^"]+/status/[^"]+)"', visit.page)
    assert found
    link = unescape(found[1])
    stand.clock.pass_by(days=6)
    visit.get(link)
    assert visit.code == 200
    stand.clock.pass_by(days=1)
    visit.get(link)
    assert (visit.code, ENDED in visit.page) == (410, True)


@dataclass(slots=True)
class Asked(Sandbox):
    """A shop that remembers what it was asked."""

    asked: list[str] = field(default_factory=list)
    is_away: bool = False

    def order(self, ref: str) -> Order:
        self._note("order")
        return super(Asked, self).order(ref)

    def find_order(self, number: str) -> str | None:
        self._note("find")
        return super(Asked, self).find_order(number)

    def _note(self, what: str) -> None:
        self.asked.append(what)
        if self.is_away:
            raise Unavailable


def test_a_look_up_that_fails_does_the_same_whatever_is_known(address: str) -> None:
    shop, db = Asked(), connect(address)
    shops.put(db, shop.name, "sandbox", "memory", NOON)
    plain = replace(an_order(a_line("a", 3000)), customer=Customer(email=EMAIL))
    known = replace(plain, ref="1", number="1001")
    unseen = replace(plain, ref="2", number="1002")
    forgotten = replace(plain, ref="3", number="1003", customer=Customer())
    for one in (known, unseen, forgotten):
        shop.sell(one)
    orders.keep(db, shop.name, known)
    orders.keep(db, shop.name, forgotten)

    def looks(number: str, email: str) -> tuple[str, list[str]]:
        shop.asked.clear()
        found = find_order(db, shop, number, email, lambda: NOON)
        return found.number if found else "", shop.asked

    tried = [("1001", "eve@a.test"), ("9999", EMAIL), ("1002", "eve@a.test")]
    tried += [("1003", ""), ("1003", EMAIL), ("9999", "")]
    for number, email in tried:
        assert looks(number, email) == ("", ["find", "order"]), (number, email)
    shop.is_away = True
    for number, email in tried:
        assert looks(number, email) == ("", ["find"]), (number, email)
    shop.is_away = False
    assert looks("1001", EMAIL.upper())[0] == "1001"
    assert looks("#1002", EMAIL)[0] == "1002"
    db.close()
