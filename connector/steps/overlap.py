"""Refunds that others made in the shop, which may be the money of a return of ours.

What staff refunds of the same goods, or of as much, since the return was opened, may be
a kindness or this very money: only a person knows, and none moves until he says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.model import Moved, Resolution
from connector.saying import saying
from connector.states import Refund
from connector.store import desk, exchanges, ledger, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Order, Prepared, RefundRequest, Return, ShopRefund
    from connector.store import Database
    from connector.store.refunds import RefundRow

SETTLEMENT, PAY_BY_HAND = "settlement", "pay_by_hand"
SKEW = timedelta(minutes=30)  # that a shop's clock may be behind ours
UNSENT = (Refund.PLANNED, Refund.MANUAL)


def doubt(
    db: Database, case: Return, plan: RefundRequest, others: Sequence[ShopRefund]
) -> str:
    """Return what a person must say before a promise is paid; "" for nothing.

    `others` are the shop's refunds of the order that are none of ours. Once he has
    answered, in these words, he is asked no more. What is paid with the old order for
    goods that were sent in exchange may have been paid there in parts, too.
    """
    refs = {share.ref for share in (*plan.lines, *plan.old_lines)}
    for one in others:
        named = any(back.line_ref in refs for back in one.lines)
        is_as_much = not one.lines and (one.amount >= plan.given or bool(plan.pays))
        if not (named or is_as_much) or not _is_of(case, one):
            continue
        why = words(case, one)
        if not desk.was_settled(db, case.shop, case.id, SETTLEMENT, why):
            return why
    return ""


def words(case: Return, one: ShopRefund) -> str:
    """Ask whether a refund that others made is the money of a return."""
    return saying(
        "%(amount)s was refunded in the shop (%(ref)s): it may be the money of this"
        " return, %(number)s. Where it is, withdraw what is still planned here and say"
        " that it was refunded already; else settle this, and it is paid",
        amount=one.amount,
        ref=one.ref,
        number=case.number,
    )


def _is_of(case: Return, one: ShopRefund) -> bool:
    """Say whether a refund may be of a return: made since, and of no other's."""
    is_since = one.made_at is None or one.made_at >= case.opened_at - SKEW
    return one.moved is not Moved.NO and is_since and not one.return_ref


def see(
    db: Database,
    others: Sequence[ShopRefund],
    mine: Sequence[RefundRow],
    now: datetime,
) -> None:
    """Hold what is promised and not sent yet while `others` may have paid it.

    What a person has paid already is only booked: no hold keeps it from being twice.
    """
    for row in mine:
        is_paid = row.state is Refund.PLANNED and row.paid_by_hand
        return_id = refunds.case_of(db, row)
        if row.state not in UNSENT or is_paid or not return_id:
            continue
        case = returns.get(db, return_id)
        why = doubt(db, case, row.request, others)
        if why:
            desk.put_return(db, case, SETTLEMENT, why, now)


def is_news(db: Database, row: RefundRow, prepared: Prepared) -> bool:
    """Say whether the shop shows refunds of the order that the books do not know.

    Where they were not read before the sending, they are to be read.
    """
    shown = prepared.preimage.get("refunds")
    if shown is None:
        return row.request.way is not Resolution.COURTESY
    known = {x.platform_ref for x in refunds.of_order(db, row.shop, row.order_ref)}
    known |= {x.platform_ref for x in ledger.externals(db, row.shop, row.order_ref)}
    return not known.issuperset(shown)


def tell_of_new_goods(
    db: Database, shop: str, order: Order, one: ShopRefund, now: datetime
) -> None:
    """Tell who pays new goods by hand of a refund of the order that they were for.

    What was paid for them lies with that order, and he may be told to refund it there.
    """
    for row in refunds.of_order(db, shop, order.ref):
        made = exchanges.of_refund(db, row.id)
        if made is None or not made.made or made.made == order.ref:
            continue
        for later in refunds.of_order(db, shop, made.made):
            if later.state is Refund.MANUAL:
                _tell(db, later, order, one, now)


def _tell(
    db: Database, row: RefundRow, order: Order, one: ShopRefund, now: datetime
) -> None:
    before = [x.why for x in desk.about(db, row.id) if x.code == PAY_BY_HAND]
    said = saying(
        "%(before)s; meanwhile %(amount)s was refunded in the shop on order %(order)s"
        " (%(ref)s): if that is part of this money, pay only the rest",
        before=before[0] if before else "",
        amount=one.amount,
        order=order.number,
        ref=one.ref,
    )
    if before:
        desk.put_refund(db, row, PAY_BY_HAND, said, now)
