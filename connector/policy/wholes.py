"""What follows for a return as a whole from what is said of its lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind, Resolution
from connector.money import Money
from connector.policy import account, delivery
from connector.policy.case import LineVerdict, When
from connector.policy.own import Said
from connector.policy.periods import LAW_BOUND
from connector.policy.seen import Seen
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy.case import Case
    from connector.policy.seen import Whole

MOMENTS = tuple(When)


@dataclass(slots=True)
class Spoken:
    """One line, judged by itself: what follows for the whole is drawn from these."""

    verdict: LineVerdict
    said: Said | None = None
    fee: Money | None = None  # for the way back
    may_stay: bool = False
    seen: Seen | None = None


def tell(
    of: Whole,
    spoken: list[Spoken],
    shipping: tuple[str, Money | None, str],
    moments: tuple[When, When],
) -> None:
    """Let each line that may be paid tell of the delivery, and of rules' moments."""
    by = {
        action: said.by[action].name
        for action, value in zip(("refund_when", "goods_when"), moments, strict=True)
        for said in _standing(spoken)
        if said.values.get(action) == value
    }
    note = account.shipping(
        *shipping, delivery.place(of.policy, of.order.customer.country)
    )
    for one in spoken:
        if one.verdict.decision is not Decision.DECLINED and one.said:
            one.verdict = account.of_whole(one.verdict, of.case.kind, note, moments, by)


def _standing(spoken: list[Spoken]) -> list[Said]:
    """Return what rules say of the lines that may be paid, not of declined ones."""
    return [
        one.said
        for one in spoken
        if one.said and one.verdict.decision is not Decision.DECLINED
    ]


def return_fee(of: Whole, spoken: list[Spoken]) -> Money | None:
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


def shipping_limit(of: Whole) -> Money | None:
    """Hold what a withdrawal brings of the shipping to the cheapest standard one.

    Article 13(2) of Directive 2011/83/EU: a dearer delivery is the customer's choice.
    Faulty goods give all of it back, and so does whoever gives more than the law asks.
    Where the policy does not know the price in a country, or the country is not known,
    what was paid goes back (docs/law.md, 11).
    """
    if of.case.kind is not Kind.WITHDRAWAL or not of.is_same_currency:
        return None
    if of.policy.refund_shipping:
        return None
    return delivery.limit(of.policy, of.order.customer.country)


def surcharges(of: Whole, part: str) -> str:
    """Say how the law gives surcharges back; `part` as `shipping_part` says it."""
    is_whole = _is_owed_shipping(of.order, of.case)
    return law.surcharges_back(of.case.kind, part, is_whole=is_whole)


def shipping_part(of: Whole) -> str:
    """Say how the shipping goes back with a part of an order that is withdrawn.

    The law is silent; the switch `part_delivery` says (docs/law.md, statement 75).
    """
    if of.case.kind is not Kind.WITHDRAWAL:
        return ""
    if not law.profile(of.order.customer.country).withdrawal_days:
        return ""
    return str(of.policy.switches["part_delivery"])


def gives_shipping(of: Whole, spoken: list[Spoken]) -> str:
    """Say who gives the outbound shipping back: the law, a rule, `[refund]`; or ""."""
    if _is_owed_shipping(of.order, of.case):
        return "law"
    own = _standing(spoken)
    for said in own:
        if said.values.get("refund_shipping") is True:
            return f"rules {said.by['refund_shipping'].name}"
    is_kept = any(said.values.get("refund_shipping") is False for said in own)
    return "refund" if of.policy.refund_shipping and not is_kept else ""


def _is_owed_shipping(order: Order, case: Case) -> bool:
    """Say whether the law gives the outbound shipping back: the whole order goes.

    Directive 2011/83/EU, article 13.1; for part of an order it is the policy's.
    """
    return case.kind in LAW_BOUND and takes_the_rest(order, case)


def takes_the_rest(order: Order, case: Case) -> bool:
    """Say whether a return takes all that is left of its order.

    What went back before counts, be it as money, credit or other goods: the shop
    knows of its own refunds, our books of all that we made good.
    """
    asked: Counter[str] = Counter()
    for one in case.lines:
        asked[one.line_ref] += one.quantity
    gone = dict(case.gone)
    return all(
        asked[line.ref] + max(line.refunded_units, gone.get(line.ref, 0))
        >= line.quantity
        for line in order.lines
    )


def moment(spoken: list[Spoken], action: str, plain: When) -> When:
    """Return the latest of what the lines wait for: they are paid as one return."""
    own = [When(said.values.get(action, plain)) for said in _standing(spoken)]
    return max(own, key=MOMENTS.index, default=plain)
