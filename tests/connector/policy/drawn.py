"""Policies, orders and cases drawn by Hypothesis, out of a small world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

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
from connector.policy.facts import FACTS, OPERATORS
from connector.policy.vocabulary import (
    Clause,
    Exclusion,
    Fees,
    Keep,
    Level,
    Limit,
    Listed,
    OfferRule,
    Rule,
    SpecialFee,
    SpecialWindow,
    Then,
    Waiver,
    Window,
)
from tests.connector.shapes import NOON, a_line, an_order, eur

T = TypeVar("T")
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


def _few(one: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(one, max_size=2).map(tuple)


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
DELIVERIES = st.dictionaries(
    st.sampled_from(("FR", "DE", "default")), st.integers(0, 900).map(eur)
)
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
    goods_when=st.none() | st.sampled_from(list(When)),
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


# What each fact of words may be compared with.
WORDS: dict[str, tuple[str, ...]] = {
    "shop": ("", "boots"),
    "channel": ("", "portal"),
    "method": ("", "label"),
    "kind": tuple(Kind),
    "country": COUNTRIES,
    "language": ("", "fr"),
    "currency": ("EUR", "USD"),
    "order_status": tuple(OrderStatus),
    "product": ("", "p1"),
    "variant": ("", "v1"),
    "sku": ("", "s1"),
    "tag": TAGS,
    "category": ("shoes", "hats"),
    "reason": REASONS,
    "reason_group": ("fit", ""),
    "fault": tuple(Fault),
    "resolution": tuple(Resolution),
    "answer": ("tags:yes", "tags:no"),
    "customer_tag": ("vip", "gold"),
    "customer_group": ("loyal",),
}
TODAY = NOON.toordinal()
VALUES: dict[str, st.SearchStrategy[int]] = {
    "number": st.integers(0, 5),
    "amount": st.integers(0, 5000),
    "date": st.integers(TODAY - 3, TODAY + 60),
    "flag": st.integers(0, 1),
}


@st.composite
def any_clause(draw: st.DrawFn) -> Clause:
    """Draw a condition on any fact of the vocabulary."""
    fact = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    how = draw(st.sampled_from(OPERATORS[fact.kind]))
    one: st.SearchStrategy[Any] = (
        st.sampled_from(WORDS[fact.name]) if fact.name in WORDS else VALUES[fact.kind]
    )
    least, most = {"one": (1, 1), "two": (2, 2)}.get(how.takes, (1, 2))
    values = draw(st.lists(one, min_size=least, max_size=most))
    found = tuple(sorted(values) if how.takes == "two" else values)
    return Clause(fact=fact.name, operator=how.name, values=found)


WHENS = st.lists(any_clause(), max_size=2).map(tuple)
SAYS = st.sampled_from(["ask", "decline"])
WHY = {"": "because"}
TAGGED = st.sets(st.sampled_from(["vip", "gold"])).map(frozenset)
SOME_TAGS = st.sets(st.sampled_from(TAGS)).map(frozenset)
WAYS = st.lists(st.sampled_from(list(Resolution)), min_size=1, max_size=2).map(tuple)
DAYS = st.integers(0, 60)
LISTED = st.builds(Listed, tags=TAGGED, says=SAYS)
EXCLUSIONS = st.builds(
    Exclusion,
    why=st.just(WHY),
    article=st.sampled_from(["", "c", "e"]),
    when=WHENS,
    tags=SOME_TAGS,
    categories=st.sets(st.sampled_from(["shoes"])).map(frozenset),
    products=st.sets(st.sampled_from(["p1"])).map(frozenset),
    skus=st.sets(st.sampled_from(["s1"])).map(frozenset),
)
WINDOWS = st.builds(
    Window,
    days=DAYS,
    grace_days=st.integers(0, 9),
    by_country=st.dictionaries(st.sampled_from(COUNTRIES), DAYS, max_size=1),
    special=_few(
        st.builds(
            SpecialWindow,
            name=st.just("w"),
            when=WHENS,
            days=st.none() | DAYS,
            until=st.none() | DAYS.map(lambda x: NOON.date() + timedelta(days=x)),
        )
    ),
)
SPECIALS = st.builds(
    SpecialFee,
    name=st.just("s"),
    when=WHENS,
    restocking_bp=PERCENT,
    return_fee=AMOUNT,
)
WAIVERS = st.builds(
    Waiver,
    reasons=st.sets(st.sampled_from(REASONS), max_size=1).map(frozenset),
    customer_groups=st.sets(st.just("loyal")).map(frozenset),
    resolutions=st.sets(st.just(Resolution.EXCHANGE)).map(frozenset),
    order_above=AMOUNT,
    when=WHENS,
)
FEES = st.builds(Fees, special=_few(SPECIALS), waiver=st.just(Waiver()) | WAIVERS)
OFFERS = st.builds(
    OfferRule, resolutions=WAYS, bonus_bp=st.integers(0, 5000), when=WHENS
)
LIMITS = st.builds(
    Limit,
    days=DAYS,
    returns=st.none() | st.integers(0, 3),
    worth=AMOUNT,
    says=SAYS,
)
LEVELS = st.builds(
    Level, above=st.integers(0, 5000).map(eur), who=st.sampled_from(["boss", "owner"])
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy of all that the vocabulary has, a part of it at a time."""
    own = draw(ruled())
    is_wide = draw(st.booleans())
    if own.rules and is_wide:
        first, *rest = own.rules
        own = replace(own, rules=(replace(first, when=draw(WHENS)), *rest))
    levels = draw(_few(LEVELS))
    return replace(
        own,
        restocking_bp=draw(st.integers(0, 10_000)),
        return_fee=draw(AMOUNT),
        automatic_below=draw(AMOUNT),
        is_automatic=draw(st.booleans()),
        gift_cards=draw(st.booleans()),
        final_sale=draw(SOME_TAGS),
        refund_shipping=draw(st.booleans()),
        refund_when=draw(st.sampled_from(list(When))),
        goods_when=draw(st.sampled_from(list(When))),
        window=draw(WINDOWS),
        exclusions=draw(_few(EXCLUSIONS)),
        fees=draw(FEES),
        offers=draw(_few(OFFERS)),
        keep=draw(st.builds(Keep, below=AMOUNT, when=WHENS)),
        block=draw(LISTED),
        allow=draw(st.builds(Listed, tags=TAGGED)),
        limits=draw(_few(LIMITS)),
        levels=tuple(sorted(levels, key=lambda one: -one.above.minor)),
        fallback=draw(st.sampled_from([Resolution.REFUND, Resolution.STORE_CREDIT])),
        credit_days=draw(st.none() | DAYS),
        expiry_days=draw(st.none() | DAYS),
        standard_delivery=draw(AMOUNT),
        deliveries=draw(DELIVERIES),
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
