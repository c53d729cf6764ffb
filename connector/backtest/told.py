"""What a policy says of past lines, told by the very function that decides.

What the SQL is proved by, and the way where it cannot be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from connector.backtest.lines import APPROVED, ASKED, DECLINED
from connector.backtest.rows import UNSUITED, listed, rebuilt
from connector.model import CREDITS, Resolution
from connector.money import round_half_up
from connector.policy.judge import judge
from connector.settlement import BASIS_POINTS
from connector.states import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from connector.policy import Policy
    from connector.policy.case import LineVerdict, Past, Verdict

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


def tell(
    policy: Policy,
    rows: Iterable[Row],
    shop: str,
    now: datetime,
    past: Mapping[str, Sequence[tuple[int, Past]]],
) -> Iterator[tuple[int, int, Told]]:
    """Judge rows, ordered by return and place; yield (case_no, position, verdict).

    `past` are the returns of each customer, by the hash of his address: each with
    its number, so that none counts itself.
    """
    known, unsuited = listed(policy), policy.unsuited
    for number, found in groupby(rows, key=lambda row: row["case_no"]):
        lines = [
            {**row, "reason": unsuited} if row["reason"] == UNSUITED else row
            for row in found
        ]
        known_ones = past.get(lines[0]["customer"], ())
        before = [one for other, one in known_ones if other != number]
        order, case = rebuilt(lines, shop, now, before)
        verdict = judge(known, order, case)
        for row, said in zip(lines, verdict.lines, strict=True):
            yield number, row["position"], _told(row, said, verdict)


def _told(row: Row, said: LineVerdict, verdict: Verdict) -> Told:
    fee = verdict.return_fee
    return Told(
        decision=CODES[said.decision],
        way=said.resolution.value,
        bonus=said.bonus_bp,
        restocking=said.restocking_bp,
        fee=fee.minor if fee else None,
        given=_given(row["worth"], said),
        shipping=_shipping(row["shipping"], verdict),
    )


def _shipping(paid: int, verdict: Verdict) -> int:
    """Return what goes back of the shipping, in minor units, up to its limit."""
    limit = verdict.shipping_limit
    if not verdict.refund_shipping:
        return 0
    return paid if limit is None else min(paid, limit.minor)


def _given(worth: int, said: LineVerdict) -> int:
    """Return what a line brings once it is approved, in minor units."""
    is_paid = said.resolution is not Resolution.REPAIR
    if said.decision is not Decision.APPROVED or not is_paid:
        return 0
    net = worth - round_half_up(worth * said.restocking_bp, BASIS_POINTS)
    if said.resolution not in CREDITS:
        return net
    return net + round_half_up(net * said.bonus_bp, BASIS_POINTS)
