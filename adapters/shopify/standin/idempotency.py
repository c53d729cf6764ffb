"""The `@idempotent` directive: keys are remembered for 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RETENTION = timedelta(hours=24)
CONCURRENT = "This request is currently in progress, please try again."
MISMATCH = (
    "The same idempotency key cannot be used with different operation parameters."
)
FAILED = (
    "A previous request with this idempotency key failed. "
    "Retry with a new idempotency key."
)


class Stage(StrEnum):
    """How far the first request with a key came."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Attempt:
    """The first request with a key: its parameters and what it made."""

    fingerprint: str
    at: datetime
    stage: Stage = Stage.RUNNING
    gid: str | None = None


class Keys:
    """All keys seen; the caller holds the shop's lock."""

    def __init__(self) -> None:
        self._seen: dict[str, Attempt] = {}

    def claim(self, key: str, fingerprint: str, now: datetime) -> Attempt | str:
        """Return a new attempt, the finished one to replay, or the refusal's text."""
        known = self._seen.get(key)
        if known is None or now - known.at >= RETENTION:
            self._seen[key] = Attempt(fingerprint, now)
            return self._seen[key]
        if known.fingerprint != fingerprint:
            return MISMATCH
        if known.stage is Stage.RUNNING:
            return CONCURRENT
        if known.stage is Stage.FAILED:
            return FAILED
        return known
