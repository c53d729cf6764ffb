"""Policies, orders and cases drawn by Hypothesis, out of a small world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from connector import policy
from connector.model import (
    ASKABLE,
    Customer,
    Fault,
    Kind,
    Order,
    OrderStatus,
    Parcel,
    Resolution,
)
from connector.money import Money
from connector.policy import Case, Past, Policy, Wanted, When
from connector.policy.vocabulary import Clause, OfferRule, Rule, Then
from tests.connector.shapes import NOON, a_line, an_order, eur

COUNTRIES = ("FR", "DE", "CH")
TAGS = ("red", "set")
REASONS = ("small", "broken", "bent")
BASE = """
currency = "EUR"
[[customer_groups]]
name = "loyal"
tags = ["vip", "gold"]
[[reason_groups]]
code = "fit"
[[reasons]]
code = "small"
group = "fit"
[[reasons]]
code = "broken"
fault = "merchant"
[[reasons]]
code = "bent"
fault = "carrier"
needs_person = true
[[questions]]
code = "tags"
[[questions.answers]]
code = "yes"
[[questions.answers]]
code = "no"
says = "fee"
restocking_percent = "30"
[[questions.answers]]
code = "never"
says = "decline"
"""
PLAIN = policy.load(BASE)


def _word(fact: str, words: tuple[str, ...]) -> st.SearchStrategy[Clause]:
    some = st.sets(st.sampled_from(words), min_size=1).map(lambda x: tuple(sorted(x)))
    one = st.builds(
        Clause,
        fact=st.just(fact),
        operator=st.sampled_from(["is", "is_not"]),
        values=some.map(lambda x: x[:1]),
    )
    many = st.builds(
        Clause,
        fact=st.just(fact),
        operator=st.sampled_from(["in", "not_in"]),
        values=some,
    )
    return one | many


def _number(fact: str, most: int) -> st.SearchStrategy[Clause]:
    return st.tuples(
        st.sampled_from(["is", "is_not", "above", "below", "at_least", "between"]),
        st.integers(0, most),
        st.integers(0, most),
    ).map(
        lambda x: Clause(
            fact=fact,
            operator=x[0],
            values=(min(x[1:]), max(x[1:])) if x[0] == "between" else (x[1],),
        )
    )


def _words(fact: str, words: tuple[str, ...]) -> st.SearchStrategy[Clause]:
    return st.builds(
        Clause,
        fact=st.just(fact),
        operator=st.sampled_from(["contains", "contains_all", "lacks"]),
        values=st.sets(st.sampled_from(words), min_size=1).map(tuple),
    )


CLAUSES = st.one_of(
    _word("country", COUNTRIES),
    _word("reason", REASONS),
    _word("fault", tuple(Fault)),
    _word("reason_group", ("fit", "")),
    _words("tag", TAGS),
    _words("customer_group", ("loyal",)),
    _words("customer_tag", ("vip", "gold")),
    _number("quantity", 4),
    _number("total", 4000),
)
CONDITIONS = st.lists(CLAUSES, max_size=3).map(tuple)
PERCENT = st.none() | st.integers(0, 10_000)
AMOUNT = st.none() | st.integers(0, 10_000).map(eur)
THENS = st.builds(
    Then,
    decide=st.sampled_from(["", "approve", "ask", "decline"]),
    restocking_bp=PERCENT,
    return_fee=AMOUNT,
    waive_fees=st.booleans(),
    resolution=st.none() | st.sampled_from(list(Resolution)),
    offer=st.lists(st.sampled_from(list(Resolution)), max_size=2).map(tuple),
    bonus_bp=PERCENT,
    withhold=st.lists(st.sampled_from(list(Resolution)), max_size=2).map(tuple),
    photos=st.none() | st.integers(0, 3),
    refund_when=st.none() | st.sampled_from(list(When)),
    refund_shipping=st.none() | st.booleans(),
    approver=st.sampled_from(["", "boss"]),
)
OFFERS = st.builds(
    OfferRule,
    resolutions=st.sets(st.sampled_from(sorted(ASKABLE)), min_size=1).map(tuple),
    bonus_bp=st.integers(0, 10_000),
    when=CONDITIONS,
)


@st.composite
def ruled(draw: st.DrawFn, most: int = 5) -> Policy:
    """Draw a policy of a few own rules over the plain one."""
    rules = tuple(
        Rule(
            name=f"r{place}",
            when=draw(CONDITIONS),
            then=draw(THENS),
            why={"": "because"},
            priority=draw(st.integers(0, 2)),
            line=place + 1,
        )
        for place in range(draw(st.integers(0, most)))
    )
    return replace(PLAIN, rules=rules)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy with all that stands beside own rules, too."""
    return replace(
        draw(ruled()),
        restocking_bp=draw(st.integers(0, 10_000)),
        return_fee=draw(AMOUNT),
        automatic_below=draw(AMOUNT),
        is_automatic=draw(st.booleans()),
        gift_cards=draw(st.booleans()),
        final_sale=frozenset(draw(st.sets(st.sampled_from(TAGS)))),
        refund_shipping=draw(st.booleans()),
        refund_when=draw(st.sampled_from(list(When))),
        offers=tuple(draw(st.lists(OFFERS, max_size=2))),
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an order of one or two lines."""
    lines = tuple(
        replace(
            a_line(ref, draw(st.integers(0, 3000)), draw(st.integers(1, 4))),
            tags=tuple(draw(st.sets(st.sampled_from(TAGS)))),
            is_gift_card=draw(st.booleans()),
            refunded_units=draw(st.integers(0, 1)),
        )
        for ref in ("a", "b")[: draw(st.integers(1, 2))]
    )
    parcel = Parcel(ref="p", units=(), delivered_at=NOON)
    return replace(
        an_order(*lines),
        status=draw(st.sampled_from(list(OrderStatus))),
        parcels=(parcel,) * draw(st.integers(0, 1)),
        customer=Customer(
            country=draw(st.sampled_from(COUNTRIES)),
            tags=tuple(draw(st.sets(st.sampled_from(["vip", "gold"])))),
        ),
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
    )


def in_its_currency(order: Order) -> Order:
    """Put all of an order's amounts in the currency that it names."""
    lines = tuple(
        replace(line, gross=Money(line.gross.minor, order.currency))
        for line in order.lines
    )
    paid = Money(order.total.minor, order.currency)
    return replace(order, lines=lines, total=paid)


@st.composite
def cases(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind)) -> Case:
    """Draw a case about any lines, some of which the order may not have."""
    lines = tuple(
        Wanted(
            line_ref=draw(st.sampled_from(["a", "b", "zz"])),
            quantity=draw(st.integers(1, 5)),
            reason=draw(st.sampled_from([*REASONS, "aliens", ""])),
            photos=draw(st.integers(0, 2)),
            resolution=draw(st.sampled_from(list(Resolution))),
            answers=(("tags", draw(st.sampled_from(["yes", "no", "never", "?"]))),)
            * draw(st.integers(0, 1)),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
    fields: dict[str, Any] = {
        "kind": draw(st.sampled_from(kinds)),
        "asked_at": NOON + timedelta(days=draw(st.integers(-3, 400))),
        "past": (Past(asked_at=NOON, worth=eur(900)),) * draw(st.integers(0, 2)),
    }
    return Case(lines=lines, **fields)
