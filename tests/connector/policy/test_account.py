"""The trace accounts for the money: each sum, who set it, and what was looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bench import policy as bench
from connector import policy
from connector.model import Customer, Kind, Parcel, Resolution
from connector.policy import Case, Past, Wanted
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from connector.model import Answer, Order
    from connector.policy import Verdict

HEAD = """currency = "EUR"
[[reasons]]
code = "small"
[[reasons]]
code = "worn"
restocking_percent = "7"
[[reasons]]
code = "broken"
fault = "merchant"
"""
QUESTION = """[[questions]]
code = "tags"
[[questions.answers]]
code = "no"
says = "fee"
restocking_percent = "20"
why = "Without its tags it is worth less."
"""
CREDIT = Resolution.STORE_CREDIT


def order() -> Order:
    line = replace(
        a_line("a", 3000, 3), tags=("Sale",), categories=("shoes",), sku="s1"
    )
    other = a_line("b", 2000, 1)
    parcel = Parcel(ref="p", units=(("a", 3), ("b", 1)), delivered_at=NOON)
    return replace(an_order(line, other, shipping=490), parcels=(parcel,))


def judge(
    text: str,
    *more: Wanted,
    kind: Kind = Kind.VOLUNTARY,
    country: str = "",
    **one: Any,
) -> Verdict:
    fields: dict[str, Any] = {"line_ref": "a", "quantity": 1, "reason": "small"}
    lines = (Wanted(**(fields | one)), *more)
    past = (Past(asked_at=NOON, worth=eur(900)),)
    at = NOON + timedelta(days=20)  # the law's period is over
    case = Case(kind=kind, asked_at=at, lines=lines, past=past)
    bought = replace(order(), customer=Customer(country=country))
    return policy.judge(policy.load(HEAD + text), bought, case)


def said(verdict: Verdict, rule: str, line: int = 0) -> Answer:
    (found,) = [one for one in verdict.lines[line].trace if one.rule == rule]
    return found


def facts(verdict: Verdict, rule: str, line: int = 0) -> dict[str, str]:
    return dict(said(verdict, rule, line).facts)


SPECIAL = """[fees]
[[fees.special]]
name = "abroad"
when = { quantity = 1 }
restocking_percent = "30"
return_shipping = "9.90"
"""
RULE = """[[rules]]
name = "heavy"
when = { category = "shoes" }
then = { restocking_percent = "25", return_shipping = "39.00" }
"""


@pytest.mark.parametrize(
    ("text", "asked", "percent", "set_by"),
    [
        ('[fees]\nrestocking_percent = "5"\n', {}, "5", "fees"),
        ("", {"reason": "worn"}, "7", "reasons worn"),
        (SPECIAL, {}, "30", "fees.special abroad"),
        (QUESTION, {"answers": (("tags", "no"),)}, "20", "questions tags:no"),
        (RULE, {}, "25", "rules heavy"),
    ],
)
def test_a_restocking_fee_names_who_set_it(
    text: str, asked: dict[str, Any], percent: str, set_by: str
) -> None:
    verdict = judge(text, **asked)
    found = facts(verdict, "restocking")
    assert (found["percent"], found["set_by"]) == (percent, set_by)
    assert verdict.lines[0].restocking_bp == int(percent) * 100


def test_the_fee_of_an_answer_is_said_in_its_own_words() -> None:
    fee = said(judge(QUESTION, answers=(("tags", "no"),)), "restocking")
    assert fee.why == "Without its tags it is worth less."


@pytest.mark.parametrize(
    ("text", "amount", "set_by"),
    [
        ('[fees]\nreturn_shipping = "4.90"\n', "4.90 EUR", "fees"),
        (SPECIAL, "9.90 EUR", "fees.special abroad"),
        (RULE, "39.00 EUR", "rules heavy"),
    ],
)
def test_the_way_back_has_an_answer_that_names_who_set_it(
    text: str, amount: str, set_by: str
) -> None:
    verdict = judge(text)
    found = facts(verdict, "return_shipping")
    assert (found["amount"], found["set_by"]) == (amount, set_by)
    assert str(verdict.return_fee) == amount


def test_a_special_fee_says_what_its_conditions_looked_at() -> None:
    assert facts(judge(SPECIAL), "restocking")["quantity"] == "1"
    assert facts(judge(SPECIAL), "return_shipping")["quantity"] == "1"


def test_of_several_lines_the_way_back_is_told_as_it_is_charged() -> None:
    text = '[fees]\nreturn_shipping = "9.00"\n' + RULE
    other = Wanted(line_ref="b", quantity=1, reason="small")
    verdict = judge(text, other)
    assert str(verdict.return_fee) == "9.00 EUR"
    first, second = (said(verdict, "return_shipping", n) for n in (0, 1))
    assert (first.code, second.code) == ("way_back_least", "way_back")
    assert dict(first.facts)["own"] == "39.00 EUR"
    free = judge(text, replace(other, reason="broken"))
    assert free.return_fee is None
    assert said(free, "return_shipping").code == "way_back_free"


def test_of_a_withdrawal_the_way_back_is_the_told_customer_s_alone() -> None:
    text = '[fees]\nreturn_shipping = "4.90"\n'
    fee = said(judge(text, kind=Kind.WITHDRAWAL), "return_shipping")
    assert fee.code == "way_back_told"


@pytest.mark.parametrize(
    ("waiver", "asked", "why"),
    [
        ('reasons = ["small"]', {}, ("reason", "small")),
        ('order_above = "20.00"', {}, ("order_above", "20.00 EUR")),
        ("when = { quantity = 1 }", {}, ("quantity", "1")),
    ],
)
def test_a_waiver_says_why(
    waiver: str, asked: dict[str, Any], why: tuple[str, str]
) -> None:
    text = f'[fees]\nrestocking_percent = "10"\n[fees.waived]\n{waiver}\n'
    note = said(judge(text, **asked), "fees")
    assert why in note.facts
    assert note.code == "waived"


def test_a_bonus_names_its_offer_and_a_rule_s_its_rule() -> None:
    offer = (
        '[[offers]]\nname = "loyal"\nresolutions = ["store_credit"]\n'
        'bonus_percent = "10"\nwhen = { quantity = 1 }\n'
    )
    found = facts(judge(offer, resolution=CREDIT), "bonus")
    assert found == {"percent": "10", "set_by": "offers loyal", "quantity": "1"}
    rule = '[[rules]]\nname = "more"\nthen = { bonus_percent = "15" }\n'
    found = facts(judge(offer + rule, resolution=CREDIT), "bonus")
    assert found == {"percent": "15", "set_by": "rules more"}


def test_a_rule_says_what_it_did_and_not_what_a_higher_one_took() -> None:
    assert facts(judge(RULE), "rule:heavy")["does"] == (
        "restocking_percent 25, return_shipping 39.00 EUR"
    )
    higher = (
        '[[rules]]\nname = "kind"\npriority = 1\nthen = { return_shipping = "1.00" }\n'
    )
    verdict = judge(RULE + higher)
    assert facts(verdict, "rule:heavy")["does"] == "restocking_percent 25"
    assert facts(verdict, "rule:kind")["does"] == "return_shipping 1.00 EUR"


def test_the_moment_of_the_money_is_told_with_who_set_it() -> None:
    plain = judge('[refund]\nwhen = "shipped"\n')
    assert facts(plain, "moment") == {"when": "shipped", "set_by": "refund"}
    rule = '[[rules]]\nname = "slow"\nthen = { refund_when = "inspected" }\n'
    late = judge(rule)
    assert facts(late, "moment") == {"when": "inspected", "set_by": "rules slow"}
    assert late.refund_when == "inspected"
    swap = judge(
        '[[offers]]\nresolutions = ["exchange"]\n', resolution=Resolution.EXCHANGE
    )
    assert said(swap, "moment").code == "sent_received"
    by_law = judge("", kind=Kind.WITHDRAWAL)
    assert said(by_law, "moment").code == "paid_received_law"
    credit = judge('[[offers]]\nresolutions = ["store_credit"]\n', resolution=CREDIT)
    assert said(credit, "moment").why == (
        "The credit is given once the goods have arrived."
    )


def test_a_line_whose_goods_stay_tells_of_no_fee_and_waits_for_nothing() -> None:
    text = '[keep]\nbelow = "90.00"\n[fees]\nreturn_shipping = "4.90"\n'
    (line,) = judge(text).lines
    assert {"return_shipping", "moment"}.isdisjoint(one.rule for one in line.trace)
    assert dict(line.trace[-1].facts)["worth"] == "10.00 EUR"


def test_the_outbound_shipping_is_told_with_who_gives_it() -> None:
    assert facts(judge("[refund]\nshipping = true\n"), "shipping")["set_by"] == "refund"
    rule = '[[rules]]\nname = "all"\nthen = { refund_shipping = true }\n'
    assert facts(judge(rule), "shipping")["set_by"] == "rules all"
    part = said(judge("", kind=Kind.WITHDRAWAL), "shipping")
    assert (part.code, dict(part.facts)["part_delivery"]) == (
        "shipping_part",
        "pro_rata",
    )
    assert "shipping" not in [one.rule for one in judge("").lines[0].trace]


def test_the_limit_of_the_shipping_is_told_with_the_country_that_sets_it() -> None:
    table = '[refund.standard_delivery]\nFR = "4.90"\ndefault = "9.90"\n'
    part = judge(table, kind=Kind.WITHDRAWAL, country="DE")
    assert "no more than 9.90 EUR" in said(part, "shipping").why
    assert facts(part, "shipping") == {
        "set_by": "law",
        "part_delivery": "pro_rata",
        "limit": "9.90 EUR",
        "limit_set_by": "refund.standard_delivery default",
    }


def test_windows_and_exclusions_say_what_they_looked_at() -> None:
    special = '[[windows]]\nname = "w"\nwhen = { quantity = 1 }\ndays = 60\n'
    assert facts(judge(special), "window")["quantity"] == "1"
    for how, found in (
        ('tags = ["sale"]', ("tag", "sale")),
        ('categories = ["Shoes"]', ("category", "shoes")),
        ('skus = ["s1"]', ("sku", "s1")),
        ('when = { worth = { above = "1.00" } }', ("worth", "10.00 EUR")),
    ):
        text = f'[[exclude]]\nname = "e"\nwhy = "No."\n{how}\n'
        assert found in said(judge(text), "exclusion").facts


def test_a_limit_by_value_says_the_value() -> None:
    found = facts(judge('[[limits]]\ndays = 30\nvalue = "15.00"\n'), "limit")
    assert (found["value"], found["most_value"]) == ("19.00 EUR", "15.00 EUR")


def test_a_clash_names_every_rule_what_each_says_and_what_they_looked_at() -> None:
    rules = "".join(
        f'[[rules]]\nname = "{name}"\nwhen = {{ {when} }}\n'
        f'then = {{ restocking_percent = "{percent}" }}\n'
        for name, when, percent in (
            ("a", "quantity = 1", 5),
            ("b", 'category = "shoes"', 6),
            ("c", 'tag = "sale"', 7),
        )
    )
    clash = said(judge(rules), "clash")
    found = dict(clash.facts)
    assert clash.why == ("Rules of equal priority say different things: “a”, “b”, “c”.")
    assert [found[f"rule {x}"] for x in "abc"] == [
        f"restocking_percent {n}" for n in (5, 6, 7)
    ]
    looked = (found["quantity"], found["category"], found["tag"])
    assert looked == ("1", "shoes", "sale")


def test_money_is_never_what_decided_a_line() -> None:
    (line,) = judge('[final_sale]\ntags = ["sale"]\n', kind=Kind.FAULTY).lines
    spoke = policy.deciding(line.trace, line.decision)
    assert spoke is not None
    assert spoke.rule == "final_sale"


def test_a_decision_that_costs_too_much_ends_the_bench_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "MOST", 0.0)
    monkeypatch.setattr(bench, "LINES", 40)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code not in (0, None)
