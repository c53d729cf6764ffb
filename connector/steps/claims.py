"""Claims that the law grants, where the shop or another program names only a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector import policy
from connector.inbound import SOURCE
from connector.model import FAULTS, Fault, Kind
from connector.policy.faults import is_fault
from connector.policy.sentences import soften
from connector.policy.vocabulary import ANY
from connector.states import Decision
from connector.steps.told import ACTOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model import Answer, Return, ReturnLine
    from connector.policy import LineVerdict, Policy

KIND = {
    Fault.CUSTOMER: Kind.VOLUNTARY,
    Fault.MERCHANT: Kind.FAULTY,
    Fault.CARRIER: Kind.CARRIER_DAMAGE,
}
# Reasons of Shopify that say nothing of whose fault it is.
VAGUE = frozenset({"", "unknown", "other-reason"})
# Who files without having read the reasons of the policy.
OUTSIDE = frozenset({ACTOR, SOURCE})


def kind_of(rules: Policy, said: str) -> Kind:
    """Say why, in law, a line comes back: by who answers for its reason.

    Who withdraws from the contract says so by the function that is made for it. A
    reason that says nothing, or that the policy does not know, is nobody's fault yet.
    """
    reason = rules.reason(said)
    if reason is None or (said in VAGUE and reason.code not in (said, ANY)):
        return Kind.VOLUNTARY
    return KIND[reason.fault]


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
    kinds = {kind_of(rules, line.reason) for line in case.lines}
    return case.kind in FAULTS and bool(kinds & FAULTS) and bool(kinds - FAULTS)


def _held(
    case: Return, line: ReturnLine, rules: Policy, said: LineVerdict
) -> LineVerdict:
    if case.kind in policy.LAW_BOUND:
        return said
    reason = rules.reason(line.reason)
    is_other = reason is None or reason.code == ANY
    is_claim = kind_of(rules, line.reason) in FAULTS
    if is_fault(line.reason) and is_other and not is_claim:
        return _asking(said, policy.answer("claim", "ask", "claim_unsure"))
    is_unknown = is_other or line.reason in VAGUE
    if said.decision is Decision.DECLINED and (is_claim or is_unknown):
        return _asking(said)
    return said


def _asking(said: LineVerdict, *more: Answer) -> LineVerdict:
    """Put a line before a person; what would decline it is only a question."""
    trace = tuple(soften(x) if x.says == "decline" else x for x in said.trace)
    return replace(said, decision=Decision.NEEDS_PERSON, trace=(*trace, *more))
