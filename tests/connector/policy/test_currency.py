"""What a policy's amounts, and its countries, make of an order from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector import policy
from connector.model import Customer, Kind, Order, Parcel
from connector.policy import Case, Verdict, Wanted
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order

BARE = 'currency = "USD"\n[[reasons]]\ncode = "x"\n'
RULE = '[[rules]]\nname = "a"\n'


def judged(text: str, order: Order, days: int = 1) -> Verdict:
    wanted = Wanted(line_ref="a", quantity=1, reason="x")
    asked = NOON + timedelta(days=days)
    case = Case(kind=Kind.VOLUNTARY, asked_at=asked, lines=(wanted,))
    return policy.judge(policy.load(text), order, case)


def delivered(country: str = "") -> Order:
    parcel = Parcel(ref="p", units=(("a", 3),), delivered_at=NOON)
    customer = Customer(country=country)
    order = an_order(a_line("a", 3000, 3))
    return replace(order, parcels=(parcel,), customer=customer)


@pytest.mark.parametrize(
    "text",
    [
        '[fees]\nreturn_shipping = "4.90"',
        '[[fees.special]]\nreturn_shipping = "4.90"',
        RULE + 'then = { return_shipping = "4.90" }',
        '[keep]\nbelow = "8.00"',
        '[fees]\nrestocking_percent = "10"\n[fees.waived]\norder_above = "0"',
        '[fees.waived]\nwhen = { total = { above = "3" } }',
        '[[fees.special]]\nrestocking_percent = "1"\nwhen={ price = { above = "3" } }',
        '[refund]\nstandard_delivery = "4.90"',
        '[refund.standard_delivery]\nFR = "4.90"',
        '[approve]\nautomatic_below = "500"',
    ],
)
def test_amounts_in_another_currency_are_a_person_s(text: str) -> None:
    (line,) = judged(BARE + text, delivered()).lines
    assert line.decision is Decision.NEEDS_PERSON
    assert line.trace[-1].rule == "currency"
    same = judged(BARE.replace("USD", "EUR") + text, delivered()).lines[0]
    assert same.decision is Decision.APPROVED


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ('[fees]\nreturn_shipping = "4.90"', "fees"),
        ('[[fees.special]]\nname = "x"\nreturn_shipping = "4.90"', "fees.special x"),
        (RULE + 'then = { return_shipping = "4.90" }', "rules a"),
    ],
)
def test_a_fee_in_another_currency_is_named_and_not_taken(text: str, by: str) -> None:
    verdict = judged(BARE + text, delivered())
    (told,) = [one for one in verdict.lines[0].trace if one.rule == "return_shipping"]
    assert (told.says, told.code) == ("note", "way_back_currency")
    assert told.facts == (("amount", "4.90 USD"), ("set_by", by))
    assert verdict.return_fee is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[fees]\nrestocking_percent = "10"\nreturn_shipping = "0"',
        '[[fees.special]]\nreturn_shipping = "0.00"',
        RULE + 'then = { return_shipping = "0" }',
    ],
)
def test_what_is_no_amount_holds_in_every_currency(text: str) -> None:
    (line,) = judged(BARE + text, delivered()).lines
    assert line.decision is Decision.APPROVED


def test_orders_worth_more_than_nothing_may_be_let_off() -> None:
    text = '[fees]\nrestocking_percent = "10"\n[fees.waived]\norder_above = "0"'
    (line,) = judged(BARE.replace("USD", "EUR") + text, delivered()).lines
    assert line.restocking_bp == 0


@pytest.mark.parametrize("country", ["CH", "ch"])
def test_a_country_s_window_holds_however_the_shop_writes_it(country: str) -> None:
    text = BARE + "[window]\ndays = 30\n[window.countries]\nCH = 14"
    (line,) = judged(text, delivered(country), days=20).lines
    assert line.decision is Decision.DECLINED
    facts = dict(line.trace[0].facts)
    assert facts["days"] == "14"
