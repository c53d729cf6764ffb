"""Where the money of goods lies that were sent in exchange, for who pays it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import TenderKind
from connector.money import total
from connector.saying import joined, saying
from connector.store import desk, exchanges, orders, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import RefundRequest, Return
    from connector.store import Database


def paid_with(db: Database, case: Return, plan: RefundRequest) -> str:
    """Say where the money of new goods lies: with the order that they were for.

    Its gateway holds what the old goods cost, and no other order's call reaches it.
    What their customer paid on top lies with their own. One call cannot be sent for a
    part that a person then pays: either could fail, and the other be paid twice.
    """
    made = exchanges.by_made(db, case.shop, case.order_ref)
    if made is None:
        return ""
    old = orders.get(db, case.shop, refunds.get(db, made.refund_id).order_ref)
    said = saying(
        "; these goods were sent in exchange: what order %(order)s was paid with can be"
        " refunded there, in the shop's own admin",
        order=old.number,
    )
    order = orders.get(db, case.shop, case.order_ref)
    cards = {
        one.ref
        for one in order.tenders
        if one.kind not in (TenderKind.MANUAL, TenderKind.STORE_CREDIT)
        and one.can_refund is not False
    }
    top = total(
        (x.amount for x in plan.tenders if x.tender_ref in cards), plan.amount.currency
    )
    if not top:
        return said
    more = saying(
        "; %(top)s of it was paid on top, with order %(order)s: refund that at its"
        " gateway itself, for a refund of it in the shop would count twice",
        top=top,
        order=order.number,
    )
    return joined("", [said, more])


NO_API = saying("its tender takes no refund by API")


def by_hand(
    db: Database, case: Return, plan: RefundRequest, now: datetime, why: str = NO_API
) -> None:
    """Ask a person to pay what was just promised, less what he paid before.

    `why` is in words why nothing else pays it.
    """
    left, before = plan.by_hand or plan.amount, ""
    if plan.by_hand:
        before = saying(
            "; %(amount)s of it goes back to the credit that it was paid with, by"
            " itself",
            amount=plan.amount - plan.by_hand,
        )
    if plan.paid:
        left = plan.amount - plan.paid
        before = saying(
            "; %(paid)s of the %(amount)s was paid by hand before",
            paid=plan.paid,
            amount=plan.amount,
        )
    refunds.move(db, plan.key, "by_hand", now, why=why)
    asked = saying(
        "pay %(left)s by hand for %(number)s, then confirm it here%(before)s%(paid)s",
        left=left,
        number=case.number,
        before=before,
        paid=paid_with(db, case, plan),
    )
    desk.put(
        db,
        shop=case.shop,
        about="refund",
        about_id=plan.key,
        code="pay_by_hand",
        why=asked if why == NO_API else joined("; ", [why, asked]),
        now=now,
    )
