"""Photos are asked for exactly where the judge misses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from connector import policy
from connector.model import Customer, Kind, Order, Parcel
from connector.policy import Case, Policy, Wanted
from connector.states import Decision
from tests.connector.policy import drawn
from tests.connector.shapes import NOON, a_line, an_order

RULES = """
currency = "EUR"
[allow]
tags = ["staff"]
[[reasons]]
code = "worn"
photos = 2
[[reasons]]
code = "too-small"
"""
WATCHES = """
[[rules]]
name = "watches"
when = { tag = "watch" }
then = { photos = 3 }
why = { en = "Watches are photographed.", de = "Uhren werden fotografiert." }
"""
ORDER = replace(
    an_order(replace(a_line("a", 3000, 3), tags=("watch",)), a_line("b", 1000)),
    parcels=(Parcel(ref="p", units=(("a", 3), ("b", 1)), delivered_at=NOON),),
)


def wanted(
    rules: str, order: Order = ORDER, days: int = 3, **changes: Kind | str
) -> list[int]:
    kind = changes.get("kind", Kind.VOLUNTARY)
    reason = str(changes.get("reason", "worn"))
    lines = tuple(Wanted(line_ref=x, quantity=1, reason=reason) for x in ("a", "b"))
    case = Case(kind=Kind(kind), asked_at=NOON + timedelta(days=days), lines=lines)
    found = policy.photos_wanted(policy.load(rules), order, case)
    return [one.count if one else 0 for one in found]


def test_a_reason_wants_photos_and_a_rule_says_how_many_instead() -> None:
    assert wanted(RULES) == [2, 2]
    assert wanted(RULES, reason="too-small") == [0, 0]
    assert wanted(RULES + WATCHES) == [3, 2]
    assert wanted(RULES + WATCHES, reason="too-small") == [3, 0]


def test_the_merchant_s_own_words_say_why() -> None:
    lines = (Wanted(line_ref="a", quantity=1, reason="too-small"),)
    case = Case(kind=Kind.VOLUNTARY, asked_at=NOON, lines=lines)
    (found,) = policy.photos_wanted(policy.load(RULES + WATCHES), ORDER, case)
    assert found
    assert policy.spoken(found.why, "de") == "Uhren werden fotografiert."


def test_a_withdrawal_never_needs_a_photo() -> None:
    assert wanted(RULES + WATCHES, kind=Kind.WITHDRAWAL) == [0, 0]


def test_nothing_is_wanted_of_a_trusted_customer() -> None:
    order = replace(ORDER, customer=Customer(tags=("staff",)))
    assert wanted(RULES + WATCHES, order) == [0, 0]


def test_nothing_is_wanted_for_what_is_declined_all_the_same() -> None:
    assert wanted(RULES, days=31) == [0, 0]
    late = '[[rules]]\nname = "late"\nwhen = { tag = "watch" }\n'
    late += 'then = { decide = "approve" }\npriority = 1\n'
    assert wanted(RULES + late) == [0, 2]


def test_what_is_declined_for_want_of_photos_alone_is_asked_for_them() -> None:
    strict = '[[rules]]\nname = "proof"\nwhen = { reason = "worn", photos = 0 }\n'
    strict += 'then = { decide = "decline" }\nwhy = "Show us."\n'
    assert wanted(RULES + strict) == [2, 2]


@given(drawn.policies(), drawn.orders(), drawn.cases())
def test_photos_are_wanted_where_the_judge_misses_them(
    rules: Policy, order: Order, case: Case
) -> None:
    order = drawn.in_its_currency(order)
    found = policy.photos_wanted(rules, order, case)
    verdict = policy.judge(rules, order, case)
    assert len(found) == len(case.lines)
    for line, want, said in zip(case.lines, found, verdict.lines, strict=True):
        missed = [one for one in said.trace if one.rule == "photo"]
        if want:
            assert case.kind is not Kind.WITHDRAWAL
            assert bool(missed) == (line.photo_count < want.count)
            assert not missed or said.decision is not Decision.APPROVED


@pytest.mark.parametrize("kind", [one for one in Kind if one is not Kind.WITHDRAWAL])
def test_every_other_kind_may_need_photos(kind: Kind) -> None:
    assert wanted(RULES, kind=kind) == [2, 2]
