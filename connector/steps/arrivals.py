"""Let a shop know of goods that came back, where it wants to hear of each parcel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import atomic, errands, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.platform import Shop
    from connector.store import Database

VERB = "dispose"


def run(db: Database, shop: Shop, now: datetime) -> int:
    """Plan to say so for every return whose first goods are in; return how many."""
    if not shop.abilities.books_arrivals:
        return 0
    came = [ref for ref in returns.live(db, shop.name) if _is_news(db, ref)]
    return sum(_plan(db, ref, now) for ref in came)


def _is_news(db: Database, return_id: str) -> bool:
    """Say whether goods are in of which the shop has not heard; once is enough."""
    if not _received(returns.get(db, return_id)):
        return False
    return all(row.verb != VERB for row in errands.of_return(db, return_id))


@atomic
def _plan(db: Database, return_id: str, now: datetime) -> bool:
    if not _is_news(db, return_id):
        return False
    return errands.add(db, return_id, VERB, now, _received(returns.get(db, return_id)))


def _received(case: Return) -> dict[str, int]:
    """Return the units that came back by the shop's own line."""
    return {
        line.platform_ref: line.received
        for line in case.lines
        if line.platform_ref and line.received
    }
