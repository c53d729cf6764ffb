"""What the stand-in shop remembers: mutable rows, found by their GID."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from adapters.shopify.standin.amounts import Bag, Pair


@dataclass(slots=True)
class Variant:
    """A product and its only variant; the price is in the shop's currency."""

    gid: str
    product_gid: str
    title: str
    price: Decimal
    tax_rate: Decimal
    tax_title: str
    sku: str
    tags: list[str]
    product_type: str
    stock: int
    is_gift_card: bool
    created_at: datetime
    option: str = ""  # what tells it from the other variants of its product
    tracked: bool = True


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of a line: a rate is known by title and rate, it has no id."""

    title: str
    rate: Decimal
    amount: Bag


@dataclass(slots=True)
class Line:
    """A bought line with its discounts, taxes, and what was refunded of it."""

    gid: str
    variant: Variant
    quantity: int
    unit: Bag
    line_discount: Bag
    order_discount: Bag
    taxes: list[Tax]
    refunded_quantity: int
    removed_quantity: int
    refunded_subtotal: Bag
    refunded_tax: Bag
    is_edited_out: bool = False  # staff took it off the order: it costs nothing more

    @property
    def original(self) -> Bag:
        """Unit price times quantity, before discounts."""
        return self.unit.times(Decimal(self.quantity))

    @property
    def paid(self) -> Bag:
        """What is left after every discount, tax inside where the shop includes it."""
        return self.original - self.line_discount - self.order_discount

    @property
    def tax(self) -> Bag:
        """Sum of the line's taxes."""
        result = self.unit.pair.nothing()
        for tax in self.taxes:
            result += tax.amount
        return result


@dataclass(slots=True)
class Shipping:
    """The shipping line of an order."""

    gid: str
    title: str
    price: Bag
    taxes: list[Tax]
    refunded: Bag
    refunded_tax: Bag


@dataclass(slots=True)
class Transaction:
    """Money at a gateway; a refund names the sale that it gives back."""

    gid: str
    order_gid: str
    kind: str
    status: str
    gateway: str
    amount: Bag
    created_at: datetime
    parent: Transaction | None = None
    refund_gid: str | None = None
    error_code: str | None = None
    fails_at: datetime | None = None


@dataclass(slots=True)
class ParcelLine:
    """Units of a line in one parcel (FulfillmentLineItem)."""

    gid: str
    line: Line
    quantity: int


@dataclass(slots=True)
class Parcel:
    """A fulfillment: what left the house together."""

    gid: str
    name: str
    order_gid: str
    lines: list[ParcelLine]
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None = None
    status: str = "SUCCESS"  # FulfillmentStatus


@dataclass(slots=True)
class RefundLine:
    """Units of a line inside a refund, with what they were worth."""

    gid: str
    line: Line
    quantity: int
    subtotal: Bag
    tax: Bag
    restock_type: str


@dataclass(slots=True)
class Refund:
    """A refund as the shop writes it down, whether or not the money ever moves."""

    gid: str
    order_gid: str
    created_at: datetime
    note: str | None
    return_gid: str | None
    by: str
    lines: list[RefundLine]
    shipping: Bag
    shipping_tax: Bag
    adjustment: Bag
    reason: str
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True)
class ReturnLine:
    """Units of one parcel line inside a return."""

    gid: str
    parcel_line: ParcelLine
    quantity: int
    reason_gid: str | None
    reason_note: str = ""
    customer_note: str | None = None
    fee_percent: Decimal | None = None
    fee_gid: str = ""
    processed: int = 0
    refunded: int = 0


@dataclass(slots=True)
class Exchange:
    """A wanted variant instead; it becomes an order line when it is processed."""

    gid: str
    variant: Variant
    quantity: int
    discount: Decimal = Decimal(0)
    processed: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Disposition:
    """What was done with returned units."""

    gid: str
    kind: str
    quantity: int
    created_at: datetime
    location: str | None


@dataclass(slots=True)
class ReverseLine:
    """Units that a reverse fulfillment order awaits."""

    gid: str
    order_gid: str
    return_line: ReturnLine
    dispositions: list[Disposition] = field(default_factory=list)


@dataclass(slots=True)
class ReverseOrder:
    """The goods' way back (ReverseFulfillmentOrder)."""

    gid: str
    order_gid: str
    lines: list[ReverseLine]
    status: str = "OPEN"


@dataclass(slots=True)
class ShippingFee:
    """What the customer pays for sending goods back; charged once."""

    gid: str
    amount: Bag
    charged: bool = False


@dataclass(slots=True)
class Return:
    """A return with its lines and the goods' way back."""

    gid: str
    name: str
    order_gid: str
    status: str
    created_at: datetime
    lines: list[ReturnLine]
    exchanges: list[Exchange]
    fees: list[ShippingFee]
    approved_at: datetime | None = None
    closed_at: datetime | None = None
    decline_reason: str | None = None
    decline_note: str | None = None
    reverse: list[ReverseOrder] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Credit:
    """One transaction on a customer's store credit account."""

    gid: str
    at: datetime
    amount: Decimal
    currency: str
    event: str
    expires: str | None = None


@dataclass(slots=True)
class GiftCard:
    """A gift card; what is left of it is in its own currency."""

    gid: str
    code: str
    amount: Decimal
    balance: Decimal
    currency: str
    created_at: datetime
    expires: date | None
    note: str | None


@dataclass(slots=True)
class Customer:
    """A buyer, and the store credit the shop owes them."""

    gid: str
    email: str
    name: str
    account_gid: str
    created_at: datetime
    credits: list[Credit] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """An order with all that happened to it."""

    gid: str
    number: int
    pair: Pair
    taxes_included: bool
    customer: Customer
    country: str
    created_at: datetime
    updated_at: datetime
    lines: list[Line]
    shipping: Shipping | None
    order_discount_percent: Decimal | None
    transactions: list[Transaction] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    swapped: Bag | None = None  # worth of what came back, taken for new goods

    @property
    def name(self) -> str:
        """The number as people write it, "#1001"."""
        return f"#{self.number}"

    @property
    def sent(self) -> list[Parcel]:
        """The parcels that left: a cancelled one did not, its units are to be sent."""
        return [one for one in self.parcels if one.status == "SUCCESS"]


@dataclass(frozen=True, slots=True)
class Payout:
    """Money that left (or was to leave) the merchant, in the buyer's minor units."""

    order_gid: str
    refund_gid: str | None
    transaction_gid: str
    gateway: str
    amount_minor: int
    currency: str
    by: str
    moved: bool
