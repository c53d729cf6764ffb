"""Who must approve, as the policy says it: its rules, amounts, and who suffices."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector import policy
from connector.model import Kind
from connector.money import Money
from connector.policy import Case, LineVerdict, Wanted, levels
from connector.policy.vocabulary import Level
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order, eur

NAMES = ("clerk", "manager", "director", "jeweller")
SOME = st.lists(
    st.builds(Level, above=st.integers(0, 900).map(eur), who=st.sampled_from(NAMES)),
    max_size=5,
).map(tuple)
WHO = st.lists(st.sampled_from(NAMES), max_size=3).map(tuple)
SHOP = (
    Level(above=eur(5000), who="director"),
    Level(above=eur(500), who="manager"),
)
RULES = """
currency = "EUR"
[[reasons]]
code = "*"
[[approve.levels]]
above = "5.00"
who = "manager"
[[approve.levels]]
above = "50.00"
who = "director"
"""
RULE = """
[[rules]]
name = "{name}"
when = {{ currency = "EUR" }}
then = {{ {then} }}
why = "so"
"""


def line_of(gross: int, *rules: str) -> LineVerdict:
    """Judge one line of so many cents by the policy, with these rules of its own."""
    own = (RULE.format(name=f"r{n}", then=then) for n, then in enumerate(rules))
    wanted = Wanted(line_ref="a", quantity=1, reason="x")
    case = Case(kind=Kind.VOLUNTARY, asked_at=NOON, lines=(wanted,))
    order = an_order(a_line("a", gross))
    return policy.judge(policy.load(RULES + "".join(own)), order, case).lines[0]


def test_the_amount_names_the_highest_level_that_it_is_more_than() -> None:
    for gross, who in ((500, ()), (501, ("manager",)), (5001, ("director",))):
        line = line_of(gross)
        assert (line.approvers, levels.named(line.trace)) == (who, who)
        assert (line.decision is Decision.APPROVED) == (not who)


def test_a_rule_and_an_amount_both_name_who_approves() -> None:
    line = line_of(501, 'approver = "jeweller", decide = "approve"')
    assert line.approvers == levels.named(line.trace) == ("jeweller", "manager")
    assert line.decision is Decision.NEEDS_PERSON
    higher = line_of(501, 'approver = "director"')
    assert higher.approvers == ("director", "manager")
    assert levels.least(SHOP, higher.approvers) == ("director",)


def test_where_rules_clash_over_who_approves_each_of_them_must() -> None:
    thens = ('approver = "jeweller"', 'approver = "owner"', 'approver = "jeweller"')
    line = line_of(100, *thens, 'approver = "clerk"')
    assert line.decision is Decision.NEEDS_PERSON
    assert line.approvers == levels.named(line.trace) == ("jeweller", "owner", "clerk")


def test_a_clash_over_the_only_thing_that_rules_say_is_a_person_s() -> None:
    line = line_of(100, 'decide = "approve"', 'decide = "ask"')
    assert line.decision is Decision.NEEDS_PERSON
    assert [one.rule for one in line.trace if one.says == "ask"] == ["clash"]


def test_a_higher_amount_s_level_may_what_a_lower_one_may() -> None:
    assert levels.suffices(SHOP, "manager") == ("manager", "director")
    assert levels.suffices(SHOP, "director") == ("director",)
    assert levels.suffices(SHOP, "jeweller") == ("jeweller",)


def test_a_name_at_several_amounts_is_as_high_as_the_highest() -> None:
    twice = (*SHOP, Level(above=eur(9000), who="manager"))
    assert levels.suffices(twice, "manager") == ("manager",)
    assert levels.suffices(twice, "director") == ("director", "manager")


def test_what_cannot_be_compared_is_the_highest_level_s() -> None:
    for worth in (None, Money(1, "USD")):
        assert levels.above(SHOP, worth) == SHOP[0]
        assert levels.above(tuple(reversed(SHOP)), worth) == SHOP[0]
    assert levels.above((), None) is None


@given(SOME, WHO, WHO)
def test_what_is_left_out_is_met_by_whoever_meets_the_rest(
    known: tuple[Level, ...], names: tuple[str, ...], held: tuple[str, ...]
) -> None:
    least = levels.least(known, names)
    assert set(least) <= set(names)
    assert bool(levels.missing(known, names, held)) == bool(
        levels.missing(known, least, held)
    )


@given(SOME, st.integers(0, 1000), st.sampled_from(NAMES))
def test_nobody_approves_more_than_the_highest_of_his_amounts_lets_him(
    known: tuple[Level, ...], minor: int, who: str
) -> None:
    level = levels.above(known, eur(minor))
    if level and who in levels.suffices(known, level.who):
        mine = [one.above.minor for one in known if one.who == who]
        assert max(mine) >= level.above.minor


ONCE = st.lists(
    st.builds(Level, above=st.integers(0, 900).map(eur), who=st.sampled_from(NAMES)),
    unique_by=lambda one: one.who,
).map(tuple)


@given(ONCE, st.integers(0, 1000), st.sampled_from(NAMES))
def test_whoever_may_approve_an_amount_may_approve_less(
    known: tuple[Level, ...], minor: int, who: str
) -> None:
    def may(worth: int) -> bool:
        level = levels.above(known, eur(worth))
        return level is None or who in levels.suffices(known, level.who)

    if may(minor):
        assert all(may(less) for less in range(0, minor, 50))


@given(SOME, st.integers(0, 1000))
def test_nobody_is_asked_where_no_level_is_exceeded(
    known: tuple[Level, ...], minor: int
) -> None:
    level = levels.above(known, eur(minor))
    exceeded = [one.above.minor for one in known if minor > one.above.minor]
    assert (level.above.minor if level else None) == max(exceeded, default=None)
