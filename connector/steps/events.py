"""What a shop tells of itself, or of an order, that no reading of the order shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.saying import saying
from connector.store import atomic, desk, shops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connector.platform import Notice
    from connector.store import Database

DISPUTE, SCOPES = "dispute", "scopes"


def heed(db: Database, shop: str, notice: Notice, now: datetime) -> str:
    """Act on such a notice; return what was done, "" for every other notice."""
    act = _ACTS.get(notice.about)
    return act(db, shop, notice, now) if act else ""


def _noted(_: Database, __: str, ___: Notice, ____: datetime) -> str:
    return saying("known, and of no concern to returns")


@atomic
def _uninstalled(db: Database, shop: str, notice: Notice, now: datetime) -> str:
    del notice
    shops.pause(db, shop, is_paused=True, why="uninstalled")
    why = saying("the app was removed from the shop; refunds are paused")
    _lay(db, shop, "shop", shop, "uninstalled", why, now)
    return saying("refunds are paused")


@atomic
def _scopes(db: Database, shop: str, notice: Notice, now: datetime) -> str:
    """Say which scopes are short; they being there again settles it."""
    if not notice.detail:
        desk.settle(db, "shop", shop, SCOPES, "shop", now)
        return saying("all scopes are there")
    lacking = notice.detail.replace(",", ", ")
    why = saying(
        "the shop took scopes away that are needed: %(scopes)s; grant them again",
        scopes=lacking,
    )
    _lay(db, shop, "shop", shop, SCOPES, why, now)
    return saying("scopes are short")


@atomic
def _dispute(db: Database, shop: str, notice: Notice, now: datetime) -> str:
    """Ask a person, and hold the order's refunds until they have said so.

    The bank may take the money back by itself: a refund would pay it twice.
    """
    why = saying(
        "the payment of this order is disputed (%(detail)s): its refunds are held"
        " until you settle this",
        detail=notice.detail,
    )
    if not desk.was_settled(db, shop, notice.order_ref, DISPUTE, why):
        _lay(db, shop, "order", notice.order_ref, DISPUTE, why, now)
    return saying("refunds of this order are held")


_ACTS: Mapping[str, Callable[[Database, str, Notice, datetime], str]] = {
    "noted": _noted,
    "uninstalled": _uninstalled,
    "scopes": _scopes,
    "dispute": _dispute,
}


def is_disputed(db: Database, shop: str, order_ref: str) -> bool:
    """Say whether a dispute on an order waits for a person."""
    return any(
        one.shop == shop and one.code == DISPUTE for one in desk.about(db, order_ref)
    )


def _lay(
    db: Database,
    shop: str,
    about: str,
    about_id: str,
    code: str,
    why: str,
    now: datetime,
) -> None:
    desk.put(db, shop=shop, about=about, about_id=about_id, code=code, why=why, now=now)
