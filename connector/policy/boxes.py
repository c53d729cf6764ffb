"""What conditions allow, as sets: exact for each fact, facts taken as independent.

Really they are not all independent (a price is no more than the total): a box may
allow what no order can be. So "never holds" and "implies" are sure, and "overlap" is
not. Reason, its group and its fault are one choice, and so exact together; a group of
customers is its tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model import Fault
from connector.policy.facts import FACTS
from connector.policy.vocabulary import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.policy.vocabulary import Clause, Policy

END = 10**18  # further than any amount, count or day


@dataclass(frozen=True, slots=True)
class Some:
    """One word out of `words`, or, with `but`, any other."""

    words: frozenset[str | int]
    but: bool = False

    def meet(self, other: Some) -> Some:
        """Return what both allow."""
        if self.but and other.but:
            return Some(self.words | other.words, but=True)
        if self.but:
            return Some(other.words - self.words)
        return Some(self.words - other.words if other.but else self.words & other.words)

    def within(self, other: Some) -> bool:
        """Say whether the other allows all that this does."""
        if self.but:
            return other.but and other.words <= self.words
        return not self.words & other.words if other.but else self.words <= other.words

    @property
    def is_empty(self) -> bool:
        """Whether nothing is allowed."""
        return not self.but and not self.words


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers in any of some spans, both ends in; sorted, and apart."""

    spans: tuple[tuple[int, int], ...]

    def meet(self, other: Range) -> Range:
        """Return what both allow."""
        found = [
            (max(a, c), min(b, d))
            for a, b in self.spans
            for c, d in other.spans
            if max(a, c) <= min(b, d)
        ]
        return Range(tuple(sorted(found)))

    def within(self, other: Range) -> bool:
        """Say whether the other allows all that this does."""
        return all(
            any(c <= a and b <= d for c, d in other.spans) for a, b in self.spans
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is allowed."""
        return not self.spans


@dataclass(frozen=True, slots=True)
class Bag:
    """Sets of words: one at least of each of `any_of`, and none of `none_of`."""

    any_of: frozenset[frozenset[str]]
    none_of: frozenset[str]

    def meet(self, other: Bag) -> Bag:
        """Return what both allow."""
        return Bag(self.any_of | other.any_of, self.none_of | other.none_of)

    def within(self, other: Bag) -> bool:
        """Say whether the other allows all that this does; this must not be empty."""
        left = [wanted - self.none_of for wanted in self.any_of]
        return other.none_of <= self.none_of and all(
            any(mine <= wanted for mine in left) for wanted in other.any_of
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is allowed."""
        return any(not wanted - self.none_of for wanted in self.any_of)


Allowed = Some | Range | Bag
EVERY = Range(((-END, END),))


@dataclass(frozen=True, slots=True)
class Box:
    """What a conjunction of conditions allows, by fact; a fact not there is free."""

    facts: Mapping[str, Allowed] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it can never hold."""
        return any(one.is_empty for one in self.facts.values())

    def implies(self, other: Box) -> bool:
        """Say whether the other holds wherever this does."""
        if self.is_empty:
            return True
        return all(
            fact in self.facts and _within(self.facts[fact], allowed)
            for fact, allowed in other.facts.items()
        )

    def overlaps(self, other: Box) -> bool:
        """Say whether, as far as can be told, both can hold at once."""
        if self.is_empty or other.is_empty:
            return False
        shared = self.facts.keys() & other.facts.keys()
        return not any(
            _meet(self.facts[fact], other.facts[fact]).is_empty for fact in shared
        )


def box(policy: Policy, when: Sequence[Clause]) -> Box:
    """Return what conditions of a policy allow."""
    found: dict[str, Allowed] = {}
    for one in when:
        fact, allowed = _allowed(policy, one)
        found[fact] = _meet(found[fact], allowed) if fact in found else allowed
    return Box(found)


def _meet(one: Allowed, other: Allowed) -> Allowed:
    match one, other:
        case Some(), Some():
            return one.meet(other)
        case Range(), Range():
            return one.meet(other)
        case Bag(), Bag():
            return one.meet(other)
    msg = f"{one} and {other} are of two kinds"
    raise TypeError(msg)


def _within(one: Allowed, other: Allowed) -> bool:
    match one, other:
        case Some(), Some():
            return one.within(other)
        case Range(), Range():
            return one.within(other)
        case Bag(), Bag():
            return one.within(other)
    return False


def _allowed(policy: Policy, clause: Clause) -> tuple[str, Allowed]:
    """Return which fact a clause is about in the end, and what it allows of it."""
    fact = FACTS[clause.fact]
    if fact.kind in ("number", "amount", "date"):
        return fact.name, _range(clause, fact.least)
    if fact.kind == "words":
        return _bag(policy, clause)
    if fact.kind == "flag":
        return fact.name, Some(frozenset(clause.values))
    chosen = _some(clause)
    if fact.name in ("reason", "reason_group", "fault"):
        return "reason", _reasons(policy, fact.name, chosen)
    if fact.words:
        chosen = Some(frozenset(fact.words)).meet(chosen)
    return fact.name, chosen


def _some(clause: Clause) -> Some:
    return Some(frozenset(clause.values), but=clause.operator in ("is_not", "not_in"))


def _reasons(policy: Policy, name: str, chosen: Some) -> Some:
    """Return the reasons of the policy that have such a code, group or fault."""
    every = {
        one.code: {
            "reason": one.code,
            "reason_group": one.group,
            "fault": one.fault.value,
        }
        for one in policy.reasons
    }
    if ANY not in every:  # one that the policy does not know
        unknown = {"reason": "", "reason_group": "", "fault": Fault.CUSTOMER.value}
        every[""] = unknown
    return Some(
        frozenset(
            code
            for code, has in every.items()
            if Some(frozenset({has[name]})).within(chosen)
        )
    )


def _range(clause: Clause, least: int | None) -> Range:
    a, b = int(clause.values[0]), int(clause.values[-1])
    spans = {
        "is": ((a, a),),
        "on": ((a, a),),
        "is_not": ((-END, a - 1), (a + 1, END)),
        "above": ((a + 1, END),),
        "after": ((a + 1, END),),
        "below": ((-END, a - 1),),
        "before": ((-END, a - 1),),
        "at_least": ((a, END),),
        "at_most": ((-END, a),),
        "between": ((a, b),),
    }[clause.operator]
    floor = -END if least is None else least
    return Range(spans).meet(Range(((floor, END),)))


def _bag(policy: Policy, clause: Clause) -> tuple[str, Bag]:
    """Return what is allowed of a set of words; groups of customers become tags."""
    names = [str(one) for one in clause.values]
    fact, parts = clause.fact, [frozenset({name}) for name in names]
    if fact == "customer_group":
        tags = {one.name: one.tags for one in policy.customer_groups}
        fact = "customer_tag"
        parts = [tags.get(name, frozenset()) for name in names]
    every = frozenset[str]().union(*parts)
    if clause.operator == "contains":
        return fact, Bag(frozenset({every}), frozenset())
    if clause.operator == "contains_all":
        return fact, Bag(frozenset(parts), frozenset())
    return fact, Bag(frozenset(), every)
