"""What rules see of one line, and how each fact of the vocabulary is read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from connector.model import Fault, Line, Order
from connector.policy.case import Case
from connector.policy.facts import PAST_DAYS
from connector.policy.periods import LAW_BOUND, line_begins
from connector.policy.vocabulary import Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

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
        "_begins",
        "case",
        "fault",
        "line",
        "order",
        "policy",
        "reason",
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
        self.reason: Reason | None = of.policy.reason(wanted.reason)
        # The customer answers where no reason says otherwise.
        self.fault = self.reason.fault if self.reason else Fault.CUSTOMER
        self._begins: tuple[datetime, str] | None = None

    @property
    def begins(self) -> tuple[datetime, str]:
        """When the line's window begins, and from what it is counted."""
        if self._begins is None:
            self._begins = line_begins(self.order, self.line.ref)
        return self._begins

    def minor(self, money: Money) -> int | None:
        """Return an amount in the policy's currency, None in another."""
        return money.minor if money.currency == self.policy.currency else None


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


def _since_delivery(seen: Seen) -> int:
    return (seen.case.asked_at - seen.begins[0]).days


def _past_value(seen: Seen) -> int:
    return past_worth(seen.case, PAST_DAYS, seen.policy.currency)


READ: Mapping[str, Callable[[Seen], Value]] = {
    "shop": lambda seen: seen.case.shop,
    "channel": lambda seen: seen.case.channel,
    "method": lambda seen: seen.case.method.casefold(),
    "kind": lambda seen: seen.case.kind.value,
    "country": lambda seen: seen.order.customer.country.upper(),
    "language": lambda seen: seen.order.customer.language[:2].casefold(),
    "currency": lambda seen: seen.order.currency,
    "order_status": lambda seen: seen.order.status.value,
    "placed_at": lambda seen: seen.order.placed_at.toordinal(),
    "asked_at": lambda seen: seen.case.asked_at.toordinal(),
    "days_since_purchase": lambda seen: (
        (seen.case.asked_at - seen.order.placed_at).days
    ),
    "days_since_delivery": _since_delivery,
    "total": lambda seen: seen.minor(seen.order.total),
    "price": lambda seen: seen.minor(worth(seen.line, 1)),
    "worth": lambda seen: seen.minor(worth(seen.line, seen.wanted.quantity)),
    "quantity": lambda seen: seen.wanted.quantity,
    "product": lambda seen: seen.line.product_ref,
    "variant": lambda seen: seen.line.variant_ref,
    "sku": lambda seen: seen.line.sku,
    "tag": lambda seen: _folded(seen.line.tags),
    "category": lambda seen: _folded(seen.line.categories),
    "gift_card": lambda seen: int(seen.line.is_gift_card),
    "reason": lambda seen: seen.reason.code if seen.reason else "",
    "reason_group": lambda seen: seen.reason.group if seen.reason else "",
    "fault": lambda seen: seen.fault.value,
    "resolution": lambda seen: seen.wanted.resolution.value,
    "answer": _answers,
    "photos": lambda seen: seen.wanted.photo_count,
    "customer_tag": lambda seen: seen.whole.customer_tags,
    "customer_group": lambda seen: seen.whole.customer_groups,
    "past_returns": lambda seen: past(seen.case, PAST_DAYS),
    "past_value": _past_value,
}
