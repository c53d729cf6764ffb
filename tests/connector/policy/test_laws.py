"""What no policy can do, whatever the merchant writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import policy
from connector.model import CREDITS, Customer, Kind, Parcel, Resolution
from connector.policy.compiled import program
from connector.policy.own import own
from connector.policy.seen import Seen, whole
from connector.states import Decision
from tests.connector.policy import drawn
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy import Case, Policy

LAW = (Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE)
WHOLE = 10_000
REMEDIES = {Resolution.REFUND, Resolution.REPAIR, Resolution.REPLACEMENT}


@given(drawn.policies(), drawn.orders(), drawn.cases())
def test_any_verdict_is_total_the_same_twice_and_within_bounds(
    rules: Policy, order: Order, case: Case
) -> None:
    order = drawn.in_its_currency(order)
    verdict = policy.judge(rules, order, case)
    assert verdict == policy.judge(rules, order, case)
    assert [one.line_ref for one in verdict.lines] == [x.line_ref for x in case.lines]
    for one in verdict.lines:
        assert one.trace
        assert all(answer.why and answer.rule for answer in one.trace)
        assert 0 <= one.restocking_bp <= WHOLE
        assert 0 <= one.bonus_bp <= WHOLE
        assert one.bonus_bp == 0 or one.resolution in CREDITS
        assert all(0 <= x.bonus_bp <= WHOLE for x in one.offers)
    fee = verdict.return_fee
    assert fee is None or (fee.minor > 0 and fee.currency == order.currency)


@given(drawn.policies(), drawn.orders(), drawn.cases(LAW))
def test_what_the_law_grants_is_never_declined_and_bears_no_fee(
    rules: Policy, order: Order, case: Case
) -> None:
    verdict = policy.judge(rules, drawn.in_its_currency(order), case)
    for one in verdict.lines:
        assert one.decision is not Decision.DECLINED
        assert one.restocking_bp == 0
    assert case.kind is Kind.WITHDRAWAL or verdict.return_fee is None


@given(drawn.policies(), drawn.orders(), drawn.cases((Kind.WITHDRAWAL,)))
def test_a_withdrawal_is_offered_its_money_and_not_made_to_take_another_way(
    rules: Policy, order: Order, case: Case
) -> None:
    verdict = policy.judge(rules, drawn.in_its_currency(order), case)
    for one, wanted in zip(verdict.lines, case.lines, strict=True):
        if order.line(wanted.line_ref) is not None:
            assert "refund" in [offer.resolution for offer in one.offers]
        assert one.resolution in (wanted.resolution, "refund", "keep")


@given(
    drawn.policies(), drawn.orders(), drawn.cases((Kind.FAULTY, Kind.CARRIER_DAMAGE))
)
def test_a_fault_is_never_made_good_with_credit_that_nobody_asked_for(
    rules: Policy, order: Order, case: Case
) -> None:
    verdict = policy.judge(rules, drawn.in_its_currency(order), case)
    for one, wanted in zip(verdict.lines, case.lines, strict=True):
        assert one.resolution is wanted.resolution or one.resolution not in CREDITS
        if order.line(wanted.line_ref) is None:
            continue
        # Else the only thing offered would pass for what the customer wants.
        assert {offer.resolution for offer in one.offers} & REMEDIES


@given(
    drawn.policies(), drawn.orders(), drawn.cases((Kind.FAULTY, Kind.CARRIER_DAMAGE))
)
def test_no_rule_takes_a_repair_or_replacement_of_a_fault_away(
    rules: Policy, order: Order, case: Case
) -> None:
    verdict = policy.judge(rules, drawn.in_its_currency(order), case)
    for one, wanted in zip(verdict.lines, case.lines, strict=True):
        if wanted.resolution in ("repair", "replacement"):
            assert one.resolution is wanted.resolution


FORCED = """
currency = "EUR"
[[reasons]]
code = "bad"
fault = "merchant"
[[offers]]
resolutions = ["refund", "repair", "replacement"]
[[rules]]
name = "instead"
when = {{ quantity = 1 }}
then = {{ resolution = "{}" }}
"""


@pytest.mark.parametrize(
    ("kind", "wanted", "forced", "asks"),
    [
        (Kind.FAULTY, "repair", "refund", "fault_choice"),
        (Kind.FAULTY, "repair", "replacement", "fault_choice"),
        (Kind.CARRIER_DAMAGE, "replacement", "keep", "fault_choice"),
        (Kind.FAULTY, "refund", "gift_card", "fault_money"),
        (Kind.WITHDRAWAL, "refund", "store_credit", "withdrawal_money"),
        (Kind.WITHDRAWAL, "refund", "exchange", "withdrawal_money"),
        (Kind.FAULTY, "refund", "repair", ""),  # no choice of his is taken away
    ],
)
def test_13_37_what_a_rule_forces_upon_a_claim_of_the_law_a_person_sees(
    kind: Kind, wanted: str, forced: str, asks: str
) -> None:
    order = replace(
        an_order(a_line("a", 3000)),
        customer=Customer(country="FR"),
        parcels=(Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),),
    )
    one = policy.Wanted(
        line_ref="a", quantity=1, reason="bad", resolution=Resolution(wanted)
    )
    case = policy.Case(kind=kind, asked_at=NOON, lines=(one,))
    (said,) = policy.judge(policy.load(FORCED.format(forced)), order, case).lines
    asked = [x.code for x in said.trace if x.says == "ask"]
    assert asked == ([asks] if asks else [])
    assert said.resolution == (wanted if asks else forced)


@given(drawn.policies(), drawn.orders(), drawn.cases())
def test_no_rule_approves_what_is_not_there(
    rules: Policy, order: Order, case: Case
) -> None:
    verdict = policy.judge(rules, drawn.in_its_currency(order), case)
    for one, wanted in zip(verdict.lines, case.lines, strict=True):
        line = order.line(wanted.line_ref)
        left = line.quantity - line.refunded_units if line else 0
        if wanted.quantity > left or order.status in ("unpaid", "refunded"):
            assert one.decision is not Decision.APPROVED


@given(drawn.ruled(), drawn.orders(), drawn.cases((Kind.VOLUNTARY,)))
def test_two_rules_that_clash_are_asked_about_with_both_names(
    rules: Policy, order: Order, case: Case
) -> None:
    order = drawn.in_its_currency(order)
    verdict = policy.judge(rules, order, case)
    for one, wanted in zip(verdict.lines, case.lines, strict=True):
        line = order.line(wanted.line_ref)
        if line is None:
            continue
        seen = Seen(whole(rules, order, case), wanted, line)
        made = program(rules)
        clashes = own(seen, made.holds(seen), made).clashes
        for said in clashes:
            assert said in one.trace
            facts = dict(said.facts)
            assert facts["one"] != facts["other"]
        if clashes:
            assert one.decision is not Decision.APPROVED


@given(st.integers(0, 16), drawn.ruled())
def test_a_withdrawal_in_time_is_approved_unless_a_rule_asks(
    days: int, rules: Policy
) -> None:
    order = an_order(a_line("a", 3000))
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="small")
    at = NOON + timedelta(days=days)
    case = policy.Case(kind=Kind.WITHDRAWAL, asked_at=at, lines=(wanted,))
    (one,) = policy.judge(rules, order, case).lines
    asks = [answer.rule for answer in one.trace if answer.says == "ask"]
    assert "withdrawal" not in asks
    assert (one.decision is Decision.APPROVED) == (not asks)


# Delivered, where to, and the last moment there: docs/law.md, statements 1, 3, 4, 8.
LAST = [
    ("FR", date(2026, 3, 7), "2026-03-23T23:59:59+01:00"),  # past a weekend
    ("DE", date(2026, 12, 23), "2027-01-07T23:59:59+01:00"),  # Bavaria's Epiphany
    ("NL", date(2026, 4, 21), "2026-05-06T23:59:59+02:00"),  # 5 May
    ("GP", date(2026, 6, 30), "2026-07-15T23:59:59-04:00"),  # 14 July, its own clock
    ("GB", date(2026, 3, 7), "2026-03-23T23:59:59+00:00"),  # goodwill
]


@pytest.mark.parametrize(("country", "delivered", "last"), LAST)
def test_the_last_moment_is_in_time_and_a_second_later_a_person_looks(
    country: str, delivered: date, last: str
) -> None:
    there = datetime.combine(delivered, time(12), tzinfo=UTC)
    order = replace(
        an_order(a_line("a", 3000)),
        customer=Customer(country=country),
        placed_at=there - timedelta(days=3),
        parcels=(Parcel(ref="p", units=(), delivered_at=there),),
    )
    moment = datetime.fromisoformat(last)
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="")
    case = policy.Case(kind=Kind.WITHDRAWAL, asked_at=moment, lines=(wanted,))
    (one,) = policy.judge(drawn.PLAIN, order, case).lines
    assert one.decision is Decision.APPROVED
    late = replace(case, asked_at=moment + timedelta(seconds=1))
    (one,) = policy.judge(drawn.PLAIN, order, late).lines
    assert one.decision is Decision.NEEDS_PERSON
    assert [x.rule for x in one.trace if x.says == "ask"] == ["withdrawal"]
