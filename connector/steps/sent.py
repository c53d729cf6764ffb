"""See at the shop what became of new goods: sent, or called off by its staff."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.model import OrderStatus
from connector.money import total
from connector.saying import saying
from connector.settlement import at_worth
from connector.states import Exchange, Refund
from connector.store import cap, desk, exchanges, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Line, Order
    from connector.store import Database
    from connector.store.exchanges import ExchangeRow
    from connector.store.refunds import RefundRow

CANCELLED, TAKEN_OFF = "new_order_cancelled", "new_goods_taken_off"


def see(
    db: Database, shop: str, order: Order, started: datetime, now: datetime
) -> None:
    """Follow the exchanges whose goods are this order, or joined it.

    `started` is when the order was read: what was released since is not in it yet.
    """
    own = exchanges.by_made(db, shop, order.ref)
    if own is not None:
        _see_order(db, own, order, now)
    for row in refunds.of_order(db, shop, order.ref):
        stands = exchanges.of_refund(db, row.id) if row.request.goods else None
        if stands is None or stands.state is not Exchange.RELEASED:
            continue
        if stands.changed_at < started and _has_left(row, order):
            exchanges.move(db, row, "ship", now)
        else:
            _see_joined(db, row, order, now)


def _see_order(db: Database, made: ExchangeRow, order: Order, now: datetime) -> None:
    """Follow an exchange whose new goods are an order of their own."""
    row = refunds.get(db, made.refund_id)
    is_live = order.status in (OrderStatus.OPEN, OrderStatus.COMPLETED)
    if is_live and made.state is Exchange.LAPSED and row.state is Refund.FAILED:
        _paid_late(db, row, order, now)
    if made.state is not Exchange.RELEASED:
        return
    if order.status is OrderStatus.COMPLETED:
        exchanges.move(db, row, "ship", now)
    is_back = order.status is OrderStatus.REFUNDED and not refunds.of_order(
        db, row.shop, order.ref
    )
    if is_back or order.status is OrderStatus.CANCELLED:
        gone(db, row, made, now)
    else:
        desk.settle(db, "refund", row.id, CANCELLED, "shop", now)


def _paid_late(db: Database, row: RefundRow, order: Order, now: datetime) -> None:
    """Ask of new goods that were called off here and live again at the shop."""
    why = saying(
        "order %(order)s was made in exchange for %(number)s and called off here, and"
        " now it is paid or open in the shop: something else was given instead, so do"
        " not send it; cancel it, and give back what was paid",
        order=order.number,
        number=row.request.return_number,
    )
    if not desk.was_settled(db, row.shop, order.ref, "paid_late", why):
        desk.put(
            db,
            shop=row.shop,
            about="order",
            about_id=order.ref,
            code="paid_late",
            why=why,
            now=now,
        )


def gone(db: Database, row: RefundRow, made: ExchangeRow, now: datetime) -> None:
    """Ask a person about new goods that are not sent: their worth is owed."""
    currency = made.owed.currency
    worth = total((one.price for one in row.request.goods), currency)
    paid = saying(", of which he paid %(amount)s himself", amount=made.owed)
    why = saying(
        "the new order %(order)s of %(number)s was called off in the shop: its"
        " customer has neither the goods nor their worth (%(worth)s%(paid)s); restore"
        " it there, or give him its worth",
        order=made.made,
        number=row.request.return_number,
        worth=worth,
        paid=paid if made.owed else "",
    )
    if not desk.was_settled(db, row.shop, row.id, CANCELLED, why):
        desk.put_refund(db, row, CANCELLED, why, now)


def _see_joined(db: Database, row: RefundRow, order: Order, now: datetime) -> None:
    """Ask a person, once, about new goods that were taken off the order they joined."""
    off = [x for x in _joined(row, at_worth(order, [cap.own_of(row)])) if x.taken_off]
    if not off:
        desk.settle(db, "refund", row.id, TAKEN_OFF, "shop", now)
        return
    worth = [one.gross.share(one.taken_off, one.quantity) for one in off]
    why = saying(
        "new goods of %(number)s (%(goods)s) were taken off the order in the shop: its"
        " customer has neither them nor their worth (%(worth)s). Put them on an order"
        " again there, or give him their worth; nothing is paid from here by itself",
        number=row.request.return_number,
        goods=[f"{one.taken_off} {one.title}" for one in off],
        worth=total(worth, order.currency),
    )
    if not desk.was_settled(db, row.shop, row.id, TAKEN_OFF, why):
        desk.put_refund(db, row, TAKEN_OFF, why, now)


def _joined(row: RefundRow, order: Order) -> list[Line]:
    """Return the lines of an order of which the shop says that they are new goods."""
    return [one for one in order.lines if one.swap_ref in cap.own_of(row).made]


def _has_left(row: RefundRow, order: Order) -> bool:
    """Say whether new goods that joined an order have left with its parcels.

    Where the shop does not say which line stands for which exchange, all of that ware
    must have left, but for what came back for it.
    """
    packed: Counter[str] = Counter()
    for parcel in order.parcels:
        packed.update(dict(parcel.units))
    joined = _joined(row, order)
    if joined:
        return all(packed[one.ref] >= one.quantity for one in joined)
    back = {one.ref for one in row.request.lines}
    for goods in row.request.goods:
        lines = [
            one
            for one in order.lines
            if one.variant_ref == goods.ref and one.ref not in back
        ]
        has_left = all(
            one.fulfilled == one.quantity <= packed[one.ref] for one in lines
        )
        if not has_left or sum(one.quantity for one in lines) < goods.quantity:
            return False
    return True
