"""Take in the returns that a shop holds itself, and what was decided there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import Refused
from connector.model import Kind
from connector.states import Errand
from connector.steps.follow import ACTOR
from connector.steps.follow import follow as follow_up
from connector.steps.observe import observe
from connector.store import (
    atomic,
    desk,
    errands,
    filing,
    orders,
    returns,
)
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Order, ShopReturn
    from connector.platform import Abilities, Shop
    from connector.store import Database

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
    able = shop.abilities
    taken = [_one(db, shop.name, able, order, one, now) for one in found]
    return all(taken)


@atomic
def _one(
    db: Database,
    shop: str,
    able: Abilities,
    order: Order,
    found: ShopReturn,
    now: datetime,
) -> bool:
    known = returns.by_platform_ref(db, shop, found.ref)
    if known:
        return follow_up(db, able, known, found, now)
    opening = errands.opening(db, shop, order.ref)
    if any(row.state in (Errand.SUBMITTED, Errand.UNKNOWN) for row in opening):
        return False
    if found.status not in ENDED and not _is_over(found):
        _open(db, shop, able, order, found, now)
    return True


def _is_over(found: ShopReturn) -> bool:
    """Say whether all of it was paid back there before we saw it: at a till, mostly."""
    return bool(found.lines) and all(
        line.line_ref and line.refunded >= line.quantity for line in found.lines
    )


def _open(
    db: Database,
    shop: str,
    able: Abilities,
    order: Order,
    found: ShopReturn,
    now: datetime,
) -> None:
    """File the shop's return as ours; units held by another one go to a person."""
    if any(not line.line_ref for line in found.lines):
        why = (
            f"return {found.number} was made without a receipt: it names no line that"
            " was bought; settle it in the shop"
        )
        _ask(db, shop, found.ref, why, now)
        return
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
    follow_up(db, able, returns.get(db, return_id), found, now)


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


def _ask(db: Database, shop: str, about_id: str, why: str, now: datetime) -> None:
    """Lay a return that is not ours before a person, once in the same words."""
    if desk.was_settled(db, shop, about_id, "foreign", why):
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
