"""A claim of the law that was declined is looked at again before its last day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Kind, Parcel, Return
from connector.steps import close, contested, deadlines, decide, inspect
from connector.steps.inspect import Counted
from connector.steps.request import open_return
from connector.store import desk, orders, returns
from tests.connector.shapes import NOON, a_line, an_order
from tests.stories.making_good import Counter, counting, still, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "sandbox"


@dataclass
class Desk:
    """A merchant who declines, and the nightly watch over the law's clocks."""

    counter: Counter

    def lives_in(self, country: str, arrived: int = 0) -> None:
        """Let the order be of a customer there, who has had it for so many days."""
        plain = self.counter.shop.order("29")
        came = NOON - timedelta(days=arrived)
        parcel = Parcel(ref="p", units=(("a", 3), ("b", 1)), delivered_at=came)
        there = replace(plain.customer, country=country)
        order = replace(plain, customer=there, parcels=(parcel,), placed_at=came)
        self.counter.shop.sell(order)
        orders.keep(self.counter.db, NAME, order)

    def asked(self, kind: Kind, *lines: str) -> Return:
        return open_return(
            self.counter.db,
            shop=NAME,
            order=orders.get(self.counter.db, NAME, "29"),
            kind=kind,
            wishes=[wish(ref) for ref in lines or ("a",)],
            filed_by="portal",
            now=self.counter.now,
        )

    def says(self, case: Return, *events: str) -> None:
        for line, event in zip(case.lines, events, strict=True):
            self.says_of(case, line.id, event)

    def says_of(self, case: Return, line_id: int, event: str) -> None:
        decide.by_person(
            self.counter.db,
            self.counter.shop,
            case.id,
            line_id,
            event,
            actor="console",
            why="worn",
            now=self.counter.now,
        )

    def watch(self, day: int) -> list[str]:
        """Let the nightly jobs run on that day; return what the desk then says."""
        db = self.counter.db
        self.counter.now = NOON + timedelta(days=day)
        close.run(db, self.counter.shop, self.counter.now)
        deadlines.run(db, NAME, still(self.counter.now))
        open_now = desk.open_matters(db, NAME)
        return [one.why for one in open_now if one.code == contested.CODE]


@pytest.fixture
def at(address: str) -> Iterator[Desk]:
    sandbox = Sandbox()
    sandbox.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, sandbox) as counter:
        made = Desk(counter)
        made.lives_in("FR")
        yield made


@pytest.mark.parametrize(
    ("kind", "last", "article"),
    [(Kind.WITHDRAWAL, 14, "L221-24"), (Kind.FAULTY, 30, "L217-")],
)
def test_a_declined_claim_is_looked_at_again_before_its_last_day(
    at: Desk, kind: Kind, last: int, article: str
) -> None:
    case = at.asked(kind)
    at.says(case, "decline")
    assert at.watch(last - 6) == []
    (why,) = at.watch(last - 5)
    until = NOON.date() + timedelta(days=last)
    assert case.number in why
    assert f"{until}" in why
    assert article in why
    assert at.watch(last + 3) == [why]  # asked until somebody answers
    desk.close(at.counter.db, "return", case.id, "console", at.counter.now)
    assert at.watch(last + 4) == []  # once


def test_also_where_other_lines_were_approved_and_the_return_is_over(at: Desk) -> None:
    case = at.asked(Kind.WITHDRAWAL, "a", "b")
    at.says(case, "approve", "decline")
    first, _ = returns.get(at.counter.db, case.id).lines
    counted = {first.id: Counted(received=1, accepted=1)}
    inspect.receive(at.counter.db, case.id, counted, actor="w", now=NOON)
    at.counter.work()
    assert returns.get(at.counter.db, case.id).status == "closed"
    (why,) = at.watch(10)
    assert case.number in why


@pytest.mark.parametrize("country", ["US", ""])
def test_a_plain_return_and_one_that_no_law_grants_are_declined_for_good(
    at: Desk, country: str
) -> None:
    at.lives_in(country or "FR")
    case = at.asked(Kind.WITHDRAWAL if country else Kind.VOLUNTARY)
    at.says(case, "decline")
    assert at.watch(20) == []


def test_a_fault_without_a_legal_day_waits_for_nobody(at: Desk) -> None:
    at.lives_in("DE")
    at.says(at.asked(Kind.FAULTY), "decline")
    assert at.watch(40) == []


def test_what_came_too_late_by_every_reading_is_not_contested(at: Desk) -> None:
    at.lives_in("FR", arrived=500)
    at.says(at.asked(Kind.WITHDRAWAL), "decline")
    assert at.watch(20) == []


def test_what_is_asked_for_anew_is_no_longer_contested(at: Desk) -> None:
    case = at.asked(Kind.WITHDRAWAL)
    at.says(case, "decline")
    assert at.watch(10) != []
    at.says(at.asked(Kind.WITHDRAWAL), "approve")
    assert at.watch(11) == []
    assert returns.get(at.counter.db, case.id).status == "declined"


def test_what_the_shop_paid_back_is_no_longer_contested(at: Desk) -> None:
    at.says(at.asked(Kind.WITHDRAWAL), "decline")
    assert at.watch(10) != []
    known = orders.get(at.counter.db, NAME, "29")
    lines = tuple(replace(x, refunded_units=x.quantity) for x in known.lines)
    orders.keep(at.counter.db, NAME, replace(known, lines=lines))
    assert at.watch(11) == []
