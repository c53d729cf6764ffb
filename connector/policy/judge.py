"""Let every rule speak on every line, and draw the verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector import law
from connector.model import CREDITS, Answer, Kind, Resolution
from connector.money import Money
from connector.policy import amends
from connector.policy.case import LineVerdict, Verdict, When
from connector.policy.compiled import program
from connector.policy.own import NOTHING, Said, own
from connector.policy.periods import LAW_BOUND
from connector.policy.rules import (
    allowed,
    asked_worth,
    blocked,
    exclusions,
    final_sale,
    limits,
    no_reason,
    person,
    photos,
    photos_wanted,
    questions,
    standing,
    window,
)
from connector.policy.seen import Seen, whole
from connector.policy.sentences import answer, soften
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy.case import Case, Wanted
    from connector.policy.compiled import Holds, Program
    from connector.policy.seen import Whole
    from connector.policy.vocabulary import Policy

MOMENTS = tuple(When)
NO_ANSWERS: list[Answer] = []


@dataclass(slots=True)
class _Spoken:
    """One line, judged by itself: what follows for the whole is drawn from these."""

    verdict: LineVerdict
    said: Said | None = None
    fee: Money | None = None  # for the way back
    may_stay: bool = False


@dataclass(slots=True)
class _Customer:
    """What is said of the customer, and so of every line alike."""

    is_trusted: bool
    first: list[Answer]
    then: list[Answer]


ANYBODY = _Customer(is_trusted=False, first=[], then=[])


def judge(policy: Policy, order: Order, case: Case) -> Verdict:
    """Say what the policy makes of a return; total, and the same for the same facts.

    The gravest answer decides a line: decline, then ask, then approve. Where the
    law grants the claim, a declining rule of the merchant's only asks.
    """
    made = program(policy)
    of = whole(policy, order, case)
    customer = _customer(of) if made.knows_customers else ANYBODY
    spoken = [_line(of, made, customer, wanted) for wanted in case.lines]
    _look_at_amounts(of, made, spoken)
    if policy.keep.below is not None:
        _let_keep(of, policy.keep.below, spoken)
    speak = made.actions
    return Verdict(
        lines=tuple([one.verdict for one in spoken]),
        return_fee=_return_fee(of, spoken),
        refund_shipping=policy.refund_shipping
        if not of.is_law and "refund_shipping" not in speak
        else _is_given_shipping(of, spoken),
        refund_when=_moment(spoken, "refund_when", policy.refund_when)
        if "refund_when" in speak
        else policy.refund_when,
        goods_when=_moment(spoken, "goods_when", policy.goods_when)
        if "goods_when" in speak
        else policy.goods_when,
        fallback=policy.fallback,
        credit_days=policy.credit_days,
        shipping_limit=_shipping_limit(of),
        shipping_part=_shipping_part(of),
        surcharges=law.surcharges_back(
            case.kind, _shipping_part(of), is_whole=_is_owed_shipping(order, case)
        )
        if of.is_law
        else "",
    )


def _customer(of: Whole) -> _Customer:
    block, allow = blocked(of), allowed(of)
    return _Customer(
        is_trusted=allow is not None,
        first=[block] if block else [],
        then=[allow] if allow else limits(of),
    )


def _line(of: Whole, made: Program, customer: _Customer, wanted: Wanted) -> _Spoken:
    line = of.lines.get(wanted.line_ref)
    if line is None:
        return _Spoken(_no_line(wanted))
    seen = Seen(of, wanted, line)
    holds = made.holds(seen)
    said = own(seen, holds, made) if True in holds.rules else NOTHING
    offered, way, unclear = amends.MONEY, wanted.resolution, None
    if made.moves_ways or way is not Resolution.REFUND:
        offered, way, unclear = amends.amends(seen, holds, said)
    first = standing(seen) + customer.first
    plain = _plain(seen, holds, said, customer)
    mine, last = said.trace, NO_ANSWERS
    if unclear or said.values or said.clashes or not of.policy.is_automatic:
        last = _last(of, said, unclear)
    if of.is_law:
        first, plain, mine = (
            [_lawful(one) for one in part] for part in (first, plain, mine)
        )
    trace = [*first, *plain, *mine, *last]
    decision = _gravest(first + last if said.approves else trace)
    bp, fee, note = amends.fees(seen, holds, said, way)
    if note is not None:
        trace.append(note)
    verdict = LineVerdict(
        line_ref=wanted.line_ref,
        decision=decision,
        trace=tuple(trace) or (answer("claim", "approve", "claim"),),
        restocking_bp=bp,
        resolution=way,
        bonus_bp=amends.bonus(way, offered, said) if way in CREDITS else 0,
        offers=offered,
        approvers=said.approvers,
    )
    return _Spoken(verdict, said, fee, may_stay=holds.keep[0])


def _no_line(wanted: Wanted) -> LineVerdict:
    return LineVerdict(
        line_ref=wanted.line_ref,
        decision=Decision.NEEDS_PERSON,
        trace=(answer("line", "ask", "line"),),
        resolution=wanted.resolution,
    )


def _plain(seen: Seen, holds: Holds, said: Said, customer: _Customer) -> list[Answer]:
    """Return what the merchant's own rules may outweigh.

    A withdrawal needs no reason, no photo, no answer and no approval (docs/law.md,
    statement 9).
    """
    of, found = seen.policy, []
    if (timely := window(seen, holds)) is not None:
        found.append(timely)
    if of.exclusions and (kept := exclusions(seen, holds)):
        found.append(kept)
    if (of.final_sale or seen.line.is_gift_card) and (sold := final_sale(seen)):
        found.append(sold)
    if seen.case.kind is not Kind.WITHDRAWAL:
        if seen.reason is None:
            found.append(no_reason(seen.wanted.reason))
        if not customer.is_trusted:
            found += _still_asked(seen, holds, said)
    return found + customer.then


def _still_asked(seen: Seen, holds: Holds, said: Said) -> list[Answer]:
    """Return what a customer who is not trusted still has to give, or wait for."""
    reason = seen.reason
    found = questions(seen, holds) if seen.policy.questions else []
    wanted = photos_wanted(seen, said)
    if wanted and (missing := photos(seen, wanted)):
        found.append(missing)
    if reason is not None and reason.needs_person:
        found.append(person(reason))
    return found


def _last(of: Whole, said: Said, unclear: Answer | None) -> list[Answer]:
    """Return what a person must see, whatever the rules approve."""
    found = list(said.clashes)
    if unclear:
        found.append(unclear)
    found += [
        answer("approver", "ask", "approver", (("who", who),)) for who in said.approvers
    ]
    if not of.policy.is_automatic:
        found.append(answer("automatic", "ask", "automatic"))
    return found


def _lawful(given: Answer) -> Answer:
    return soften(given) if given.says == "decline" else given


def _gravest(answers: list[Answer]) -> Decision:
    said = [one.says for one in answers]
    if "decline" in said:
        return Decision.DECLINED
    return Decision.NEEDS_PERSON if "ask" in said else Decision.APPROVED


def _look_at_amounts(of: Whole, made: Program, spoken: list[_Spoken]) -> None:
    """Let a person see what is worth as much as the policy's limits, or more."""
    policy = of.policy
    if not of.is_same_currency:
        if made.needs_amounts or policy.has_amounts:
            facts = (("paid", of.order.currency), ("policy", policy.currency))
            _ask(spoken, answer("currency", "ask", "currency", facts))
        return
    limit = policy.automatic_below
    if limit is not None:
        refs = [
            one.verdict.line_ref
            for one in spoken
            if one.verdict.decision is Decision.APPROVED
        ]
        if refs and (minor := asked_worth(of, refs)) >= limit.minor:
            worth = Money(minor, policy.currency)
            facts = (("worth", str(worth)), ("limit", str(limit)))
            said = answer("automatic_below", "ask", "automatic_below", facts)
            _ask(spoken, said, only=Decision.APPROVED)
    if policy.levels:
        _name_level(of, spoken)


