"""Let every rule speak on every line, and draw the verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.model import Answer, Fault, Kind, Line
from connector.money import total
from connector.policy.case import LineVerdict, Verdict
from connector.policy.rules import LAW_BOUND, RULES, Facts
from connector.states import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order
    from connector.money import Money
    from connector.policy.case import Case, Wanted
    from connector.policy.vocabulary import Policy


def judge(policy: Policy, order: Order, case: Case) -> Verdict:
    """Say what the policy makes of a return; total, and the same for the same facts.

    The gravest answer decides a line: decline, then ask, then approve. Where the
    law grants the claim, a declining rule of the merchant's only asks.
    """
    spoken = [_line(policy, order, case, wanted) for wanted in case.lines]
    spoken = _automatic(policy, order, case, spoken)
    return Verdict(
        lines=tuple(spoken),
        return_fee=_return_fee(policy, order, case, spoken),
        refund_shipping=policy.refund_shipping or _is_owed_shipping(order, case),
        refund_when=policy.refund_when,
    )


def _is_owed_shipping(order: Order, case: Case) -> bool:
    """Say whether the law gives the outbound shipping back: the whole order goes.

    Directive 2011/83/EU, article 13.1; for part of an order it is the policy's.
    """
    if case.kind not in LAW_BOUND:
        return False
    asked = Counter({one.line_ref: 0 for one in case.lines})
    for one in case.lines:
        asked[one.line_ref] += one.quantity
    return all(
        asked[line.ref] + line.refunded_units >= line.quantity for line in order.lines
    )


def _line(policy: Policy, order: Order, case: Case, wanted: Wanted) -> LineVerdict:
    line = order.line(wanted.line_ref)
    if line is None:
        answer = Answer(rule="line", says="ask", why="The order has no such line.")
        return LineVerdict(
            line_ref=wanted.line_ref, decision=Decision.NEEDS_PERSON, trace=(answer,)
        )
    reason = policy.reason(wanted.reason)
    facts = Facts(policy, order, case, wanted, line, reason)
    spoken = [rule(facts) for rule in RULES]
    answers = [answer for answer in spoken if answer]
    if case.kind in LAW_BOUND:
        answers = [_soften(answer) for answer in answers]
    restocking, fee = _restocking(facts)
    trace = (*answers, *fee) or (_silence(case),)
    return LineVerdict(
        line_ref=wanted.line_ref,
        decision=_gravest(answers),
        trace=trace,
        restocking_bp=restocking,
    )


def _silence(case: Case) -> Answer:
    why = f"No rule speaks against this {case.kind.value.replace('_', ' ')} claim."
    return Answer(rule="claim", says="approve", why=why)


def _soften(answer: Answer) -> Answer:
    """Turn a merchant's refusal into a question where the law grants the claim."""
    if answer.says != "decline":
        return answer
    why = f"{answer.why} The law may grant this claim all the same."
    return replace(answer, says="ask", why=why)


def _gravest(answers: Sequence[Answer]) -> Decision:
    said = {answer.says for answer in answers}
    if "decline" in said:
        return Decision.DECLINED
    return Decision.NEEDS_PERSON if "ask" in said else Decision.APPROVED


def _restocking(facts: Facts) -> tuple[int, tuple[Answer, ...]]:
    """Return the restocking fee in basis points, and the answer that names it."""
    own = facts.reason.restocking_bp if facts.reason else None
    bp = facts.policy.restocking_bp if own is None else own
    if not bp or facts.case.kind is not Kind.VOLUNTARY:
        return 0, ()
    if facts.fault is not Fault.CUSTOMER:
        return 0, ()
    why = f"A restocking fee of {bp / 100:g} % applies."
    return bp, (Answer(rule="restocking", says="fee", why=why),)


def _automatic(
    policy: Policy, order: Order, case: Case, spoken: list[LineVerdict]
) -> list[LineVerdict]:
    """Let a person see returns worth as much as the policy's limit, or more."""
    limit = policy.automatic_below
    approved = [one for one in spoken if one.decision is Decision.APPROVED]
    if limit is None or not approved:
        return spoken
    if order.currency != limit.currency:
        why = f"The order is in {order.currency}, the limit in {limit.currency}."
    else:
        worth = _worth(order, case, {one.line_ref for one in approved})
        if worth < limit:
            return spoken
        why = f"Worth {worth}; from {limit} on, a person decides."
    answer = Answer(rule="automatic_below", says="ask", why=why)
    return [
        replace(one, decision=Decision.NEEDS_PERSON, trace=(*one.trace, answer))
        if one.decision is Decision.APPROVED
        else one
        for one in spoken
    ]


def _worth(order: Order, case: Case, refs: set[str]) -> Money:
    """Add up what was paid for the units asked for."""
    amounts = []
    for wanted in case.lines:
        line: Line | None = order.line(wanted.line_ref)
        if line and wanted.line_ref in refs:
            amounts.append(line.gross.share(wanted.quantity, max(1, line.quantity)))
    return total(amounts, order.currency)


def _return_fee(
    policy: Policy, order: Order, case: Case, spoken: Sequence[LineVerdict]
) -> Money | None:
    """Charge the way back once, where every line is the customer's own wish.

    A withdrawal's way back may cost him too, if he was told so before he bought
    (article 14.1); a fault of ours or the carrier's may not.
    """
    fee = policy.return_fee
    if fee is None or not fee or fee.currency != order.currency:
        return None
    if case.kind not in (Kind.VOLUNTARY, Kind.WITHDRAWAL):
        return None
    coming = {one.line_ref for one in spoken if one.decision is not Decision.DECLINED}
    for wanted in case.lines:
        reason = policy.reason(wanted.reason)
        is_ours = reason is not None and reason.fault is not Fault.CUSTOMER
        if wanted.line_ref in coming and is_ours:
            return None
    return fee if coming else None
