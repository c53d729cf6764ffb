"""What of an order can still be sent back, and what was not sent or is refunded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import OrderStatus
from connector.store import filing

if TYPE_CHECKING:
    from connector.model import Line, Order
    from connector.store import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Units of one order line, none of them counted twice.

    `here` were sent and can come back, `unsent` were not sent yet, `held` are in
    returns that live, `refunded` were paid back or taken off without one.
    """

    here: int
    unsent: int
    held: int
    refunded: int


def of_order(db: Database, shop: str, order: Order) -> dict[str, Left]:
    """Return by line ref what is left of every line of an order."""
    taken = filing.taken_units(db, shop, order.ref)
    return {
        line.ref: of_line(order, line, len(taken.get(line.ref, ())))
        for line in order.lines
    }


def of_line(order: Order, line: Line, held: int) -> Left:
    """Count what is left of a line of which live returns hold some units.

    Refunds are of the held units first, then of units that were not sent. Of an
    order that is refunded as a whole nothing is left.
    """
    refunded = max(0, line.refunded_units - held)
    unsent = max(0, line.quantity - _sent(order, line, held, refunded) - refunded)
    here = max(0, line.quantity - held - refunded - unsent)
    if order.status is OrderStatus.REFUNDED:
        return Left(here=0, unsent=0, held=held, refunded=refunded + here + unsent)
    return Left(here=here, unsent=unsent, held=held, refunded=refunded)


def _sent(order: Order, line: Line, held: int, refunded: int) -> int:
    """Return how many units of a line were sent; all, where the shop does not say.

    What is not to be sent any more a shop may count as fulfilled: its parcels tell.
    Where they do not, the fewest that may have been sent; what is held was.
    """
    if line.fulfilled is None:
        return line.quantity
    packed = sum(
        units
        for parcel in order.parcels
        for ref, units in parcel.units
        if ref == line.ref
    )
    return max(min(packed, line.fulfilled), line.fulfilled - refunded, held)


def is_unsaid(order: Order) -> bool:
    """Say whether the shop says of no unit whether it was sent, and not of the whole.

    WooCommerce says of a whole order that it is completed, and nothing before.
    """
    return order.status is OrderStatus.OPEN and any(
        line.is_physical and line.fulfilled is None for line in order.lines
    )
