"""A restored or cloned database pays nothing until a person has let it.

A staging copy would pay what the real one pays; a backup put back has forgotten what
was paid since. Both start paused, are reconciled, and are resumed by a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.saying import joined, saying
from connector.store import atomic, desk, installation, shops

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database

RESTORED = shops.RESTORED
MOVED = saying("this database was restored, copied or moved")
BEHIND = saying("this database is older than what was once here: a backup was put back")
CURE = saying(
    "refunds are paused, and webhooks are left as they are. Make sure that no"
    " other copy of it pays, run `retour reconcile --report`, then let refunds go again"
)


def check(db: Database, public_url: str, now: datetime) -> bool:
    """Pause every shop of a database that is not where it was; True when it is not.

    `public_url` counts too: a whole machine that was cloned has a name of its own.
    """
    place = f"{db.engine.place()} {public_url}"
    known = installation.known_place(db)
    is_behind = installation.is_behind(db)
    if place == known and not is_behind:
        return False
    if known:
        _pause_all(db, BEHIND if is_behind else MOVED, now)
    installation.move_in(db, place, now)
    installation.remember(db)
    return bool(known)


@atomic
def _pause_all(db: Database, why: str, now: datetime) -> None:
    for shop in shops.every(db):
        shops.pause(db, shop.name, is_paused=True, why=RESTORED)
        desk.put(
            db,
            shop=shop.name,
            about="shop",
            about_id=shop.name,
            code=RESTORED,
            why=joined("; ", [why, CURE]),
            now=now,
        )


@atomic
def resume(db: Database, shop: str, *, actor: str, now: datetime) -> None:
    """Let the refunds of a shop go again; raises BadRequest where it is too early."""
    row = shops.get(db, shop)
    if row.is_paused and row.paused_why == RESTORED and not row.reconciled_at:
        msg = saying(
            "reconcile first: `retour reconcile --report` must find nothing to flag"
        )
        raise BadRequest(msg, shop=shop)
    shops.pause(db, shop, is_paused=False)
    desk.close(db, "shop", shop, actor, now)
