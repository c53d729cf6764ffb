"""The watchdog: looks after a shop's webhooks, and tells the merchant what it found."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import PlatformError
from connector.saying import joined, saying
from connector.steps import hooks as tending
from connector.steps.hooks import ABOUT, QUIETLY, TIMES_A_DAY, Tended, Wish
from connector.store import atomic, desk, history, hooks, leases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.platform import Shop
    from connector.store import Database
    from connector.store.history import Event
    from connector.store.hooks import Watch

log = logging.getLogger(__name__)

CODE, SILENT, TIRED = "webhooks", "silent", "webhooks_tired"
VERSION, DEAF = "webhooks_version", "webhooks_deaf"
LEASE = timedelta(minutes=10)  # who dies with it is waited for
PATIENCE = timedelta(minutes=30)  # until a change that no webhook told is a silence


def watch(
    db: Database, shop: Shop, wish: Wish, clock: Callable[[], datetime]
) -> Tended | None:
    """Look after a shop's webhooks and tell the merchant; None if nothing was done.

    That is so when the shop does not answer, another process is at it, or this
    database may be a copy.
    """
    name = shop.name
    if not shop.hook_path or tending.is_copy(db, name):
        return None
    lease, holder = f"webhooks {name}", secrets.token_hex(8)
    if not leases.claim(db, lease, holder, clock(), LEASE):
        return None
    try:
        return _look(db, shop, wish, clock)
    finally:
        leases.release(db, lease, holder)


def _look(
    db: Database, shop: Shop, wish: Wish, clock: Callable[[], datetime]
) -> Tended | None:
    """Bring the webhooks in order and tell; None where the shop does not answer."""
    name = shop.name
    silence = _silent_since(db, name, clock())
    try:
        done = tending.tend(db, shop, wish, clock, silence)
    except PlatformError as error:
        log.warning("webhooks not looked at: %s", error, extra={"shop": name})
        return None
    _tell(db, shop, wish, done, silence, clock())
    hooks.watched(db, name, clock())
    return done


def last(db: Database, shop: str) -> Watch:
    """Return when the watchdog last looked, and the shop was last heard."""
    return hooks.watch(db, shop)


def deeds(db: Database, shop: str, since: datetime | None = None) -> list[Event]:
    """List what was made, repaired and removed, oldest first; `why`: topic, reason."""
    return history.events(db, shop, "webhook_", since)


def _silent_since(db: Database, shop: str, now: datetime) -> datetime | None:
    """Return when polling found a change that a webhook should have told, and did not.

    Only of a time at which webhooks were there.
    """
    seen = hooks.watch(db, shop)
    made = [hook.made_at for hook in hooks.of(db, shop)]
    if seen.unheard_at is None or not made or seen.unheard_at < min(made):
        return None
    if _is_heard(seen) or now - seen.unheard_at < PATIENCE:
        return None
    return seen.unheard_at


def _is_heard(seen: Watch) -> bool:
    """Say whether the shop was heard since it last kept silent."""
    if seen.unheard_at is None:
        return True
    return seen.heard_at is not None and seen.heard_at >= seen.unheard_at


@atomic
def _tell(
    db: Database,
    shop: Shop,
    wish: Wish,
    done: Tended,
    silence: datetime | None,
    now: datetime,
) -> None:
    """Lay on the desk what a person should know; take off what is good again."""
    name = shop.name
    is_good = {
        CODE: not _disorders(db, name, now),
        SILENT: _is_heard(hooks.watch(db, name)),
    }
    told = {
        CODE: _repaired(done),
        TIRED: _broken(done),
        SILENT: _silence(wish, silence),
        VERSION: _version(wish, done),
        DEAF: wish.doubt,
    }
    for code, why in told.items():
        if why:
            desk.put(
                db, shop=name, about=ABOUT, about_id=name, code=code, why=why, now=now
            )
        elif is_good.get(code, True):
            desk.settle(db, ABOUT, name, code, "watchdog", now)


def _disorders(db: Database, shop: str, now: datetime) -> bool:
    """Say whether a day's repairs show that something was out of order."""
    return any(why not in QUIETLY for _, why in tending.repairs(db, shop, now))


def _repaired(done: Tended) -> str:
    if not done.repaired:
        return ""
    parts = [
        saying("%(topic)s (%(why)s)", topic=topic, why=why)
        for topic, why in done.repaired
    ]
    return saying(
        "webhooks were out of order and are repaired; nothing is lost: %(what)s",
        what=joined("; ", parts),
    )


def _broken(done: Tended) -> str:
    parts = [
        saying("%(topic)s: the shop refuses it: %(why)s", topic=topic, why=why)
        for topic, why in done.refused
    ]
    parts += [
        saying(
            "%(topic)s: it was repaired %(times)s times within a day and broke again;"
            " look whether our address answers the shop",
            topic=topic,
            times=TIMES_A_DAY,
        )
        for topic in done.tired
    ]
    return joined("; ", parts)


def _silence(wish: Wish, since: datetime | None) -> str:
    if since is None:
        return ""
    return saying(
        "no webhook told of a change at %(since)s; polling finds all, only later. Can"
        " the shop reach %(address)s? On WooCommerce, does WP-Cron run?",
        since=since,
        address=wish.address,
    )


def _version(wish: Wish, done: Tended) -> str:
    """Say when the shop sends another API version than the one that we read."""
    sent = {one.api_version for one in done.kept} - {"", wish.api_version}
    if not wish.api_version or not sent:
        return ""
    return saying(
        "webhooks come in API version %(sent)s, and Retour reads %(read)s; set it in"
        " the app's configuration, then release that",
        sent=", ".join(sorted(sent)),
        read=wish.api_version,
    )
