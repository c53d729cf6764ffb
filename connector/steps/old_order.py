"""Money for goods that were sent in exchange: refunded where it lies, by itself.

Such goods stand on an order of their own, which no money was paid for; the gateway of
the order that they were sent for holds what they are worth. So their return is two
promises in one commit: the money, as a refund of the old order like any other, and the
goods, which are booked on their own order once the money is confirmed. Whatever is not
plain is paid by a person, as `whence` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import Gone, NotFound, Refused
from connector.model import (
    SWAPPED,
    OrderStatus,
    RefundRequest,
    Resolution,
    Share,
    TaxPart,
    TenderKind,
    TenderShare,
)
from connector.saying import said_by
from connector.settlement import left_by_tender, look_back
from connector.states import Exchange, Refund
from connector.steps import whence
from connector.steps.observe import observe
from connector.steps.stands import as_stands
from connector.store import exchanges, orders, refunds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connector.model import Order, Return, Tender
    from connector.money import Money
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

SENT = (Exchange.RELEASED, Exchange.SHIPPED)
PAID = (OrderStatus.OPEN, OrderStatus.COMPLETED)
STORED = (TenderKind.STORE_CREDIT, TenderKind.GIFT_CARD, TenderKind.MANUAL)


def read(
    db: Database, shop: Shop, order: Order, clock: Callable[[], datetime]
) -> Order | None:
    """Read the order that holds the money of new goods; None where a person pays.

    Raises PlatformError where the shop cannot be read now.
    """
    if shop.abilities.pays_through_returns:
        return None
    row = _first(db, shop.name, order)
    if row is None:
        return None
    known = orders.get(db, shop.name, row.order_ref)
    if orders.is_erased(db, shop.name, known.ref, known.updated_at):
        return None
    try:
        return observe(db, shop, row.order_ref, clock)
    except Gone:
        return None


def _first(db: Database, shop: str, order: Order) -> RefundRow | None:
    """Return the exchange that took the money which an order's goods are worth.

    Of an exchange of what an exchange brought it is the first. None where anything
    else than goods paid for an order between, or it is not sure that they did.
    """
    found = None
    while (made := exchanges.by_made(db, shop, order.ref)) is not None:
        row = refunds.get(db, made.refund_id)
        is_all = [one.ref for one in order.tenders] == [SWAPPED]
        is_done = row.state is Refund.CONFIRMED and made.state in SENT
        if not (is_all and is_done) or row.request.owed or row.order_ref == order.ref:
            return None
        found = row
        try:
            order = orders.get(db, shop, row.order_ref)
        except NotFound:
            return None
    return found


def payment(
    db: Database,
    case: Return,
    order: Order,
    old: Order | None,
    plan: RefundRequest,
    way: Resolution,
) -> RefundRequest | None:
    """Return the refund of the old order that pays `plan`; None: `plan` as it is.

    `order` holds the new goods, `old` what was paid for them, both read just now.
    """
    row = _first(db, case.shop, order) if old else None
    if old is None or row is None or row.order_ref != old.ref:
        return None
    is_swapped = {one.tender_ref for one in plan.tenders} == {SWAPPED}
    if way is not Resolution.REFUND or plan.by_gateway or not is_swapped:
        return None
    tender = _gateway(db, case.shop, old, plan.amount)
    if tender is None:
        return None
    return RefundRequest(
        key=str(uuids.uuid7()),
        order_ref=old.ref,
        amount=plan.amount,
        lines=(),
        shipping=(),
        deductions=(),
        tenders=(
            TenderShare(
                tender_ref=tender.ref, gateway=tender.gateway, amount=plan.amount
            ),
        ),
        reason=plan.reason,
        return_number=plan.return_number,
        pays=plan.key,
        buys_back=row.id,
        old_lines=_old_lines(row.request, plan.amount),
    )


def _gateway(db: Database, shop: str, old: Order, amount: Money) -> Tender | None:
    """Return the one tender of an order where it can pay so much; else None."""
    if old.status not in PAID or old.currency != amount.currency:
        return None
    if len(old.tenders) != 1:
        return None
    [tender] = old.tenders
    if tender.kind in STORED or tender.can_refund is False:
        return None
    seen, own = as_stands(db, shop, old)
    left = left_by_tender(seen, look_back(seen, own))[tender.ref]
    return tender if amount.minor <= left else None


def _old_lines(first: RefundRequest, amount: Money) -> tuple[Share, ...]:
    """Return the part of what came back for new goods that `amount` stands for."""
    lines = [one for one in first.lines if one.gross]
    if not lines:
        return ()
    parts = amount.allocate([one.gross.minor for one in lines])
    return tuple(
        Share(
            ref=one.ref,
            quantity=0,
            gross=part,
            taxes=tuple(
                TaxPart(
                    rate=tax.rate, amount=tax.amount.share(part.minor, one.gross.minor)
                )
                for tax in one.taxes
            ),
        )
        for one, part in zip(lines, parts, strict=True)
    )


def reserve(
    db: Database,
    case: Return,
    plan: RefundRequest,
    payer: RefundRequest,
    units: Mapping[str, int],
    now: datetime,
) -> None:
    """Write both promises down; where the money may not leave, a person is asked.

    Raises Refused where the books of the goods' own order do not allow it.
    """
    linked = replace(plan, by_gateway=True, paid_by=payer.key)
    refunds.reserve(
        db,
        shop=case.shop,
        return_id=case.id,
        request=linked,
        units=units,
        due=now,
        now=now,
    )
    try:
        refunds.reserve(
            db,
            shop=case.shop,
            return_id=None,  # its goods are of another order (I16)
            request=payer,
            units={},
            due=now,
            now=now,
        )
    except Refused as error:
        refunds.rewrite(db, plan.key, plan)
        whence.by_hand(db, case, plan, now, said_by(error))
