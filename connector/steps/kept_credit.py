"""Ask of credit that paid for goods which the shop's staff took back themselves.

Where we keep the balance the shop knows our credit as a discount: its own refund gives
back what the gateway had, and says nothing of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Moved, OrderStatus, TenderKind
from connector.money import Money, total
from connector.saying import saying
from connector.states import Refund
from connector.store import desk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Order, ShopRefund
    from connector.platform import Abilities
    from connector.store import Database
    from connector.store.refunds import RefundRow

CODE = "credit_kept"
UNCHARGED = frozenset(
    {Refund.CANCELLED, Refund.REJECTED, Refund.FAILED, Refund.REVERSED}
)


def is_possible(able: Abilities, order: Order) -> bool:
    """Say whether a refund in the shop's admin may leave credit out."""
    return bool(_refs(order)) and not able.keeps_credit


def see(
    db: Database,
    shop: str,
    order: Order,
    others: Sequence[ShopRefund],
    mine: Sequence[RefundRow],
    now: datetime,
) -> None:
    """Ask once of what `others`, refunds that are not ours, left out; never guess it.

    Whoever took the question off the desk is asked anew when there is more of it.
    """
    made = [one for one in others if one.moved is not Moved.NO]
    most = min(_left_out(order, made), _left(order, mine))
    if most.minor <= 0:
        desk.settle(db, "order", order.ref, CODE, "shop", now)
        return
    refs = ", ".join(one.ref for one in made)
    why = saying(
        "staff refunded goods of order %(order)s in the shop (%(refs)s) that were paid"
        " with credit of ours: up to %(most)s of it was not given back. Give it as a"
        " courtesy on a return of this customer, or as a coupon of the shop's own,"
        " unless that was done: what is put on the old coupon itself is taken off again"
        " each night",
        order=order.number,
        refs=refs,
        most=most,
    )
    if not desk.was_settled(db, shop, order.ref, CODE, why):
        desk.put(
            db,
            shop=shop,
            about="order",
            about_id=order.ref,
            code=CODE,
            why=why,
            now=now,
        )


def _refs(order: Order) -> set[str]:
    stored = (x for x in order.tenders if x.kind is TenderKind.STORE_CREDIT)
    return {one.ref for one in stored if one.captured}


def _left_out(order: Order, made: Sequence[ShopRefund]) -> Money:
    """Return by how much the goods of these refunds cost more than they gave back.

    Of an order that is refunded whole that is all of it.
    """
    if made and order.status is OrderStatus.REFUNDED:
        return order.captured
    missing = Money.zero(order.currency)
    for back in (x for one in made for x in one.lines):
        line = order.line(back.line_ref)
        if line is None or not back.quantity:
            continue
        worth = line.gross.share(min(back.quantity, line.quantity), line.quantity)
        missing += max(worth - back.gross, Money.zero(order.currency))
    return missing


def _left(order: Order, mine: Sequence[RefundRow]) -> Money:
    """Return the credit of an order that neither the shop nor our books gave back."""
    zero = Money.zero(order.currency)
    left = zero
    for tender in order.tenders:
        if tender.ref not in _refs(order):
            continue
        ours = total(
            (
                share.amount
                for row in mine
                if row.state not in UNCHARGED
                for share in row.request.tenders
                if share.tender_ref == tender.ref
            ),
            order.currency,
        )
        left += max(zero, tender.captured - max(tender.refunded, ours))
    return left
