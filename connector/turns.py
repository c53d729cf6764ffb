"""Who may ask a shop, and when: turns, and what an answer says about the shop."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Priority(IntEnum):
    """Who goes first when a shop may not be asked for all at once."""

    REFUND = 0
    ERRAND = 1
    READING = 2
    BACKFILL = 3


_PRIORITY: ContextVar[Priority] = ContextVar("priority", default=Priority.READING)


def priority() -> Priority:
    """Return the priority of what this thread is doing."""
    return _PRIORITY.get()


@contextmanager
def with_priority(of: Priority) -> Iterator[None]:
    """Give every call that is made inside the block this priority."""
    token = _PRIORITY.set(of)
    try:
        yield
    finally:
        _PRIORITY.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Leave to make call number `call`; or, with `wait` seconds, to ask again then."""

    call: int = 0
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Points that the shop says are left; `rate` come back every second."""

    available: float
    maximum: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an answer says about the shop, whatever it says about our question.

    `failure` says why the shop seems down ("" when it answered), `is_down` that
    it says so itself; `wait` is how many seconds it asks us to stay away.
    """

    failure: str = ""
    is_down: bool = False
    wait: float = 0.0
    cost: float | None = None  # points that the question cost beforehand
    bucket: Bucket | None = None


class Pace(Protocol):
    """How hard one shop may be asked, known to all its workers together."""

    def enter(self, what: str) -> Entry:
        """Ask for leave to call; raises Unavailable at once while the shop is down."""
        ...

    def leave(self, entry: Entry, what: str, heard: Heard) -> None:
        """Give the place back, with what was heard."""
        ...
