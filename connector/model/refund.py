"""What goes back to the customer, and what the shop says became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.model.order import Moved, TaxPart
from connector.model.returns import NewGoods, Resolution
from connector.money import Money, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of a line or charge to be paid back; `quantity` 0 for charges.

    `restock`: all of its units go back on the shelf with this booking; else none.
    `place` is where the units are restocked; empty: where they came from.

    `fees` are (code, basis points, minor units) as they were reckoned, waived or not:
    the fees on the next units are reckoned from them.
    """

    ref: str
    quantity: int
    gross: Money
    taxes: tuple[TaxPart, ...] = ()
    restock: bool = False
    fees: tuple[tuple[str, int, int], ...] = ()
    place: str = ""

    @property
    def tax(self) -> Money:
        """The tax inside `gross`."""
        return total((part.amount for part in self.taxes), self.gross.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """A named amount that stays with the merchant (positive)."""

    code: str  # restocking, return_shipping, inspection, rounding, exchange
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

    `amount` = lines gross + shipping gross - deductions = sum of tenders: what is
    charged to each tender in our books. `way` says how it is made good:

    - `refund`, `manual`: the tenders are paid back.
    - `store_credit`, `gift_card`: `amount` and `bonus` become credit (`bonus` may be
      None); no tender is paid. `code` is the credit's own, made from the key, so
      that a repeat cannot make two; `expires_at` ends it.
    - `exchange`, `replacement`: `goods` are sent. What they cost of the returned
      goods' worth is a deduction named `exchange`; `owed` is what the customer pays
      on top; `amount`, which may be zero, goes back to the tenders. A replacement is
      priced at what it replaces: should it come back, that is what it is worth.
    - `courtesy`: credit of `bonus` alone; `amount` is zero, and no line is in it.

    Goods that were sent in exchange stand on an order of their own, and what pays them
    lies with the old one. Of two requests the one for the goods names the other in
    `paid_by`, and is only booked once that is confirmed. The other, on the old order,
    names it in `pays`, and in `buys_back` the exchange that sent the goods; it has no
    line but `old_lines`: what came back for them, which only the shop's VAT needs.
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
    goods_received: bool = False  # all units are judged: the booking says their place
    money_only: bool = False  # an earlier refund booked these units, and paid nothing
    by_gateway: bool = True  # False: a person has paid, only book it
    promised_at: datetime | None = None  # nothing under its key is older
    first_sent_at: datetime | None = None
    way: Resolution = Resolution.REFUND
    bonus: Money | None = None
    code: str = ""
    expires_at: datetime | None = None
    goods: tuple[NewGoods, ...] = ()
    owed: Money | None = None
    is_ahead: bool = False  # new goods leave before the old ones are back
    after: str = ""  # the key of a refund that must be confirmed first
    by_hand: Money | None = None  # what a person pays of it; None: all, or nothing
    paid: Money | None = None  # of `amount`: a person paid it before this was promised
    paid_by: str = ""
    pays: str = ""
    buys_back: str = ""
    old_lines: tuple[Share, ...] = ()

    @property
    def credit(self) -> Money:
        """What becomes credit: value and bonus together; zero for other ways."""
        zero = Money.zero(self.amount.currency)
        if self.way not in CREDITS:
            return zero
        return self.amount + (self.bonus or zero)

    @property
    def given(self) -> Money:
        """What leaves by it: money, credit, new goods less what is paid for them."""
        zero = Money.zero(self.amount.currency)
        goods = total((one.price for one in self.goods), self.amount.currency)
        return self.amount + (self.bonus or zero) + goods - (self.owed or zero)

    @property
    def leaves(self) -> Money:
        """What is given, for the limits: nothing where another request pays it."""
        return Money.zero(self.amount.currency) if self.paid_by else self.given


CREDITS = frozenset(
    {Resolution.STORE_CREDIT, Resolution.GIFT_CARD, Resolution.COURTESY}
)
GOODS = frozenset({Resolution.EXCHANGE, Resolution.REPLACEMENT})  # new ones are sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the shop says became of a refund.

    `amount` is the request's. `ref` is the shop's refund, empty where its way makes
    none. `made` is what was made beside it, as the shop names it: the new order, the
    coupon, the gift card, the credit's transaction. `pay_url` is where the customer
    pays what he owes; until he did, `moved` is PENDING.
    """

    ref: str
    amount: Money
    moved: Moved
    made: str = ""
    pay_url: str = ""


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
    """The outcome of a look; `why` is for the person who must decide.

    `is_repeatable`: the same key cannot pay twice, even if an earlier call of it
    were still under way. `is_over`: the new goods were cancelled at the shop, so that
    nobody can pay for them any more. `paid` is what their customer has paid for new
    goods that are not as they were promised, or were cancelled; None for nothing.
    """

    found: Found
    receipt: Receipt | None = None
    why: str = ""
    is_repeatable: bool = False
    is_over: bool = False
    paid: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was read just before a refund is sent.

    `preimage` is JSON and is committed before the call. `already` is set when the
    shop has this very refund. `ask` is set when a person must decide instead. `gone`
    are the places in the request's `goods` of what cannot be sent; none named: all.
    """

    preimage: Mapping[str, Any]
    already: Receipt | None = None
    ask: str = ""
    sold_out: bool = False  # the new goods are gone, or no longer at that price
    gone: tuple[int, ...] = ()
    rounding: Money | None = None  # booked difference to the shop's own figure
