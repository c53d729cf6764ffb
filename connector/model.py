"""The common returns model: what both platforms' data becomes.

Amounts are `Money` (minor units); moments are aware datetimes in UTC; a `ref` is
an id at the shop, exactly as the shop writes it; an `id` is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.money import Money, total


class OrderStatus(StrEnum):
    """What an order's state at the shop means for a return."""

    UNPAID = "unpaid"
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class TenderKind(StrEnum):
    """What a customer paid with."""

    CARD = "card"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    MANUAL = "manual"
    UNKNOWN = "unknown"


class Moved(StrEnum):
    """Whether the money of a refund at the shop has left."""

    YES = "yes"
    PENDING = "pending"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something in a payload that no table of ours knows, kept as it came."""

    path: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPart:
    """How much of an amount is tax of one rate.

    `rate` is WooCommerce's tax rate id, or `title@rate` on Shopify, whose tax
    lines have no id.
    """

    rate: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order line as it was paid: `gross` includes tax and all discounts."""

    ref: str
    title: str
    quantity: int
    gross: Money
    taxes: tuple[TaxPart, ...] = ()
    sku: str = ""
    product_ref: str = ""
    variant_ref: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_gift_card: bool = False
    is_physical: bool = True
    fulfilled: int | None = None  # units shipped; None where the shop does not say
    refunded_units: int = 0  # by anybody, as the shop counts
    refunded: Money | None = None  # gross refunded on this line; None = not said

    @property
    def tax(self) -> Money:
        """The tax inside `gross`."""
        return total((part.amount for part in self.taxes), self.gross.currency)

    @property
    def net(self) -> Money:
        """What remains of `gross` without tax."""
        return self.gross - self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A shipping or fee line as it was paid, tax included."""

    ref: str
    title: str
    gross: Money
    taxes: tuple[TaxPart, ...] = ()
    refunded: Money | None = None

    @property
    def tax(self) -> Money:
        """The tax inside `gross`."""
        return total((part.amount for part in self.taxes), self.gross.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """Money captured on one means of payment, and what went back on it."""

    ref: str
    gateway: str
    kind: TenderKind
    captured: Money
    refunded: Money
    can_refund: bool | None = None  # by API; None = the shop does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One shipment to the customer; `units` are (line ref, quantity)."""

    ref: str
    units: tuple[tuple[str, int], ...]
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """Units and gross of one order line inside a refund at the shop."""

    line_ref: str
    quantity: int
    gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRefund:
    """A refund as the shop lists it, whoever made it.

    `key` is our refund's id when the shop's record carries our token.
    """

    ref: str
    amount: Money
    moved: Moved
    key: str | None = None
    made_at: datetime | None = None
    return_ref: str = ""
    lines: tuple[RefundedLine, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who bought; personal data, never logged."""

    email: str = ""
    name: str = ""
    country: str = ""  # ISO 3166 alpha-2, of the shipping address
    language: str = ""  # BCP 47, as the shop knows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A snapshot of what was paid, in the currency that the customer paid."""

    ref: str
    number: str
    currency: str
    total: Money
    status: OrderStatus
    placed_at: datetime
    updated_at: datetime
    lines: tuple[Line, ...]
    shipping: tuple[Charge, ...] = ()
    fees: tuple[Charge, ...] = ()
    tenders: tuple[Tender, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[ShopRefund, ...] = ()
    customer: Customer = field(default_factory=Customer)
    completed_at: datetime | None = None
    oddities: tuple[Oddity, ...] = ()

    def line(self, ref: str) -> Line | None:
        """Find a line by the shop's id for it."""
        return next((line for line in self.lines if line.ref == ref), None)

    @property
    def captured(self) -> Money:
        """All that was taken from the customer."""
        return total((tender.captured for tender in self.tenders), self.currency)


class Kind(StrEnum):
    """Why, in law, goods come back."""

    VOLUNTARY = "voluntary"
    WITHDRAWAL = "withdrawal"
    FAULTY = "faulty"
    CARRIER_DAMAGE = "carrier_damage"
    COURTESY = "courtesy"


class Fault(StrEnum):
    """Who answers for a return."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"


class Resolution(StrEnum):
    """What the customer wants or gets."""

    REFUND = "refund"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one rule said about one line; the trace is a tuple of these."""

    rule: str
    says: str  # approve, decline, ask, fee, note
    why: str  # a sentence for people
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """One order line inside a return, with its quantities and decision."""

    id: int
    line_ref: str
    asked: int
    reason: str
    note: str = ""
    has_photo: bool = False
    decision: str = "pending"  # states.Decision
    approved: int = 0
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    lost: int = 0
    platform_ref: str = ""
    trace: tuple[Answer, ...] = ()
    wanted: Resolution = Resolution.REFUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return (RMA) of one order; its status is computed from its lines."""

    id: str
    number: str  # 1001-R1
    shop: str
    order_ref: str
    kind: Kind
    filed_by: str  # portal, shop, inbound, console
    opened_at: datetime
    lines: tuple[ReturnLine, ...]
    language: str = "en"
    shipped_at: datetime | None = None
    platform_ref: str = ""
    refund_shipping: bool = False
    policy_hash: str = ""
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopReturn:
    """A return as the shop holds it (Shopify only)."""

    ref: str
    number: str
    order_ref: str
    status: str  # requested, open, closed, declined, cancelled, unknown
    lines: tuple[ShopReturnLine, ...]
    opened_at: datetime
    raw_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopReturnLine:
    """A line of a shop's return; quantities as the shop counts them."""

    ref: str
    line_ref: str
    quantity: int
    processable: int
    processed: int
    refunded: int
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of a line or charge to be paid back; `quantity` 0 for charges."""

    ref: str
    quantity: int
    gross: Money
    taxes: tuple[TaxPart, ...] = ()
    restock: bool = False

    @property
    def tax(self) -> Money:
        """The tax inside `gross`."""
        return total((part.amount for part in self.taxes), self.gross.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """A named amount that stays with the merchant (positive)."""

    code: str  # restocking, return_shipping, inspection, rounding
    amount: Money
    line_ref: str = ""  # empty: it concerns the whole return


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderShare:
    """How much goes back on one tender."""

    tender_ref: str
    gateway: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """One refund to ask of a shop; `key` (a UUIDv7) is its name for life.

    `amount` = lines gross + shipping gross - deductions = sum of tenders.
    """

    key: str
    order_ref: str
    amount: Money
    lines: tuple[Share, ...]
    shipping: tuple[Share, ...]
    deductions: tuple[Deduction, ...]
    tenders: tuple[TenderShare, ...]
    reason: str
    return_number: str = ""
    return_ref: str = ""  # the shop's own return; empty = a refund without one
    return_lines: tuple[tuple[str, int], ...] = ()  # (shop's return line, quantity)
    goods_received: bool = False
    by_gateway: bool = True  # False: a person has paid, only book it
    first_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the shop says became of a refund."""

    ref: str
    amount: Money
    moved: Moved


class Found(StrEnum):
    """What looking at the shop showed about a refund that was sent."""

    DONE = "done"  # it is there and the money moved
    PENDING = "pending"  # it is there, the money is on its way
    FAILED = "failed"  # it is there, and the money surely did not move
    ABSENT = "absent"  # surely never executed: the same key may go again
    UNCLEAR = "unclear"  # nothing can be concluded yet; look again later
    PERSON = "person"  # nothing more can be learnt by looking


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of a look; `why` is for the person who must decide."""

    found: Found
    receipt: Receipt | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was read just before a refund is sent.

    `preimage` is JSON and is committed before the call. `already` is set when the
    shop has this very refund. `ask` is set when a person must decide instead.
    """

    preimage: Mapping[str, Any]
    already: Receipt | None = None
    ask: str = ""
    rounding: Money | None = None  # booked difference to the shop's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An order that the shop says was modified; read again before it counts."""

    order_ref: str
    updated_at: datetime
