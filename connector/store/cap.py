"""The cap on an order: money and goods given never pass what was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Refused
from connector.money import Money
from connector.saying import saying
from connector.settlement import (
    NEAR,
    Own,
    goods_out,
    look_back,
    paid_back,
    swapped,
)
from connector.states import Refund
from connector.store import ledger, orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import RefundRequest
    from connector.store.database import Database
    from connector.store.refunds import RefundRow

OVER = (Refund.REJECTED, Refund.FAILED, Refund.CANCELLED, Refund.REVERSED)


def hold(
    db: Database, shop: str, request: RefundRequest, rows: Sequence[RefundRow]
) -> None:
    """Refuse what would pass the cap, beside an order's refunds that stand.

    What gives neither money nor goods of what was paid is not held: others may have
    had all of it.
    """
    if not request.amount and not request.goods:
        return
    order = orders.get(db, shop, request.order_ref)
    own = [own_of(row) for row in rows if row.state not in OVER]
    own.append(Own(request=request))
    _hold_to_worth(request, own)
    stands = ledger.standing(db, shop, request.order_ref, request.amount.currency)
    stands += goods_out(order, own, look_back(order, own))
    if order.captured < stands + request.amount:
        msg = saying("more than remains of what was captured")
        raise Refused(msg, asked=request.amount, left=order.captured - stands)


def _hold_to_worth(request: RefundRequest, own: Sequence[Own]) -> None:
    """Refuse to pay more for goods of an exchange than they were given for.

    The shop rounds its price of them by itself.
    """
    if not request.buys_back:
        return
    sent = {one.request.key: swapped(one.request) for one in own}
    worth = sent.get(request.buys_back, Money.zero(request.amount.currency))
    paid = paid_back(own)[request.buys_back]
    if (paid - worth).minor > NEAR:
        msg = saying("more than the goods were given for")
        raise Refused(msg, asked=paid, left=worth)


def own_of(row: RefundRow) -> Own:
    """Return a refund as settling counts it."""
    made = tuple(row.made.split(",")) if row.made else ()
    return Own(request=row.request, ref=row.platform_ref, made=made)
