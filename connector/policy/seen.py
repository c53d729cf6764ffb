"""What rules see of one line, and how each fact of the vocabulary is read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from connector.model import Fault, Line, Order
from connector.money import round_half_up
from connector.policy.case import Case
from connector.policy.facts import PAST_DAYS
from connector.policy.periods import LAW_BOUND, line_begins
from connector.policy.vocabulary import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.money import Money
    from connector.policy.case import Wanted
    from connector.policy.vocabulary import Reason

    Value = str | int | frozenset[str] | None


NO_TAGS: frozenset[str] = frozenset()


@dataclass(slots=True)
class Whole:
    """What all lines of a return share."""

    policy: Policy
    order: Order
    case: Case
    lines: Mapping[str, Line]
    is_law: bool
    is_same_currency: bool
    customer_tags: frozenset[str]
    customer_groups: frozenset[str]
    # Until when the law's period runs, once `connector.policy.within` has looked.
    within: tuple[datetime | None] | None = None


def whole(policy: Policy, order: Order, case: Case) -> Whole:
    """Look once at what every line of a return shares."""
    said = case.customer_tags + order.customer.tags
    tags = frozenset([tag.casefold() for tag in said]) if said else NO_TAGS
    return Whole(
        policy,
        order,
        case,
        {line.ref: line for line in reversed(order.lines)},  # the first of its name
        case.kind in LAW_BOUND,
        order.currency == policy.currency,
        tags,
        policy.groups_of(tags) if tags else tags,
    )


class Seen:
    """One line of a return, with all that a rule may look at."""

    __slots__ = (
        "begins",
        "case",
        "categories",
        "fault",
        "line",
        "order",
        "policy",
        "reason",
        "tags",
        "wanted",
        "whole",
    )

    def __init__(self, of: Whole, wanted: Wanted, line: Line) -> None:
        self.whole = of
        self.policy = of.policy
        self.order = of.order
        self.case = of.case
        self.wanted = wanted
        self.line = line
        self.tags = _folded(line.tags)
        self.categories = _folded(line.categories)
        self.reason: Reason | None = of.policy.reason(wanted.reason)
        # The customer answers where no reason says otherwise.
        self.fault = self.reason.fault if self.reason else Fault.CUSTOMER
        # When the line's window begins, and from what it is counted.
        self.begins: tuple[datetime, str] = line_begins(of.order, line.ref)

    def minor(self, money: Money) -> int | None:
        """Return an amount in the policy's currency, None in another."""
        return money.minor if money.currency == self.policy.currency else None

    def paid(self, quantity: int) -> int | None:
        """Return what was paid for so many units, as `worth` does; or None."""
        gross, of = self.line.gross, self.line.quantity or 1
        if gross.currency != self.policy.currency:
            return None
        return round_half_up(gross.minor * quantity, of)


def email_hash(email: str) -> str:
    """Return how lists of customers name an address; "" for none."""
    folded = email.strip().lower()
    return sha256(folded.encode()).hexdigest() if folded else ""


def worth(line: Line, quantity: int) -> Money:
    """Return what was paid for so many units of a line, tax included."""
    return line.gross.share(quantity, max(1, line.quantity))


def past(case: Case, days: int) -> int:
    """Count the returns of the same customer in so many days before this one."""
    since = case.asked_at - timedelta(days=days)
    return sum(since < one.asked_at <= case.asked_at for one in case.past)


def past_worth(case: Case, days: int, currency: str) -> int:
    """Add up, in minor units, what those returns were worth in a currency."""
    since = case.asked_at - timedelta(days=days)
    return sum(
        one.worth.minor
        for one in case.past
        if since < one.asked_at <= case.asked_at and one.worth.currency == currency
    )


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset([word.casefold() for word in words]) if words else NO_TAGS


def _answers(seen: Seen) -> frozenset[str]:
    return frozenset(f"{asked}:{said}" for asked, said in seen.wanted.answers)


def _past_returns(seen: Seen) -> int:
    return past(seen.case, PAST_DAYS)


def _past_value(seen: Seen) -> int:
    return past_worth(seen.case, PAST_DAYS, seen.policy.currency)


# How each fact is read, as Python: it stands in the compiled conditions as it is here.
FORMS: Mapping[str, str] = {
    "shop": "seen.case.shop",
    "channel": "seen.case.channel",
    "method": "seen.case.method.casefold()",
    "kind": "seen.case.kind.value",
    "country": "seen.order.customer.country.upper()",
    "language": "seen.order.customer.language[:2].casefold()",
    "currency": "seen.order.currency",
    "order_status": "seen.order.status.value",
    "placed_at": "seen.order.placed_at.toordinal()",
    "asked_at": "seen.case.asked_at.toordinal()",
    "days_since_purchase": "(seen.case.asked_at - seen.order.placed_at).days",
    "days_since_delivery": "(seen.case.asked_at - seen.begins[0]).days",
    "total": "seen.minor(seen.order.total)",
    "price": "seen.paid(1)",
    "worth": "seen.paid(seen.wanted.quantity)",
    "quantity": "seen.wanted.quantity",
    "product": "seen.line.product_ref",
    "variant": "seen.line.variant_ref",
    "sku": "seen.line.sku",
    "tag": "seen.tags",
    "category": "seen.categories",
    "gift_card": "int(seen.line.is_gift_card)",
    "reason": 'seen.reason.code if seen.reason else ""',
    "reason_group": 'seen.reason.group if seen.reason else ""',
    "fault": "seen.fault.value",
    "resolution": "seen.wanted.resolution.value",
    "answer": "answers(seen)",
    "photos": "seen.wanted.photo_count",
    "customer_tag": "seen.whole.customer_tags",
    "customer_group": "seen.whole.customer_groups",
    "past_returns": "past_returns(seen)",
    "past_value": "past_value(seen)",
}

NAMES: Mapping[str, Callable[[Seen], Value]] = {
    "answers": _answers,
    "past_returns": _past_returns,
    "past_value": _past_value,
}

READ: Mapping[str, Callable[[Seen], Value]] = {
    name: eval(f"lambda seen: {form}", dict(NAMES))  # noqa: S307 - our own table
    for name, form in FORMS.items()
}
