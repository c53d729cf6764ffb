"""Where the money of goods lies that were sent in exchange, for who pays it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import TenderKind
from connector.money import Money, total
from connector.saying import joined, saying
from connector.store import desk, exchanges, orders, refunds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from connector.model import Order, RefundRequest, Return
    from connector.store import Database

NO_GATEWAY = (TenderKind.MANUAL, TenderKind.STORE_CREDIT)


def paid_with(db: Database, case: Return, plan: RefundRequest) -> str:
    """Say where the money of new goods lies: with the orders that they stand for.

    Their gateways hold what the old goods cost, and no other order's call reaches it;
    where credit of ours paid for them, there is no money at all. What their customer
    paid on top lies with their own. One call cannot be sent for a part that a person
    then pays: either could fail, and the other be paid twice. "" for other goods.
    """
    before = _before(db, case)
    if not before:
        return ""
    found = [*_lies(before), *_top(orders.get(db, case.shop, case.order_ref), plan)]
    return joined("", [saying("; these goods were sent in exchange"), *found])


def _before(db: Database, case: Return) -> list[Order]:
    """Return the order that the goods were sent for, and so on to the first."""
    found: list[Order] = []
    made = exchanges.by_made(db, case.shop, case.order_ref)
    while made is not None:
        ref = refunds.get(db, made.refund_id).order_ref
        if ref in {one.ref for one in found}:
            break
        found.append(orders.get(db, case.shop, ref))
        made = exchanges.by_made(db, case.shop, ref)
    return found


def _lies(before: Sequence[Order]) -> list[str]:
    """Say what of the old orders a gateway holds, and what was credit of ours."""
    held = [one.number for one in before if _taken(one, _cards(one))]
    found: list[str] = []
    if held:
        found.append(
            saying(
                ": what order %(order)s was paid with can be refunded there, in the"
                " shop's own admin",
                order=", ".join(held),
            )
        )
    for one in before:
        stored = {x.ref for x in one.tenders if x.kind is TenderKind.STORE_CREDIT}
        if credit := _taken(one, stored):
            found.append(
                saying(
                    "; %(credit)s of order %(order)s was credit of ours: no refund in"
                    " the shop gives that back. To give credit again, withdraw this,"
                    " then make it good with store credit in the return",
                    credit=credit,
                    order=one.number,
                )
            )
    return found


def _top(order: Order, plan: RefundRequest) -> list[str]:
    """Say what of it was paid on top, for the new goods themselves."""
    cards = _cards(order)
    top = total(
        (x.amount for x in plan.tenders if x.tender_ref in cards), plan.amount.currency
    )
    if not top:
        return []
    return [
        saying(
            "; %(top)s of it was paid on top, with order %(order)s: refund that at its"
            " gateway itself, for a refund of it in the shop would count twice",
            top=top,
            order=order.number,
        )
    ]


def _cards(order: Order) -> set[str]:
    """Return the refs of what a gateway took and can give back."""
    return {
        one.ref
        for one in order.tenders
        if one.kind not in NO_GATEWAY and one.can_refund is not False
    }


def _taken(order: Order, refs: Collection[str]) -> Money:
    return total((x.captured for x in order.tenders if x.ref in refs), order.currency)


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
