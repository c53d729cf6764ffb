"""Ask the shop what changed, so that no lost webhook is ever missed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError
from connector.steps import foreign, reach
from connector.store import hooks, orders, shops

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Change
    from connector.platform import Shop
    from connector.store import Database

log = logging.getLogger(__name__)

# WooCommerce's modified_after is a strict `>` at one-second resolution, and clocks
# differ: read a little of what was read before, so that two runs see each change.
OVERLAP = timedelta(minutes=10)
# What is older comes with the backfill; it begins when the shop is connected.
FIRST_LOOK_BACK = timedelta(days=7)
# A whole look at a quiet shop counts too; clocks may be wrong by less than this.
SURE = timedelta(days=1)
# No platform's window is shorter: only after that may something be hidden by it.
LONG_SILENCE = timedelta(days=30)


def run(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    overlap: timedelta = OVERLAP,
) -> int:
    """Read orders modified since the last run again; return how many were read.

    The mark moves only over what was read, by the shop's own clock; a failure
    leaves it where it was.
    """
    started = clock()
    mark = shops.get(db, shop.name).synced_to
    since = mark - overlap if mark else clock() - FIRST_LOOK_BACK
    read = 0
    try:
        if mark and mark < clock() - LONG_SILENCE:
            reach.tell_gap(db, shop, mark, clock())
        for change in shop.changes(since):
            if not orders.read_upto(db, shop.name, change.order_ref, change.updated_at):
                read += 1
                hooks.unheard(db, shop.name, change.updated_at)
                if not _read(db, shop, change, clock):
                    return read
            # A date in the future, which an import may write, must not carry the mark
            # beyond what is still to come.
            upto = min(change.updated_at, clock())
            if mark is None or upto > mark:
                mark = upto
                shops.synced(db, shop.name, mark)
        if mark is None or mark < started - SURE:
            shops.synced(db, shop.name, started - SURE)
    except PlatformError as error:
        log.warning("sync stopped: %s", error, extra={"shop": shop.name})
    return read


def _read(
    db: Database, shop: Shop, change: Change, clock: Callable[[], datetime]
) -> bool:
    """Read one order and its returns; False when it must be read once more."""
    try:
        return foreign.follow(db, shop, change.order_ref, clock)
    except Gone:
        return True
