"""What the policy says is written down: the way, the bonus, the terms, the version."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.model import Customer, Kind, Resolution, Return
from connector.steps import audit, decide
from connector.steps.request import open_return
from connector.store import (
    Database,
    connect,
    customers,
    filing,
    orders,
    personal,
    returns,
    shops,
)
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order

TEXT = """
currency = "EUR"
[[reasons]]
code = "*"
[refund]
when = "inspected"
[exchange]
when = "requested"
fallback = "store_credit"
[credit]
days = 365
[[offers]]
resolutions = ["refund", "store_credit", "exchange"]
bonus_percent = "10"
[[limits]]
days = 90
returns = 2
"""
OTHER = TEXT.replace("365", "30")


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "sandbox", "", NOON)
    shops.bind_policy(opened, "boots", policy.digest(TEXT), TEXT, NOON)
    yield opened
    assert audit.run(opened) == []
    opened.close()


def an_order_of(email: str = "anna@example.org") -> Order:
    return replace(an_order(a_line("a", 3000, 3)), customer=Customer(email=email))


def judged(
    db: Database, way: Resolution, ways: frozenset[Resolution] | None = None
) -> Return:
    shop = Sandbox("boots")
    if ways is not None:
        shop.abilities = replace(shop.abilities, ways=ways)
    order = an_order_of()
    shop.sell(order)
    orders.keep(db, "boots", order)
    case = open_return(
        db,
        shop="boots",
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[Wish(line_ref="a", quantity=1, reason="other", wanted=way)],
        filed_by="portal",
        now=NOON,
    )
    assert decide.run(db, shop, lambda: NOON) == 1
    return returns.get(db, case.id)


def test_credit_is_given_with_its_bonus_and_terms(db: Database) -> None:
    case = judged(db, Resolution.STORE_CREDIT)
    (line,), terms = case.lines, case.terms
    assert (line.decision, line.decided) == ("approved", Resolution.STORE_CREDIT)
    assert terms is not None
    assert terms.bonus == ((line.id, 1000),)
    assert (terms.when, terms.goods_when) == ("inspected", "requested")
    assert (terms.fallback, terms.credit_days) == (Resolution.STORE_CREDIT, 365)


def test_a_way_that_the_shop_has_not_is_a_person_s(db: Database) -> None:
    case = judged(db, Resolution.STORE_CREDIT, frozenset({Resolution.REFUND}))
    assert case.status == "needs_person"
    assert [x.code for x in case.lines[0].trace if x.says == "ask"] == ["ways"]
    assert case.lines[0].decided is None
    assert case.terms is not None
    assert case.terms.fallback is Resolution.REFUND


def test_an_exchange_for_nothing_named_is_a_person_s(db: Database) -> None:
    """The shop's own returns may say so; a customer here is asked what he wants."""
    shop, order = Sandbox("boots"), an_order_of()
    shop.sell(order)
    orders.keep(db, "boots", order)
    filing.add(
        db,
        return_id="no goods",
        shop="boots",
        order=order,
        kind=Kind.VOLUNTARY,
        filed_by="shop",
        language="en",
        wishes=[
            Wish(line_ref="a", quantity=1, reason="other", wanted=Resolution.EXCHANGE)
        ],
        now=NOON,
    )
    decide.run(db, shop, lambda: NOON)
    case = returns.get(db, "no goods")
    assert case.status == "needs_person"
    assert [x.code for x in case.lines[0].trace if x.says == "ask"] == ["goods"]


def test_a_customer_s_earlier_returns_count_until_he_is_forgotten(db: Database) -> None:
    first, second = judged(db, Resolution.REFUND), judged(db, Resolution.REFUND)
    assert (first.status, second.status) == ("awaited", "awaited")
    third = judged(db, Resolution.REFUND)
    assert third.status == "needs_person"
    assert [x.code for x in third.lines[0].trace if x.says == "ask"] == ["limit"]
    assert [one.worth.minor for one in customers.past(db, third)] == [1000, 1000]
    assert personal.erase_order(db, "boots", "29", NOON)["customers"] == 3
    assert customers.past(db, third) == ()


def test_an_order_is_judged_by_the_version_live_when_it_was_placed(
    db: Database,
) -> None:
    later = NOON + timedelta(days=10)
    shops.bind_policy(db, "boots", policy.digest(OTHER), OTHER, later)
    when = {"old": -5, "first": 1, "second": 11}
    for ref, days in when.items():
        order = replace(an_order_of(), ref=ref, placed_at=NOON + timedelta(days=days))
        orders.keep(db, "boots", order)
    bound = {ref: orders.policy_of(db, "boots", ref) for ref in when}
    assert bound["first"] == policy.digest(TEXT)
    assert bound["second"] == policy.digest(OTHER)
    assert bound["old"] == policy.digest(OTHER)  # older than any version: the one now
    assert shops.policy_text(db, policy.digest(TEXT)) == TEXT
