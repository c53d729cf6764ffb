"""What the policy makes of returns; the table reads as documentation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import policy
from connector.model import Customer, Kind, Order, OrderStatus, Parcel
from connector.policy import Case, Verdict, Wanted, When
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order, eur

RULES = policy.load("""
currency = "EUR"
[window]
days = 30
grace_days = 5
[window.countries]
CH = 10
[[exclude]]
why = "Underwear cannot be returned."
categories = ["Underwear"]
[final_sale]
tags = ["final-sale"]
[[reasons]]
code = "changed-my-mind"
[[reasons]]
code = "too-small"
restocking_percent = "0"
[[reasons]]
code = "defective"
fault = "merchant"
needs_photo = true
[[reasons]]
code = "damaged"
fault = "carrier"
needs_person = true
[approve]
automatic_below = "100.00"
[fees]
restocking_percent = "10"
return_shipping = "4.90"
""")
LINE = a_line("a", 3000, 3)
ARRIVED = NOON + timedelta(days=3)


def order(**changes: Any) -> Order:
    parcel = Parcel(ref="p", units=(("a", 3),), delivered_at=ARRIVED)
    return replace(an_order(LINE), parcels=(parcel,), **changes)


def judge(
    given: Order, kind: Kind = Kind.VOLUNTARY, days: float = 20, **wanted: Any
) -> Verdict:
    fields: dict[str, Any] = {
        "line_ref": "a",
        "quantity": 1,
        "reason": "changed-my-mind",
    }
    asked = Wanted(**(fields | wanted))
    case = Case(kind=kind, asked_at=ARRIVED + timedelta(days=days), lines=(asked,))
    return policy.judge(RULES, given, case)


def line(**changes: Any) -> Order:
    return replace(order(), lines=(replace(LINE, **changes),))


UNKNOWN_ARRIVAL = replace(order(), parcels=())
SWISS = replace(order(), customer=Customer(country="CH"))
YES, NO, ASK = Decision.APPROVED, Decision.DECLINED, Decision.NEEDS_PERSON


@pytest.mark.parametrize(
    ("given", "asked", "expected", "rule"),
    [
        (order(), {}, YES, "window"),
        (order(), {"days": 30}, YES, "window"),
        (order(), {"days": 30.4}, YES, "window"),  # to the end of the day
        (order(), {"days": 31}, NO, "window"),
        (SWISS, {"days": 11}, NO, "window"),
        (UNKNOWN_ARRIVAL, {"days": 31}, YES, "window"),  # 30 + 5 from purchase
        (UNKNOWN_ARRIVAL, {"days": 33}, NO, "window"),
        (line(categories=("underwear",)), {}, NO, "exclusion"),
        (line(tags=("Final-Sale",)), {}, NO, "final_sale"),
        (line(is_gift_card=True), {}, NO, "gift_card"),
        (line(refunded_units=3), {}, NO, "units_left"),
        (order(status=OrderStatus.UNPAID), {}, NO, "order_status"),
        (order(status=OrderStatus.REFUNDED), {}, NO, "order_status"),
        (order(status=OrderStatus.UNKNOWN), {}, ASK, "order_status"),
        (order(status=OrderStatus.CANCELLED), {}, ASK, "order_status"),
        (order(), {"reason": "aliens"}, ASK, "reason"),
        (order(), {"reason": "defective"}, ASK, "photo"),
        (order(), {"reason": "defective", "has_photo": True}, YES, "window"),
        (order(), {"reason": "damaged"}, ASK, "person"),
        (order(), {"line_ref": "z"}, ASK, "line"),
        (line(gross=eur(30000)), {}, ASK, "automatic_below"),
        (order(), {"kind": Kind.WITHDRAWAL, "days": 14}, YES, "withdrawal"),
        (order(), {"kind": Kind.WITHDRAWAL, "days": 16}, ASK, "withdrawal"),
        (line(tags=("final-sale",)), {"kind": Kind.FAULTY}, YES, "final_sale"),
        (order(), {"kind": Kind.FAULTY, "days": 400}, YES, "claim"),
        (order(), {"kind": Kind.CARRIER_DAMAGE, "days": 400}, YES, "claim"),
    ],
)
def test_the_policy_says(
    given: Order, asked: dict[str, Any], expected: Decision, rule: str
) -> None:
    (said,) = judge(given, **asked).lines
    assert said.decision is expected
    assert rule in [answer.rule for answer in said.trace]
    assert all(answer.why.endswith(".") for answer in said.trace)


def test_fees_fall_on_the_customer_s_own_wish_alone() -> None:
    def fees(verdict: Verdict) -> tuple[int, int]:
        fee = verdict.return_fee
        return verdict.lines[0].restocking_bp, fee.minor if fee else 0

    assert fees(judge(order())) == (1000, 490)
    assert fees(judge(order(), reason="too-small")) == (0, 490)
    assert fees(judge(order(), reason="defective", has_photo=True)) == (0, 0)
    assert fees(judge(order(), Kind.WITHDRAWAL)) == (0, 490)
    assert fees(judge(order(), Kind.FAULTY)) == (0, 0)


def test_a_claim_on_the_whole_order_gives_its_shipping_back() -> None:
    assert judge(order(), Kind.WITHDRAWAL, quantity=3).refund_shipping
    assert not judge(order(), Kind.WITHDRAWAL, quantity=1).refund_shipping
    assert not judge(order(), quantity=3).refund_shipping


@pytest.mark.parametrize("gives", ["true", "false"])
def test_what_a_rule_says_of_a_declined_line_is_said_of_no_other(gives: str) -> None:
    rules = policy.load(f"""
