"""Read the whole order history of a shop, once, and go on after any kill."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError, Rejected, Unavailable
from connector.saying import said_by, saying
from connector.steps import foreign, reach
from connector.store import atomic, backfills, desk, orders
from connector.store.backfills import DONE, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Batch
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.backfills import Backfill

log = logging.getLogger(__name__)

# The bounds of a run: a thread must come free for other shops, but a bulk result is
# downloaded again by each run.
BATCHES = 500
SPELL = timedelta(minutes=2)
PATIENCE = timedelta(seconds=30)  # until a shop that is not ready is asked again
PAUSE = timedelta(minutes=1)  # after a failure; doubled each time
LONGEST = timedelta(hours=1)
MOST_RESTARTS = 3
MOST_TRIES = 3  # of one order that cannot be read, before a person is told


def run(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    *,
    most: int = BATCHES,
    tell: Callable[[Backfill], None] = lambda _: None,
) -> int:
    """Read the next batches; return how many orders were taken in.

    A shop that was never read is begun with. Each batch is one commit with its
    cursor; orders with refunds or returns are read one by one before it, as any
    delivery would have them read. A failure keeps the cursor where it was. `tell` is
    told after each batch how far it is.
    """
    taken, started = 0, clock()
    row: Backfill | None = None
    try:
        row = _due(db, shop, clock)
        if row is None:
            return 0
        for batch in islice(shop.history(row.cursor), most):
            if batch.cursor == "" and not batch.is_last:
                _anew(db, row, batch, clock())
                return taken
            if not _take(db, shop, row, batch, clock):
                return taken  # another process is at it
            taken += len(batch.orders) + len(batch.again)
            row = backfills.state(db, shop.name)
            if row is None:
                return taken
            tell(row)
            is_over = row.state != RUNNING or batch.is_waiting
            if is_over or clock() - started > SPELL:
                return taken
    except Rejected as error:
        _stop(db, shop, said_by(error), clock())
    except PlatformError as error:
        _later(db, shop, row, str(error), clock())
    return taken


def _due(db: Database, shop: Shop, clock: Callable[[], datetime]) -> Backfill | None:
    """Return the row to work on, or None while there is nothing to do."""
    row = backfills.state(db, shop.name)
    if row is None:
        since = reach.tell(db, shop, clock())
        backfills.begin(db, shop.name, since, clock())
        return backfills.state(db, shop.name)
    return row if row.state == RUNNING and row.due <= clock() else None


def _take(
    db: Database,
    shop: Shop,
    row: Backfill,
    batch: Batch,
    clock: Callable[[], datetime],
) -> bool:
    """Take one batch in: what needs reading first, then all in one commit."""
    known = orders.in_books(db, shop.name, [order.ref for order in batch.orders])
    plain = [order for order in batch.orders if order.ref not in known]
    for ref in (*batch.again, *sorted(known)):
        _read(db, shop, row, ref, clock)
    now = clock()

    def work() -> bool:
        orders.keep_older(db, shop.name, plain)
        return backfills.advance(
            db,
            row,
            cursor=batch.cursor,
            read=len(batch.orders) + len(batch.again),
            total=batch.total,
            state=DONE if batch.is_last else RUNNING,
            due=now + PATIENCE if batch.is_waiting else now,
            now=now,
        )

    return db.transact(work)


def _read(
    db: Database,
    shop: Shop,
    row: Backfill,
    ref: str,
    clock: Callable[[], datetime],
) -> None:
    """Read one order with its refunds and returns; one that cannot be is told."""
    try:
        foreign.follow(db, shop, ref, clock)
    except (Gone, Unavailable) as error:
        if isinstance(error, Unavailable):
            raise
    except PlatformError as error:
        if row.attempts < MOST_TRIES and not isinstance(error, Rejected):
            raise
        why = saying(
            "it could not be read with the order history: %(why)s", why=said_by(error)
        )
        desk.put(
            db,
            shop=shop.name,
            about="order",
            about_id=ref,
            code="unread",
            why=why,
            now=clock(),
        )


def _anew(db: Database, row: Backfill, batch: Batch, now: datetime) -> None:
    """Take in what is whole all the same, and begin anew, three times at most."""
    orders.keep_older(db, row.shop, batch.orders)
    if row.restarts >= MOST_RESTARTS:
        _end(db, row, batch.why, now)
        return
    backfills.restart(db, row, batch.why, now + PAUSE, now)


def _stop(db: Database, shop: Shop, why: str, now: datetime) -> None:
    row = backfills.state(db, shop.name)
    if row is None:
        log.warning("the history cannot be read: %s", why, extra={"shop": shop.name})
        return
    _end(db, row, why, now)


@atomic
def _end(db: Database, row: Backfill, why: str, now: datetime) -> None:
    """Stop, and tell a person what to do."""
    backfills.stop(db, row, why, now)
    words = saying(
        "the order history was read up to %(done)s orders and stopped: %(why)s;"
        " `retour shop backfill %(shop)s` goes on",
        done=row.done,
        why=why,
        shop=row.shop,
    )
    desk.put(
        db,
        shop=row.shop,
        about="shop",
        about_id=row.shop,
        code="backfill",
        why=words,
        now=now,
    )


def _later(
    db: Database, shop: Shop, row: Backfill | None, why: str, now: datetime
) -> None:
    """Come back later, each time after a longer pause."""
    log.warning("the history is read later: %s", why, extra={"shop": shop.name})
    if row is not None:
        wait = min(PAUSE * 2 ** min(row.attempts, 10), LONGEST)
        backfills.later(db, row, why, now + wait, now)
