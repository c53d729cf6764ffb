"""Find what a policy says in vain beside its rules: parts that nothing ever looks at.

Of each it is sure that it changes no verdict, or that of two the first alone speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import Fault, Kind
from connector.policy.boxes import Box, Some, box
from connector.policy.compiled import conditions
from connector.policy.lines import Lines
from connector.policy.reader import nearest
from connector.policy.vocabulary import ANY, Window
from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from connector.policy.lines import Path
    from connector.policy.vocabulary import Clause, Exclusion, Policy, Reason

PLAIN = Window()
# Which kinds of return bear a fee at all: `connector.policy.amends` says so.
WISHED = "restocking_percent"  # nothing but what the customer alone wishes
BEARING = {
    WISHED: (Kind.VOLUNTARY,),
    "return_shipping": (Kind.VOLUNTARY, Kind.WITHDRAWAL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing to mend: never, unreachable, unused, unknown, partly or clash.

    `names` are those of the rules, `other` the line of the second.
    """

    line: int
    kind: str
    names: tuple[str, ...]
    says: Saying
    other: int = 0


def vain(policy: Policy, text: str) -> Iterator[Found]:
    """Find what is in vain; `text` is the policy's own, for the lines."""
    lines = Lines(text)
    yield from _exclusions(policy)
    yield from _windows(policy, lines)
    yield from _unheld(policy)
    yield from _approval(policy, lines)
    yield from _groups(policy, lines)
    yield from _fees(policy)
    yield from _labels(policy.reasons, lines)


def shops(policy: Policy) -> list[Clause]:
    """Return the conditions that name a shop."""
    clauses = [one for part in conditions(policy) for when in part for one in when]
    return [one for one in clauses if one.fact == "shop"]


def unknown_shops(policy: Policy, names: Collection[str]) -> Iterator[Found]:
    """Find conditions that name a shop that is not there; `names` are all there are."""
    for one in shops(policy):
        for name in one.values:
            if name and name not in names:
                near = nearest(str(name), sorted(names))
                text = N_("no shop is called %(name)s%(near)s")
                says = saying(text, name=repr(name), near=near)
                yield _found("unknown", one.line, says, str(name))


def _found(kind: str, line: int, says: Saying, *names: str, other: int = 0) -> Found:
    return Found(line=line, kind=kind, names=names, says=says, other=other)


def _exclusions(policy: Policy) -> Iterator[Found]:
    """Find exclusions of which an earlier one always speaks first."""
    for place, one in enumerate(policy.exclusions):
        for first in policy.exclusions[:place]:
            if _covers(policy, first, one):
                says = saying(
                    "%(name)s never speaks: what it excludes, %(first)s (line %(line)s)"
                    " excludes too, and comes first",
                    name=repr(one.name),
                    first=repr(first.name),
                    line=first.line,
                )
                names = (one.name, first.name)
                yield _found("unreachable", one.line, says, *names, other=first.line)
                break


def _covers(policy: Policy, first: Exclusion, one: Exclusion) -> bool:
    """Say whether all that one excludes, the first does, for withdrawals too."""
    if one.article and not first.article:
        return False
    is_listed = all(
        mine <= its
        for mine, its in (
            (one.products, first.products),
            (one.skus, first.skus),
            (one.tags, first.tags),
            (one.categories, first.categories),
        )
    )
    if not one.when:
        return is_listed
    return is_listed and bool(first.when) and _implies(policy, one.when, first.when)


def _implies(policy: Policy, one: Sequence[Clause], other: Sequence[Clause]) -> bool:
    return box(policy, one).implies(box(policy, other))


def _windows(policy: Policy, lines: Lines) -> Iterator[Found]:
    """Find plain windows before which a special one always speaks."""
    window = policy.window
    for country in window.by_country:
        here = Box({"country": Some(frozenset({country}))})
        yield from _hidden(policy, here, ("window", "countries", country), lines)
    if window.days != PLAIN.days:
        yield from _hidden(policy, Box(), ("window", "days"), lines)


def _unheld(policy: Policy) -> Iterator[Found]:
    """Find windows for claims of the law alone, which no window ever holds."""
    for one in policy.window.special:
        if not box(policy, one.when).is_empty and not reaches(policy, one.when):
            says = saying(
                "window %(name)s never speaks: faults and withdrawals have the"
                " law's own time, whatever a window says",
                name=repr(one.name),
            )
            yield _found("never", one.line, says, one.name)


def _hidden(policy: Policy, where: Box, path: Path, lines: Lines) -> Iterator[Found]:
    for one in policy.window.special:
        holds = box(policy, one.when)
        if where.implies(holds) and one.days is not None:
            says = saying(
                "[%(key)s] never speaks: %(name)s (line %(line)s) holds there always,"
                " and comes first",
                key=".".join(map(str, path)),
                name=repr(one.name),
                line=one.line,
            )
            line = lines.of(path)
            yield _found("unreachable", line, says, one.name, other=one.line)
        if one.days is None and where.overlaps(holds):
            return  # it counts the plain days, until its own last day at least
        if where.implies(holds):
            return


