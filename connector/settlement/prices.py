"""What was paid for what: discounts kept apart, bundles, promotions, tax inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.model import Charge, Line, TaxPart
from connector.money import Money, round_half_up, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order

MILLION = 1_000_000


def as_paid(order: Order) -> tuple[Line, ...]:
    """Return the lines with every discount inside them, each tax rate once (R2, R4).

    A discount that the shop keeps apart, as a fee or a line below zero, is shared
    over the other lines by largest remainder of their gross, its tax by their tax of
    the same rate.
    """
    lines = [replace(line, taxes=_merged(line.taxes)) for line in order.lines]
    parts: tuple[Line | Charge, ...] = (*order.fees, *order.lines)
    off = [one for one in parts if one.gross.minor < 0]
    goods = [i for i, line in enumerate(lines) if line.gross.minor > 0]
    if not off or not goods:
        return tuple(lines)
    weights = [lines[i].gross.minor for i in goods]
    discount = min(-sum(one.gross.minor for one in off), sum(weights))
    shares = Money(discount, order.currency).allocate(weights)
    cuts = _tax_cuts(off, [lines[i] for i in goods])
    for i, share, cut in zip(goods, shares, cuts, strict=True):
        taxes = tuple(
            replace(one, amount=one.amount - cut[one.rate]) if one.rate in cut else one
            for one in lines[i].taxes
        )
        lines[i] = replace(lines[i], gross=lines[i].gross - share, taxes=taxes)
    return tuple(lines)


def carried(order: Order) -> tuple[Line, ...]:
    """Return the lines of worth that a delivery was paid for, as paid (no. 75).

    A gift card and what is sent by no parcel needs none, and could not bring it back:
    all that was carried brings all of it. All lines where nothing was.
    """
    goods = tuple(line for line in as_paid(order) if line.gross.minor > 0)
    sent = tuple(x for x in goods if x.is_physical and not x.is_gift_card)
    return sent or goods


def _tax_cuts(
    off: Sequence[Line | Charge], lines: Sequence[Line]
) -> list[dict[str, Money]]:
    """Return, for each line, how much of each rate the discount takes."""
    cuts: list[dict[str, Money]] = [{} for _ in lines]
    for tax in _merged([part for one in off for part in one.taxes]):
        weights = [_of_rate(line, tax.rate) for line in lines]
        if tax.amount.minor >= 0 or not sum(weights):
            continue
        cut = Money(min(-tax.amount.minor, sum(weights)), tax.amount.currency)
        for known, share in zip(cuts, cut.allocate(weights), strict=True):
            known[tax.rate] = share
    return cuts


def _of_rate(line: Line, rate: str) -> int:
    return sum(one.amount.minor for one in line.taxes if one.rate == rate)


def _merged(taxes: Sequence[TaxPart]) -> tuple[TaxPart, ...]:
    """Add up parts of the same rate: a shop may list one rate twice."""
    known: dict[str, Money] = {}
    for one in taxes:
        known[one.rate] = (
            known[one.rate] + one.amount if one.rate in known else one.amount
        )
    return tuple(TaxPart(rate=rate, amount=amount) for rate, amount in known.items())


def inclusive_tax(gross: Money, rate_ppm: int) -> Money:
    """Return the tax inside `gross`, where the shop stored none (R5).

    `rate_ppm` is the rate in millionths of the net: 20 % is 200_000. Rounded half up.
    """
    minor = round_half_up(gross.minor * rate_ppm, MILLION + rate_ppm)
    return Money(minor, gross.currency)


def unbundle(line: Line, parts: Sequence[tuple[str, Money]]) -> tuple[Line, ...]:
    """Share a bundle's line over its parts by list price, as lines of their own (R11).

    `parts` are (ref, list price of that part). Gross and each tax sum to the bundle's.
    Raises BadAmount when no part has a price.
    """
    weights = [price.minor for _, price in parts]
    gross = line.gross.allocate(weights)
    taxes = [(one.rate, one.amount.allocate(weights)) for one in line.taxes]
    return tuple(
        replace(
            line,
            ref=ref,
            gross=gross[i],
            taxes=tuple(TaxPart(rate=rate, amount=cut[i]) for rate, cut in taxes),
        )
        for i, (ref, _) in enumerate(parts)
    )


def claw_back(paid: Money, back: Money, kept: Money) -> Money:
    """Return what goes back when a return breaks the terms of a promotion (R12).

    `paid` is the gross of the goods, `back` what of it went back before, `kept` what
    the goods that stay cost without the promotion. Never below zero. The default is
    proportional, which is what `settle` does; this is for merchants whose terms say
    otherwise, and not for a withdrawal.
    """
    return max(Money.zero(paid.currency), paid - total((back, kept), paid.currency))
