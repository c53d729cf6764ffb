"""While the law's period runs, a plain request is as good as a withdrawal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from connector import law, policy
from connector.model import Customer, Kind, Order, OrderStatus, Parcel
from connector.policy import Case, LineVerdict, Wanted
from connector.policy.periods import withdrawal_ends
from connector.states import Decision
from tests.connector.policy import drawn
from tests.connector.shapes import a_line, an_order

if TYPE_CHECKING:
    from connector.policy import Policy

HEAD = """
currency = "EUR"
[window]
days = 14
[final_sale]
tags = ["last"]
[[reasons]]
code = "small"
[[exclude]]
name = "underwear"
why = "Underwear stays."
tags = ["hygiene"]
[[exclude]]
name = "made"
why = "Made for you."
article = "c"
tags = ["made"]
"""
CAME = datetime(2026, 9, 1, 8, tzinfo=UTC)  # a Tuesday
FIFTEENTH = datetime(2026, 9, 15, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def an_order_of(country: str = "DE", came: datetime = CAME, **line: Any) -> Order:
    order = an_order(replace(a_line("a", 10000), **line), a_line("b", 2000))
    parcel = Parcel(ref="p", units=(("a", 1), ("b", 1)), delivered_at=came)
    return replace(order, parcels=(parcel,), customer=Customer(country=country))


def judged(order: Order, at: datetime, more: str = "") -> LineVerdict:
    wanted = (Wanted(line_ref="a", quantity=1, reason="small"),)
    case = Case(kind=Kind.VOLUNTARY, asked_at=at, lines=wanted)
    return policy.judge(policy.load(HEAD + more), order, case).lines[0]


def why(said: LineVerdict) -> dict[str, str]:
    """Return the facts of the answer that names the law's period, {} for none."""
    found = [dict(one.facts) for one in said.trace if one.rule == "withdrawal"]
    assert len(found) <= 1
    return found[0] if found else {}


def test_the_last_day_lasts_to_its_end_where_the_customer_lives() -> None:
    said = judged(an_order_of(), FIFTEENTH)
    assert said.decision is Decision.NEEDS_PERSON
    assert why(said) == {"until": "2026-09-15"}
    assert "no rule of the shop alone declines" in str(said.trace)
    late = datetime(2026, 9, 16, 0, 1, tzinfo=BERLIN)
    assert judged(an_order_of(), late).decision is Decision.DECLINED
    assert judged(an_order_of("CH"), FIFTEENTH).decision is Decision.DECLINED
    assert judged(an_order_of("US"), FIFTEENTH).decision is Decision.DECLINED


def test_a_last_day_that_is_a_saturday_moves_to_the_monday() -> None:
    order = an_order_of(came=datetime(2026, 9, 5, 8, tzinfo=UTC))
    monday = datetime(2026, 9, 21, 23, 59, tzinfo=BERLIN)
    assert why(judged(order, monday)) == {"until": "2026-09-21"}
    after = monday + timedelta(minutes=2)
    assert judged(order, after).decision is Decision.DECLINED


def test_the_last_parcel_of_the_order_counts_not_the_line_s() -> None:
    order = an_order_of()
    parcels = tuple(
        Parcel(ref=ref, units=((ref, 1),), delivered_at=CAME + timedelta(days=days))
        for ref, days in (("a", 0), ("b", 8))
    )
    said = judged(replace(order, parcels=parcels), CAME + timedelta(days=21))
    assert said.decision is Decision.NEEDS_PERSON
    assert why(said) == {"until": "2026-09-23"}


def test_while_a_parcel_is_still_to_come_the_period_has_no_end() -> None:
    order = an_order_of()
    parcels = (*order.parcels, Parcel(ref="q", units=(("b", 1),)))
    said = judged(replace(order, parcels=parcels), CAME + timedelta(days=60))
    assert said.decision is Decision.NEEDS_PERSON
    assert "still to come" in str([one.why for one in said.trace])
    assert "until" not in why(said)


RULE = """
[[rules]]
name = "never"
why = "Never."
when = { quantity = 1 }
then = { decide = "decline" }
"""


