"""One small function a rule: facts of one line in, an answer or silence out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.model import Answer, Fault, Kind, Line, Order, OrderStatus
from connector.policy.case import Case, Wanted
from connector.policy.vocabulary import Policy, Reason, spoken

# A claim that the law grants: the merchant's voluntary rules may only ask (law.md).
LAW_BOUND = frozenset({Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE})
WITHDRAWAL_DAYS = 14  # Directive 2011/83/EU, article 9


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may look at, about one line."""

    policy: Policy
    order: Order
    case: Case
    wanted: Wanted
    line: Line
    reason: Reason | None

    @property
    def fault(self) -> Fault:
        """Who answers for it; the customer where no reason says otherwise."""
        return self.reason.fault if self.reason else Fault.CUSTOMER


Rule = Callable[[Facts], Answer | None]


def _say(rule: str, says: str, why: str, **facts: object) -> Answer:
    known = tuple((name, str(value)) for name, value in facts.items())
    return Answer(rule=rule, says=says, why=why, facts=known)


def order_status(facts: Facts) -> Answer | None:
    """Refuse what was not paid or went back already; ask about unknown states."""
    status = facts.order.status
    words = {
        OrderStatus.UNPAID: ("decline", "The order was not paid."),
        OrderStatus.CANCELLED: ("ask", "The order was cancelled."),
        OrderStatus.REFUNDED: ("decline", "The whole order was refunded already."),
        OrderStatus.UNKNOWN: ("ask", "The shop gives the order a state new to us."),
    }
    if status not in words:
        return None
    says, why = words[status]
    return _say("order_status", says, why, status=status.value)


def units_left(facts: Facts) -> Answer | None:
    """Refuse units that went back already."""
    left = facts.line.quantity - facts.line.refunded_units
    if facts.wanted.quantity <= left:
        return None
    why = f"Only {left} of these items were not refunded yet."
    return _say("units_left", "decline", why, asked=facts.wanted.quantity, left=left)


def window(facts: Facts) -> Answer | None:
    """Hold to the return window, counted from delivery, with a stated fallback."""
    if facts.case.kind is Kind.WITHDRAWAL:
        return withdrawal(facts)
    if facts.case.kind in LAW_BOUND:
        return None
    rules, country = facts.policy.window, facts.order.customer.country
    days = rules.by_country.get(country, rules.days)
    start, counted_from = _start(facts)
    grace = 0 if counted_from == "delivery" else rules.grace_days
    last = start + timedelta(days=days + grace)
    shown = {"from": counted_from, "start": start.date(), "last_day": last.date()}
    if facts.case.asked_at > last:
        why = f"The return window of {days} days ended on {last:%Y-%m-%d}."
        return _say("window", "decline", why, **shown)
    why = f"Within the return window, which ends on {last:%Y-%m-%d}."
    return _say("window", "approve", why, **shown)


def withdrawal(facts: Facts) -> Answer:
    """Grant fourteen days from the last parcel; in doubt, for the customer."""
    start, counted_from = _start(facts)
    grace = 0 if counted_from == "delivery" else facts.policy.window.grace_days
    # A day more: the period runs to the end of its last day (Regulation 1182/71).
    last = start + timedelta(days=WITHDRAWAL_DAYS + grace + 1)
    shown = {"from": counted_from, "start": start.date()}
    if facts.case.asked_at <= last:
        why = "Withdrawal within 14 days of the last parcel."
        return _say("withdrawal", "approve", why, **shown)
    why = "Withdrawal declared later than 14 days after the last parcel."
    return _say("withdrawal", "ask", why, **shown)


def _start(facts: Facts) -> tuple[datetime, str]:
    """Return when the period starts: the last parcel with this line decides."""
    order = facts.order
    parcels = [
        parcel
        for parcel in order.parcels
        if not parcel.units or facts.line.ref in dict(parcel.units)
    ]
    if facts.case.kind is Kind.WITHDRAWAL:
        parcels = list(order.parcels)  # the last parcel of the order (article 9.2.b.i)
    delivered = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    shipped = [parcel.shipped_at for parcel in parcels if parcel.shipped_at]
    if delivered and len(delivered) == len(parcels):
        return max(delivered), "delivery"
    if shipped:
        return max(shipped), "dispatch"
    if order.completed_at:
        return order.completed_at, "completion"
    return order.placed_at, "purchase"


def exclusions(facts: Facts) -> Answer | None:
    """Keep out products, SKUs, tags and categories that cannot come back."""
    tags = {tag.casefold() for tag in facts.line.tags}
    categories = {name.casefold() for name in facts.line.categories}
    for one in facts.policy.exclusions:
        if (
            facts.line.product_ref in one.products
            or facts.line.sku in one.skus
            or tags & one.tags
            or categories & one.categories
        ):
            why = spoken(one.why, "en")
            return _say("exclusion", "decline", why, sku=facts.line.sku)
    return None


def final_sale(facts: Facts) -> Answer | None:
    """Keep out what was sold for good, and gift cards."""
    if facts.line.is_gift_card and not facts.policy.gift_cards:
        return _say("gift_card", "decline", "Gift cards cannot be returned.")
    tags = {tag.casefold() for tag in facts.line.tags} & facts.policy.final_sale
    if not tags:
        return None
    why = "This item was a final sale."
    return _say("final_sale", "decline", why, tag=min(tags))


def reason_known(facts: Facts) -> Answer | None:
    """Ask a person about a reason that the policy does not know."""
    if facts.reason is not None:
        return None
    why = "The policy does not know this reason."
    return _say("reason", "ask", why, reason=facts.wanted.reason[:80])


def photo(facts: Facts) -> Answer | None:
    """Ask where a reason needs a photo and none came."""
    needs = facts.reason is not None and facts.reason.needs_photo
    if not needs or facts.wanted.has_photo:
        return None
    return _say("photo", "ask", "This reason needs a photo, and none was sent.")


def person(facts: Facts) -> Answer | None:
    """Ask where a person looks at every return for the reason."""
    if facts.reason is None or not facts.reason.needs_person:
        return None
    return _say("person", "ask", "A person looks at returns for this reason.")


# The merchant's own rules. A claim that the law grants is never declined by them.
RULES: tuple[Rule, ...] = (
    order_status,
    units_left,
    window,
    exclusions,
    final_sale,
    reason_known,
    photo,
    person,
)
