"""Refund arithmetic: from what was paid to what goes back, exact to the minor unit.

Rules R1-R9 (docs/money.md). Nothing here computes tax from a rate: gross and each
tax are shares of what the shop says was paid. The preview that customer and
merchant see is the very function that pays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model import (
    Deduction,
    Moved,
    RefundRequest,
    Share,
    TaxPart,
    TenderKind,
    TenderShare,
)
from connector.money import Money, round_half_up, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import (
        Charge,
        Line,
        Order,
        ShopRefund,
        Tender,
    )

BASIS_POINTS = 10_000
# R9: stored value goes back first, then the card; cash-like tenders come last.
TENDER_ORDER = {
    TenderKind.STORE_CREDIT: 0,
    TenderKind.GIFT_CARD: 1,
    TenderKind.CARD: 2,
    TenderKind.UNKNOWN: 3,
    TenderKind.MANUAL: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A refund of ours that stands: promised, out, or confirmed as `ref`."""

    request: RefundRequest
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of one order line that are to be made good now."""

    line_ref: str
    quantity: int
    restocking_bp: int = 0  # basis points of the paid gross
    deduction_bp: int = 0  # lost value found at inspection
    restock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What concerns the return as a whole."""

    shipping: bool = False  # refund the outbound shipping
    shipping_limit: Money | None = None  # R8: cheapest standard offered
    return_fee: Money | None = None  # the customer's share of the way back


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What goes back, and why not more.

    `amount` = lines + shipping - deductions = sum of tenders. `waived` is the part
    of fees above the goods, recorded and never a debt. `ask` lists why a person
    must decide; the figures then show what could go back at most.
    """

    lines: tuple[Share, ...]
    shipping: tuple[Share, ...]
    deductions: tuple[Deduction, ...]
    tenders: tuple[TenderShare, ...]
    amount: Money
    waived: Money
    rounding: Money
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


@dataclass(slots=True)
class _Gone:
    """What went back of one line or charge before."""

    units: int = 0
    gross: int = 0
    taxes: dict[str, int] = field(default_factory=dict)
    fee_base: int = 0
    fee: int = 0


@dataclass(slots=True)
class _Prior:
    lines: dict[str, _Gone] = field(default_factory=dict)
    charges: dict[str, _Gone] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)  # by tender


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


def settle(
    order: Order, units: Sequence[Units], extras: Extras, own: Sequence[Own] = ()
) -> Settlement:
    """Say exactly what goes back for these units.

    `order` is the shop's word, read just now; `own` are our refunds of the order
    that stand, sent or not. Pure and total: what cannot be paid is in `ask`.
    """
    prior = _prior(order, own)
    ask: list[str] = []
    rounding = 0
    lines: list[Share] = []
    deductions: list[Deduction] = []
    for wanted in units:
        line = order.line(wanted.line_ref)
        if line is None:
            ask.append(f"the order has no line {wanted.line_ref}")
            continue
        gone = prior.lines.setdefault(line.ref, _Gone())
        share, clamped = _share(line, wanted, gone, ask)
        rounding += clamped
        lines.append(share)
        deductions.extend(_line_fees(share, wanted, gone))
        _add(gone, share)
    shipping = _shipping(order, extras, prior) if extras.shipping else []
    if extras.return_fee:
        deductions.append(Deduction(code="return_shipping", amount=extras.return_fee))
    return _close(order, lines, shipping, deductions, prior, ask, rounding)


def _close(
    order: Order,
    lines: list[Share],
    shipping: list[Share],
    deductions: list[Deduction],
    prior: _Prior,
    ask: list[str],
    rounding: int,
) -> Settlement:
    """Take fees off, hold the sum to what is left, and split it over tenders."""
    currency = order.currency
    coming = sum(share.gross.minor for share in (*lines, *shipping))
    kept, waived = _limit(deductions, coming, currency)
    due = coming - sum(one.amount.minor for one in kept)
    left = {t.ref: _left(t, prior) for t in order.tenders}
    excess = due - sum(left.values())
    if excess > len(lines):
        ask.append(
            f"{Money(due, currency)} is due, but only"
            f" {Money(sum(left.values()), currency)} of this order is left to refund"
        )
    if excess > 0:
        due -= excess
        if excess <= len(lines):
            rounding += excess
        kept.append(Deduction(code="rounding", amount=Money(excess, currency)))
    return Settlement(
        lines=tuple(lines),
        shipping=tuple(shipping),
        deductions=tuple(kept),
        tenders=_tenders(order, due, left),
        amount=Money(due, currency),
        waived=Money(waived, currency),
        rounding=Money(rounding, currency),
        ask=tuple(ask),
    )


def _share(line: Line, wanted: Units, gone: _Gone, ask: list[str]) -> tuple[Share, int]:
    """Return A(after) - A(before) of a line, held to what is left of it (R3, R6)."""
    before, after = gone.units, gone.units + wanted.quantity
    if after > line.quantity:
        ask.append(
            f"{line.title}: {wanted.quantity} to refund, but"
            f" {before} of {line.quantity} went back already"
        )
        after = max(before, line.quantity)
    gross = _part(line.gross, before, after, line.quantity)
    left = max(0, line.gross.minor - gone.gross)
    clamp = max(0, gross - left)
    if clamp > 1:
        ask.append(
            f"{line.title}: {Money(gross, line.gross.currency)} is due, but only"
            f" {Money(left, line.gross.currency)} of this line is left"
        )
    gross -= clamp
    share = Share(
        ref=line.ref,
        quantity=after - before,
        gross=Money(gross, line.gross.currency),
        taxes=_taxes(line.taxes, gone, before, after, line.quantity, gross),
        restock=wanted.restock,
    )
    return share, clamp if clamp <= 1 else 0


def _taxes(
    taxes: Sequence[TaxPart],
    gone: _Gone,
    before: int,
    after: int,
    quantity: int,
    gross: int,
) -> tuple[TaxPart, ...]:
    """Return each rate's share, held to what is left of it and to the gross."""
    parts: list[TaxPart] = []
    room = gross
    for tax in taxes:
        left = max(0, tax.amount.minor - gone.taxes.get(tax.rate, 0))
        minor = min(_part(tax.amount, before, after, quantity), left, room)
        room -= minor
        parts.append(TaxPart(rate=tax.rate, amount=Money(minor, tax.amount.currency)))
    return tuple(parts)