@pytest.mark.parametrize(
    ("line", "more", "rule"),
    [
        ({"tags": ("last",)}, "", "final_sale"),
        ({"tags": ("hygiene",)}, "", "exclusion"),
        ({"is_gift_card": True}, "", "gift_card"),
        ({}, RULE, "rule:never"),
    ],
)
def test_no_voluntary_rule_declines_within_the_period(
    line: dict[str, Any], more: str, rule: str
) -> None:
    at = CAME + timedelta(days=3)
    said = judged(an_order_of(**line), at, more)
    assert said.decision is Decision.NEEDS_PERSON
    assert [one.says for one in said.trace if one.rule == rule] == ["ask"]
    assert why(said) == {"until": "2026-09-15"}
    over = judged(an_order_of(**line), CAME + timedelta(days=15), more)
    assert over.decision is Decision.DECLINED
    assert why(over) == {}


def test_a_letter_of_the_law_and_the_order_s_own_facts_decline() -> None:
    at = CAME + timedelta(days=3)
    made = judged(an_order_of(tags=("made",)), at)
    unpaid = judged(replace(an_order_of(), status=OrderStatus.UNPAID), at)
    back = judged(an_order_of(refunded_units=1), at)
    assert {one.decision for one in (made, unpaid, back)} == {Decision.DECLINED}


def test_a_letter_that_needs_a_fact_of_the_very_article_asks() -> None:
    """Goods that are still sealed may be withdrawn from (article 16(e))."""
    sealed = (
        '[[exclude]]\nname = "care"\nwhy = "Not once unsealed."\narticle = "e"\n'
        'tags = ["care"]\n'
    )
    cream = an_order_of(tags=("care",))
    said = judged(cream, CAME + timedelta(days=3), sealed)
    assert said.decision is Decision.NEEDS_PERSON
    assert [one.says for one in said.trace if one.rule == "exclusion"] == ["ask"]
    assert why(said) == {"until": "2026-09-15"}
    late = judged(cream, CAME + timedelta(days=15), sealed)
    assert late.decision is Decision.DECLINED
    both = judged(an_order_of(tags=("care", "made")), CAME, sealed)
    assert both.decision is Decision.DECLINED


FEE = '[fees]\nrestocking_percent = "15"\n'
OWN = """
[[rules]]
name = "dear"
when = { quantity = 1 }
then = { restocking_percent = "25" }
"""


@pytest.mark.parametrize(("fee", "points"), [(FEE, 1500), (OWN, 2500)])
def test_a_restocking_fee_begins_when_the_period_is_over(fee: str, points: int) -> None:
    window = HEAD.replace("days = 14", "days = 30")

    def said(country: str, days: int) -> LineVerdict:
        wanted = (Wanted(line_ref="a", quantity=1, reason="small"),)
        at = CAME + timedelta(days=days)
        case = Case(kind=Kind.VOLUNTARY, asked_at=at, lines=wanted)
        rules = policy.load(window + fee)
        return policy.judge(rules, an_order_of(country), case).lines[0]

    free = said("DE", 3)
    assert (free.decision, free.restocking_bp) == (Decision.APPROVED, 0)
    (told,) = [one for one in free.trace if one.rule == "restocking"]
    assert told.says == "note"
    assert dict(told.facts)["until"] == "2026-09-15"
    assert said("DE", 15).restocking_bp == points
    assert said("US", 3).restocking_bp == points


@given(drawn.policies(), drawn.orders(), drawn.cases((Kind.VOLUNTARY,)))
def test_within_the_period_only_the_law_and_the_order_decline(
    rules: Policy, order: Order, case: Case
) -> None:
    grace = rules.window.grace_days
    last = withdrawal_ends(order, grace, rules.switches)[2]
    country = order.customer.country
    if not law.withdrawal_days(country, rules.switches) or case.asked_at > last:
        return
    for one in policy.judge(rules, order, case).lines:
        assert one.restocking_bp == 0
        refusals = [answer for answer in one.trace if answer.says == "decline"]
        if one.decision is Decision.DECLINED:
            assert any(
                answer.rule in ("order_status", "units_left")
                or dict(answer.facts).get("letter", "e") in "bcdk"
                for answer in refusals
            )
