"""What comes back, and why: ours, and the shop's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from connector.model.taxes import TaxRate, add_tax
from connector.money import Money


class Kind(StrEnum):
    """Why, in law, goods come back."""

    VOLUNTARY = "voluntary"
    WITHDRAWAL = "withdrawal"
    FAULTY = "faulty"
    CARRIER_DAMAGE = "carrier_damage"
    COURTESY = "courtesy"


# What the law grants for goods that are not as they should be, whoever's fault it is.
FAULTS = frozenset({Kind.FAULTY, Kind.CARRIER_DAMAGE})


class Fault(StrEnum):
    """Who answers for a return."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"


class Resolution(StrEnum):
    """What the customer wants, or gets, for one return line."""

    REFUND = "refund"  # money, to what was paid with
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    EXCHANGE = "exchange"  # for another variant or product; the difference is settled
    REPLACEMENT = "replacement"  # the same again, for nothing
    REPAIR = "repair"
    KEEP = "keep"  # money, and the goods stay with the customer
    COURTESY = "courtesy"  # credit on top, that no captured money stands for
    MANUAL = "manual"  # a person pays by other means, with proof
    NONE = "none"


# What a customer may ask for; the other ways only a merchant decides.
ASKABLE = frozenset(
    {
        Resolution.REFUND,
        Resolution.STORE_CREDIT,
        Resolution.GIFT_CARD,
        Resolution.EXCHANGE,
        Resolution.REPLACEMENT,
        Resolution.REPAIR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one rule said about one line; the trace is a tuple of these.

    `why` is the sentence in English. `code` and `facts` say it in other languages
    (`connector.policy.sentences`), `words` are the merchant's own by language; older
    traces have neither.
    """

    rule: str
    says: str  # approve, decline, ask, fee, note
    why: str
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """One thing that a shop sells: a variant, as it can be sent instead.

    `price` is what this customer would pay for one, tax included, as the shop says.
    `available` is how many can be sold now; None where the shop does not count.
    `net` is what one costs where the shop adds `rates` to the whole of a line.
    """

    ref: str
    title: str
    price: Money
    product_ref: str = ""
    sku: str = ""
    available: int | None = None
    net: Decimal | None = None
    rates: tuple[TaxRate, ...] = ()

    def cost(self, units: int) -> Money:
        """Return what so many of it cost together, tax included."""
        if self.net is None:
            return self.price.share(units, 1)
        return add_tax(self.net * units, self.rates, self.price.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGoods:
    """What is sent instead: `quantity` of a ware; `price` is gross, for all of them."""

    ref: str
    title: str
    quantity: int
    price: Money
    product_ref: str = ""


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
    elsewhere: int = 0  # units that somebody else paid back, in the shop itself
    platform_ref: str = ""
    trace: tuple[Answer, ...] = ()
    wanted: Resolution = Resolution.REFUND
    decided: Resolution | None = None  # None: what was wanted, until somebody decides
    goods: NewGoods | None = None  # what is wanted instead, for an exchange
    answers: tuple[tuple[str, str], ...] = ()  # (question code, answer code)
    restock: bool | None = None  # None: as inspection says; else said by a person
    place: str = ""  # where it is restocked, the shop's id; empty: where it came from
    loss_bp: int = 0  # value lost by handling, basis points of the price; a person's
    handed_back: int = 0  # units given back to the customer, repaired or refused
    photos: int = 0  # how many the customer sent us; kept when they are erased
    # How a shop is told of `reason`; never stored, "" until a shop is to be told.
    reason_handle: str = ""  # a ReturnReasonDefinition's; none there: another reason
    reason_words: str = ""  # the merchant's own words, in his shop's language
    before: int = 0  # units of the order line that come back before these; not stored

    @property
    def resolution(self) -> Resolution:
        """What the line is made good with, as it stands."""
        return self.decided or self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """Judged units of a return line that go their way apart from their money.

    `key` is its name for life. `restock` False: they stay off the shelf, and the shop
    is only told. `total` is how many units of the line have gone that way in all by
    our books, these included. `return_ref` and `return_line` are the shop's own,
    empty where it has none; `place` is empty where they came from.
    """

    key: str
    order_ref: str
    line_ref: str
    quantity: int
    total: int
    restock: bool
    place: str = ""
    return_number: str = ""
    return_ref: str = ""
    return_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a verdict fixed about the money of a return, kept with the return.

    `when` is policy.When; `restocking` and `bonus` are (our return line id, basis
    points); `goods_when` says when new goods leave, as `when` does for money;
    `fallback` is what is given where new goods are gone; `credit_days` how long store
    credit is good for, None for ever.
    """

    when: str
    return_fee: Money | None = None
    restocking: tuple[tuple[int, int], ...] = ()
    bonus: tuple[tuple[int, int], ...] = ()
    goods_when: str = "received"
    fallback: Resolution = Resolution.REFUND
    credit_days: int | None = None
    shipping_limit: Money | None = None  # of the outbound shipping; None: what was paid
    shipping_part: str = ""  # how it goes back with a part of the goods; "": not


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
    method: str = ""  # the way back that the customer chose, of the policy's
    language: str = "en"
    shipped_at: datetime | None = None  # the customer says so, or a person
    proven_at: datetime | None = None  # a person has seen proof that it was sent
    platform_ref: str = ""
    refund_shipping: bool = False
    policy_hash: str = ""
    terms: Terms | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def status(self) -> str:
        """The state of the whole, computed from its lines; never stored.

        One of cancelled, closed, needs_person, pending, declined, received,
        partly_received, in_transit, awaited.
        """
        said = {line.decision for line in self.lines}
        if self.cancelled_at or said == {"declined"}:
            return "cancelled" if self.cancelled_at else "declined"
        if self.closed_at:
            return "closed"
        for grave in ("needs_person", "pending"):
            if grave in said:
                return grave
        return self._goods()

    def _goods(self) -> str:
        coming = [
            line
            for line in self.lines
            if line.decision == "approved" and line.resolution is not Resolution.KEEP
        ]
        if all(
            line.received + line.lost + line.elsewhere >= line.approved
            for line in coming
        ):
            return "received"
        if any(line.received for line in coming):
            return "partly_received"
        return "in_transit" if self.shipped_at else "awaited"


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
class ShopReturn:
    """A return as the shop holds it, itself or in a plugin of its own."""

    ref: str
    number: str
    order_ref: str
    status: str  # requested, open, closed, declined, cancelled, unknown
    lines: tuple[ShopReturnLine, ...]
    opened_at: datetime
    raw_status: str = ""
    exchanges: int = 0  # units wanted instead; the shop settles the difference
    our_number: str = ""  # the number of our return, where the shop's record has it
    photos: tuple[str, ...] = ()  # addresses of the customer's images at the shop
