"""Webhooks made, brought to what we want, and removed by us.

Every run lists what the shop has and mends it, so that it may die between any two
lines: what it had made is found, what it had not is made. Webhooks that we did not
make, and that do not point at us, are never touched.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.config import Secret
from connector.errors import OutcomeUnknown, PlatformError, Rejected
from connector.platform import Shop, Subscription
from connector.saying import saying
from connector.steps import place
from connector.store import Database, history, hooks, shops

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)

ABOUT = "shop"
MADE, REPLACED, REMOVED = "webhook_made", "webhook_replaced", "webhook_removed"
NEW, FOUND, SILENT = saying("new"), saying("found in the shop"), saying("silent")
TWICE, UNWANTED = saying("twice"), saying("not wanted")
OLD_SECRET = saying("signed with the old secret")
QUIETLY = (OLD_SECRET, SILENT)  # no disorder: our own change, or told apart
# Every process knows a new secret by then (`connector.branches` looks every 2 s).
KNOWN_AFTER = timedelta(seconds=10)
TIMES_A_DAY = 3  # a webhook that breaks again and again is told, not made for ever
DAY = timedelta(days=1)
MOST_UNCLEAR = 2  # answers lost in one run; then the shop is left in peace


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where a shop's webhooks shall knock, and what shall sign them, since when.

    `doubt` says why the shop probably cannot reach the address; `api_version` is the
    one that we read, "" where there is none.
    """

    address: str
    secret: Secret
    since: datetime | None = None
    api_version: str = ""
    doubt: str = ""

    @property
    def mark(self) -> str:
        """What may be kept of the secret."""
        return mark(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What a run did, by topic and why; `kept` are in order as they were."""

    made: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    tired: list[str] = field(default_factory=list)
    kept: list[Subscription] = field(default_factory=list)

    @property
    def repaired(self) -> list[tuple[str, str]]:
        """What had been in order once, or looked so."""
        return [one for one in self.made if one[1] not in (NEW, *QUIETLY)]


def mark(secret: Secret) -> str:
    """Return by what a secret is known again; nothing can be signed with it."""
    text = secret.reveal()
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One run over one shop's webhooks.

    `known` are those that we made, by ref; `intents` those that we may have made.
    """

    db: Database
    shop: Shop
    wish: Wish
    clock: Callable[[], datetime]
    known: Mapping[str, hooks.Hook]
    intents: Mapping[tuple[str, str], str]
    silent_since: datetime | None
    done: Tended = field(default_factory=Tended)

    def fault(self, one: Subscription) -> str:
        """Say what is wrong with one of our webhooks; "" where it is in order."""
        wish, hook = self.wish, self.known.get(one.ref)
        if one.status != "active":
            return one.status
        if one.address != wish.address:
            return saying("pointed elsewhere")
        if not wish.secret:
            return ""
        signed = hook.secret if hook else self.intents.get((one.topic, one.address))
        if signed is None:
            return saying("signed with an unknown secret")
        if hook and self.silent_since and hook.made_at <= self.silent_since:
            return SILENT
        return "" if signed == wish.mark or self.is_too_new() else OLD_SECRET

    def is_too_new(self) -> bool:
        """Say whether a process may still not know the secret."""
        since = self.wish.since
        return since is not None and self.clock() - since < KNOWN_AFTER

    def is_rotating(self) -> bool:
        """Say whether some webhook still signs with a secret before this one."""
        return any(hook.secret != self.wish.mark for hook in self.known.values())

    def why(self, topic: str, those: list[Subscription]) -> str:
        """Say why a topic has no webhook in order."""
        for one in those:
            return self.fault(one)
        was_there = any(hook.topic == topic for hook in self.known.values())
        return saying("deleted") if was_there else NEW

    def adopt(self, one: Subscription, secret: str) -> None:
        """Remember one that is in order; `secret` is the mark of what it signs with."""
        hooks.put(
            self.db,
            self.shop.name,
            ref=one.ref,
            topic=one.topic,
            address=one.address,
            secret=secret,
            now=self.clock(),
        )

    def replace(self, topic: str, those: list[Subscription]) -> None:
        """Make the new one first, so that no event falls between the two."""
        if self.is_rotating() and self.is_too_new():
            return  # the next run signs with what every process then knows
        why = self.why(topic, those)
        if why not in (NEW, OLD_SECRET) and self.is_tired(topic):
            self.done.tired.append(topic)
            return
        made = self.ask(topic)
        if made:
            self.took(made, why)
            self.remove([one for one in those if one.ref != made.ref], why)

    def ask(self, topic: str) -> Subscription | None:
        """Make a webhook; None where it was refused, or where that is not known."""
        wish = self.wish
        hooks.intend(
            self.db,
            self.shop.name,
            topic=topic,
            address=wish.address,
            secret=wish.mark,
            now=self.clock(),
        )
        try:
            return self.shop.subscribe(topic, wish.address, wish.secret.reveal())
        except Rejected as error:
            self.done.refused.append((topic, str(error)))
        except OutcomeUnknown:
            self.done.unclear.append(topic)
            if len(self.done.unclear) >= MOST_UNCLEAR:
                raise
        return None

    def took(self, made: Subscription, why: str) -> None:
        """Keep what was made, and write it down, in one."""

        def work() -> None:
            self.adopt(made, self.wish.mark)
            self.note(MADE if why == NEW else REPLACED, made.topic, why)

        self.db.transact(work)
        self.done.made.append((made.topic, why))

    def remove(self, those: Iterable[Subscription], why: str) -> None:
        """Take webhooks of ours out of the shop."""
        for one in those:
            self.shop.unsubscribe(one.ref)
            hooks.drop(self.db, self.shop.name, one.ref)
            if why in (TWICE, UNWANTED):
                self.note(REMOVED, one.topic, why)
            self.done.removed.append((one.topic, why))

    def note(self, event: str, topic: str, why: str) -> None:
        """Write one deed down; the page of the shop shows it."""
        history.note(
            self.db,
            shop=self.shop.name,
            about=ABOUT,
            about_id=self.shop.name,
            event=event,
            state=event,
            actor="watchdog",
            why=saying("%(topic)s: %(why)s", topic=topic, why=why),
            now=self.clock(),
        )

    def is_tired(self, topic: str) -> bool:
        """Say whether this topic was repaired as often as is good within a day."""
        counted = Counter(
            repaired for repaired, _ in repairs(self.db, self.shop.name, self.clock())
        )
        return counted[topic] >= TIMES_A_DAY


def repairs(db: Database, shop: str, now: datetime) -> list[tuple[str, str]]:
    """List (topic, why) of a day's repairs; a change of our secret is none."""
    rows = [
        event.why.partition(": ")
        for event in history.events(db, shop, REPLACED, since=now - DAY)
    ]
    return [(topic, why) for topic, _, why in rows if why != OLD_SECRET]


def tend(
    db: Database,
    shop: Shop,
    wish: Wish,
    clock: Callable[[], datetime],
    silent_since: datetime | None = None,
) -> Tended:
    """Bring a shop's webhooks to what we want; raises what asking the shop raises.

    Those made before `silent_since`, when the shop last kept silent, are made anew
    where they sign with a secret of ours: somebody may have changed it.
    """
    wanted = shop.topics()
    found = shop.subscriptions()
    at = _Round(
        db=db,
        shop=shop,
        wish=wish,
        clock=clock,
        known={hook.ref: hook for hook in hooks.of(db, shop.name)},
        intents=hooks.intents(db, shop.name),
        silent_since=silent_since,
    )
    mine = [one for one in found if one.ref in at.known or one.address == wish.address]
    for topic in wanted:
        _topic(at, topic, [one for one in mine if one.topic == topic])
    at.remove([one for one in mine if one.topic not in wanted], UNWANTED)
    for ref in at.known.keys() - {one.ref for one in found}:
        hooks.drop(db, shop.name, ref)
    return at.done


def _topic(at: _Round, topic: str, those: list[Subscription]) -> None:
    good = [one for one in those if not at.fault(one)]
    if not good:
        at.replace(topic, those)
        return
    first = good[0]
    if first.ref not in at.known:
        at.adopt(first, at.intents.get((topic, first.address), at.wish.mark))
        at.note(MADE, topic, FOUND)
    at.done.kept.append(first)
    at.remove([one for one in those if one is not first], TWICE)


def is_copy(db: Database, shop: str) -> bool:
    """Say whether this database may be a copy: what it knows may be another's.

    A staging machine would else turn the real installation's webhooks to itself.
    """
    return shops.get(db, shop).paused_why == place.RESTORED


def remove_all(db: Database, shop: Shop, wish: Wish) -> bool:
    """Take our webhooks out of a shop; False when it does not answer.

    A copy takes only those that point at itself.
    """
    known = () if is_copy(db, shop.name) else hooks.of(db, shop.name)
    ours = {hook.ref for hook in known}
    try:
        for one in shop.subscriptions():
            if one.ref in ours or one.address == wish.address:
                shop.unsubscribe(one.ref)
                hooks.drop(db, shop.name, one.ref)
        hooks.drop_intents(db, shop.name)
    except PlatformError as error:
        log.warning("webhooks not removed: %s", error, extra={"shop": shop.name})
        return False
    return True
