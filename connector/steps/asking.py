"""What is asked of a shop for a settlement, by the way in which it is made good."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.model import CREDITS, RefundRequest, Resolution, TenderKind
from connector.money import Money, round_half_up, total
from connector.settlement import BASIS_POINTS
from connector.steps import made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connector.model import NewGoods, Order, Return, Share
    from connector.settlement import Settlement
    from connector.steps.owing import Debt
    from connector.store.refunds import RefundRow

# No 0 and O, no 1, I and L: a customer types it. Shopify takes 8 to 20 of them.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 16


def request(
    order: Order,
    case: Return,
    debt: Debt,
    settled: Settlement,
    goods: Sequence[NewGoods],
    now: datetime,
    rows: Sequence[RefundRow] = (),
) -> RefundRequest:
    """Put a settlement as one request, under a key of its own.

    `rows` are the promises of the return before this one.
    """
    units = debt.units
    lines = [line for line in case.lines if line.id in units]
    is_credit = debt.way in CREDITS
    return RefundRequest(
        key=str(uuids.uuid7()),
        order_ref=order.ref,
        amount=settled.amount,
        lines=settled.lines,
        shipping=settled.shipping,
        deductions=settled.deductions,
        tenders=settled.tenders,
        reason=f"Return {case.number}",
        return_number=case.number,
        return_ref=case.platform_ref,
        return_lines=tuple(
            (line.platform_ref, units[line.id]) for line in lines if line.platform_ref
        ),
        by_gateway=_is_automatic(order, debt.way, settled),
        way=Resolution.REFUND if debt.way is Resolution.MANUAL else debt.way,
        bonus=bonus(case, units, settled.lines, settled.amount, rows)
        if is_credit
        else None,
        code=code() if is_credit else "",
        expires_at=expiry(case, now) if is_credit else None,
        goods=_priced(goods, debt.way, settled),
        owed=settled.owed or None,
    )


def _priced(
    goods: Sequence[NewGoods], way: Resolution, settled: Settlement
) -> tuple[NewGoods, ...]:
    """Price a replacement at what it replaces: should it come back, that is its worth.

    `goods` are one a line, in the order of the settlement's lines.
    """
    if way is not Resolution.REPLACEMENT:
        return tuple(goods)
    worth = total(
        (one.amount for one in settled.deductions if one.code == "exchange"),
        settled.amount.currency,
    )
    weights = [share.gross.minor for share in settled.lines]
    if len(weights) != len(goods) or not any(weights):
        weights = [one.quantity for one in goods]
    parts = worth.allocate(weights)
    return tuple(
        replace(one, price=part) for one, part in zip(goods, parts, strict=True)
    )


def courtesy(
    case: Return,
    order_ref: str,
    amount: Money,
    *,
    reason: str,
    now: datetime,
    after: str = "",
    key: str = "",
) -> RefundRequest:
    """Ask for credit that no captured money stands for.

    A bonus is one of these where the shop keeps it apart (R13); `after` is then the
    key of the credit that it tops up. `key` is its own, else a new one.
    """
    return RefundRequest(
        key=key or str(uuids.uuid7()),
        order_ref=order_ref,
        amount=Money.zero(amount.currency),
        lines=(),
        shipping=(),
        deductions=(),
        tenders=(),
        reason=reason,
        return_number=case.number,
        way=Resolution.COURTESY,
        bonus=amount,
        code=code(),
        expires_at=expiry(case, now),
        after=after,
    )


def code() -> str:
    """Make the code of a credit: who knows it may spend it, so none can be guessed."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def expiry(case: Return, now: datetime) -> datetime | None:
    """Return when credit of a return ends, by its terms."""
    days = case.terms.credit_days if case.terms else None
    return None if days is None else now + timedelta(days=days)


def bonus(
    case: Return,
    units: Mapping[int, int],
    shares: Sequence[Share],
    most: Money,
    rows: Sequence[RefundRow] = (),
) -> Money | None:
    """Return what is added to the credit of a return, by its terms.

    Cumulative, as all that is given in parts: it is what all the parts together
    bring, rounded once, less what was added before. `rows` are those parts; what one
    of them was given and keeps, though its credit came undone, is not given again.
    """
    parts = [
        row
        for row in rows
        if row.state in made.ALIVE
        and row.request.way in CREDITS
        and row.request.way is not Resolution.COURTESY
    ]
    exact = _exact(_rates(case, units), shares, most)
    for row in parts:
        known = _rates(case, {int(ref): count for ref, count in row.units.items()})
        exact += _exact(known, row.request.lines, row.amount)
    given = sum(
        row.request.bonus.minor
        for row in (*parts, *made.tops(rows))
        if row.request.bonus
    )
    minor = round_half_up(exact.numerator, exact.denominator) - given
    return Money(minor, most.currency) if minor > 0 else None


def _rates(case: Return, units: Mapping[int, int]) -> dict[str, int]:
    """Return the bonus of the lines of these units, in basis points, by order line."""
    rates = dict(case.terms.bonus) if case.terms else {}
    return {x.line_ref: rates.get(x.id, 0) for x in case.lines if x.id in units}


def on_top(
    rates: Mapping[str, int], shares: Sequence[Share], most: Money
) -> Money | None:
    """Return what is added to a credit: basis points of what its lines bring.

    `rates` are by order line. Never of more than the credit itself, and rounded once
    for all lines.
    """
    exact = _exact(rates, shares, most)
    minor = round_half_up(exact.numerator, exact.denominator)
    return Money(minor, most.currency) if minor else None


def _exact(rates: Mapping[str, int], shares: Sequence[Share], most: Money) -> Fraction:
    """Return what is added before it is rounded, in minor units."""
    worth = sum(x.gross.minor for x in shares)
    if not worth:
        return Fraction(0)
    points = sum(x.gross.minor * rates.get(x.ref, 0) for x in shares)
    return Fraction(most.minor * points, worth * BASIS_POINTS)


def shared_with_credit(
    order: Order, way: Resolution, plan: RefundRequest
) -> RefundRequest:
    """Leave to a person only what the shop cannot give back as credit by itself.

    Where a person said that he pays, he pays all of it.
    """
    if plan.by_gateway or way is Resolution.MANUAL:
        return plan
    stored = {
        one.ref
        for one in order.tenders
        if one.kind is TenderKind.STORE_CREDIT and one.can_refund
    }
    back = total(
        (x.amount for x in plan.tenders if x.tender_ref in stored),
        plan.amount.currency,
    )
    return replace(plan, by_hand=plan.amount - back) if back else plan


def _is_automatic(order: Order, way: Resolution, settled: Settlement) -> bool:
    """Say whether the shop can do it by itself: every tender takes a refund by API."""
    if way is Resolution.MANUAL:
        return False
    if way in CREDITS:
        return True
    used = {share.tender_ref for share in settled.tenders}
    return not any(
        tender.can_refund is False or tender.kind is TenderKind.MANUAL
        for tender in order.tenders
        if tender.ref in used
    )
