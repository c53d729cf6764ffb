"""Keep to a shop's pace: its bucket, its places, and the breaker when it is down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.errors import OutcomeUnknown, PlatformError, Unavailable
from connector.saying import N_, saying
from connector.store import Database, atomic, desk, pace
from connector.store.pace import Breaker
from connector.turns import Entry, Priority, priority

if TYPE_CHECKING:
    from connector.store.pace import PaceRow, UnderWay
    from connector.turns import Heard

log = logging.getLogger(__name__)

GUESS = 100.0  # points of a document that was never sent before
BUSY = 0.25  # seconds until another look for a free place
LONGEST_AWAY = timedelta(hours=1)
SAID_AGAIN = timedelta(seconds=10)  # an unchanged success is written this often
API_VERSION = "api_version"
# What of bucket and places is left to those who go first.
LEFT: Mapping[Priority, float] = {
    Priority.REFUND: 0.0,
    Priority.ERRAND: 0.05,
    Priority.READING: 0.1,
}


def is_away(db: Database, shop: str, error: PlatformError) -> bool:
    """Say whether a read failed because the shop is down: no fault of what was read."""
    is_unclear = isinstance(error, OutcomeUnknown)
    return isinstance(error, Unavailable) or (is_unclear and pace.is_open(db, shop))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The limits of one shop; `most_at_once` None where its bucket is the limit.

    `backfill_share` is how much of bucket and places a backfill may use at most;
    `lease` is longer than any call.
    """

    most_at_once: int | None = None
    backfill_share: float = 0.5
    breaker_failures: int = 5
    breaker_for: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(minutes=3)

    def left(self, of: Priority) -> float:
        """Return the share that is left to those who go before `of`."""
        return LEFT.get(of, 1 - self.backfill_share)


@dataclass(slots=True, kw_only=True)
class SharedPace:
    """Satisfies `connector.platform.Pace` with one row that all workers share."""

    db: Database
    shop: str
    clock: Callable[[], datetime]
    measure: Measure = field(default_factory=Measure)
    costs: dict[str, float] = field(default_factory=dict)

    def enter(self, what: str) -> Entry:
        """Ask for leave to call; raises Unavailable at once while the shop is down."""
        cost = self.costs.get(what, GUESS)
        return _enter(self.db, self, cost, self.clock())

    def leave(self, entry: Entry, what: str, heard: Heard) -> None:
        """Give the place back; a store that fails must not hide the shop's answer."""
        if heard.cost is not None:
            self.costs[what] = heard.cost
        try:
            _leave(self.db, self, entry, heard, self.clock())
        except Exception:
            log.exception("pace not noted", extra={"shop": self.shop})


@atomic
def _enter(db: Database, of: SharedPace, cost: float, now: datetime) -> Entry:
    row, out = pace.at(db, of.shop, now)
    state = row.breaker(now)
    if state is Breaker.OPEN:
        msg = saying("the shop is down; it is asked again later")
        raise Unavailable(msg, why=row.why)
    if state is Breaker.CLOSED:
        wait = _wait(row, out, of, cost, now)
        if wait > 0:
            return Entry(wait=wait)
    else:  # this call tries; the others stay away until it has its answer
        until = now + of.measure.lease
        pace.put(db, of.shop, replace(row, open_until=until))
    if out.ended:
        pace.forget(db, of.shop, now)
    ends_at = now + of.measure.lease
    return Entry(call=pace.begin(db, of.shop, cost, ends_at=ends_at))


def _wait(
    row: PaceRow, out: UnderWay, of: SharedPace, cost: float, now: datetime
) -> float:
    """Return the seconds until bucket, places and the shop's own word allow a call."""
    waits = [0.0]
    left = of.measure.left(priority())
    most = of.measure.most_at_once
    if row.not_before is not None:
        waits.append((row.not_before - now).total_seconds())
    if most is not None and out.count >= max(1, round(most * (1 - left))):
        waits.append(BUSY)
    if row.rate > 0:
        wanted = min(cost + left * row.maximum, row.maximum)
        lacking = wanted + out.cost - row.level_now(now)
        waits.append(lacking / row.rate if lacking > 0 else 0.0)
    return max(waits)


@atomic
def _leave(
    db: Database, of: SharedPace, entry: Entry, heard: Heard, now: datetime
) -> None:
    pace.end(db, entry.call)
    row = pace.get(db, of.shop)
    said = _failed(row, of.measure, heard, now) if heard.failure else _well(row, now)
    if heard.bucket is not None:
        said = replace(
            said,
            level=heard.bucket.available,
            maximum=heard.bucket.maximum,
            rate=heard.bucket.rate,
            level_at=now,
        )
    if heard.wait > 0:
        away = min(timedelta(seconds=heard.wait), LONGEST_AWAY)
        said = replace(said, not_before=now + away)
    if said != row:
        pace.put(db, of.shop, said)


def _well(row: PaceRow, now: datetime) -> PaceRow:
    """Close the breaker; write nothing where nothing is new."""
    at = row.succeeded_at
    if row.failures == 0 and row.opened_at is None and at and now - at < SAID_AGAIN:
        return row
    return replace(
        row, failures=0, opened_at=None, open_until=None, why="", succeeded_at=now
    )


def _failed(row: PaceRow, measure: Measure, heard: Heard, now: datetime) -> PaceRow:
    """Count a failure; open the breaker after so many, or when the shop says so."""
    failed = replace(
        row, failures=row.failures + 1, failed_at=now, failed_why=heard.failure
    )
    is_probe = row.opened_at is not None
    if not (is_probe or heard.is_down or failed.failures >= measure.breaker_failures):
        return failed
    away = max(measure.breaker_for, min(timedelta(seconds=heard.wait), LONGEST_AWAY))
    return replace(
        failed,
        opened_at=row.opened_at or now,
        open_until=now + away,
        why=heard.failure,
    )


OTHER: Mapping[bool, str] = {
    True: N_("the answers come as API %(sent)s, not %(pinned)s; upgrade Retour"),
    False: N_("the webhooks come as API %(sent)s, not %(pinned)s; upgrade Retour"),
}


@dataclass(slots=True, kw_only=True)
class VersionWatch:
    """Satisfies `connector.platform.Observer`: another API version is an alarm.

    `about` tells the shop's answers from its webhooks: each has its own matter.
    """

    db: Database
    shop: str
    pinned: str
    clock: Callable[[], datetime]
    about: str = "shop"
    last: str = ""

    def served(self, version: str) -> None:
        """Lay another version on the desk, once; take it off when it is right again."""
        if version == self.last or not version:
            return
        note_version(
            self.db, self.shop, self.pinned, version, self.clock(), about=self.about
        )
        self.last = version


@atomic
def note_version(
    db: Database,
    shop: str,
    pinned: str,
    version: str,
    now: datetime,
    *,
    about: str = "shop",
) -> None:
    """Hold a served version against the pinned one, on the desk."""
    if version == pinned:
        desk.settle(db, about, shop, API_VERSION, "retour", now)
        return
    text = OTHER[about == "shop"]
    log.warning("API version differs", extra={"shop": shop, "served": version[:20]})
    desk.put(
        db,
        shop=shop,
        about=about,
        about_id=shop,
        code=API_VERSION,
        why=saying(text, sent=version[:20], pinned=pinned),
        now=now,
    )