currency = "EUR"
[final_sale]
tags = ["final-sale"]
[refund]
shipping = {"false" if gives == "true" else "true"}
[[reasons]]
code = "*"
[[rules]]
name = "watches"
when = {{ tag = "final-sale" }}
then = {{ refund_when = "inspected", refund_shipping = {gives} }}
""")
    watch = replace(a_line("b", 1000), tags=("final-sale",))
    sold = replace(an_order(LINE, watch), parcels=order().parcels)
    lines = tuple(Wanted(line_ref=ref, quantity=1, reason="x") for ref in ("a", "b"))
    asked = ARRIVED + timedelta(days=20)
    case = Case(kind=Kind.VOLUNTARY, asked_at=asked, lines=lines)
    found = policy.judge(rules, sold, case)
    assert [one.decision for one in found.lines] == [
        Decision.APPROVED,
        Decision.DECLINED,
    ]
    assert found.refund_when is When.RECEIVED
    assert found.refund_shipping is (gives == "false")


def test_another_currency_than_the_limit_s_is_a_question() -> None:
    lines = (replace(LINE, gross=replace(LINE.gross, currency="USD")),)
    (said,) = judge(replace(order(), currency="USD", lines=lines)).lines
    assert said.decision is ASK


@given(
    kind=st.sampled_from(list(Kind)),
    days=st.integers(-5, 5000),
    quantity=st.integers(1, 9),
    reason=st.sampled_from(["changed-my-mind", "defective", "damaged", "?"]),
    status=st.sampled_from(list(OrderStatus)),
    tags=st.sampled_from([(), ("final-sale",)]),
)
def test_a_verdict_is_always_given_and_the_law_is_never_declined(
    kind: Kind,
    days: int,
    quantity: int,
    reason: str,
    status: OrderStatus,
    tags: tuple[str, ...],
) -> None:
    given_order = replace(line(tags=tags), status=status)
    verdict = judge(given_order, kind, days, quantity=quantity, reason=reason)
    assert verdict == judge(given_order, kind, days, quantity=quantity, reason=reason)
    (said,) = verdict.lines
    assert said.trace
    if kind in (Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE):
        assert said.decision is not NO
        assert said.restocking_bp == 0


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
def test_a_wider_window_declines_nothing_more(
    days: int, narrow: int, more: int
) -> None:
    def says(window: int) -> Decision:
        rules = replace(RULES, window=replace(RULES.window, days=window))
        asked = Wanted(line_ref="a", quantity=1, reason="too-small")
        at = ARRIVED + timedelta(days=days)
        case = Case(kind=Kind.VOLUNTARY, asked_at=at, lines=(asked,))
        return policy.judge(rules, order(), case).lines[0].decision

    assert says(narrow) is not YES or says(narrow + more) is YES


@pytest.mark.parametrize("kind", [Kind.FAULTY, Kind.WITHDRAWAL])
def test_the_rest_of_an_order_brings_the_delivery_however_it_went_back_before(
    kind: Kind,
) -> None:
    """As money, which the shop counts; or as credit, which our books alone know."""
    given = order(status=OrderStatus.OPEN)

    def gives(shop: int, books: int) -> bool:
        line = replace(LINE, refunded_units=shop)
        rest = Wanted(line_ref="a", quantity=1, reason="defective", has_photo=True)
        asked = Case(
            kind=kind, asked_at=ARRIVED, lines=(rest,), gone=(("a", books), ("z", 9))
        )
        found = policy.judge(RULES, replace(given, lines=(line,)), asked)
        return found.refund_shipping

    assert gives(shop=2, books=0)
    assert gives(shop=0, books=2)
    assert gives(shop=1, books=2)
    assert not gives(shop=1, books=1)  # the shop's refund is in our books too


@pytest.mark.parametrize(
    ("more", "decided"),
    [
        ("", YES),
        ("[approve]\nautomatic = false\n", ASK),
        ('[approve]\nautomatic_below = "10.00"\n', ASK),
        ('[[rules]]\nname = "r"\nthen = { approver = "boss" }\n', ASK),
        ('[[rules]]\nname = "r"\nwhy = "w"\nthen = { decide = "ask" }\n', ASK),
    ],
)
def test_the_manual_s_word_on_trusted_customers_is_true(
    more: str, decided: Decision
) -> None:
    """Nothing of the list above holds them up; who approves still does."""
    if "approver" in more:
        more += '[[approve.levels]]\nabove = "9000.00"\nwho = "boss"\n'
    rules = policy.load(
        'currency = "EUR"\n[[reasons]]\ncode = "small"\nphotos = 3\n'
        'needs_person = true\n[allow]\ntags = ["vip"]\n'
        "[[limits]]\ndays = 9\nreturns = 0\n" + more
    )
    asked = Wanted(line_ref="a", quantity=1, reason="small")
    case = Case(
        kind=Kind.VOLUNTARY, asked_at=ARRIVED, lines=(asked,), customer_tags=("vip",)
    )
    (said,) = policy.judge(rules, order(), case).lines
    assert said.decision is decided
