"""When periods begin and end: the window's, and the withdrawal's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Order, Parcel

# A claim that the law grants: the merchant's voluntary rules may only ask (law.md).
LAW_BOUND = frozenset({Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE})
WITHDRAWAL_DAYS = 14  # Directive 2011/83/EU, article 9


def withdrawal_ends(order: Order, grace_days: int) -> tuple[datetime, str, datetime]:
    """Return when a withdrawal begins, counted from what, and its last moment.

    Fourteen days from the last parcel of the order (article 9.2.b.i); in doubt, for
    the customer. This is the one place that a fuller law of periods replaces.
    """
    start, counted_from = begin(order, order.parcels)
    grace = 0 if counted_from == "delivery" else grace_days
    # A day more: the period runs to the end of its last day (Regulation 1182/71).
    last = start + timedelta(days=WITHDRAWAL_DAYS + grace + 1)
    return start, counted_from, last


def line_begins(order: Order, line_ref: str) -> tuple[datetime, str]:
    """Return when a line's window begins: the last parcel with this line decides."""
    return begin(order, [one for one in order.parcels if _carries(one, line_ref)])


def _carries(parcel: Parcel, line_ref: str) -> bool:
    """Say whether a line is in a parcel; one of which nothing is said may hold it."""
    for ref, _ in parcel.units:
        if ref == line_ref:
            return True
    return not parcel.units


def begin(order: Order, parcels: Sequence[Parcel]) -> tuple[datetime, str]:
    """Return a moment and what it is: delivery, dispatch, completion or purchase."""
    if parcels:
        delivered = [one.delivered_at for one in parcels if one.delivered_at]
        if delivered and len(delivered) == len(parcels):
            return max(delivered), "delivery"
        shipped = [one.shipped_at for one in parcels if one.shipped_at]
        if shipped:
            return max(shipped), "dispatch"
    if order.completed_at:
        return order.completed_at, "completion"
    return order.placed_at, "purchase"
