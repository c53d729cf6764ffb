"""What went back of an order before, as settling counts it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.settlement import Own, look_back
from connector.states import Refund
from connector.steps.observe import OURS, is_ours
from connector.store import cap, refunds

if TYPE_CHECKING:
    from connector.model import Order
    from connector.store import Database
    from connector.store.refunds import RefundRow


def as_stands(db: Database, shop: str, order: Order) -> tuple[Order, list[Own]]:
    """Return an order, and what stands of our refunds, as both count in settling.

    A refund that died, but whose units no person has given back, still counts: it
    may be made again, and what others get must not depend on when.
    """
    rows = refunds.of_order(db, shop, order.ref)
    own = [cap.own_of(row) for row in rows if _counts(row)]
    # The shop's record of a refund of ours that died is no refund by others.
    dead = [row for row in rows if not _counts(row)]
    standing = tuple(one for one in order.refunds if not is_ours(one, dead))
    return replace(order, refunds=standing), own


def went_back(db: Database, shop: str, order: Order) -> tuple[tuple[str, int], ...]:
    """Return (line ref, units) that went back of an order, as settling counts them.

    By our own books, however they were made good, and by the shop's.
    """
    found = look_back(*as_stands(db, shop, order))
    return tuple((ref, one.units) for ref, one in found.lines.items() if one.units)


def _counts(row: RefundRow) -> bool:
    """Say whether what a refund promised is taken: one withdrawn gave it back."""
    if row.state in OURS:
        return True
    return bool(row.units) and row.state is not Refund.CANCELLED
