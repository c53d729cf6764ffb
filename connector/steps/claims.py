"""Claims that the law grants, where the shop or another program names only a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector import policy
from connector.model import FAULTS, Kind
from connector.policy.claims import OUTSIDE, is_claim, is_unsure, kind_of, may_be_one
from connector.policy.sentences import soften
from connector.states import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model import Answer, Return, ReturnLine
    from connector.policy import LineVerdict, Policy


def kind_of_all(rules: Policy, said: Iterable[str]) -> Kind:
    """Say of what kind one return is with these reasons: a claim, if one is one."""
    kinds = {kind_of(rules, one) for one in said}
    order = (Kind.FAULTY, Kind.CARRIER_DAMAGE)
    return next((one for one in order if one in kinds), Kind.VOLUNTARY)


def held(
    case: Return, rules: Policy, lines: tuple[LineVerdict, ...]
) -> tuple[LineVerdict, ...]:
    """Let a person decide what may be a claim that the law grants, and is not said so.

    Only where the reasons came from outside: our own pages offer those of the policy.
    """
    if case.filed_by not in OUTSIDE:
        return lines
    if is_mixed(case, rules):
        answer = policy.answer("claim", "ask", "claim_mixed")
        return tuple(_asking(one, answer) for one in lines)
    return tuple(
        _held(case, line, rules, said)
        for line, said in zip(case.lines, lines, strict=True)
    )


def is_mixed(case: Return, rules: Policy) -> bool:
    """Say whether a return that is a claim has lines whose reason is no fault."""
    claimed = {is_claim(rules, line.reason) for line in case.lines}
    return case.kind in FAULTS and len(claimed) > 1


def _held(
    case: Return, line: ReturnLine, rules: Policy, said: LineVerdict
) -> LineVerdict:
    if case.kind in policy.LAW_BOUND:
        return said
    if is_unsure(rules, line.reason):
        return _asking(said, policy.answer("claim", "ask", "claim_unsure"))
    if said.decision is Decision.DECLINED and may_be_one(rules, line.reason):
        return _asking(said)
    return said


def _asking(said: LineVerdict, *more: Answer) -> LineVerdict:
    """Put a line before a person; what would decline it is only a question."""
    trace = tuple(soften(x) if x.says == "decline" else x for x in said.trace)
    return replace(said, decision=Decision.NEEDS_PERSON, trace=(*trace, *more))
