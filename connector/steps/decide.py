"""Let the policy, or a person, speak on each line of a return."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from connector import policy
from connector.errors import BadRequest, Gone, PlatformError
from connector.model import Answer, Resolution, Terms
from connector.saying import joined, saying
from connector.states import UNDECIDED, Decision
from connector.steps import claims, costs, levels, pasts
from connector.steps.amends import possible
from connector.steps.observe import observe
from connector.steps.question import asked, rules_of
from connector.steps.stands import went_back
from connector.store import atomic, customers, desk, errands, returns

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Order, Return, ReturnLine
    from connector.platform import Abilities, Shop
    from connector.store import Database

log = logging.getLogger(__name__)

EVENT = {
    Decision.APPROVED: "approve",
    Decision.DECLINED: "decline",
    Decision.NEEDS_PERSON: "ask",
}


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Judge every return that no rule has spoken on; return how many were judged."""
    return sum(_one(db, shop, ref, clock) for ref in returns.undecided(db, shop.name))


def _one(
    db: Database, shop: Shop, return_id: str, clock: Callable[[], datetime]
) -> bool:
    """Read the order again, then judge: a webhook's figures are never trusted."""
    case = returns.get(db, return_id)
    try:
        order = observe(db, shop, case.order_ref, clock)
    except Gone:
        why = saying("the order is gone at the shop")
        _lay(db, case, "order_gone", why, clock())
        return False
    except PlatformError as error:
        log.warning("return not judged yet: %s", error, extra={"return": return_id})
        return False
    _judge(db, shop.abilities, order, return_id, clock())
    return True


@atomic
def _judge(
    db: Database, able: Abilities, order: Order, return_id: str, now: datetime
) -> None:
    case = returns.get(db, return_id)
    customers.note(db, case.id, order)
    rules = rules_of(db, case.shop, order.ref)
    gone = went_back(db, case.shop, order)
    question = asked(case, customers.past(db, case), gone)
    pasts.keep(db, case, order, question)
    verdict = policy.judge(rules, order, question)
    within = _within_levels(db, case, rules, verdict.lines)
    sure = claims.held(case, rules, within)
    spoken = _whole(case, _in_reach(case, able, sure))
    verdict = replace(
        verdict, return_fee=costs.borne(db, case, order, verdict.return_fee)
    )
    terms = _terms(case, able, verdict, spoken)
    returns.judged(db, case.id, rules.digest, terms, shipping=verdict.refund_shipping)
    for line, said in zip(case.lines, spoken, strict=True):
        if line.decision == Decision.PENDING:
            _write(db, able, case, line, said, now)
    _after(db, able, case.id, now)


def _write(
    db: Database,
    able: Abilities,
    case: Return,
    line: ReturnLine,
    said: policy.LineVerdict,
    now: datetime,
) -> None:
    """Decide a line, and what it is made good with unless it comes to nothing."""
    is_meant = said.decision is not Decision.DECLINED
    is_possible = said.resolution in possible(able)
    spoke = policy.deciding(said.trace, said.decision)
    returns.decide(
        db,
        case,
        line.id,
        EVENT[said.decision],
        approved=line.asked if said.decision is Decision.APPROVED else 0,
        trace=said.trace,
        actor="policy",
        now=now,
        why=policy.as_saying(spoke) if spoke else "",
        resolution=said.resolution if is_meant and is_possible else None,
    )


def _terms(
    case: Return,
    able: Abilities,
    verdict: policy.Verdict,
    spoken: tuple[policy.LineVerdict, ...],
) -> Terms:
    """Return what the verdict fixes about money, credit and new goods."""
    pairs = [(line.id, said) for line, said in zip(case.lines, spoken, strict=True)]
    has_fallback = verdict.fallback in possible(able)
    return Terms(
        when=verdict.refund_when.value,
        return_fee=verdict.return_fee,
        restocking=tuple((n, x.restocking_bp) for n, x in pairs if x.restocking_bp),
        bonus=tuple((n, x.bonus_bp) for n, x in pairs if x.bonus_bp),
        goods_when=verdict.goods_when.value,
        fallback=verdict.fallback if has_fallback else Resolution.REFUND,
        credit_days=verdict.credit_days,
        shipping_limit=verdict.shipping_limit,
        shipping_part=verdict.shipping_part,
    )


def _within_levels(
    db: Database,
    case: Return,
    rules: policy.Policy,
    lines: tuple[policy.LineVerdict, ...],
) -> tuple[policy.LineVerdict, ...]:
    """Let a level approve what is more than its amount with what was given before.

    The policy saw what is asked; a person may have given a courtesy already, and
    other returns of the order bring money as well.
    """
    pairs = list(zip(case.lines, lines, strict=True))
    units = {
        line.id: line.asked
        for line, said in pairs
        if line.decision in UNDECIDED and said.decision is not Decision.DECLINED
    }
    over = levels.reached(db, case, rules, units) if units else None
    if over is None:
        return lines
    return tuple(
        replace(
            said,
            decision=Decision.NEEDS_PERSON,
            trace=(*said.trace, over.answer("ask")),
            approvers=(*said.approvers, over.level.who),
        )
        if line.id in units and over.level.who not in said.approvers
        else said
        for line, said in pairs
    )


