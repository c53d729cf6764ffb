"""What is said to be in vain is held against every case of a small world."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from connector import policy
from connector.model import Customer, Kind
from connector.policy import Case, Wanted
from connector.policy.analysis import analyse
from connector.policy.boxes import box
from connector.policy.compiled import program
from connector.policy.own import own
from connector.policy.seen import Seen, whole
from tests.connector.policy import drawn
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order
    from connector.policy import Policy
    from connector.policy.own import Said

ROOT = Path(__file__).parents[3]
BARE = 'currency = "EUR"\n[[reasons]]\ncode = "x"\n'


def subsets(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [x for n in range(len(words) + 1) for x in combinations(words, n)]


@cache
def world() -> list[tuple[Order, Case]]:
    """Every order and case that the drawn conditions can tell apart, or nearly."""
    found = []
    for country, tags, mine, reason, quantity, paid in product(
        (*drawn.COUNTRIES, "XX"),
        subsets(drawn.TAGS),
        subsets(("vip", "gold")),
        (*drawn.REASONS, "aliens"),
        (1, 4),
        (0, 1200, 4001),
    ):
        line = replace(a_line("a", paid, 5), tags=tags)
        customer = Customer(country=country, tags=mine)
        order = replace(an_order(line), customer=customer)
        wanted = Wanted(line_ref="a", quantity=quantity, reason=reason)
        case = Case(kind=Kind.VOLUNTARY, asked_at=NOON, lines=(wanted,))
        found.append((order, case))
    return found


def every_case(rules: Policy) -> Iterator[tuple[tuple[bool, ...], Said]]:
    made = program(rules)
    for order, case in world():
        seen = Seen(whole(rules, order, case), case.lines[0], order.lines[0])
        holds = made.holds(seen)
        yield holds.rules, own(seen, holds, made)


@settings(deadline=None, max_examples=40)
@given(drawn.ruled(most=4))
def test_what_is_said_to_be_in_vain_is_in_vain(rules: Policy) -> None:
    found = analyse(rules)
    dead = {one.names[0] for one in found if one.kind == "unreachable"}
    pairs = {frozenset(one.names) for one in found if one.kind == "clash"}
    boxes = [box(rules, one.when) for one in rules.rules]
    for holds, said in every_case(rules):
        assert not dead & {rule.name for rule in said.by.values()}
        for one in said.clashes:
            facts = dict(one.facts)
            assert frozenset((facts["one"], facts["other"])) in pairs
        for place, does in enumerate(holds):
            assert not (does and boxes[place].is_empty)
            for other, too in enumerate(holds):
                if does and boxes[place].implies(boxes[other]):
                    assert too
                if does and too:
                    assert boxes[place].overlaps(boxes[other])


def test_the_example_has_nothing_to_mend() -> None:
    text = (ROOT / "policy.example.toml").read_text()
    assert analyse(policy.load(text)) == []


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (
            (
                '[[rules]]\nname = "a"\nwhen = { price = { above = "3", below = "2" }}'
                '\nthen = { decide = "approve" }'
            ),
            "never",
            6,
        ),
        (
            (
                '[[rules]]\nname = "a"\npriority = 1\nwhen = { country = "FR" }\n'
                'then = { decide = "approve" }\n[[rules]]\nname = "b"\n'
                'when = { country = "FR", tag = "x" }\nthen = { decide = "approve" }'
            ),
            "unreachable",
            9,
        ),
        (
            (
                '[[rules]]\nname = "a"\nwhen = { country = "FR" }\n'
                'then = { restocking_percent = "3" }\n[[rules]]\nname = "b"\n'
                'when = { tag = "x" }\nthen = { waive_fees = true }'
            ),
            "clash",
            8,
        ),
        (
            '[[windows]]\ndays = 30\n[[windows]]\nwhen = { tag = "x" }\ndays = 40',
            "unreachable",
            6,
        ),
    ],
)
def test_it_is_found_at_its_line(text: str, kind: str, line: int) -> None:
    (found,) = analyse(policy.load(BARE + text), BARE + text)
    assert (found.kind, found.line) == (kind, line)


def test_rules_of_different_reasons_and_groups_never_meet() -> None:
    text = BARE + (
        '[[reasons]]\ncode = "y"\nfault = "merchant"\n'
        '[[rules]]\nname = "a"\nwhen = { reason = "x" }\nthen = { photos = 1 }\n'
        '[[rules]]\nname = "b"\nwhen = { fault = "merchant" }\nthen = { photos = 2 }'
    )
    assert analyse(policy.load(text)) == []
