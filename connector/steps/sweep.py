"""Find what leaves no modification date: whole sets at the shop against the books."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError, Unavailable
from connector.saying import saying
from connector.states import UNDECIDED
from connector.steps import foreign
from connector.store import desk, orders, refunds, returns, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from connector.model import Return
    from connector.platform import Shop
    from connector.store import Database

log = logging.getLogger(__name__)

MOST_READS = 200  # a run: a first look at a large shop must not overrun it
ASKED_AT_ONCE = 100
# A return that still looks otherwise here after a whole reading is not read again
# at once: its goods, or our own errand, may take their time.
FRESH = timedelta(hours=1)


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Compare refunds, open returns and orders; return how many orders were read.

    A refund that is gone, or that no snapshot has, and a return whose state here is
    another, has its order read again. An order that is gone for good is a person's
    matter when money or a return hangs on it.
    """
    read = 0
    for look in (_refunds, _returns):
        try:
            read += look(db, shop, clock)
        except PlatformError as error:
            log.warning("sweep stopped: %s", error, extra={"shop": shop.name})
    try:
        _missing(db, shop, clock())
    except PlatformError as error:
        log.warning("sweep stopped: %s", error, extra={"shop": shop.name})
    return read


def _refunds(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Hold all refunds of the shop against those that the snapshots name."""
    if not shop.abilities.lists_refunds:
        return 0
    known = seen.of_shop(db, shop.name)
    there: set[str] = set()
    news: dict[str, str] = {}  # order -> a refund of it that is new
    for one in shop.refund_refs():
        there.add(one.ref)
        if one.ref not in known:
            news.setdefault(one.order_ref, one.ref)
    gone = {order: ref for ref, order in known.items() if ref not in there}
    changed = {**news, **gone}
    for order_ref, ref in list(changed.items())[:MOST_READS]:
        if not _read(db, shop, order_ref, clock):
            # It comes to nothing however often it is read: let it be known as it is.
            settle = seen.note if order_ref in news else seen.forget
            settle(db, shop.name, ref, order_ref)
    return min(len(changed), MOST_READS)


def _returns(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Hold the shop's open returns against ours: their webhooks may be lost."""
    if not shop.abilities.lists_open_returns:
        return 0  # a plugin's are found by its statuses, and by `recheck`
    open_there = {one.ref: one for one in shop.open_returns()}
    ours = {case.platform_ref: case for case in _open_here(db, shop.name)}
    changed = [
        one.order_ref
        for ref, one in open_there.items()
        if _state(ours.get(ref)) != one.status
    ]
    changed += [case.order_ref for ref, case in ours.items() if ref not in open_there]
    stale = _stale(db, shop.name, changed, clock())[:MOST_READS]
    for order_ref in stale:
        _read(db, shop, order_ref, clock)
    return len(stale)


def _open_here(db: Database, shop: str) -> Iterable[Return]:
    for return_id in returns.live(db, shop):
        case = returns.get(db, return_id)
        if case.platform_ref:
            yield case


def _state(case: Return | None) -> str:
    """Say how the shop would call the state of our return."""
    if case is None:
        return ""
    waits = any(line.decision in UNDECIDED for line in case.lines)
    return "requested" if waits else "open"


def _stale(db: Database, shop: str, refs: Iterable[str], now: datetime) -> list[str]:
    return [
        ref
        for ref in dict.fromkeys(refs)
        if not orders.read_since(db, shop, ref, now - FRESH)
    ]


def _read(
    db: Database, shop: Shop, order_ref: str, clock: Callable[[], datetime]
) -> bool:
    """Read an order again; False when it is gone."""
    try:
        foreign.follow(db, shop, order_ref, clock)
    except Gone:
        _tell(db, shop.name, order_ref, clock())
        return False
    except Unavailable:
        raise
    except PlatformError as error:
        log.warning("an order was not read: %s", error, extra={"shop": shop.name})
    return True


def _missing(db: Database, shop: Shop, now: datetime) -> None:
    """Notice orders that were deleted for good, which sends no webhook."""
    refs = orders.hanging(db, shop.name)
    window = shop.window() if refs else None
    if window is not None:
        # An order behind the window cannot be told from one that is gone.
        edge = now - window + timedelta(days=1)
        refs = [r for r in refs if orders.get(db, shop.name, r).placed_at > edge]
    for first in range(0, len(refs), ASKED_AT_ONCE):
        for ref in sorted(shop.missing(refs[first : first + ASKED_AT_ONCE])):
            _tell(db, shop.name, ref, now)


def _tell(db: Database, shop: str, ref: str, now: datetime) -> None:
    """Ask a person about an order that is gone, when something hangs on it."""
    cases = [
        case.number
        for case in returns.of_order(db, shop, ref)
        if not (case.closed_at or case.cancelled_at)
    ]
    money = [row.amount for row in refunds.of_order(db, shop, ref)]
    if not cases and not money:
        return
    parts = [saying("the return %(number)s", number=number) for number in cases]
    parts += [saying("a refund of %(amount)s", amount=amount) for amount in money]
    why = saying(
        "the order was deleted in the shop for good, but %(what)s is of it", what=parts
    )
    if not desk.was_settled(db, shop, ref, "deleted", why):
        desk.put(
            db,
            shop=shop,
            about="order",
            about_id=ref,
            code="deleted",
            why=why,
            now=now,
        )