def _in_reach(
    case: Return, able: Abilities, lines: tuple[policy.LineVerdict, ...]
) -> tuple[policy.LineVerdict, ...]:
    """Let a person decide what the shop has no way to do."""
    return tuple(
        _reached(line, able, said) for line, said in zip(case.lines, lines, strict=True)
    )


def _reached(
    line: ReturnLine, able: Abilities, said: policy.LineVerdict
) -> policy.LineVerdict:
    way = said.resolution
    if said.decision is Decision.DECLINED:
        return said
    if way not in possible(able):
        answer = policy.answer("ways", "ask", "ways", (("way", way.value),))
    elif way is Resolution.EXCHANGE and line.goods is None:
        answer = policy.answer("ways", "ask", "goods")
    else:
        return said
    trace = (*said.trace, answer)
    return replace(said, decision=Decision.NEEDS_PERSON, trace=trace)


def _whole(
    case: Return, lines: tuple[policy.LineVerdict, ...]
) -> tuple[policy.LineVerdict, ...]:
    """Let a person decide a shop's own return whose lines fare differently.

    Shopify, and the plugins of WooCommerce, approve or decline it as a whole.
    """
    if not case.platform_ref:
        return lines
    if len({line.decision for line in lines}) == 1:
        return lines
    answer = policy.answer("whole", "ask", "whole")
    return tuple(
        replace(line, decision=Decision.NEEDS_PERSON, trace=(*line.trace, answer))
        for line in lines
    )


def needs_reason(case: Return, event: str) -> bool:
    """Say whether what a person decides needs a reason that the customer reads.

    Who refuses a claim of the law says why, in writing (L217-12 Code de la
    consommation, statement 37 of docs/law.md); for a withdrawal as well.
    """
    return event == "decline" and case.kind in policy.LAW_BOUND


def by_person(
    db: Database,
    shop: Shop,
    return_id: str,
    line_id: int,
    event: str,
    *,
    actor: str,
    why: str,
    now: datetime,
    approved: int | None = None,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Record what a person decides of one line: `approve` or `decline`.

    Raises BadRequest for more units than were asked, and where `needs_reason` holds
    and `why` is empty, LevelNeeded where the policy wants another `approval`,
    IllegalTransition for a line that is decided already.
    """
    able = shop.abilities

    @atomic
    def write(db: Database) -> None:
        case = returns.get(db, return_id)
        if needs_reason(case, event) and not why.strip():
            msg = saying("say why you decline it: the customer reads your reason")
            raise BadRequest(msg, number=case.number)
        line = returns.line_of(case, line_id)
        units, demand, how = 0, levels.ANYBODY, ""
        if event == "approve":
            units = line.asked if approved is None else approved
            if not 0 < units <= line.asked:
                msg = saying("approve between 1 and %(most)s units", most=line.asked)
                raise BadRequest(msg, units=units)
            if line.decision in UNDECIDED:
                demand = levels.to_approve(db, case, {line_id: units})
                how = demand.hold(approval)
        facts = levels.recorded(demand, approval)
        spoke = Answer(rule="person", says=event, why=why, facts=facts)
        trace = (*line.trace, *demand.noted(line.trace), spoke)
        returns.decide(
            db,
            case,
            line_id,
            event,
            approved=units,
            trace=trace,
            actor=actor,
            now=now,
            why=levels.said(how, why),
        )
        _after(db, able, return_id, now)

    write(db)


def _after(db: Database, able: Abilities, return_id: str, now: datetime) -> None:
    """Ask a person, or plan what the shop must hear, once every line is decided."""
    case = returns.get(db, return_id)
    asking = [x for x in case.lines if x.decision == Decision.NEEDS_PERSON]
    if asking:
        said = [policy.as_saying(x) for y in asking for x in y.trace if x.says == "ask"]
        why = joined(" ", list(dict.fromkeys(said)))
        _lay(db, case, "decide", why or saying("a person must decide"), now)
        return
    for one in desk.about(db, case.id):
        if one.about == "return" and one.code != levels.VOUCHED:
            desk.close_one(db, one.id, "retour", now)
    is_approved = any(line.decision == Decision.APPROVED for line in case.lines)
    if case.platform_ref:
        errands.add(db, case.id, "approve" if is_approved else "decline", now)
    elif is_approved and able.holds_returns and able.opens_returns:
        errands.add(db, case.id, "open", now)
        errands.add(db, case.id, "approve", now)


def _lay(db: Database, case: Return, code: str, why: str, now: datetime) -> None:
    desk.put_return(db, case, code, why, now)
