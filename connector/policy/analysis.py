"""Find what a policy says in vain: conditions, rules, and rules that clash.

Sure is what is said to be in vain (`connector.policy.boxes` says why); not all that is
in vain is found: a rule is held against each other one, not against several together.
Of a clash it is only sure that a person would be asked if it happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.policy.boxes import Box, box
from connector.policy.compiled import conditions, effects
from connector.policy.vain import Found, vain
from connector.saying import N_, saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.policy.vocabulary import Policy, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A conditional part of the policy: what holds, and what it speaks of."""

    name: str
    line: int
    box: Box
    says: dict[str, Any]
    priority: int = 0


def analyse(policy: Policy, text: str = "") -> list[Found]:
    """Return what there is to mend, in the order of the file: `text`, for the lines."""
    rules = [_rule(policy, one) for one in policy.rules]
    found = [*_never(policy), *_shadowed(rules), *_clashes(rules)]
    for entries in (_windows(policy), _fees(policy), _offers(policy)):
        found += _passed_over(entries)
    found += vain(policy, text)
    return sorted(found, key=lambda one: (one.line, one.kind, one.names))


def _never(policy: Policy) -> Iterator[Found]:
    for part in conditions(policy):
        for when in part:
            facts = box(policy, when).facts
            empty = [name for name, allowed in facts.items() if allowed.is_empty]
            if empty:
                text = N_("these conditions can never hold: %(facts)s")
                says = saying(text, facts=empty)
                line = when[0].line
                yield Found(line=line, kind="never", names=(), says=says)


def _rule(policy: Policy, rule: Rule) -> _Entry:
    return _Entry(
        name=rule.name,
        line=rule.line,
        box=box(policy, rule.when),
        says=dict(effects(rule)),
        priority=rule.priority,
    )


def _shadowed(rules: Sequence[_Entry]) -> Iterator[Found]:
    """Find rules of which another one, of a higher priority, always speaks instead."""
    for one in rules:
        if one.box.is_empty:
            continue
        over = [
            other
            for other in rules
            if other.priority > one.priority and one.box.implies(other.box)
        ]
        lost = {key: x for key in one.says for x in over if key in x.says}
        if lost:
            yield _lost(one, lost)


def _lost(one: _Entry, lost: dict[str, _Entry]) -> Found:
    first = next(iter(lost.values()))
    is_whole = len(lost) == len(one.says)
    text = N_(
        "rule %(rule)s never decides %(actions)s: wherever it holds, rule %(first)s"
        " (line %(line)s) holds too, and its priority is higher"
    )
    if is_whole:
        text = N_(
            "rule %(rule)s never speaks: wherever it holds, rule %(first)s (line"
            " %(line)s) holds too, and its priority is higher"
        )
    says = saying(
        text,
        rule=repr(one.name),
        actions=list(lost),
        first=repr(first.name),
        line=first.line,
    )
    kind = "unreachable" if is_whole else "partly"
    names = (one.name, *dict.fromkeys(x.name for x in lost.values()))
    return Found(line=one.line, kind=kind, names=names, says=says, other=first.line)


def _clashes(rules: Sequence[_Entry]) -> Iterator[Found]:
    """Find rules of one priority that may hold together and say different things."""
    for place, one in enumerate(rules):
        for other in rules[:place]:
            what = [
                key
                for key, value in one.says.items()
                if key in other.says and other.says[key] != value
            ]
            is_even = one.priority == other.priority
            if what and is_even and one.box.overlaps(other.box):
                says = saying(
                    "rules %(first)s (line %(line)s) and %(rule)s have priority"
                    " %(priority)s, may both hold, and differ on %(actions)s; a person"
                    " would be asked",
                    first=repr(other.name),
                    line=other.line,
                    rule=repr(one.name),
                    priority=one.priority,
                    actions=what,
                )
                yield Found(
                    line=one.line,
                    kind="clash",
                    names=(other.name, one.name),
                    says=says,
                    other=other.line,
                )


def _windows(policy: Policy) -> list[_Entry]:
    return [
        _Entry(
            name=one.name,
            line=one.line,
            box=box(policy, one.when),
            says={"window": one},
        )
        for one in policy.window.special
    ]


def _fees(policy: Policy) -> list[_Entry]:
    return [
        _Entry(
            name=one.name,
            line=one.line,
            box=box(policy, one.when),
            says={
                key: value
                for key, value in (
                    ("restocking_percent", one.restocking_bp),
                    ("return_shipping", one.return_fee),
                )
                if value is not None
            },
        )
        for one in policy.fees.special
    ]


def _offers(policy: Policy) -> list[_Entry]:
    return [
        _Entry(
            name=one.name,
            line=one.line,
            box=box(policy, one.when),
            says=dict.fromkeys(one.resolutions, one.bonus_bp),
        )
        for one in policy.offers
    ]


def _passed_over(entries: Sequence[_Entry]) -> Iterator[Found]:
    """Find parts that an earlier one always speaks before."""
    for place, one in enumerate(entries):
        if one.box.is_empty or not one.says:
            continue
        over = [x for x in entries[:place] if one.box.implies(x.box)]
        before = [next((x for x in over if key in x.says), None) for key in one.says]
        first = before[0]
        if first is not None and all(before):
            says = saying(
                "%(name)s never speaks: wherever it holds, %(first)s (line %(line)s)"
                " holds too, and comes first",
                name=repr(one.name),
                first=repr(first.name),
                line=first.line,
            )
            yield Found(
                line=one.line,
                kind="unreachable",
                names=(one.name, first.name),
                says=says,
                other=first.line,
            )
