"""Say how far back a shop lets us see; what nobody can see, a person must know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.saying import saying
from connector.store import atomic, desk

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from connector.platform import Shop
    from connector.store import Database

CODE, GAP = "window", "gap"


def tell(db: Database, shop: Shop, now: datetime) -> datetime | None:
    """Return the moment that the shop shows orders from; None when it shows all.

    A person is told once, however often this is asked.
    """
    window = shop.window()
    if window is None:
        return None
    if not desk.was_told(db, shop.name, shop.name, CODE):
        _put(db, shop.name, CODE, _words(window), now)
    return now - window


def tell_gap(db: Database, shop: Shop, mark: datetime, now: datetime) -> None:
    """Say what was lost when nothing was read for longer than the shop shows."""
    window = shop.window()
    if window is None or mark >= now - window:
        return
    day = (now - window).date()
    why = saying(
        "nothing was read since %(mark)s, and the shop only shows orders placed since"
        " %(day)s: changes of older ones in between are not known here",
        mark=mark.date(),
        day=day,
    )
    _put(db, shop.name, GAP, why, now)


def _words(window: timedelta) -> str:
    return saying(
        "the shop only shows the orders of the last %(days)s days: older ones cannot be"
        " returned here. Give the app the scope read_all_orders, then run"
        " `retour shop backfill --anew`",
        days=window.days,
    )


@atomic
def _put(db: Database, shop: str, code: str, why: str, now: datetime) -> None:
    desk.put(db, shop=shop, about="shop", about_id=shop, code=code, why=why, now=now)
