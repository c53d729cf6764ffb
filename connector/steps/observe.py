"""Read an order again, and let the books know what others did at the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Moved
from connector.saying import joined, saying
from connector.states import Refund
from connector.steps import kept_credit, made, overlap, sent
from connector.store import atomic, desk, history, ledger, orders, refunds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from connector.model import Order, ShopRefund
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

# Our refunds that a refund at the shop with our key, or our ref, belongs to.
DEAD = frozenset({Refund.FAILED, Refund.REJECTED, Refund.CANCELLED})
OURS = frozenset(
    {
        Refund.PLANNED,
        Refund.SUBMITTED,
        Refund.PENDING,
        Refund.CONFIRMED,
        Refund.UNKNOWN,
        Refund.MANUAL,
    }
)


def observe(
    db: Database, shop: Shop, order_ref: str, clock: Callable[[], datetime]
) -> Order:
    """Keep the shop's own word of an order; raises what reading it raises.

    Refunds are compared as a whole set: in WooCommerce a deletion sends nothing
    and leaves the modification date as it was.
    """
    started = clock()
    order = shop.order(order_ref)
    may_keep = kept_credit.is_possible(shop.abilities, order)
    _keep(db, shop.name, order, started, clock(), may_keep=may_keep)
    return order


@atomic
def _keep(
    db: Database,
    shop: str,
    order: Order,
    started: datetime,
    now: datetime,
    *,
    may_keep: bool,
) -> None:
    """Keep an order; `may_keep`: refunds made there may have left credit out."""
    orders.keep(db, shop, order)
    sent.see(db, shop, order, started, now)
    if refunds.is_unclear(db, shop, order.ref):
        return  # a refund there may be ours: `reconcile` looks, then comes back here
    mine = refunds.of_order(db, shop, order.ref)
    _take_in(db, shop, order, mine, now)
    if may_keep:
        others = [one for one in order.refunds if not is_ours(one, mine)]
        kept_credit.see(db, shop, order, others, mine, now)
    for row in mine:
        # One that a person found paid at the gateway has no record at the shop.
        is_known = row.state is Refund.CONFIRMED and row.platform_ref
        if is_known and row.changed_at < started:
            _check(db, row, order, now)


def _take_in(
    db: Database, shop: str, order: Order, mine: list[RefundRow], now: datetime
) -> None:
    """Enter what others refunded, and take back what is gone or never moved."""
    others = [refund for refund in order.refunds if not is_ours(refund, mine)]
    for refund in others:
        if refund.moved is not Moved.NO and ledger.external(
            db, shop, order.ref, refund, now
        ):
            _check_room(db, shop, order, refund, now)
            overlap.tell_of_new_goods(db, shop, order, refund, now)
    overlap.see(db, others, mine, now)
    stands = {refund.ref for refund in others if refund.moved is not Moved.NO}
    for entry in ledger.externals(db, shop, order.ref):
        if entry.platform_ref not in stands:
            ledger.external_gone(db, shop, entry, now)


def is_ours(refund: ShopRefund, mine: Sequence[RefundRow]) -> bool:
    """Say whether a refund at the shop is the record of one of ours.

    The record of one that surely moved no money is ours still: WooCommerce keeps it
    when PHP dies in the gateway. If its money is seen to have moved after all, it
    counts as somebody else's, and against what is left.
    """
    row = next((x for x in mine if x.matches(refund)), None)
    if row is None:
        return False
    return not (row.state in DEAD and refund.moved is Moved.YES)


def _check_room(
    db: Database, shop: str, order: Order, refund: ShopRefund, now: datetime
) -> None:
    """Ask a person when what others refunded leaves no room for our promises."""
    stands = ledger.standing(db, shop, order.ref, order.currency)
    if order.captured < stands:
        why = saying(
            "somebody refunded %(amount)s in the shop; with what is promised that is"
            " %(stands)s of %(captured)s captured",
            amount=refund.amount,
            stands=stands,
            captured=order.captured,
        )
        desk.put(
            db,
            shop=shop,
            about="order",
            about_id=order.ref,
            code="overlap",
            why=why,
            now=now,
        )


def _check(db: Database, row: RefundRow, order: Order, now: datetime) -> None:
    """See whether a confirmed refund is still there and its money still gone."""
    there = [r for r in order.refunds if row.platform_ref == r.ref or r.key == row.id]
    if not there:
        why = saying("refund %(ref)s is no longer in the shop", ref=row.platform_ref)
    elif all(refund.moved is Moved.NO for refund in there):
        if _is_rest_by_hand(db, row):
            return
        why = saying(
            "the shop now says that the money of %(ref)s did not move",
            ref=row.platform_ref,
        )
    else:
        return
    if row.paid_by_hand:
        _unbooked(db, row, why, now)
        return
    refunds.move(db, row.id, "reverse", now, why=why)
    still = made.stands(db, refunds.get(db, row.id))
    said = joined("; ", [why, still] if still else [why])
    desk.put_refund(db, row, "reversed", said, now)


def _unbooked(db: Database, row: RefundRow, why: str, now: datetime) -> None:
    """Ask of money that a person paid: the shop's record is gone, the money is not.

    It stays in the books until he says that it came back.
    """
    why = saying(
        "%(why)s; %(paid)s was paid by hand and stays in the books: say here whether"
        " that money has left",
        why=why,
        paid=row.paid_by_hand,
    )
    if not desk.was_settled(db, row.shop, row.id, "unbooked", why):
        desk.put_refund(db, row, "unbooked", why, now)


def _is_rest_by_hand(db: Database, row: RefundRow) -> bool:
    """Say whether a person paid what was left beside new goods, as he was asked to.

    The shop's own record of that money stays a failure for ever.
    """
    if not row.request.goods:
        return False
    said = history.events(db, row.id, "confirm")
    return any(one.actor not in history.MACHINES for one in said)
