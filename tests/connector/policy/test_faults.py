"""That goods are faulty can always be said, and no policy makes it a mere wish."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector import policy
from connector.errors import PolicyError
from connector.model import Fault, Kind
from connector.policy import claims
from connector.policy.faults import BUILT_IN
from connector.states import Decision
from tests.connector import shapes

WISH = 'currency = "EUR"\n[[reasons]]\ncode = "too-small"\n'
LATE = shapes.NOON + timedelta(days=61)


def late(rules: policy.Policy, reason: str) -> Decision:
    """Judge one line 61 days after the purchase, as the reason's kind of return."""
    wanted = policy.Wanted(line_ref="a", quantity=1, reason=reason)
    kind = claims.kind_of(rules, reason)
    case = policy.Case(kind=kind, asked_at=LATE, lines=(wanted,))
    order = shapes.an_order(shapes.a_line("a", 1000))
    return policy.judge(rules, order, case).lines[0].decision


@pytest.mark.parametrize("more", ["", '[[reasons]]\ncode = "*"\n'])
def test_a_policy_without_a_reason_for_faults_gets_one(more: str) -> None:
    rules = policy.load(WISH + more)
    added = rules.reasons[-1]
    assert added.fault is Fault.MERCHANT
    assert set(added.labels) >= {"en", "fr", "de", "es"}
    assert claims.kind_of(rules, added.code) is Kind.FAULTY
    assert late(rules, added.code) is Decision.APPROVED
    assert late(rules, "too-small") is Decision.DECLINED
    assert claims.kind_of(rules, "damaged-or-defective") is Kind.FAULTY
    assert any(added.code in one for one in policy.advice(rules))


def test_the_carrier_s_faults_alone_are_not_enough() -> None:
    rules = policy.load(WISH + '[[reasons]]\ncode = "crushed"\nfault = "carrier"\n')
    assert rules.reasons[-1] == BUILT_IN


def test_a_policy_with_its_own_reason_for_faults_keeps_its_reasons() -> None:
    rules = policy.load(WISH + '[[reasons]]\ncode = "worn"\nfault = "merchant"\n')
    assert [one.code for one in rules.reasons] == ["too-small", "worn"]
    assert policy.advice(rules) == []


@pytest.mark.parametrize(
    "reason",
    [
        'code = "defective"',
        'code = "Wrong_Item"',
        'code = "odd"\nshopify = "damaged-or-defective"',
        'code = "odd"\nshopify = "item-not-as-described"',
        'code = "odd"\nshopify = "received-the-wrong-item"',
    ],
)
def test_a_fault_that_is_called_a_wish_is_refused_when_it_comes_into_force(
    reason: str,
) -> None:
    text = f'{WISH}[[reasons]]\n{reason}\nfault = "customer"\n'
    with pytest.raises(PolicyError) as caught:
        policy.load(text, "p.toml")
    line = text.splitlines().index('fault = "customer"') + 1
    assert str(caught.value).startswith(f"p.toml:{line}: [reasons 2.fault] ")
    assert "Code de la consommation L217-3: FR" in str(caught.value)
    assert len(policy.stored(text).reasons) == 3  # one in force is still read
    policy.load(text.replace("customer", "merchant"))
    policy.load(text.replace("customer", "carrier"))


@pytest.mark.parametrize(
    ("then", "told"), [("keep", True), ("exchange", True), ("", False)]
)
def test_the_check_says_that_a_rule_leaves_the_choice_for_a_fault(
    then: str, *, told: bool
) -> None:
    way = f'resolution = "{then}", ' if then else ""
    rules = policy.load(
        'currency = "EUR"\n[[reasons]]\ncode = "worn"\nfault = "merchant"\n'
        '[[rules]]\nname = "own"\nwhen = { fault = "merchant" }\n'
        f"then = {{ {way}refund_shipping = true }}\n"
    )
    said = [one for one in policy.advice(rules) if "customer wants" in one]
    assert bool(said) is told
