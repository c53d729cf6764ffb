"""The share of one line or charge: cumulative, held to what is left, less its fees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import Deduction, Share, TaxPart
from connector.money import Money, round_half_up
from connector.saying import saying
from connector.settlement.vocabulary import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Charge, Line
    from connector.settlement.before import Gone
    from connector.settlement.vocabulary import Units


INSPECTION, ALL = "inspection", "all"


@dataclass(slots=True, kw_only=True)
class Part:
    """What one line brings; `waived` and `clamp` in minor units.

    `clamp` is 1 where the share is a minor unit more than the line has left: it is
    booked as a rounding deduction. More is cut from the share itself, and `ask` says
    so.
    """

    share: Share
    fees: list[Deduction]
    waived: int
    clamp: int
    ask: list[str]


def of_line(line: Line, wanted: Units, gone: Gone) -> Part:
    """Return A(after) - A(before) of a line, held to what is left of it (R3, R6)."""
    ask: list[str] = []
    currency = line.gross.currency
    before, after = gone.units, gone.units + wanted.quantity
    if after > line.quantity:
        ask.append(
            saying(
                "%(title)s: %(units)s to refund, but %(before)s of %(sold)s went back"
                " already",
                title=line.title,
                units=wanted.quantity,
                before=before,
                sold=line.quantity,
            )
        )
        after = max(before, line.quantity)
    aim = line.gross.share(before, line.quantity).minor
    gross = _between(line.gross, before, after, line.quantity)
    gross = max(0, gross + behind(aim, gone))
    left = max(0, line.gross.minor - gone.gross)
    clamp = max(0, gross - left)
    if clamp > 1:
        ask.append(
            saying(
                "%(title)s: %(due)s is due, but only %(left)s of this line is left",
                title=line.title,
                due=Money(gross, currency),
                left=Money(left, currency),
            )
        )
        gross, clamp = left, 0
    share = Share(
        ref=line.ref,
        quantity=after - before,
        gross=Money(gross, currency),
        taxes=split_taxes(
            line.taxes,
            _taxes_gone(line, gone),
            (after, line.quantity),
            gross,
            left - gross,
        ),
        restock=wanted.restock,
        place=wanted.place,
        fees=reckoned(wanted, gross, gone),
    )
    fees, waived = line_fees(share, wanted)
    return Part(share=share, fees=fees, waived=waived, clamp=clamp, ask=ask)


def of_charge(charge: Charge, minor: int, gone: Gone) -> Share:
    """Return `minor` of a charge, its taxes by cumulative share of its gross."""
    paid, after = charge.gross.minor, gone.gross + minor
    taxes = gone.taxes
    if gone.by_others:
        taxes = {
            tax.rate: tax.amount.share(gone.gross, paid).minor for tax in charge.taxes
        }
    return Share(
        ref=charge.ref,
        quantity=0,
        gross=Money(minor, charge.gross.currency),
        taxes=split_taxes(charge.taxes, taxes, (after, paid), minor, paid - after),
    )


def split_taxes(
    taxes: Sequence[TaxPart],
    gone: Mapping[str, int],
    done: tuple[int, int],
    gross: int,
    rest: int,
) -> tuple[TaxPart, ...]:
    """Return each rate's share of `gross`; all minor units.

    `gone` is what went back by rate, `done` the part and the whole that is back
    afterwards, `rest` the gross that then remains. Each rate aims at its cumulative
    share. Taxes never exceed the gross, and never leave more tax than gross behind:
    so every rate closes exactly, even on a line of a few cents.
    """
    left = [max(0, one.amount.minor - gone.get(one.rate, 0)) for one in taxes]
    aim = [one.amount.share(*done).minor - gone.get(one.rate, 0) for one in taxes]
    now = [min(max(0, want), most) for want, most in zip(aim, left, strict=True)]
    over = sum(now) - gross
    for i in reversed(range(len(now))):
        cut = min(max(0, over), now[i])
        now[i] -= cut
        over -= cut
    short = min(gross, sum(left) - rest) - sum(now)
    for i, most in enumerate(left):
        more = min(max(0, short), most - now[i])
        now[i] += more
        short -= more
    return tuple(
        TaxPart(rate=one.rate, amount=Money(minor, one.amount.currency))
        for one, minor in zip(taxes, now, strict=True)
    )


def _taxes_gone(line: Line, gone: Gone) -> Mapping[str, int]:
    """Return the tax that went back by rate.

    Refunds by others name no tax: it is then the cumulative share of the units, or of
    the money where more money than their units' went back.
    """
    if not gone.by_others:
        return gone.taxes
    part, whole = min(gone.units, line.quantity), line.quantity
    if gone.gross > line.gross.share(part, whole).minor + gone.units:
        part, whole = min(gone.gross, line.gross.minor), line.gross.minor
    return {one.rate: one.amount.share(part, whole).minor for one in line.taxes}


def reckoned(wanted: Units, gross: int, gone: Gone) -> tuple[tuple[str, int, int], ...]:
    """Return (code, basis points, minor units) of a line's fees by rate (R7).

    Each is cumulative over the gross that its rate was taken of, so that a line's
    fees are exact however its units come back. `all` is what both fees take
    together, rounded as one: so it never exceeds the share, cent by cent.
    """
    loss, stock = max(0, wanted.deduction_bp), max(0, wanted.restocking_bp)
    rates = {INSPECTION: loss, ALL: min(BASIS_POINTS, loss + stock)}
    return tuple(
        (code, rate, gone.fee(code, rate, gross))
        for code, rate in rates.items()
        if rate
    )


def line_fees(share: Share, wanted: Units) -> tuple[list[Deduction], int]:
    """Return a line's fees, and the minor units waived: what is above the goods."""
    taken = {code: minor for code, _, minor in share.fees}
    held = taken.get(ALL, 0)
    lost = min(taken.get(INSPECTION, 0), held)
    fees = [
        Deduction(
            code=code,
            amount=Money(minor, share.gross.currency),
            line_ref=share.ref,
        )
        for code, minor in ((INSPECTION, lost), ("restocking", held - lost))
        if minor
    ]
    above = max(0, wanted.deduction_bp + wanted.restocking_bp - BASIS_POINTS)
    return fees, round_half_up(share.gross.minor * above, BASIS_POINTS)


def behind(aim: int, gone: Gone) -> int:
    """Return the minor units by which what is gone is off its cumulative share.

    A refund that died in the middle of a sequence leaves a gap whose own share was
    rounded another way; whoever comes next closes it. Only where every refund was
    ours: what others took by their own measure stays theirs.
    """
    off = aim - gone.gross
    return 0 if gone.by_others or abs(off) > gone.units else off


def _between(paid: Money, before: int, after: int, quantity: int) -> int:
    return paid.share(after, quantity).minor - paid.share(before, quantity).minor
