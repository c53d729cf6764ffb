"""The words of a settlement: what is asked of it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model import (
    Deduction,
    RefundRequest,
    Share,
    TenderKind,
    TenderShare,
)
from connector.money import Money, total

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A refund of ours that stands: promised, out, or confirmed as `ref`.

    `made` names what was made beside it, as new goods are named by `Line.swap_ref`.
    """

    request: RefundRequest
    ref: str = ""
    made: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of one order line that are to be made good now."""

    line_ref: str
    quantity: int
    restocking_bp: int = 0  # basis points of the paid gross
    deduction_bp: int = 0  # lost value found at inspection
    restock: bool = False
    place: str = ""  # where they are restocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What concerns the return as a whole."""

    shipping: bool = False  # refund the outbound shipping
    shipping_limit: Money | None = None  # R8: cheapest standard offered, an order
    shipping_part: str = ""  # law.delivery_of_part: in step with the goods; "": whole
    surcharges: str = ""  # as shipping_part; whole with the last unit; "": not
    return_fee: Money | None = None  # the customer's share of the way back
    fee_once: bool = False  # True: the return fee is an order's, not a return's
    tender_kinds: tuple[TenderKind, ...] = ()  # R9: these first, in this order
    new_goods: Money | None = None  # R10: what is sent instead costs this, gross
    even: bool = False  # what is sent instead costs what comes back: a replacement


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What goes back, and why not more.

    `amount` = lines + shipping - deductions = sum of tenders. Surcharges that go back
    stand beside the shipping, by their own refs. `waived` is the part
    of fees above the goods, recorded and never a debt. `rounding` is the part of the
    deductions that only closes a cent. `owed` is what new goods cost above what came
    back (R10): the customer's to pay. `ask` lists why a person must decide; the
    figures then show what could go back at most.
    """

    lines: tuple[Share, ...]
    shipping: tuple[Share, ...]
    deductions: tuple[Deduction, ...]
    tenders: tuple[TenderShare, ...]
    amount: Money
    waived: Money
    rounding: Money
    owed: Money
    ask: tuple[str, ...] = ()

    @property
    def goods(self) -> Money:
        """Gross of all lines."""
        return total((share.gross for share in self.lines), self.amount.currency)

    @property
    def tax(self) -> Money:
        """Tax inside lines and shipping."""
        shares = (*self.lines, *self.shipping)
        return total((share.tax for share in shares), self.amount.currency)
