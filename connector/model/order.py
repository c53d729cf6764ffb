"""What was bought and paid, as the shop last said it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

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
    # Where new goods join the order of the old ones, "" and 0 elsewhere:
    swap_ref: str = ""  # what the shop calls the wish that it was sent for
    taken_off: int = 0  # units that staff took off the order before they were sent

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


SWAPPED = "exchange"  # the ref of the tender that stands for goods that came back


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
    tags: tuple[str, ...] = ()  # as the shop keeps them; at WooCommerce his role
    are_tags_known: bool = True  # False where nobody could read them, or may any more


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
    adds_tax: bool = False  # to prices without it, on the whole of each line

    def line(self, ref: str) -> Line | None:
        """Find a line by the shop's id for it."""
        return next((line for line in self.lines if line.ref == ref), None)

    def is_to_come(self, line: Line) -> bool:
        """Whether units of a line are still to be sent; not where nobody says.

        What was refunded beside the shop's own returns may never have been sent.
        """
        sent = line.quantity if line.fulfilled is None else line.fulfilled
        if sent >= line.quantity or not line.is_physical:
            return False
        returned = sum(
            part.quantity
            for refund in self.refunds
            if refund.return_ref
            for part in refund.lines
            if part.line_ref == line.ref
        )
        unsent = max(0, line.refunded_units - returned)
        return sent + unsent < line.quantity

    def anonymous(self) -> Order:
        """Leave out who bought, and every free text; country and language stay.

        What tags he had nobody knows then: that he had none stays true.
        """
        who = self.customer
        knows = who.are_tags_known and not who.tags
        return replace(
            self,
            customer=replace(who, email="", name="", tags=(), are_tags_known=knows),
            parcels=tuple(replace(one, tracking="") for one in self.parcels),
            refunds=tuple(replace(one, note="") for one in self.refunds),
            oddities=tuple(replace(one, raw="") for one in self.oddities),
        )

    @property
    def captured(self) -> Money:
        """All that was taken from the customer."""
        return total((tender.captured for tender in self.tenders), self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An order that the shop says was modified; read again before it counts."""

    order_ref: str
    updated_at: datetime
