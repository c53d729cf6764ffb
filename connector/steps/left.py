"""What of an order can still be sent back, and what was not sent or is refunded.

The portal, other programs, a withdrawal and `retour quote` all hold to this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.model import Line, OrderStatus
from connector.saying import joined, saying
from connector.store import filing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Order
    from connector.store import Database
    from connector.store.filing import Wish


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A line of which more units are `asked` for than can come back."""

    line: Line
    asked: int
    left: Left


def hold(db: Database, shop: str, order: Order, wishes: Sequence[Wish]) -> None:
    """Raise BadRequest where more is asked for than can come back, line by line."""
    found = short(order, of_order(db, shop, order), wishes)
    if found:
        raise BadRequest(joined("; ", [_why(one) for one in found]))


def short(
    order: Order, found: Mapping[str, Left], wishes: Sequence[Wish]
) -> list[Short]:
    """Find of what more is asked for than can come back; `found` is by line ref.

    A line that the order does not have is left out: others say so.
    """
    asked = {wish.line_ref: wish.quantity for wish in wishes}
    return [
        Short(line=line, asked=asked[line.ref], left=found[line.ref])
        for line in order.lines
        if asked.get(line.ref, 0) > found[line.ref].here
    ]


def _why(one: Short) -> str:
    return saying(
        "of line %(line)s, “%(title)s”, %(asked)s asked for and %(here)s can come back"
        " (not sent yet: %(unsent)s, refunded already: %(refunded)s, in other returns:"
        " %(held)s)",
        line=one.line.ref,
        title=one.line.title,
        asked=one.asked,
        here=one.left.here,
        unsent=one.left.unsent,
        refunded=one.left.refunded,
        held=one.left.held,
    )


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