def _approval(policy: Policy, lines: Lines) -> Iterator[Found]:
    """Find an amount that is never asked for, and levels that stand at one amount."""
    if policy.automatic_below is not None and not policy.is_automatic:
        says = saying(
            "automatic_below never speaks: automatic is false, a person decides all"
        )
        yield _found("unreachable", lines.of(("approve", "automatic_below")), says)
    for place, one in enumerate(policy.levels):
        for first in policy.levels[:place]:
            if one.above.minor == first.above.minor:
                says = saying(
                    "level %(name)s stands at the same amount as %(first)s (line"
                    " %(line)s), which alone is named; either may approve",
                    name=repr(one.who),
                    first=repr(first.who),
                    line=first.line,
                )
                names = (one.who, first.who)
                yield _found("clash", one.line, says, *names, other=first.line)
                break


def _groups(policy: Policy, lines: Lines) -> Iterator[Found]:
    """Find groups that nothing names."""
    clauses = [one for part in conditions(policy) for when in part for one in when]
    named = {x for one in clauses if one.fact == "customer_group" for x in one.values}
    named |= policy.fees.waiver.customer_groups
    for place, one in enumerate(policy.customer_groups):
        if one.name not in named:
            text = N_("no condition looks at the group %(name)s of customers")
            says = saying(text, name=repr(one.name))
            line = lines.of(("customer_groups", place))
            yield _found("unused", line, says, one.name)
    shown = {one.group for one in policy.reasons}
    for place, upper in enumerate(policy.reason_groups):
        if upper.code not in shown:
            text = N_("no reason stands in the group %(code)s")
            says = saying(text, code=repr(upper.code))
            line = lines.of(("reason_groups", place))
            yield _found("unused", line, says, upper.code)


def _fees(policy: Policy) -> Iterator[Found]:
    """Find fees where none is ever taken."""
    for special in policy.fees.special:
        fees = (special.restocking_bp, special.return_fee)
        yield from _free(policy, special.name, special.line, special.when, fees)
    for rule in policy.rules:
        fees = (rule.then.restocking_bp, rule.then.return_fee)
        yield from _free(policy, rule.name, rule.line, rule.when, fees)


def _free(
    policy: Policy, name: str, line: int, when: Sequence[Clause], fees: Sequence[object]
) -> Iterator[Found]:
    holds = box(policy, when)
    for key, fee in zip(BEARING, fees, strict=True):
        if fee and not holds.is_empty and not reaches(policy, when, key):
            says = saying(
                "%(key)s of %(name)s is never taken: where it holds, goods come back"
                " for a fault, or as the law grants, without this fee",
                key=key,
                name=repr(name),
            )
            yield _found("partly", line, says, name)


def reaches(policy: Policy, when: Sequence[Clause], key: str = WISHED) -> bool:
    """Say whether conditions may hold where a fee of this key may be taken.

    By itself: where a return is the customer's own wish, so that the merchant's rules
    bind it.
    """
    return box(policy, when).overlaps(_bearing(policy, key))


def _bearing(policy: Policy, key: str) -> Box:
    """Return where a fee may be taken: of the customer's own wish alone."""
    mild = {one.code for one in policy.reasons if one.fault is Fault.CUSTOMER}
    if policy.reason(ANY) is None:
        mild.add("")
    kinds = frozenset[str | int](one.value for one in BEARING[key])
    return Box({"kind": Some(kinds), "reason": Some(frozenset(mild))})


def _labels(reasons: Sequence[Reason], lines: Lines) -> Iterator[Found]:
    """Find two reasons of one label of which different things follow.

    A return plugin knows a reason by its words alone: they mean the first.
    """
    for place, one in enumerate(reasons):
        mine = {text.strip().casefold() for text in one.labels.values()}
        for number, first in enumerate(reasons[:place]):
            both = mine & {text.strip().casefold() for text in first.labels.values()}
            if both and _follows(one) != _follows(first):
                where = lines.of(("reasons", number))
                says = saying(
                    "reasons %(first)s (line %(line)s) and %(code)s have the same"
                    " label, %(label)s, and differ in what follows; where a plugin"
                    " names it, the first speaks",
                    first=repr(first.code),
                    line=where,
                    code=repr(one.code),
                    label=repr(min(both)),
                )
                line = lines.of(("reasons", place))
                names = (first.code, one.code)
                yield _found("clash", line, says, *names, other=where)
                break


def _follows(one: Reason) -> tuple[object, ...]:
    return (one.fault, one.photos, one.needs_person, one.restocking_bp)
