"""What a policy file holds, once read. `connector.policy.keys` documents each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.law import DEFAULTS, Switches
from connector.model import Fault, Resolution
from connector.money import Money
from connector.policy.case import When

ANY = "*"  # the code of a reason that stands for every other

# The merchant's own words by language; "" is a text that is given for every one.
Words = Mapping[str, str]
NO_WORDS: Words = {}


def spoken(words: Words, language: str) -> str:
    """Return a text in a language, else English, else any; "" where there is none."""
    short = language[:2].casefold()
    return (
        words.get(short)
        or words.get("en")
        or words.get("")
        or next(iter(words.values()), "")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition on one fact: `fact operator values`.

    Values are what the fact's kind makes of them: folded words, whole numbers (minor
    units for amounts, `date.toordinal()` for days), 0 or 1 for flags. `line` is
    where the file says it, `shown` the words as they are written there.
    """

    fact: str
    operator: str
    values: tuple[str, ...] | tuple[int, ...]
    line: int = field(default=0, compare=False)
    shown: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialWindow:
    """Another window where `when` holds; the later of `days` and `until` is its end."""

    name: str
    when: tuple[Clause, ...]
    days: int | None = None
    until: date | None = None  # the last day on which a return may be asked for
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How long a return may be asked for, in days, counted from delivery.

    Where the shop does not say when a parcel arrived, days count from dispatch,
    else completion, else purchase, with `grace_days` more for the way. The first
    special window that holds goes before `by_country`, which goes before `days`.
    """

    days: int = 30
    grace_days: int = 5
    by_country: Mapping[str, int] = field(default_factory=dict)
    special: tuple[SpecialWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What cannot come back, and the sentence that says so.

    `article` is its letter in article 16 of Directive 2011/83/EU; without one it
    binds voluntary returns alone, never a withdrawal. Any of the lists, or `when`.
    """

    why: Words
    name: str = ""
    article: str = ""
    when: tuple[Clause, ...] = ()
    products: frozenset[str] = frozenset()  # the shop's product ids
    skus: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()  # compared without case
    categories: frozenset[str] = frozenset()  # compared without case
    shown: tuple[str, ...] = field(default=(), compare=False)  # as they are written
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonGroup:
    """The upper level of reasons: what the customer is asked first."""

    code: str
    labels: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way back that the customer may choose for a whole return."""

    code: str
    labels: Words
    bring_to: Words = field(default_factory=dict)  # the place; empty: it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a customer sends something back, and what follows from it."""

    code: str
    labels: Words
    fault: Fault = Fault.CUSTOMER
    group: str = ""  # a ReasonGroup's code
    photos: int = 0  # how many are wanted
    needs_person: bool = False
    shopify: str = ""  # a ReturnReasonDefinition handle; "": none is its own
    words: tuple[str, ...] = ()  # what a plugin of WooCommerce calls it
    restocking_bp: int | None = None  # None: the policy's own

    @property
    def needs_photo(self) -> bool:
        """Whether the customer is asked for a photo at all."""
        return self.photos > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question, and what follows from it.

    `says` is approve, ask, decline or fee; a fee is `restocking_bp`.
    """

    code: str
    labels: Words
    says: str = "approve"
    restocking_bp: int | None = None
    why: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the customer is asked for a line, where `when` holds."""

    code: str
    labels: Words
    choices: tuple[Choice, ...]
    when: tuple[Clause, ...] = ()
    is_required: bool = True

    def choice(self, code: str) -> Choice | None:
        """Find an answer by its code."""
        return next((one for one in self.choices if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialFee:
    """Other fees where `when` holds; None leaves a fee as it is."""

    name: str
    when: tuple[Clause, ...]
    restocking_bp: int | None = None
    return_fee: Money | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Who pays no fee; any of the lists, an order above an amount, or `when`."""

    reasons: frozenset[str] = frozenset()
    customer_groups: frozenset[str] = frozenset()
    resolutions: frozenset[Resolution] = frozenset()
    order_above: Money | None = None
    when: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What the special cases of fees are; the plain ones are in `Policy`."""

    special: tuple[SpecialFee, ...] = ()
    waiver: Waiver = field(default_factory=Waiver)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRule:
    """Ways to make good that are offered where `when` holds.

    All that hold are offered; the first that names a way fixes its bonus.
    """

    resolutions: tuple[Resolution, ...]
    bonus_bp: int = 0
    name: str = ""
    when: tuple[Clause, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """A refund below an amount leaves the goods with the customer, where `when` holds.

    The amount is what was paid for all that the return asks for.
    """

    below: Money | None = None
    when: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Who must approve a return worth more than an amount."""

    above: Money
    who: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Customers by SHA-256 of their lower-cased address (hex), or by a tag."""

    emails: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    says: str = "ask"
    why: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much one customer may send back in so many days before it is `says`.

    The return in question counts too.
    """

    days: int
    returns: int | None = None
    worth: Money | None = None
    says: str = "ask"
    why: Words = field(default_factory=dict)
    name: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup:
    """Customers who carry one of these tags in the shop."""

    name: str
    tags: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a rule does; None or empty: nothing about that."""

    decide: str = ""  # approve, ask, decline
    restocking_bp: int | None = None
    return_fee: Money | None = None
    waive_fees: bool = False
    resolution: Resolution | None = None
    offer: tuple[Resolution, ...] = ()
    bonus_bp: int | None = None
    withhold: tuple[Resolution, ...] = ()
    photos: int | None = None
    refund_when: When | None = None
    goods_when: When | None = None
    refund_shipping: bool | None = None
    approver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of the merchant's own rules; the highest priority speaks for each action."""

    name: str
    when: tuple[Clause, ...]
    then: Then
    why: Words = field(default_factory=dict)
    priority: int = 0
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole policy, as loaded. `digest` names the text that it was read from."""

    currency: str
    window: Window = field(default_factory=Window)
    exclusions: tuple[Exclusion, ...] = ()
    final_sale: frozenset[str] = frozenset()  # tags
    gift_cards: bool = False  # may gift cards come back?
    customer_groups: tuple[CustomerGroup, ...] = ()
    reason_groups: tuple[ReasonGroup, ...] = ()
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    methods: tuple[Method, ...] = ()
    is_automatic: bool = True  # False: a person decides every return
    automatic_below: Money | None = None
    levels: tuple[Level, ...] = ()
    block: Listed = field(default_factory=Listed)
    allow: Listed = field(default_factory=Listed)
    limits: tuple[Limit, ...] = ()
    restocking_bp: int = 0
    return_fee: Money | None = None
    fees: Fees = field(default_factory=Fees)
    offers: tuple[OfferRule, ...] = ()
    keep: Keep = field(default_factory=Keep)
    refund_when: When = When.RECEIVED
    refund_shipping: bool = False  # also for returns that the law does not ask for
    standard_delivery: Money | None = None  # the cheapest, in the one of `sold_to`
    deliveries: Mapping[str, Money] = field(default_factory=dict)  # by country
    goods_when: When = When.RECEIVED
    fallback: Resolution = Resolution.REFUND
    credit_days: int | None = None  # None: for ever
    expiry_days: int | None = None  # None: an approved return waits for ever
    rules: tuple[Rule, ...] = ()
    sold_to: frozenset[str] = frozenset()  # countries; empty: everywhere
    switches: Switches = field(default_factory=lambda: DEFAULTS)  # of connector.law
    digest: str = ""
    # What was compiled from this very policy; `replace` begins with an empty one.
    memo: dict[str, Any] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    def reason(self, code: str) -> Reason | None:
        """Find a reason by its code, the shop's handle or its words, or `*` for any."""
        exact, words = self._index()
        found = exact.get(code) or words.get(code.strip().casefold())
        return found or exact.get(ANY)

    def listed(self, code: str) -> Reason | None:
        """Find a reason by its code, the shop's handle or its words, and by no other.

        A return plugin of WooCommerce knows reasons by their words alone.
        """
        exact, words = self._index()
        return exact.get(code) or words.get(code.strip().casefold())

    def _index(self) -> tuple[dict[str, Reason], dict[str, Reason]]:
        """Return the reasons by code, else handle, and by words, the first first."""
        found = self.memo.get("reasons")
        if found is None:
            exact: dict[str, Reason] = {}
            words: dict[str, Reason] = {}
            for one in self.reasons:
                exact.setdefault(one.code, one)
            for one in self.reasons:
                if one.shopify:
                    exact.setdefault(one.shopify, one)
                for text in (*one.words, *one.labels.values()):
                    words.setdefault(text.casefold(), one)
            found = self.memo["reasons"] = (exact, words)
        exact, words = found
        return exact, words

    @property
    def has_amounts(self) -> bool:
        """Whether it holds amounts that mean nothing in another currency.

        Those of conditions are not among them: `Program.needs_amounts` says so. A fee
        of nothing is nothing in every currency.
        """
        waived = self.fees.waiver.order_above
        prices = (self.standard_delivery, *self.deliveries.values())
        limits = (self.automatic_below, *prices, waived)
        fees = (
            self.return_fee,
            self.keep.below,
            *(one.return_fee for one in self.fees.special),
            *(one.then.return_fee for one in self.rules),
        )
        return (
            bool(self.levels)
            or any(one is not None for one in limits)
            or any(one.worth is not None for one in self.limits)
            or any(fees)
        )

    @property
    def unsuited(self) -> str:
        """The code of the reason of somebody who merely changed his mind."""
        mild = [one.code for one in self.reasons if one.fault is Fault.CUSTOMER]
        return next((code for code in mild if code != ANY), ANY)

    def groups_of(self, tags: frozenset[str]) -> frozenset[str]:
        """Return the customer groups of somebody with these tags, folded."""
        return frozenset(one.name for one in self.customer_groups if one.tags & tags)


def label(one: Reason | ReasonGroup | Question | Choice | Method, language: str) -> str:
    """Return its words in a language, else English, else any, else its code."""
    return spoken(one.labels, language) or one.code
