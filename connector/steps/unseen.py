"""New goods that nobody saw, of a promise whose money a person says has left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.money import total
from connector.saying import saying
from connector.states import Refund
from connector.steps import shelving
from connector.steps.reconcile import QUIET
from connector.store import atomic, desk, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database
    from connector.store.refunds import RefundRow

UNSEEN = "goods_unseen"


def is_to_make(row: RefundRow) -> bool:
    """Say whether new goods of an unclear promise can still be made by themselves.

    Where money and goods are one call of a return in the shop, they cannot.
    """
    is_open = row.state is Refund.UNKNOWN and not row.request.return_ref
    return is_open and bool(row.request.goods) and not row.made


@atomic
def go_on(db: Database, row: RefundRow, *, why: str, actor: str, now: datetime) -> None:
    """Send the promise again as one whose money a person has paid: it moves none.

    Not before what was asked first can no longer come. Its goods stay off the shelf,
    and a person is asked about them: a booking that stands may have put them there.
    """
    shelving.doubt(db, row, now)
    lines = tuple(replace(one, restock=False) for one in row.request.lines)
    plan = replace(row.request, by_gateway=False, lines=lines, goods_received=True)
    refunds.vouch(db, row.id, plan, now + QUIET, now, why=why, actor=actor)
    desk.close(db, "refund", row.id, actor, now)


def ask(db: Database, row: RefundRow, now: datetime) -> None:
    """Ask of new goods that are in no answer of the shop: they may not be ordered."""
    if not row.request.goods or row.made:
        return
    why = saying(
        "the money of %(number)s has left, and the shop never showed its new goods"
        " (%(goods)s, %(worth)s): look whether they are ordered there; if not, order"
        " them, or give their worth less what is still owed for them",
        number=row.request.return_number,
        goods=[f"{one.quantity} {one.title}" for one in row.request.goods],
        worth=total((one.price for one in row.request.goods), row.amount.currency),
    )
    desk.put_beside(
        db,
        shop=row.shop,
        about="order",
        about_id=row.order_ref,
        code=UNSEEN,
        why=why,
        now=now,
    )
