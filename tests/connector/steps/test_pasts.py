"""A past return that is written from today's order, as it was when it was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.demo.world import Clock
from connector.model import Customer, Kind, Resolution
from connector.steps import close, decide, pasts, promise, reconcile, refund, request
from connector.steps.observe import observe
from connector.store import filing, returns, shops
from tests.connector.shapes import NOON, a_line, an_order
from tests.stories.making_good import stocked

if TYPE_CHECKING:
    from connector.store import Database

RULES = """
currency = "EUR"
[[reasons]]
code = "*"
[[reasons]]
code = "broken"
fault = "merchant"
[[offers]]
resolutions = ["refund", "store_credit", "gift_card", "exchange"]
[refund]
when = "requested"
shipping = true
"""
WAYS = (Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.GIFT_CARD)


@pytest.fixture
def shop(db: Database) -> Sandbox:
    made = stocked(Sandbox())
    order = an_order(a_line("a", 6000, 2), shipping=500)
    made.sell(replace(order, customer=Customer(email="ada@example.test", country="CH")))
    shops.put(db, made.name, "sandbox", "memory", NOON)
    shops.bind_policy(db, made.name, policy.digest(RULES), RULES, NOON)
    return made


def returned(db: Database, shop: Sandbox, clock: Clock, way: Resolution) -> str:
    """Ask one unit back, decide it and pay it."""
    clock.pass_by(hours=24)
    case = request.open_return(
        db,
        shop=shop.name,
        order=observe(db, shop, "29", clock),
        kind=Kind.VOLUNTARY,
        wishes=[filing.Wish(line_ref="a", quantity=1, reason="x", wanted=way)],
        filed_by="portal",
        now=clock(),
    )
    decide.run(db, shop, clock)
    for _ in range(3):
        clock.pass_by(hours=1)
        promise.run(db, shop, clock)
        refund.push(db, shop, clock, token="test")
        reconcile.resolve(db, shop, clock())
        close.run(db, shop, clock())
    observe(db, shop, "29", clock)
    return case.id


def rows(db: Database, return_id: str) -> list[dict[str, Any]]:
    found = db.query("SELECT * FROM past_lines WHERE return_id = :id", id=return_id)
    return [{key: row[key] for key in row if key != "case_no"} for row in found]


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_it_is_as_it_was_written_when_it_was_decided(
    db: Database, shop: Sandbox, first: Resolution, second: Resolution
) -> None:
    clock = Clock(NOON + timedelta(days=1))
    made = [returned(db, shop, clock, way) for way in (first, second)]
    assert {returns.get(db, one).status for one in made} <= {"awaited", "closed"}
    then = [rows(db, one) for one in made]
    assert [row["gives_shipping"] for one in then for row in one] == [0, 1]
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    pasts.run(db, shop.name)
    assert [rows(db, one) for one in made] == then
