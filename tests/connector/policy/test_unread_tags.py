"""A policy that asks for tags, and a customer whose tags nobody could read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from connector import policy
from connector.model import Customer, Kind, Order, OrderStatus, Parcel
from connector.policy import Case, LineVerdict, Policy, Wanted
from connector.policy.compiled import program
from connector.states import Decision
from tests.connector.policy import drawn
from tests.connector.shapes import NOON, a_line, an_order

HEAD = """
currency = "EUR"
[window]
days = 14
[[reasons]]
code = "x"
[[customer_groups]]
name = "trade"
tags = ["wholesale"]
"""
BARE = HEAD.partition("[[customer_groups]]")[0]
WINDOW = '[[windows]]\nname="t"\ndays = 60\nwhen = { customer_group = "trade" }\n'
ASKING = [
    WINDOW,
    '[[exclude]]\nname="e"\nwhy="No."\nwhen = { customer_tag = "staff" }\n',
    (
        '[[rules]]\nname="r"\nwhen = { customer_tag = { lacks = ["vip"] } }\n'
        'then = { decide = "approve" }\n'
    ),
    '[block]\ntags = ["fraud"]\n',
    '[allow]\ntags = ["vip"]\n',
    '[fees]\nrestocking_percent = "10"\n[fees.waived]\ncustomer_groups = ["trade"]\n',
]
NEVER_READ = Customer(country="US", are_tags_known=False)


def judged(
    text: str,
    who: Customer,
    days: int = 3,
    status: OrderStatus = OrderStatus.COMPLETED,
) -> LineVerdict:
    parcel = Parcel(ref="p", units=(("a", 3),), delivered_at=NOON)
    bought = replace(
        an_order(a_line("a", 3000, 3)), parcels=(parcel,), customer=who, status=status
    )
    wanted = Wanted(line_ref="a", quantity=1, reason="x")
    asked = NOON + timedelta(days=days)
    case = Case(kind=Kind.VOLUNTARY, asked_at=asked, lines=(wanted,))
    return policy.judge(policy.load(text), bought, case).lines[0]


@pytest.mark.parametrize("more", ASKING)
def test_what_asks_for_tags_that_nobody_knows_is_a_person_s(more: str) -> None:
    line = judged(HEAD + more, NEVER_READ)
    assert line.decision is Decision.NEEDS_PERSON
    assert [x.rule for x in line.trace if x.says == "ask"] == ["customer_tags"]
    known = judged(HEAD + more, replace(NEVER_READ, are_tags_known=True))
    assert known.decision is Decision.APPROVED
    assert "customer_tags" not in [one.rule for one in known.trace]


def test_who_asks_for_none_decides_without_them() -> None:
    assert judged(BARE, NEVER_READ).decision is Decision.APPROVED
    assert judged(BARE, NEVER_READ, days=30).decision is Decision.DECLINED


def test_a_window_that_would_have_been_another_declines_nobody() -> None:
    trade = replace(NEVER_READ, are_tags_known=True, tags=("Wholesale",))
    assert judged(HEAD + WINDOW, trade, days=30).decision is Decision.APPROVED
    other = replace(trade, tags=("customer",))
    assert judged(HEAD + WINDOW, other, days=30).decision is Decision.DECLINED
    line = judged(HEAD + WINDOW, NEVER_READ, days=30)
    assert line.decision is Decision.NEEDS_PERSON
    assert [one.says for one in line.trace if one.rule == "window"] == ["note"]


def test_what_the_order_itself_says_declines_everybody() -> None:
    line = judged(HEAD + WINDOW, NEVER_READ, status=OrderStatus.REFUNDED)
    assert line.decision is Decision.DECLINED


def test_who_is_taken_out_of_an_order_had_tags_or_surely_none() -> None:
    order = an_order(a_line("a", 100))

    def kept(who: Customer) -> bool:
        return replace(order, customer=who).anonymous().customer.are_tags_known

    assert kept(Customer(email="a@example.test"))
    assert not kept(Customer(tags=("vip",)))
    assert not kept(Customer(are_tags_known=False))
    once = replace(order, customer=Customer(tags=("vip",))).anonymous()
    assert once.anonymous() == once


@given(drawn.policies(), drawn.orders(), drawn.cases())
def test_nothing_is_approved_on_tags_that_nobody_knows(
    rules: Policy, order: Order, case: Case
) -> None:
    order = replace(order, customer=replace(order.customer, are_tags_known=False))
    found = {one.decision for one in policy.judge(rules, order, case).lines}
    assert not (program(rules).needs_tags and Decision.APPROVED in found)
