"""When periods begin and end: the window's, and the withdrawal's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.law import Switches
    from connector.model import Order, Parcel

# A claim that the law grants: the merchant's voluntary rules may only ask (law.md).
LAW_BOUND = frozenset({Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE})
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the end of a period that has not begun
WITHDRAWAL_DAYS = 14  # Directive 2011/83/EU, article 9


def withdrawal_ends(
    order: Order, grace_days: int, switches: Switches = law.DEFAULTS
) -> tuple[datetime, str, datetime]:
    """Return when a withdrawal begins, counted from what, and its last moment.

    Fourteen days from the last parcel of the order (article 9.2.b.i), to the end of
    the last day where the customer lives, which is no weekend or holiday there
    (Regulation 1182/71; in the United Kingdom as goodwill). Later ones go to a
    person, who sees `law.right`: the period is longer where the shop did not inform.
    While some of it is surely still to come nothing has begun: NEVER is its end. A
    country whose law gives no right gets the same days here; there a person decides.
    """
    start, counted_from = begin(order, order.parcels)
    if _is_to_come(order):
        return start, counted_from, NEVER
    country = order.customer.country
    days = law.withdrawal_days(country, switches) or WITHDRAWAL_DAYS
    if counted_from != "delivery":
        days += grace_days
    last = law.local_day(start, country) + timedelta(days=days)
    last = law.accepted_until(last, country, switches=switches)
    end = law.end_of(last, country)
    return start, counted_from, end - timedelta(microseconds=1)


def _is_to_come(order: Order) -> bool:
    """Say whether the shop itself says that some of an order has not arrived yet.

    It knows of another parcel's delivery, or that units were not sent at all. One that
    tells no delivery of any parcel says nothing.
    """
    came = sum(one.delivered_at is not None for one in order.parcels)
    return 0 < came < len(order.parcels) or any(
        order.is_to_come(line) for line in order.lines
    )


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
    """Return a moment and what it is: delivery, dispatch, completion or purchase.

    Dispatch, where the arrival of some parcel is not known; never before one that is.
    """
    if parcels:
        delivered = [one.delivered_at for one in parcels if one.delivered_at]
        if delivered and len(delivered) == len(parcels):
            return max(delivered), "delivery"
        known = delivered + [one.shipped_at for one in parcels if one.shipped_at]
        if known:
            return max(known), "dispatch"
    if order.completed_at:
        return order.completed_at, "completion"
    return order.placed_at, "purchase"
