"""What was made of a refund that came undone, and may still be good at the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Refused
from connector.model import CREDITS, Moved
from connector.money import total
from connector.saying import saying
from connector.states import Refund
from connector.store import orders, refunds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import ShopRefund
    from connector.store import Database
    from connector.store.refunds import RefundRow

GIVEN = frozenset({Refund.SUBMITTED, Refund.PENDING, Refund.CONFIRMED, Refund.UNKNOWN})
ALIVE = GIVEN | {Refund.PLANNED, Refund.MANUAL}
SHOWN = 4  # letters of a code: enough to know it by, too little to spend it


def stands(db: Database, row: RefundRow) -> str:
    """Say what stands of a refund whose record went, and what to do; "" for nothing.

    The shop's record of the refund is another thing than the credit, or the order of
    new goods, that was made of it.
    """
    was_asked = bool(row.made or row.request.goods) and row.request.first_sent_at
    is_undone = row.state is Refund.FAILED and was_asked
    if row.state is not Refund.REVERSED and not is_undone:
        return ""
    if row.request.way in CREDITS:
        return saying(
            "credit of %(amount)s was made of it (its code ends in %(end)s) and may"
            " still be good: make it void in the shop, then say here that it is"
            "%(beside)s",
            amount=row.request.credit,
            end=row.request.code[-SHOWN:],
            beside=_beside(db, row),
        )
    if row.request.goods:
        return saying(
            "new goods were ordered of it (%(goods)s) and may still be sent: cancel"
            " them in the shop, then say here that they are",
            goods=[one.title for one in row.request.goods],
        )
    return ""


def booked(db: Database, row: RefundRow) -> ShopRefund | None:
    """Return the shop's own record of a promise that is not done yet, as last read.

    Where money and what is made beside it are apart, one may stand without the other.
    """
    order = orders.get(db, row.shop, row.order_ref)
    return next((one for one in order.refunds if one.key == row.id), None)


def is_paid_there(db: Database, row: RefundRow) -> bool:
    """Say whether the shop has paid money of a promise that is not done yet."""
    found = booked(db, row)
    return found is not None and found.moved is Moved.YES and bool(found.amount)


def hold_to_unpaid(db: Database, row: RefundRow) -> None:
    """Raise Refused where the shop has paid of a promise that is to be withdrawn.

    Or where it was asked to, with the order that its goods were exchanged for.
    """
    payer = refunds.get(db, row.request.paid_by) if row.request.paid_by else None
    if payer is not None and payer.state in GIVEN:
        msg = saying(
            "%(paid)s of it is being paid, or was, with the order that these goods were"
            " sent for: it cannot be withdrawn",
            paid=payer.amount,
        )
        raise Refused(msg, paid=payer.amount)
    found = booked(db, row)
    if found is not None and is_paid_there(db, row):
        msg = saying(
            "%(paid)s of it was paid by the shop (%(ref)s): it cannot be withdrawn. Say"
            " of it that its money has left; what it was to bring besides is then"
            " asked about",
            paid=found.amount,
            ref=found.ref,
        )
        raise Refused(msg, paid=found.amount)


def _beside(db: Database, row: RefundRow) -> str:
    """Say that a bonus that was given beside a credit stays good."""
    rows = refunds.of_return(db, row.return_id) if row.return_id else []
    given = [x.request.bonus for x in tops(rows) if x.request.after == row.id]
    if not given:
        return ""
    most = total((one for one in given if one), row.amount.currency)
    return saying(
        "; the bonus of %(amount)s beside it stays good, and is not given again",
        amount=most,
    )


def tops(rows: Sequence[RefundRow]) -> list[RefundRow]:
    """Return those that top a credit up and were given, or will be with it."""
    states = {row.id: row.state for row in rows}
    return [
        row
        for row in rows
        if row.request.after
        and (
            row.state in GIVEN
            or (row.state is Refund.PLANNED and states.get(row.request.after) in ALIVE)
        )
    ]
