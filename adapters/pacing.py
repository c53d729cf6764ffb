"""Let each call through by its shop's pace, and tell the pace what was heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.errors import OutcomeUnknown, Rejected, Unavailable
from connector.platform import Observer
from connector.saying import said_by, saying
from connector.turns import Entry, Heard, Pace, Priority, priority

if TYPE_CHECKING:
    from adapters.wire import Reply

PATIENCE = 60.0  # seconds that one call waits before it is put off
# Money and errands were looked at just before they are sent: they must not grow old.
SHORT_PATIENCE = 5.0
LEAST_WAIT = 0.01
UNSAID = 2.0  # seconds to stay away where a 429 does not say how long


@dataclass(slots=True)
class Alone:
    """The pace of a shop that only this object asks: it obeys, and shares nothing."""

    _wait: float = 0.0

    def enter(self, what: str) -> Entry:
        """Give leave, after the wait that the last answer asked for."""
        del what
        wait, self._wait = self._wait, 0.0
        return Entry(wait=wait)

    def leave(self, entry: Entry, what: str, heard: Heard) -> None:
        """Remember how long the shop asked us to stay away."""
        del entry, what
        lacking = 0.0
        if heard.bucket and heard.cost and heard.bucket.rate > 0:
            lacking = (heard.cost - heard.bucket.available) / heard.bucket.rate
        self._wait = 0.0 if heard.failure else max(heard.wait, lacking)


class Unheard:
    """An observer that nobody listens to."""

    def served(self, version: str) -> None:
        """Take note of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """What wiring hands to an adapter: the shop's pace, and who hears its version."""

    pace: Pace = field(default_factory=Alone)
    observer: Observer = field(default_factory=Unheard)
    sleep: Callable[[float], None] = time.sleep

    def send(
        self, what: str, ask: Callable[[], Reply], read: Callable[[Reply], Heard]
    ) -> Reply:
        """Wait for leave, make one call, and say what was heard.

        Raises Unavailable where the shop is down or leave does not come in time:
        nothing was sent then.
        """
        entry = self._admitted(what)
        try:
            reply = ask()
        except (Unavailable, OutcomeUnknown) as error:
            self.pace.leave(entry, what, Heard(failure=said_by(error)))
            raise
        except Rejected:
            self.pace.leave(entry, what, Heard())
            raise
        self.pace.leave(entry, what, read(reply))
        return reply

    def _admitted(self, what: str) -> Entry:
        patience = PATIENCE if priority() >= Priority.READING else SHORT_PATIENCE
        while (entry := self.pace.enter(what)).wait > 0:
            if entry.wait > patience:
                msg = saying(
                    "the shop must not be asked more just now; try again later"
                )
                raise Unavailable(msg, seconds=round(entry.wait))
            wait = max(entry.wait, LEAST_WAIT)
            patience -= wait
            self.sleep(wait)
        return entry


def stay_away(reply: Reply, unsaid: float = UNSAID) -> float:
    """Return the seconds of a Retry-After; `unsaid` where it is a date or missing."""
    text = reply.headers.get("Retry-After", "").strip()
    return float(text) if text.replace(".", "", 1).isdecimal() else unsaid
