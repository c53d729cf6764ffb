"""The property tests draw the whole vocabulary: what is never drawn is never tested."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import HealthCheck, Phase, given, settings

from connector.model import Resolution
from connector.policy import Policy, When
from connector.policy.compiled import conditions, effects
from connector.policy.facts import FACTS
from connector.policy.vocabulary import Rule, Then
from tests.connector.policy import drawn
from tests.connector.shapes import eur

# The same of every drawn policy, and what is no table of the file.
FIXED = {"currency", "digest", "memo", "customer_groups", "reason_groups", "reasons"}
FIXED |= {"questions", "methods", "sold_to", "switches"}


def test_every_table_fact_and_action_is_drawn() -> None:
    tables: set[str] = set()
    facts: set[str] = set()
    actions: set[str] = set()

    @settings(
        max_examples=300,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn.policies())
    def look(rules: Policy) -> None:
        for one in fields(Policy):
            if getattr(rules, one.name) != getattr(drawn.PLAIN, one.name):
                tables.add(one.name)
        for when in (when for part in conditions(rules) for when in part):
            facts.update(one.fact for one in when)
        for rule in rules.rules:
            actions.update(_name(action) for action, _ in effects(rule))

    look()
    assert tables >= {one.name for one in fields(Policy)} - FIXED
    assert facts == set(FACTS)
    assert actions == {_name(action) for action, _ in effects(EVERYTHING)}


def _name(action: str) -> str:
    return action.partition(" ")[0]


EVERYTHING = Rule(
    name="all",
    when=(),
    then=Then(
        decide="ask",
        restocking_bp=1,
        return_fee=eur(1),
        resolution=Resolution.KEEP,
        offer=(Resolution.KEEP,),
        bonus_bp=1,
        photos=1,
        refund_when=When.SHIPPED,
        goods_when=When.SHIPPED,
        refund_shipping=True,
        approver="boss",
    ),
)


def test_a_rule_of_everything_leaves_nothing_of_the_vocabulary_out() -> None:
    plain = Then()
    same = {
        one.name
        for one in fields(Then)
        if getattr(EVERYTHING.then, one.name) == getattr(plain, one.name)
    }
    assert same == {"waive_fees", "withhold"}  # said by the actions of others
