"""The words of a policy: what its file may say, and what a verdict holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model import Answer, Fault, Kind
from connector.money import Money
from connector.states import Decision

ANY = "*"  # the code of a reason that stands for every other


class When(StrEnum):
    """When the money goes back."""

    REQUESTED = "requested"
    SHIPPED = "shipped"
    RECEIVED = "received"
    INSPECTED = "inspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line that somebody wants to send back."""

    line_ref: str
    quantity: int
    reason: str
    note: str = ""
    has_photo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A return as a question to the policy; `asked_at` is aware."""

    kind: Kind
    asked_at: datetime
    lines: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How long a return may be asked for, in days, counted from delivery.

    Where the shop does not say when a parcel arrived, days count from dispatch,
    else completion, else purchase, with `grace_days` more for the way.
    """

    days: int = 30
    grace_days: int = 5
    by_country: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What cannot come back, and the sentence that says so."""

    why: str
    products: frozenset[str] = frozenset()  # the shop's product ids
    skus: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()  # compared without case
    categories: frozenset[str] = frozenset()  # compared without case


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a customer sends something back, and what follows from it."""

    code: str
    labels: Mapping[str, str]
    fault: Fault = Fault.CUSTOMER
    needs_photo: bool = False
    needs_person: bool = False
    shopify: str = "other-reason"  # a ReturnReasonDefinition handle
    restocking_bp: int | None = None  # None: the policy's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole policy, as loaded."""

    currency: str
    window: Window = field(default_factory=Window)
    exclusions: tuple[Exclusion, ...] = ()
    final_sale: frozenset[str] = frozenset()  # tags
    gift_cards: bool = False  # may gift cards come back?
    reasons: tuple[Reason, ...] = ()
    automatic_below: Money | None = None
    restocking_bp: int = 0
    return_fee: Money | None = None
    refund_when: When = When.RECEIVED
    refund_shipping: bool = False  # also for returns that the law does not ask for

    def reason(self, code: str) -> Reason | None:
        """Find a reason by its code, the shop's handle or a label, or `*` for any.

        A return plugin of WooCommerce knows reasons by their words alone.
        """
        for names in ("code", "shopify"):
            for one in self.reasons:
                if getattr(one, names) == code:
                    return one
        words = code.strip().casefold()
        for one in self.reasons:
            if words in (label.casefold() for label in one.labels.values()):
                return one
        return next((one for one in self.reasons if one.code == ANY), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """What the policy says of one line; the trace is never empty."""

    line_ref: str
    decision: Decision
    trace: tuple[Answer, ...]
    restocking_bp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the policy says of a return; lines in the order they were asked."""

    lines: tuple[LineVerdict, ...]
    return_fee: Money | None
    refund_shipping: bool
    refund_when: When


def reasons(policy: Policy) -> tuple[Reason, ...]:
    """Return the reasons in the order of the file."""
    return policy.reasons


def label(reason: Reason, language: str) -> str:
    """Return a reason's words in a language, else English, else any, else its code."""
    short = language[:2].casefold()
    known = reason.labels
    spoken = known.get(short) or known.get("en") or next(iter(known.values()), "")
    return spoken or reason.code
