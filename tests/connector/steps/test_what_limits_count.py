"""Limits per customer count what he sends back, not what he was refused or dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.backtest.diff import compare
from connector.model import Customer, Kind, Parcel, Return
from connector.steps import audit, cancel, decide, expire
from connector.steps.request import open_return
from connector.store import connect, customers, orders, returns, shops
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connector.model import Order
    from connector.store import Database

FREE = """
currency = "EUR"
[expiry]
days = 30
[[reasons]]
code = "*"
[[rules]]
name = "never"
when = { sku = "worn" }
then = { decide = "decline" }
why = "no"
"""
LIMIT = FREE + "[[limits]]\ndays = 365\n"
LATER = NOON + timedelta(days=40)
ENDS = ("declined", "by the policy", "cancelled", "expired")


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "sandbox", "", NOON)
    yield opened
    assert audit.run(opened) == []
    opened.close()


def bind(db: Database, text: str, at: datetime = NOON - timedelta(days=60)) -> None:
    shops.bind_policy(db, "boots", policy.digest(text), text, at)


def sold(db: Database, shop: Sandbox) -> Order:
    lines = (a_line("a", 3000, 3), replace(a_line("b", 3000, 3), sku="worn"))
    parcel = Parcel(ref="p", units=(), delivered_at=LATER)
    who = Customer(email="anna@example.org", country="CH")
    order = replace(an_order(*lines), customer=who, parcels=(parcel,))
    shop.sell(order)
    orders.keep(db, "boots", order)
    return order


def ask(db: Database, shop: Sandbox, order: Order, now: datetime, *refs: str) -> Return:
    """Let the customer ask for one unit of each of these lines."""
    case = open_return(
        db,
        shop="boots",
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[Wish(line_ref=ref, quantity=1, reason="x") for ref in refs or "a"],
        filed_by="portal",
        now=now,
    )
    decide.run(db, shop, lambda: now)
    return returns.get(db, case.id)


def ended(db: Database, shop: Sandbox, order: Order, how: str) -> Return:
    """A return that came to nothing."""
    case = ask(db, shop, order, NOON, "b" if how == "by the policy" else "a")
    if how == "declined":
        where = (db, shop, case.id, case.lines[0].id, "decline")
        decide.by_person(*where, actor="ann", why="no", now=NOON)
    elif how == "cancelled":
        cancel.cancel(db, shop, case.id, actor="customer", now=NOON)
    elif how == "expired":
        assert expire.run(db, shop, LATER) == 1
    status = returns.get(db, case.id).status
    assert status == ("cancelled" if how in ("cancelled", "expired") else "declined")
    return case


@pytest.mark.parametrize("says", ["returns = 1", 'value = "15.00"'])
@pytest.mark.parametrize("how", ENDS)
def test_what_came_to_nothing_counts_against_no_limit(
    db: Database, how: str, says: str
) -> None:
    limited = LIMIT + says
    # A person must look at the one that he declines.
    bind(db, f"{FREE}[approve]\nautomatic = false" if how == "declined" else FREE)
    shop = Sandbox("boots")
    order = sold(db, shop)
    ended(db, shop, order, how)
    bind(db, limited, LATER - timedelta(hours=1))
    other = replace(order, ref="30", number="#30", placed_at=LATER)
    shop.sell(other)
    orders.keep(db, "boots", other)
    assert customers.earlier(db, "boots", other, LATER) == ()
    first = ask(db, shop, other, LATER)
    assert first.status == "awaited"
    second = ask(db, shop, other, LATER + timedelta(hours=1))
    assert [x.code for x in second.lines[0].trace if x.says == "ask"] == ["limit"]
    report = compare(
        db, "boots", FREE, limited, LATER + timedelta(days=1), timedelta(days=300)
    )
    assert report.flips == {("approved", "needs_person"): 1}


def test_a_return_of_which_one_line_was_declined_counts(db: Database) -> None:
    bind(db, LIMIT + "returns = 1")
    shop = Sandbox("boots")
    order = sold(db, shop)
    first = ask(db, shop, order, NOON, "a", "b")
    assert [line.decision for line in first.lines] == ["approved", "declined"]
    second = ask(db, shop, order, LATER)
    assert [x.code for x in second.lines[0].trace if x.says == "ask"] == ["limit"]
