"""The worked cases of tests/golden/money_cases.json: one test each, by kind.

The file says of itself what its fields mean. Every field of a case must be used by
its test: what is written there and not read fails.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.woocommerce import translate
from connector import policy
from connector.errors import Refused
from connector.law.late import lateness
from connector.model import Customer, Kind
from connector.money import Money
from connector.settlement import (
    Extras,
    Own,
    Units,
    as_paid,
    bonus,
    claw_back,
    difference,
    inclusive_tax,
    settle,
    unbundle,
)
from connector.states import Decision
from connector.store import connect, filing, orders, shops
from tests.adapters.woocommerce import golden
from tests.connector.settling import (
    balanced,
    line_in,
    order_in,
    paid,
)
from tests.connector.shapes import NOON, a_line, an_order
from tests.connector.told import (
    CASES,
    DATA,
    FILE,
    Told,
    expect,
    extras_of,
    the_order,
    told,
    units_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def a_settlement(case: Told) -> None:
    order = the_order(case)
    own: list[Own] = []
    amounts = []
    for number, one in enumerate(case["returns"]):
        extras = extras_of(one, order.currency)
        settled = settle(order, units_of(one), extras, own)
        assert settled == settle(order, units_of(one), extras, own)
        expect(settled, one["want"])
        own.append(paid(order, number, settled))
        amounts.append(settled.amount.minor)
    if case.get("closes"):
        assert sum(amounts) == order.captured.minor
    if case.get("wrong"):
        assert amounts[0] != case["wrong"][0]


def a_discount(case: Told) -> None:
    order, want = the_order(case), case["want"]
    lines = as_paid(order)
    off = [
        (before.gross - after.gross).minor
        for before, after in zip(order.lines, lines, strict=True)
    ]
    assert off == want["discounts"]
    assert [line.gross.minor for line in lines] == want["lines"]
    rates = [one.get("rate_ppm") for one in case["lines"]]
    taxes = [
        inclusive_tax(line.gross, rate).minor
        for line, rate in zip(lines, rates, strict=True)
        if rate
    ]
    assert taxes == want.get("taxes", [])


def an_allocation(case: Told) -> None:
    shares = Money(case["amount"], case["currency"]).allocate(case["weights"])
    found = [one.minor for one in shares]
    assert found == case["want"] != case["wrong"]
    assert sum(found) == case["amount"]


def a_parse(case: Told) -> None:
    money, exact = Money.read(case["text"], case["currency"])
    assert (money.minor, exact) == (case["want"], case["exact"])
    assert money.minor not in case["wrong"]


def a_woo_order(case: Told) -> None:
    data = golden.body("order-guest")
    line = data["line_items"][0] | {
        "total": case["line_total"],
        "total_tax": case["line_tax"],
        "taxes": [{"id": 1, "total": case["line_tax"], "subtotal": ""}],
    }
    changed = {"line_items": [line], "shipping_lines": [], "total": case["total"]}
    order = translate.order(data | changed, [], {})
    assert order.currency == case["currency"]
    settled = settle(order, [Units(line_ref=order.lines[0].ref, quantity=1)], Extras())
    balanced(settled)
    want = case["want"]
    assert settled.ask == ()
    assert (settled.amount.minor, settled.tax.minor) == (want["amount"], want["tax"])


def a_policy(case: Told) -> None:
    for claim in case["claims"]:
        # Where no law gives a right to withdraw the policy's own fees are all there is;
        # a claim of the law needs a law.
        home = "CH" if claim["claim"] == Kind.VOLUNTARY else "DE"
        order = replace(the_order(case), customer=Customer(country=home))
        gift = "true" if claim.get("gift_cards") else "false"
        rules = policy.load(
            f'currency = "{order.currency}"\n'
            f"[final_sale]\ngift_cards_return = {gift}\n"
            f'[fees]\nrestocking_percent = "{claim.get("restocking_percent", "0")}"\n'
            '[[reasons]]\ncode = "*"\n'
        )
        asked = tuple(
            policy.Wanted(line_ref=line.ref, quantity=line.quantity, reason="other")
            for line in order.lines
        )
        case_ = policy.Case(kind=Kind(claim["claim"]), asked_at=NOON, lines=asked)
        verdict = policy.judge(rules, order, case_)
        want = claim["want"]
        said = {one.line_ref: one.decision.value for one in verdict.lines}
        assert said == want["decisions"].all()
        units = [
            Units(
                line_ref=one.line_ref,
                quantity=wish.quantity,
                restocking_bp=one.restocking_bp,
            )
            for one, wish in zip(verdict.lines, asked, strict=True)
            if one.decision is not Decision.DECLINED
        ]
        expect(settle(order, units, Extras()), want)


def a_bundle(case: Told) -> None:
    order, want = the_order(case), case["want"]
    prices = [Money(one, order.currency) for one in case["list_prices"]]
    named = [(f"part{i}", price) for i, price in enumerate(prices)]
    parts = unbundle(order.lines[0], named)
    assert [one.gross.minor for one in parts] == want["parts"]
    opened = order_in(order.currency, list(parts))
    back = [Units(line_ref=f"part{case['part']}", quantity=1)]
    settled = settle(opened, back, Extras())
    balanced(settled)
    assert settled.ask == ()
    assert settled.amount.minor == want["amount"]


def a_promotion(case: Told) -> None:
    order = the_order(case)
    settled = settle(order, [Units(line_ref=case["line"], quantity=1)], Extras())
    balanced(settled)
    assert settled.ask == ()
    assert settled.amount.minor == case["want"]["proportional"]
    goods, back = order.captured, Money.zero(order.currency)
    for step in case["claw_back"]:
        due = claw_back(goods, back, Money(step["kept"], order.currency))
        assert due.minor == step["want"]
        back += due
    if case.get("closes"):
        assert back == goods


def an_exchange(case: Told) -> None:
    credit = Money(case["credit"], case["currency"])
    found = [
        difference(credit, Money(price, case["currency"]), case.get("discount_bp", 0))
        for price in case["prices"]
    ]
    assert [one.minor for one in found] == case["want"]


def a_bonus(case: Told) -> None:
    credit, want = (
        bonus(Money(case["value"], case["currency"]), case["bonus_bp"]),
        case["want"],
    )
    assert credit.bonus.minor == want["bonus"]
    assert credit.worth.minor == want["worth"]
    assert credit.value.minor == want["reversed"]


def a_lateness(case: Told) -> None:
    due = Money(case["due"], case["currency"])
    found = [lateness(due, days, case["legal_rate_bp"]).minor for days in case["days"]]
    assert found == case["want"]


RUNNERS: dict[str, Callable[[Told], None]] = {
    "settle": a_settlement,
    "discount": a_discount,
    "allocate": an_allocation,
    "parse": a_parse,
    "woo": a_woo_order,
    "policy": a_policy,
    "bundle": a_bundle,
    "promotion": a_promotion,
    "exchange": an_exchange,
    "bonus": a_bonus,
    "lateness": a_lateness,
}
ELSEWHERE = {"filing", "any_split"}  # they need a store, or many tries: below


def test_every_case_is_there_and_every_kind_is_described() -> None:
    ids = [f"S{i:02}" for i in range(1, 16)] + [f"H{i:02}" for i in range(1, 27)]
    assert list(CASES) == ids
    kinds = {case["kind"] for case in CASES.values()}
    assert kinds == set(RUNNERS) | ELSEWHERE == set(DATA["about"]["kinds"])


def test_the_figures_of_the_docs_are_those_of_the_file() -> None:
    text = (FILE.parents[2] / "docs" / "money.md").read_text("utf-8")
    assert set(re.findall(r"\b[SH]\d\d\b", text)) <= set(CASES)
    rows = dict(re.findall(r"^\| ([SH]\d\d) \|.*\| (.*) \|$", text, re.MULTILINE))
    shown = {name for name in rows if CASES[name]["kind"] == "settle"}
    assert shown
    for name in shown - {"H13", "H19"}:  # they are told in parts, not as a sum
        for one in CASES[name]["returns"]:
            amounts = [
                one["want"].get("amount", 0),
                *one["want"].get("fees", {}).values(),
            ]
            assert any(Money(x, "EUR").decimal in rows[name] for x in amounts), name


def test_every_rule_has_a_case() -> None:
    named = {rule for case in CASES.values() for rule in case["rules"]}
    assert {f"R{i}" for i in range(1, 15)} <= named


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case["kind"] in RUNNERS]
)
def test_a_worked_case_comes_out_to_the_minor_unit(name: str) -> None:
    case = told(name)
    RUNNERS[case["kind"]](case)
    assert list(case.left()) == []


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case["kind"] == "settle"]
)
def test_a_case_with_another_figure_would_fail(name: str) -> None:
    raw = json.loads(json.dumps(CASES[name]))
    raw["returns"][-1]["want"]["amount"] += 1
    with pytest.raises(AssertionError):
        a_settlement(Told(raw, name))


def test_h23_units_in_a_live_return_cannot_be_asked_again(address: str) -> None:
    case = told("H23")
    assert (case["kind"], case["currency"]) == ("filing", "EUR")
    db = connect(address)
    shops.put(db, "boots", "woocommerce", "https://boots.example", NOON)
    orders.keep(db, "boots", an_order(a_line("a", 3000, case["bought"])))

    def ask(name: str, quantity: int) -> None:
        filing.add(
            db,
            return_id=name,
            shop="boots",
            order=orders.get(db, "boots", "29"),
            kind=Kind.VOLUNTARY,
            filed_by="portal",
            language="en",
            wishes=[filing.Wish(line_ref="a", quantity=quantity, reason="other")],
            now=NOON,
        )

    ask("first", case["live"])
    with pytest.raises(Refused, match=f"left={case['want']}"):
        ask("second", case["asked"])
    ask("second", case["want"])
    with pytest.raises(Refused, match="left=0"):
        ask("third", 1)
    db.close()
    assert list(case.left()) == []


def test_h26_names_a_property_and_all_its_bounds() -> None:
    case = told("H26")
    assert (case["kind"], case["currency"]) == ("any_split", "EUR")
    assert (case["units_from"], case["units_to"]) == (1, 40)
    assert case["paid_upto"] > 0
    assert case["most_apart"] == 1
    assert list(case.left()) == []


@given(data=st.data())
def test_h26_any_split_in_any_order_sums_to_what_was_paid(data: st.DataObject) -> None:
    case = CASES["H26"]
    gross = data.draw(st.integers(0, case["paid_upto"]))
    quantity = data.draw(st.integers(case["units_from"], case["units_to"]))
    order = order_in(
        case["currency"], [line_in(case["currency"], "a", gross, quantity)]
    )
    single: list[int] = []
    own: list[Own] = []
    left = quantity
    while left:
        count = data.draw(st.integers(1, left))
        settled = settle(order, [Units(line_ref="a", quantity=count)], Extras(), own)
        balanced(settled)
        own.append(paid(order, left, settled))
        left -= count
        if count == 1:
            single.append(settled.amount.minor)
    assert sum(one.request.amount.minor for one in own) == gross
    assert not single or max(single) - min(single) <= case["most_apart"]
