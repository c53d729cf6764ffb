"""The dispatcher's lock: held by the kernel, freed by it when we die.

A time lease alone lets a stalled holder wake up and pay twice.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.database import Database


@contextmanager
def dispatcher(db: Database) -> Iterator[bool]:
    """Yield True while we alone may ask shops to act, False when another does.

    The file is opened here, after any fork, and never inherited: a child that
    inherited it would hold the lock of a dead parent.
    """
    with Path(f"{db.path}.dispatch").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
