"""Whether what must come first has come: a credit before its bonus, money before goods.

A promise that names another in `after` tops it up; one that names it in `paid_by` is
booked once that one has paid it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.saying import joined, saying
from connector.states import Refund
from connector.steps import whence
from connector.store import atomic, desk, history, orders, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database
    from connector.store.refunds import RefundRow

ENDED = (Refund.REJECTED, Refund.FAILED, Refund.REVERSED, Refund.CANCELLED)


def has_come(db: Database, row: RefundRow, now: datetime) -> bool:
    """Say whether a promise may be sent now; what lost its first is settled here."""
    if row.request.after:
        return _tops_up(db, row, now)
    if row.request.paid_by and row.request.by_gateway:
        return _is_paid(db, row.id, now)
    return True


def _tops_up(db: Database, row: RefundRow, now: datetime) -> bool:
    """Say whether what this tops up is there; a bonus goes with its credit (R13)."""
    first = refunds.get(db, row.request.after)
    if first.state is Refund.CONFIRMED:
        return True
    if first.state in ENDED:
        why = saying("what it was to top up came to nothing")
        refunds.move(db, row.id, "cancel", now, why=why)
    return False


@atomic
def _is_paid(db: Database, refund_id: str, now: datetime) -> bool:
    """Say whether another order's refund has paid this; it is then only booked.

    Where that one came to nothing, a person is asked to pay, and not before.
    """
    row = refunds.get(db, refund_id)
    if row.state is not Refund.PLANNED:
        return False
    payer = refunds.get(db, row.request.paid_by)
    if payer.state is Refund.CONFIRMED:
        refunds.rewrite(db, row.id, replace(row.request, by_gateway=False))
        why = saying(
            "%(amount)s was refunded with order %(order)s, which these goods were"
            " sent for",
            amount=payer.amount,
            order=orders.get(db, payer.shop, payer.order_ref).number,
        )
        history.note_refund(db, row, "paid_there", "retour", why, now)
        return True
    if payer.state in ENDED:
        _ask(db, row, payer, now)
    return False


def _ask(db: Database, row: RefundRow, payer: RefundRow, now: datetime) -> None:
    """Let a person pay what the old order's gateway did not: one question of both."""
    case = returns.get(db, row.return_id or "")
    old = orders.get(db, payer.shop, payer.order_ref)
    number = old.number
    why: str = saying("its refund with order %(order)s came to nothing", order=number)
    if payer.state is Refund.REVERSED:
        why = saying(
            "its refund with order %(order)s came undone: see at the gateway whether"
            " that money has left, before you pay",
            order=number,
        )
    elif payer.why:
        why = joined(": ", [why, payer.why])
    plan = replace(row.request, by_gateway=False)
    refunds.rewrite(db, row.id, plan)
    whence.by_hand(db, case, plan, now, why)
    if payer.state is not Refund.REVERSED:
        desk.close(db, "refund", payer.id, "retour", now)
