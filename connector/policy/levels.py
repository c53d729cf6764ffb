"""Who must approve: what a verdict names, what an amount asks for, who suffices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from connector.model import Answer
    from connector.money import Money
    from connector.policy.vocabulary import Level, Policy

NAMING = frozenset({"approver", "level"})  # the rules whose answer names who approves


def named(trace: Iterable[Answer]) -> tuple[str, ...]:
    """Return who must approve by the trace of a line; empty: anybody may."""
    found = [
        value
        for one in trace
        if one.rule in NAMING
        for name, value in one.facts
        if name == "who"
    ]
    return tuple(dict.fromkeys(found))


def above(levels: Sequence[Level], worth: Money | None) -> Level | None:
    """Return the level that must approve what is worth so much; None: anybody may.

    What cannot be compared (None, or another currency) is the highest level's.
    """
    for level in sorted(levels, key=lambda one: -one.above.minor):
        is_known = worth is not None and worth.currency == level.above.currency
        if worth is None or not is_known or worth.minor > level.above.minor:
            return level
    return None


def suffices(levels: Sequence[Level], name: str) -> tuple[str, ...]:
    """Return as whom somebody may approve what `name` must approve, itself first.

    A level of the same amount or a higher one may; who is no level, only himself. A
    name that stands at several amounts is as high as the highest of them.
    """
    tops = _tops(levels)
    if name not in tops:
        return (name,)
    more = [who for who in tops if who != name and tops[who] >= tops[name]]
    return (name, *sorted(more, key=tops.__getitem__))


def least(levels: Sequence[Level], names: Iterable[str]) -> tuple[str, ...]:
    """Leave out of `names` whom another one of them stands for."""
    tops = _tops(levels)
    kept: list[str] = []
    for name in sorted(dict.fromkeys(names), key=lambda one: -tops.get(one, -1)):
        if not set(suffices(levels, name)) & set(kept):
            kept.append(name)
    return tuple(kept)


def missing(
    levels: Sequence[Level], names: Iterable[str], held: Collection[str]
) -> tuple[str, ...]:
    """Return those of `names` for whom nobody of the levels `held` may stand."""
    return tuple(name for name in names if not set(suffices(levels, name)) & set(held))


def every(policy: Policy) -> frozenset[str]:
    """Return everybody whom a policy may name as an approver."""
    who = [level.who for level in policy.levels]
    who += [rule.then.approver for rule in policy.rules]
    return frozenset(who) - {""}


def _tops(levels: Iterable[Level]) -> dict[str, int]:
    """Return the highest amount of each level, in minor units, by its name."""
    tops: dict[str, int] = {}
    for level in levels:
        tops[level.who] = max(level.above.minor, tops.get(level.who, 0))
    return tops
