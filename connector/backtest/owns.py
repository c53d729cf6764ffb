"""The merchant's own rules as SQL: the highest priority speaks, equals may clash."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from connector.backtest.sql import both, case, either, no
from connector.policy.compiled import effects

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.backtest.clauses import Text
    from connector.backtest.sql import Arm
    from connector.policy import Policy

Tier = list[tuple[str, Any]]  # (test, value) of the rules of one priority


class Own:
    """What the rules of a policy say of each action."""

    def __init__(self, policy: Policy, text: Text) -> None:
        self._tiers: dict[str, list[Tier]] = {}
        by_rank = sorted(policy.rules, key=lambda one: -one.priority)
        for rule in by_rank:
            test = text.all_hold(rule.when)
            for action, value in effects(rule):
                tiers = self._tiers.setdefault(action, [])
                is_new = self._last.get(action) != rule.priority
                if is_new:
                    tiers.append([])
                    self._last[action] = rule.priority
                tiers[-1].append((test, value))

    @cached_property
    def _last(self) -> dict[str, int]:
        return {}

    def chosen(self, action: str) -> list[tuple[str, Any]]:
        """Return (test, value) pairs that exclude one another; a clash is in none."""
        found: list[tuple[str, Any]] = []
        higher: list[str] = []
        for tier in self._tiers.get(action, []):
            free = [no(one) for one in higher]
            earlier: list[str] = []
            for test, value in tier:
                others = [no(one) for one, said in tier if said != value]
                before = [no(one) for one in earlier]
                found.append((both((*free, *others, *before, test)), value))
                earlier.append(test)
            higher += [test for test, _ in tier]
        return found

    def speaks(self, action: str) -> str:
        """Say that some rule has a word on this, and no other of its rank another."""
        return either(test for test, _ in self.chosen(action))

    def says(self, action: str, value: object) -> str:
        """Say that the rules say just this."""
        return either(test for test, said in self.chosen(action) if said == value)

    def each(self, action: str, write: Callable[[Any], str]) -> list[Arm]:
        """Return what the rules may say, and where they say it, as arms of a CASE."""
        return [(test, write(said)) for test, said in self.chosen(action)]

    def value(self, action: str, write: Callable[[Any], str]) -> str:
        """Write what the rules say, NULL where they say nothing or clash."""
        return case(*self.each(action, write))

    @cached_property
    def clashes(self) -> str:
        """Say that two rules of one priority, the highest, say different things."""
        found = []
        for action, tiers in self._tiers.items():
            del action
            higher: list[str] = []
            for tier in tiers:
                free = [no(one) for one in higher]
                for (one, said), (other, differs) in combinations(tier, 2):
                    if said != differs:
                        found.append(both((*free, one, other)))
                higher += [test for test, _ in tier]
        return either(found)