def _name_level(of: Whole, spoken: list[_Spoken]) -> None:
    """Name who must approve what is worth more than an amount."""
    refs = [
        one.verdict.line_ref
        for one in spoken
        if one.verdict.decision is not Decision.DECLINED
    ]
    worth = asked_worth(of, refs)
    for level in of.policy.levels:  # the highest first
        if refs and worth > level.above.minor:
            facts = (("above", str(level.above)), ("who", level.who))
            _ask(spoken, answer("level", "ask", "level", facts), who=level.who)
            return


def _ask(
    spoken: list[_Spoken], said: Answer, only: Decision | None = None, who: str = ""
) -> None:
    """Send every line that is not declined, or `only` those, to a person."""
    for one in spoken:
        verdict = one.verdict
        is_meant = only is None or verdict.decision is only
        if is_meant and verdict.decision is not Decision.DECLINED:
            one.verdict = replace(
                verdict,
                decision=Decision.NEEDS_PERSON,
                trace=(*verdict.trace, said),
                approvers=(*verdict.approvers, who) if who else verdict.approvers,
            )


def _let_keep(of: Whole, below: Money, spoken: list[_Spoken]) -> None:
    """Leave the goods with the customer where the whole return is worth little."""
    if not of.is_same_currency or asked_worth(of) >= below.minor:
        return
    for one in spoken:
        verdict = one.verdict
        is_money = verdict.resolution is Resolution.REFUND
        is_sure = verdict.decision is Decision.APPROVED and is_money
        if one.may_stay and is_sure:
            note = answer("keep", "note", "keep", (("below", str(below)),))
            trace = tuple(x for x in verdict.trace if x.says != "fee")
            one.verdict = replace(
                verdict,
                resolution=Resolution.KEEP,
                restocking_bp=0,
                trace=(*trace, note),
            )