def _part(paid: Money, before: int, after: int, quantity: int) -> int:
    return paid.share(after, quantity).minor - paid.share(before, quantity).minor


def _line_fees(share: Share, wanted: Units, gone: _Gone) -> list[Deduction]:
    """Return the restocking fee (cumulative, R7) and the loss of value of a line."""
    gross, currency = share.gross.minor, share.gross.currency
    lost = round_half_up(gross * wanted.deduction_bp, BASIS_POINTS)
    fees = [("inspection", lost)]
    if wanted.restocking_bp:
        base = gone.fee_base + gross
        fee = round_half_up(base * wanted.restocking_bp, BASIS_POINTS) - gone.fee
        fees.append(("restocking", max(0, fee)))
        gone.fee_base, gone.fee = base, gone.fee + max(0, fee)
    return [
        Deduction(code=code, amount=Money(minor, currency), line_ref=share.ref)
        for code, minor in fees
        if minor > 0
    ]


def _shipping(order: Order, extras: Extras, prior: _Prior) -> list[Share]:
    """Return what is left of the outbound shipping, once, up to the limit (I6, R8)."""
    room = extras.shipping_limit.minor if extras.shipping_limit else None
    shares: list[Share] = []
    for charge in order.shipping:
        gone = prior.charges.get(charge.ref, _Gone())
        back = max(gone.gross, charge.refunded.minor if charge.refunded else 0)
        left = max(0, charge.gross.minor - back)
        minor = left if room is None else min(left, room)
        if room is not None:
            room -= minor
        if minor:
            shares.append(_charge_share(charge, minor, back))
    return shares


def _charge_share(charge: Charge, minor: int, back: int) -> Share:
    """Return part of a charge, its taxes by cumulative share of its gross."""
    paid = charge.gross.minor
    taxes = tuple(
        TaxPart(
            rate=tax.rate,
            amount=tax.amount.share(back + minor, paid) - tax.amount.share(back, paid),
        )
        for tax in charge.taxes
    )
    gross = Money(minor, charge.gross.currency)
    return Share(ref=charge.ref, quantity=0, gross=gross, taxes=taxes)


def _limit(
    deductions: list[Deduction], coming: int, currency: str
) -> tuple[list[Deduction], int]:
    """Hold fees to what comes back; the rest is waived, never a debt (H11)."""
    room, waived = coming, 0
    kept: list[Deduction] = []
    for one in deductions:
        minor = min(one.amount.minor, room)
        room -= minor
        waived += one.amount.minor - minor
        if minor:
            amount = Money(minor, currency)
            kept.append(Deduction(code=one.code, amount=amount, line_ref=one.line_ref))
    return kept, waived


def _tenders(order: Order, due: int, left: dict[str, int]) -> tuple[TenderShare, ...]:
    """Give back on each tender in the stated order, never above what it has left."""
    shares: list[TenderShare] = []
    for tender in sorted(order.tenders, key=lambda t: TENDER_ORDER[t.kind]):
        minor = min(due, left[tender.ref])
        due -= minor
        if minor > 0:
            amount = Money(minor, order.currency)
            shares.append(
                TenderShare(
                    tender_ref=tender.ref, gateway=tender.gateway, amount=amount
                )
            )
    return tuple(shares)


def _left(tender: Tender, prior: _Prior) -> int:
    gone = tender.refunded.minor + prior.unseen.get(tender.ref, 0)
    return max(0, tender.captured.minor - gone)


def _prior(order: Order, own: Sequence[Own]) -> _Prior:
    """Add up what went back: ours from our books, the rest from the shop's."""
    prior = _Prior()
    at_shop = {refund.ref for refund in order.refunds}
    keys = {refund.key for refund in order.refunds if refund.key}
    for one in own:
        for share in one.request.lines:
            _add(prior.lines.setdefault(share.ref, _Gone()), share)
        for fee in one.request.deductions:
            if fee.code == "restocking" and fee.line_ref:
                _charge_fee(prior.lines.setdefault(fee.line_ref, _Gone()), one, fee)
        for share in one.request.shipping:
            _add(prior.charges.setdefault(share.ref, _Gone()), share)
        if one.ref not in at_shop and one.request.key not in keys:
            for tender in one.request.tenders:
                known = prior.unseen.get(tender.tender_ref, 0)
                prior.unseen[tender.tender_ref] = known + tender.amount.minor
    for refund in externals(order, own):
        for back in refund.lines:
            gone = prior.lines.setdefault(back.line_ref, _Gone())
            gone.units += back.quantity
            gone.gross += back.gross.minor
    return prior


def _charge_fee(gone: _Gone, one: Own, fee: Deduction) -> None:
    gone.fee += fee.amount.minor
    gone.fee_base += sum(
        share.gross.minor for share in one.request.lines if share.ref == fee.line_ref
    )


def _add(gone: _Gone, share: Share) -> None:
    gone.units += share.quantity
    gone.gross += share.gross.minor
    for part in share.taxes:
        gone.taxes[part.rate] = gone.taxes.get(part.rate, 0) + part.amount.minor
