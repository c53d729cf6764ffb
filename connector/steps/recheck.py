"""Find what became of the shop's own returns where its orders do not tell.

A refusal in Shiptastic leaves the order and its date as they were; a return that is
deleted tells nobody. So returns are listed, and those that wait here are read.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError
from connector.saying import saying
from connector.states import UNDECIDED
from connector.steps import foreign
from connector.store import desk, history, returns

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Return, ShopReturn
    from connector.platform import Shop
    from connector.store import Database

log = logging.getLogger(__name__)

DELETED = saying("the return is no longer in the shop")
SETTLED = "settled_in_shop"


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Read the orders of returns that moved by themselves; return how many."""
    if not shop.abilities.lists_returns:
        return 0
    try:
        found = {one.ref: one for one in shop.listed_returns()}
        orders = {one.order_ref for one in found.values() if _is_news(db, shop, one)}
        for case in _waiting(db, shop.name):
            if case.platform_ref not in found and _has_moved(db, shop, case, clock()):
                orders.add(case.order_ref)
        return sum(_follow(db, shop, ref, clock) for ref in sorted(orders))
    except PlatformError as error:
        log.warning("recheck stopped: %s", error, extra={"shop": shop.name})
        return 0


def _is_news(db: Database, shop: Shop, found: ShopReturn) -> bool:
    """Say whether what is listed is not what is known here."""
    case = returns.by_platform_ref(db, shop.name, found.ref)
    if case is not None:
        return _differs(case, found)
    if found.status in foreign.ENDED:
        return False
    was_asked = desk.was_told(db, shop.name, found.ref, "foreign")
    return not was_asked and not history.happened(db, found.ref, SETTLED)


def _differs(case: Return, found: ShopReturn) -> bool:
    if case.cancelled_at or case.closed_at:
        return False
    is_waiting = any(line.decision in UNDECIDED for line in case.lines)
    return found.status == "cancelled" or (
        is_waiting and found.status in ("open", "declined")
    )


def _waiting(db: Database, shop: str) -> list[Return]:
    """List our live returns that the shop holds and that nobody has decided."""
    live = [returns.get(db, ref) for ref in returns.live(db, shop)]
    return [
        case
        for case in live
        if case.platform_ref and any(x.decision in UNDECIDED for x in case.lines)
    ]


def _has_moved(db: Database, shop: Shop, case: Return, now: datetime) -> bool:
    """Read one that the list did not hold; one that was deleted goes to a person."""
    try:
        return _differs(case, shop.shop_return(case.platform_ref))
    except Gone:
        desk.put(
            db,
            shop=shop.name,
            about="return",
            about_id=case.id,
            code="deleted",
            why=DELETED,
            now=now,
        )
        return False


def _follow(
    db: Database, shop: Shop, order_ref: str, clock: Callable[[], datetime]
) -> bool:
    try:
        return foreign.follow(db, shop, order_ref, clock)
    except Gone:
        return False
