"""The dispatcher's lock: who alone may ask shops to act.

A time lease alone lets a stalled holder wake up and pay twice. SQLite: a file lock
that the kernel frees when its holder dies. PostgreSQL: a session advisory lock;
a session can end while its holder lives on, so that one who takes over is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from connector.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The lock in our hands.

    `still_ours` reads again, just before a call, whether that is still so.
    `other_may_live`: the one before us never gave it back, and may still be
    running: what it had begun may yet happen.
    """

    still_ours: Callable[[], bool] = lambda: True
    other_may_live: bool = False


def dispatcher(db: Database) -> AbstractContextManager[Hold | None]:
    """Hold the lock for the block; None while another process has it."""
    return db.engine.dispatcher()
