"""Webhooks made, kept in order and removed by us; and the watchdog over them.

Every run lists what the shop has and brings it to what we want, so that it may die
between any two lines: what it had made is found, what it had not is made. Webhooks
that we did not make, and that do not point at us, are never touched.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.config import Secret
from connector.errors import PlatformError, Rejected
from connector.platform import Shop
from connector.store import Database, atomic, desk, history, hooks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.platform import Subscription

log = logging.getLogger(__name__)

ABOUT = "shop"
CODE, SILENT, TIRED = "webhooks", "silent", "webhooks_tired"
MADE, REPLACED, REMOVED = "webhook_made", "webhook_replaced", "webhook_removed"
# Every process knows a new secret by then (`connector.branches` looks every 2 s).
KNOWN_AFTER = timedelta(seconds=10)
TIMES_A_DAY = 3  # a webhook that breaks again and again is told, not made for ever
DAY = timedelta(days=1)
PATIENCE = timedelta(minutes=30)  # until a change that no webhook told is a silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where a shop's webhooks shall knock, and what shall sign them, since when."""

    address: str
    secret: Secret
    since: datetime | None = None

    @property
    def mark(self) -> str:
        """What may be kept of the secret."""
        return mark(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What a run did, by topic and why."""

    made: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    tired: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def repaired(self) -> list[tuple[str, str]]:
        """What had been in order once, or looked so."""
        return [(topic, why) for topic, why in self.made if why != "new"]


def mark(secret: Secret) -> str:
    """Return by what a secret is known again; nothing can be signed with it."""
    text = secret.reveal()
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One run over one shop's webhooks; `known` are those that we made, by ref."""

    db: Database
    shop: Shop
    wish: Wish
    clock: Callable[[], datetime]
    known: dict[str, hooks.Hook]
    done: Tended

    def fault(self, one: Subscription) -> str:
        """Say what is wrong with one of our webhooks; "" where it is in order."""
        wish, hook = self.wish, self.known.get(one.ref)
        if one.status != "active":
            return one.status
        if one.address != wish.address:
            return "pointed elsewhere"
        if not wish.secret:
            return ""
        if hook is None:
            return "signed with an unknown secret"
        is_new = wish.since is not None and self.clock() - wish.since < KNOWN_AFTER
        if hook.secret == wish.mark or is_new:
            return ""
        return "signed with the old secret"

    def why(self, topic: str, those: list[Subscription]) -> str:
        """Say why a topic has no webhook in order."""
        for one in those:
            return self.fault(one)
        was_there = any(hook.topic == topic for hook in self.known.values())
        return "deleted" if was_there else "new"

    def adopt(self, one: Subscription) -> None:
        """Remember one that this run made, or one before it that died too early."""
        if one.ref not in self.known:
            hooks.put(
                self.db,
                self.shop.name,
                ref=one.ref,
                topic=one.topic,
                address=one.address,
                secret=self.wish.mark,
                now=self.clock(),
            )

    def replace(self, topic: str, those: list[Subscription]) -> None:
        """Make the new one first, so that no event falls between the two."""
        why = self.why(topic, those)
        if why != "new" and _is_tired(self.db, self.shop.name, topic, self.clock()):
            self.done.tired.append(topic)
            return
        secret = self.wish.secret.reveal()
        try:
            made = self.shop.subscribe(topic, self.wish.address, secret)
        except Rejected as error:
            self.done.refused.append((topic, str(error)))
            return
        self.adopt(made)
        self.done.made.append((topic, why))
        self.remove([one for one in those if one.ref != made.ref], why)

    def remove(self, those: Iterable[Subscription], why: str) -> None:
        """Take webhooks of ours out of the shop."""
        for one in those:
            self.shop.unsubscribe(one.ref)
            hooks.drop(self.db, self.shop.name, one.ref)
            self.done.removed.append((one.topic, why))


def tend(db: Database, shop: Shop, wish: Wish, clock: Callable[[], datetime]) -> Tended:
    """Bring a shop's webhooks to what we want; raises what asking the shop raises."""
    known = {hook.ref: hook for hook in hooks.of(db, shop.name)}
    wanted = shop.topics()
    found = shop.subscriptions()
    for ref in known.keys() - {one.ref for one in found}:
        hooks.drop(db, shop.name, ref)
    mine = [one for one in found if one.ref in known or one.address == wish.address]
    at = _Round(db=db, shop=shop, wish=wish, clock=clock, known=known, done=Tended())
    try:
        for topic in wanted:
            _topic(at, topic, [one for one in mine if one.topic == topic])
        at.remove([one for one in mine if one.topic not in wanted], "not wanted")
    finally:
        _note(db, shop.name, at.done, clock())
    return at.done


def _topic(at: _Round, topic: str, those: list[Subscription]) -> None:
    good = [one for one in those if not at.fault(one)]
    if not good:
        at.replace(topic, those)
        return
    at.done.kept.append(topic)
    at.adopt(good[0])
    at.remove([one for one in those if one is not good[0]], "twice")


def _is_tired(db: Database, shop: str, topic: str, now: datetime) -> bool:
    """Say whether this topic was repaired as often as is good within a day."""
    events = [
        event
        for event in history.of(db, shop)
        if event.event == REPLACED and now - event.at < DAY
    ]
    counted = Counter(event.why.partition(": ")[0] for event in events)
    return counted[topic] >= TIMES_A_DAY


@atomic
def _note(db: Database, shop: str, done: Tended, now: datetime) -> None:
    """Write down what was done; the page of the shop shows it."""
    for event, rows in (
        (MADE, [row for row in done.made if row[1] == "new"]),
        (REPLACED, done.repaired),
        (REMOVED, [row for row in done.removed if row[1] in ("twice", "not wanted")]),
    ):
        for topic, why in rows:
            history.note(
                db,
                shop=shop,
                about=ABOUT,
                about_id=shop,
                event=event,
                state=event,
                actor="watchdog",
                why=f"{topic}: {why}",
                now=now,
            )


def watch(
    db: Database, shop: Shop, wish: Wish, clock: Callable[[], datetime]
) -> Tended | None:
    """Look after a shop's webhooks and tell the merchant; None if it did not answer."""
    if not shop.hook_path:
        return None
    try:
        done = tend(db, shop, wish, clock)
    except PlatformError as error:
        log.warning("webhooks not looked at: %s", error, extra={"shop": shop.name})
        return None
    _tell(db, shop, wish, done, clock())
    hooks.watched(db, shop.name, clock())
    return done


@atomic
def _tell(db: Database, shop: Shop, wish: Wish, done: Tended, now: datetime) -> None:
    told = {
        CODE: _repaired(done),
        TIRED: _broken(done),
        SILENT: _silence(db, shop.name, wish, now),
    }
    for code, why in told.items():
        if why:
            desk.put(
                db,
                shop=shop.name,
                about=ABOUT,
                about_id=shop.name,
                code=code,
                why=why,
                now=now,
            )
        elif code != CODE or _is_calm(db, shop.name, now):
            desk.settle(db, ABOUT, shop.name, code, "watchdog", now)


def _repaired(done: Tended) -> str:
    if not done.repaired:
        return ""
    what = "; ".join(f"{topic} ({why})" for topic, why in done.repaired)
    return f"webhooks were out of order and are repaired; nothing is lost: {what}"


def _broken(done: Tended) -> str:
    parts = [f"{topic}: the shop refuses it: {why}" for topic, why in done.refused]
    parts += [
        f"{topic}: it was repaired {TIMES_A_DAY} times within a day and broke again;"
        " look whether our address answers the shop"
        for topic in done.tired
    ]
    return "; ".join(parts)


def _is_calm(db: Database, shop: str, now: datetime) -> bool:
    """Say whether a whole day has gone by without a repair."""
    return not any(
        event.event == REPLACED and now - event.at < DAY
        for event in history.of(db, shop)
    )


def _silence(db: Database, shop: str, wish: Wish, now: datetime) -> str:
    """Say when polling found a change that a webhook should have told, and did not."""
    heard = hooks.watch(db, shop)
    made = [hook.made_at for hook in hooks.of(db, shop)]
    if heard.unheard_at is None or not made or heard.unheard_at < min(made):
        return ""
    if heard.heard_at is not None and heard.heard_at >= heard.unheard_at:
        return ""
    if now - heard.unheard_at < PATIENCE:
        return ""
    return (
        f"no webhook told of a change at {heard.unheard_at:%Y-%m-%d %H:%M} UTC; polling"
        f" finds all, only later. Can the shop reach {wish.address}? On WooCommerce,"
        " does WP-Cron run?"
    )


def remove_all(db: Database, shop: Shop) -> bool:
    """Take our webhooks out of a shop; False when it does not answer."""
    ours = {hook.ref for hook in hooks.of(db, shop.name)}
    try:
        for one in shop.subscriptions():
            if one.ref in ours:
                shop.unsubscribe(one.ref)
                hooks.drop(db, shop.name, one.ref)
    except PlatformError as error:
        log.warning("webhooks not removed: %s", error, extra={"shop": shop.name})
        return False
    return True
