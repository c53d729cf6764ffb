"""What went back of an order before: ours from our books, the rest from the shop's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model import Moved
from connector.money import round_half_up
from connector.settlement.vocabulary import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Charge, Order, Share, ShopRefund
    from connector.settlement.vocabulary import Own


@dataclass(slots=True)
class Gone:
    """What went back of one line or charge; amounts in minor units.

    `taxes` is by rate, and of our own refunds only: a refund by others names none.
    `fees` is (gross, fee) by (code, rate in basis points), the fee as it was
    reckoned: what was waived of it is not asked for again.
    """

    units: int = 0
    gross: int = 0
    taxes: dict[str, int] = field(default_factory=dict)
    fees: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    by_others: bool = False

    def fee(self, code: str, rate: int, gross: int) -> int:
        """Return the fee on `gross` more minor units, held to the exact whole."""
        base, known = self.fees.get((code, rate), (0, 0))
        return max(0, round_half_up((base + gross) * rate, BASIS_POINTS) - known)

    def add(self, share: Share) -> None:
        """Count a share of ours."""
        self.units += share.quantity
        self.gross += share.gross.minor
        for part in share.taxes:
            self.taxes[part.rate] = self.taxes.get(part.rate, 0) + part.amount.minor
        for code, rate, minor in share.fees:
            base, known = self.fees.get((code, rate), (0, 0))
            self.fees[code, rate] = (base + share.gross.minor, known + minor)


@dataclass(slots=True)
class Before:
    """All that went back; `unseen` is ours that the shop does not list yet."""

    lines: dict[str, Gone] = field(default_factory=dict)
    charges: dict[str, Gone] = field(default_factory=dict)
    unseen_charges: dict[str, int] = field(default_factory=dict)
    unseen_tenders: dict[str, int] = field(default_factory=dict)
    tenders: dict[str, int] = field(default_factory=dict)  # by our own books
    return_fees: int = 0
    exchanged: int = 0  # what new goods cost: paid with old ones, or owed

    def line(self, ref: str) -> Gone:
        """Return what went back of a line, to be added to."""
        return self.lines.setdefault(ref, Gone())

    def charge(self, charge: Charge) -> Gone:
        """Return what went back of a charge: our books or the shop's, the greater."""
        own = self.charges.get(charge.ref, Gone())
        listed = charge.refunded.minor if charge.refunded else 0
        gross = max(
            own.gross + self.lines.get(charge.ref, Gone()).gross,
            listed + self.unseen_charges.get(charge.ref, 0),
        )
        return Gone(gross=gross, taxes=own.taxes, by_others=gross != own.gross)


def externals(order: Order, own: Sequence[Own]) -> list[ShopRefund]:
    """Return the order's refunds at the shop that are none of ours and may stand."""
    keys = {one.request.key for one in own}
    refs = {one.ref for one in own if one.ref}
    return [
        refund
        for refund in order.refunds
        if refund.key not in keys
        and refund.ref not in refs
        and refund.moved is not Moved.NO
    ]


def look_back(order: Order, own: Sequence[Own]) -> Before:
    """Add up what went back, each refund once, whether sent or not."""
    before = Before()
    at_shop = {refund.ref for refund in order.refunds}
    keys = {refund.key for refund in order.refunds if refund.key}
    for one in own:
        _count(before, one)
        if one.ref not in at_shop and one.request.key not in keys:
            _reserve(before, one)
    for refund in externals(order, own):
        for back in refund.lines:
            gone = before.line(back.line_ref)
            gone.units += back.quantity
            gone.gross += back.gross.minor
            gone.by_others = True
    return before


def _count(before: Before, one: Own) -> None:
    for share in one.request.lines:
        before.line(share.ref).add(share)
    for share in one.request.shipping:
        before.charges.setdefault(share.ref, Gone()).add(share)
    for tender in one.request.tenders:
        known = before.tenders.get(tender.tender_ref, 0)
        before.tenders[tender.tender_ref] = known + tender.amount.minor
    for fee in one.request.deductions:
        if fee.code == "return_shipping":
            before.return_fees += fee.amount.minor
        elif fee.code == "exchange":
            before.exchanged += fee.amount.minor
    before.exchanged += one.request.owed.minor if one.request.owed else 0


def _reserve(before: Before, one: Own) -> None:
    """Hold money of ours that the shop's own figures do not show yet."""
    for share in one.request.shipping:
        known = before.unseen_charges.get(share.ref, 0)
        before.unseen_charges[share.ref] = known + share.gross.minor
    for tender in one.request.tenders:
        known = before.unseen_tenders.get(tender.tender_ref, 0)
        before.unseen_tenders[tender.tender_ref] = known + tender.amount.minor