def _return_fee(of: Whole, spoken: list[_Spoken]) -> Money | None:
    """Charge the way back once, the least of the lines' own.

    Nothing where one of the lines comes back for nothing, or none comes back.
    """
    least: Money | None = None
    for one in spoken:
        verdict = one.verdict
        if verdict.decision is Decision.DECLINED or one.said is None:
            continue
        if verdict.resolution is Resolution.KEEP:
            continue
        if one.fee is None or one.fee.currency != of.order.currency:
            return None
        if least is None or one.fee < least:
            least = one.fee
    return least


def _shipping_limit(of: Whole) -> Money | None:
    """Hold what a withdrawal brings of the shipping to the cheapest standard one.

    Article 13(2) of Directive 2011/83/EU: a dearer delivery is the customer's choice.
    Faulty goods give all of it back, and so does whoever gives more than the law asks.
    The policy's figure is what is offered in the one country that it sells to: anywhere
    else the price is not known, and what was paid goes back (docs/law.md, 11).
    """
    limit = of.policy.standard_delivery
    if of.case.kind is not Kind.WITHDRAWAL or not of.is_same_currency:
        return None
    is_known = of.policy.sold_to == {of.order.customer.country.upper()}
    return None if of.policy.refund_shipping or not is_known else limit or None


def _shipping_part(of: Whole) -> str:
    """Say how the shipping goes back with a part of an order that is withdrawn.

    The law is silent; the switch `part_delivery` says (docs/law.md, statement 75).
    """
    country = of.order.customer.country
    has_right = law.profile(country).withdrawal_days
    if of.case.kind is not Kind.WITHDRAWAL or not has_right:
        return ""
    return str(of.policy.switches["part_delivery"])


def _is_given_shipping(of: Whole, spoken: list[_Spoken]) -> bool:
    if _is_owed_shipping(of.order, of.case):
        return True
    own = [one.said.values.get("refund_shipping") for one in spoken if one.said]
    if True in own:
        return True
    return of.policy.refund_shipping and False not in own


def _is_owed_shipping(order: Order, case: Case) -> bool:
    """Say whether the law gives the outbound shipping back: the whole order goes.

    Directive 2011/83/EU, article 13.1; for part of an order it is the policy's.
    """
    if case.kind not in LAW_BOUND:
        return False
    asked: Counter[str] = Counter()
    for one in case.lines:
        asked[one.line_ref] += one.quantity
    return all(
        asked[line.ref] + line.refunded_units >= line.quantity for line in order.lines
    )


def _moment(spoken: list[_Spoken], action: str, plain: When) -> When:
    """Return the latest of what the lines wait for: they are paid as one return."""
    own = [When(one.said.values.get(action, plain)) for one in spoken if one.said]
    return max(own, key=MOMENTS.index, default=plain)
