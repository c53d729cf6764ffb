"""Take in the returns that a shop holds itself, and what was decided there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import Refused
from connector.model import Answer, Kind
from connector.states import Decision, Errand
from connector.steps.observe import observe
from connector.store import (
    atomic,
    desk,
    errands,
    filing,
    history,
    orders,
    refunds,
    returns,
)
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Order, Return, ShopReturn
    from connector.platform import Shop
    from connector.store import Database

ACTOR = "shop"
ENDED = frozenset({"closed", "declined", "cancelled"})


def follow(
    db: Database, shop: Shop, order_ref: str, clock: Callable[[], datetime]
) -> bool:
    """Read an order with its returns; only then does it count as read.

    False when it must be read once more. Raises what reading raises.
    """
    started = clock()
    order = observe(db, shop, order_ref, clock)
    if not take_in(db, shop, order, clock()):
        return False
    orders.read_whole(db, shop.name, order, started)
    return True


def take_in(db: Database, shop: Shop, order: Order, now: datetime) -> bool:
    """Bring our returns of an order in step with the shop's own.

    False when one of them may be the echo of a return that we are just making
    there: come again later.
    """
    if not shop.abilities.holds_returns:
        return True
    found = shop.returns(order.ref)
    taken = [_one(db, shop.name, order, one, now) for one in found]
    return all(taken)


@atomic
def _one(
    db: Database, shop: str, order: Order, found: ShopReturn, now: datetime
) -> bool:
    known = returns.by_platform_ref(db, shop, found.ref)
    if known:
        _follow(db, known, found, now)
        return True
    opening = errands.opening(db, shop, order.ref)
    if any(row.state in (Errand.SUBMITTED, Errand.UNKNOWN) for row in opening):
        return False
    if found.status not in ENDED:
        _open(db, shop, order, found, now)
    return True


def _open(
    db: Database, shop: str, order: Order, found: ShopReturn, now: datetime
) -> None:
    """File the shop's return as ours; units held by another one go to a person."""
    return_id = str(uuids.uuid7())
    try:
        filing.add(
            db,
            return_id=return_id,
            shop=shop,
            order=order,
            kind=Kind.VOLUNTARY,
            filed_by=ACTOR,
            language=order.customer.language or "en",
            wishes=_wishes(found),
            now=now,
            platform_ref=found.ref,
        )
    except Refused as error:
        # Nothing was written: `filing.add` chooses units before it inserts.
        _ask(db, shop, found.ref, f"return {found.number} of the shop: {error}", now)
        return
    case = returns.get(db, return_id)
    _follow(db, case, found, now)


def _wishes(found: ShopReturn) -> list[Wish]:
    return [
        Wish(
            line_ref=line.line_ref,
            quantity=line.quantity,
            reason=line.reason or "unknown",
            note=line.note,
            platform_ref=line.ref,
        )
        for line in found.lines
        if line.quantity > 0
    ]


def _follow(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Copy what the merchant decided in the shop's own admin."""
    if case.cancelled_at or case.closed_at:
        return
    undecided = [
        line
        for line in case.lines
        if line.decision in (Decision.PENDING, Decision.NEEDS_PERSON)
    ]
    if found.status == "open":
        for line in undecided:
            _decide(db, case, line.id, "approve", line.asked, now)
    elif found.status == "declined":
        for line in undecided:
            _decide(db, case, line.id, "decline", 0, now)
    elif found.status == "cancelled":
        _cancelled(db, case, now)
    elif found.status == "unknown":
        why = f"the shop calls its state {found.raw_status!r}, which is new to Retour"
        _ask(db, case.shop, case.id, why, now)


def _decide(
    db: Database, case: Return, line_id: int, event: str, approved: int, now: datetime
) -> None:
    why = "decided in the shop's own admin"
    trace = (
        *returns.line_of(case, line_id).trace,
        Answer(rule=ACTOR, says=event, why=why),
    )
    returns.decide(
        db, case, line_id, event, approved=approved, trace=trace, actor=ACTOR, now=now
    )
    desk.close(db, "return", case.id, ACTOR, now)


def _cancelled(db: Database, case: Return, now: datetime) -> None:
    """Follow a cancellation unless money is promised or goods are back: then ask."""
    why = ""
    if refunds.of_return(db, case.id):
        why = "cancelled in the shop, but a refund was promised here"
    elif any(line.received for line in case.lines):
        why = "cancelled in the shop, but goods came back"
    if why:
        _ask(db, case.shop, case.id, why, now)
        return
    returns.finish(db, case, "cancel", ACTOR, now)
    desk.close(db, "return", case.id, ACTOR, now)


def _ask(db: Database, shop: str, about_id: str, why: str, now: datetime) -> None:
    if any(event.why == why for event in history.of(db, about_id)):
        return
    desk.put(
        db,
        shop=shop,
        about="return",
        about_id=about_id,
        code="foreign",
        why=why,
        now=now,
    )
