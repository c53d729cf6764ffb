"""What the very function that decides says of a line: what the SQL is proved by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.backtest.lines import APPROVED, ASKED, DECLINED
from connector.model import CREDITS, Resolution
from connector.money import round_half_up
from connector.settlement import BASIS_POINTS
from connector.states import Decision

if TYPE_CHECKING:
    from connector.policy.case import LineVerdict, Verdict

CODES = {
    Decision.APPROVED: APPROVED,
    Decision.NEEDS_PERSON: ASKED,
    Decision.DECLINED: DECLINED,
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What one policy says of one line, in minor units and basis points.

    `fee` is its whole return's way back, `shipping` what goes back of the outbound
    shipping with the return.
    """

    decision: int
    way: str
    bonus: int
    restocking: int
    fee: int | None
    given: int
    shipping: int


def told_of(row: Row, said: LineVerdict, verdict: Verdict) -> Told:
    """Bring a verdict on a line into the shape that SQL tells it in."""
    fee = verdict.return_fee
    return Told(
        decision=CODES[said.decision],
        way=said.resolution.value,
        bonus=said.bonus_bp,
        restocking=said.restocking_bp,
        fee=fee.minor if fee else None,
        given=_given(row["worth"], said),
        shipping=_shipping(row, verdict),
    )


def _shipping(row: Row, verdict: Verdict) -> int:
    """Return what goes back of the shipping, in minor units, up to its limit."""
    limit, left, gone = verdict.shipping_limit, row["shipping"], row["shipping_gone"]
    if not verdict.refund_shipping:
        return 0
    held = left if limit is None else min(left + gone, limit.minor) - gone
    return max(0, int(held))


def _given(worth: int, said: LineVerdict) -> int:
    """Return what a line brings once it is approved, in minor units."""
    is_paid = said.resolution is not Resolution.REPAIR
    is_same = said.resolution is Resolution.REPLACEMENT
    if said.decision is not Decision.APPROVED or not is_paid:
        return 0
    if is_same:  # whose fees are only taken of money that it falls back to
        return worth
    net = worth - round_half_up(worth * said.restocking_bp, BASIS_POINTS)
    if said.resolution not in CREDITS:
        return net
    return net + round_half_up(net * said.bonus_bp, BASIS_POINTS)
