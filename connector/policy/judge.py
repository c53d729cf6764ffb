"""Let every rule speak on every line, and draw the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.model import CREDITS, Answer, Kind, Resolution
from connector.money import Money
from connector.policy import account, amends, wholes, within
from connector.policy.case import LineVerdict, Verdict
from connector.policy.compiled import inputs, program
from connector.policy.own import NOTHING, Said, own
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
from connector.policy.wholes import Spoken
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy.case import Case, Wanted
    from connector.policy.compiled import Holds, Program
    from connector.policy.seen import Whole
    from connector.policy.sentences import Facts
    from connector.policy.vocabulary import Policy

NO_ANSWERS: list[Answer] = []


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
    fee = wholes.return_fee(of, spoken)
    limit, part = wholes.shipping_limit(of), wholes.shipping_part(of)
    if len(spoken) > 1:
        for one in spoken:
            one.verdict = account.shared(one.verdict, fee)
    ships, money, goods = policy.refund_shipping, policy.refund_when, policy.goods_when
    if of.is_law or ships or made.actions & account.OF_WHOLE:
        by = wholes.gives_shipping(of, spoken)
        money = wholes.moment(spoken, "refund_when", money)
        goods = wholes.moment(spoken, "goods_when", goods)
        ships = bool(by)
        wholes.tell(of, spoken, (by, limit, part), (money, goods))
    return Verdict(
        lines=tuple([one.verdict for one in spoken]),
        return_fee=fee,
        refund_shipping=ships,
        refund_when=money,
        goods_when=goods,
        fallback=policy.fallback,
        credit_days=policy.credit_days,
        shipping_limit=limit,
        shipping_part=part,
        surcharges=wholes.surcharges(of, part) if of.is_law else "",
    )


def _customer(of: Whole) -> _Customer:
    block, allow = blocked(of), allowed(of)
    return _Customer(
        is_trusted=allow is not None,
        first=[block] if block else [],
        then=[allow] if allow else limits(of),
    )


def _line(of: Whole, made: Program, customer: _Customer, wanted: Wanted) -> Spoken:
    line = of.lines.get(wanted.line_ref)
    if line is None:
        return Spoken(_no_line(wanted))
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
    fees = amends.fees(seen, holds, said, way)
    if fees.asks:
        last = [*last, fees.asks]
    if of.is_law:
        first, plain, mine = (
            [_lawful(one) for one in part] for part in (first, plain, mine)
        )
    trace = [*first, *plain, *mine, *last]
    decision = _gravest(first + last if said.approves else trace)
    if decision is Decision.DECLINED and (eased := within.eased(of, trace)):
        trace, decision = eased, Decision.NEEDS_PERSON
    if made.needs_tags and not of.order.customer.are_tags_known:
        trace, decision = _of_nobody_known(trace, decision)
    if not trace:
        trace.append(answer("claim", "approve", "claim"))
    trace += fees.said
    added = amends.bonus(way, offered, said) if way in CREDITS else 0
    if decision is not Decision.DECLINED:
        trace += _money(seen, holds, said, way, fees, added)
    verdict = LineVerdict(
        line_ref=wanted.line_ref,
        decision=decision,
        trace=tuple(trace),
        restocking_bp=fees.restocking_bp,
        resolution=way,
        bonus_bp=added,
        offers=offered,
        approvers=said.approvers,
    )
    return Spoken(verdict, said, fees.way_back, holds.keep[0], seen)


def _money(
    seen: Seen, holds: Holds, said: Said, way: Resolution, fees: amends.Fees, added: int
) -> list[Answer]:
    """Return what a line that may be approved says of its money, beside its fees.

    Of the whole return `wholes.tell` says the rest.
    """
    policy, found = seen.policy, []
    back, told = fees.way_back, fees.told
    if back and told:
        is_same = back.currency == seen.order.currency
        found.append(told if is_same else account.in_other_currency(told))
    if added:
        found.append(account.bonus(added, seen, holds, said, way))
    kind = seen.case.kind
    goes = account.moment(kind, way, policy.refund_when, policy.goods_when)
    if goes is not None:
        found.append(goes)
    return found


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


def _of_nobody_known(
    trace: list[Answer], decision: Decision
) -> tuple[list[Answer], Decision]:
    """Let a person decide where the policy asks for tags that nobody could read.

    Any rule might have spoken otherwise: what would decline is noted, and no customer
    reads it. What declines everybody still does: the facts of the order, and an
    exclusion by a letter of the law.
    """
    if decision is Decision.DECLINED:
        if any(within.is_hard(one) for one in trace if one.says == "decline"):
            return trace, decision
        trace = [replace(x, says="note") if x.says == "decline" else x for x in trace]
    unread = answer("customer_tags", "ask", "customer_tags")
    return [*trace, unread], Decision.NEEDS_PERSON


def _gravest(answers: list[Answer]) -> Decision:
    said = [one.says for one in answers]
    if "decline" in said:
        return Decision.DECLINED
    return Decision.NEEDS_PERSON if "ask" in said else Decision.APPROVED


def _look_at_amounts(of: Whole, made: Program, spoken: list[Spoken]) -> None:
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


def _name_level(of: Whole, spoken: list[Spoken]) -> None:
    """Name who must approve what is worth more than an amount."""
    refs = [
        one.verdict.line_ref
        for one in spoken
        if one.verdict.decision is not Decision.DECLINED
    ]
    worth = asked_worth(of, refs)
    for level in of.policy.levels:  # the highest first
        if refs and worth > level.above.minor:
            paid = Money(worth, of.policy.currency)
            above = ("above", str(level.above))
            facts = (above, ("who", level.who), ("worth", str(paid)))
            _ask(spoken, answer("level", "ask", "level", facts), who=level.who)
            return


def _ask(
    spoken: list[Spoken], said: Answer, only: Decision | None = None, who: str = ""
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


def _let_keep(of: Whole, below: Money, spoken: list[Spoken]) -> None:
    """Leave the goods with the customer where the whole return is worth little."""
    if not of.is_same_currency or asked_worth(of) >= below.minor:
        return
    for one in spoken:
        verdict = one.verdict
        is_money = verdict.resolution is Resolution.REFUND
        is_sure = verdict.decision is Decision.APPROVED and is_money
        if one.may_stay and is_sure:
            note = answer(
                "keep", "note", "keep", (("below", str(below)), *_kept(of, one))
            )
            one.verdict = replace(
                verdict,
                resolution=Resolution.KEEP,
                restocking_bp=0,
                trace=(*account.kept(verdict.trace), note),
            )


def _kept(of: Whole, one: Spoken) -> Facts:
    """Return what was looked at before the goods were left with the customer."""
    worth = Money(asked_worth(of), of.policy.currency)
    when = of.policy.keep.when
    looked = inputs(when, one.seen) if one.seen else ()
    return (("worth", str(worth)), *looked)
