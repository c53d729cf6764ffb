"""What an exclusion is to a claim of the law: nothing; with its letter a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector import policy
from connector.model import Customer, Kind, Parcel
from connector.policy import Case, LineVerdict, Wanted
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order

HEAD = """
currency = "EUR"
[[reasons]]
code = "whim"
[[reasons]]
code = "bad"
fault = "merchant"
[[exclude]]
why = "It stays."
tags = ["kept"]
"""


def judged(kind: Kind, letter: str, country: str = "FR") -> LineVerdict:
    order = replace(
        an_order(replace(a_line("a", 9000), tags=("kept",))),
        customer=Customer(country=country),
        parcels=(Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),),
    )
    reason = "bad" if kind in (Kind.FAULTY, Kind.CARRIER_DAMAGE) else "whim"
    wanted = (Wanted(line_ref="a", quantity=1, reason=reason),)
    case = Case(kind=kind, asked_at=NOON + timedelta(days=2), lines=wanted)
    rules = policy.load(HEAD + (f'article = "{letter}"\n' if letter else ""))
    return policy.judge(rules, order, case).lines[0]


def spoke(said: LineVerdict) -> list[str]:
    return [one.says for one in said.trace if one.rule == "exclusion"]


@pytest.mark.parametrize("kind", [Kind.FAULTY, Kind.CARRIER_DAMAGE])
@pytest.mark.parametrize("letter", ["", "c", "e"])
def test_20_no_exclusion_touches_a_fault(kind: Kind, letter: str) -> None:
    """The exceptions of article 16 are those of the right to withdraw alone."""
    said = judged(kind, letter)
    assert (said.decision, spoke(said)) == (Decision.APPROVED, [])


@pytest.mark.parametrize(
    ("letter", "decision", "says"),
    [
        ("", Decision.APPROVED, []),  # "sale item" is no letter of the law
        ("c", Decision.NEEDS_PERSON, ["ask"]),
        ("e", Decision.NEEDS_PERSON, ["ask"]),
    ],
)
@pytest.mark.parametrize("country", ["FR", "DE", "ES", "GB"])
def test_20_only_a_letter_of_the_law_asks_of_a_withdrawal(
    letter: str, decision: Decision, says: list[str], country: str
) -> None:
    said = judged(Kind.WITHDRAWAL, letter, country)
    assert (said.decision, spoke(said)) == (decision, says)
