"""A connection for each thread; that of a thread that has ended serves another.

Web servers end threads that idle, and some begin one for each request. Without this,
each would open a connection, and leave it open as long as the process lives.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Closing(Protocol):
    """What is opened: a connection, or what holds one."""

    def close(self) -> None:
        """End it; once more does nothing."""
        ...


C = TypeVar("C", bound=Closing)


class PerThread(Generic[C]):
    """Opens by `open_one`; hands on only what `is_fit` calls open and idle."""

    def __init__(self, open_one: Callable[[], C], is_fit: Callable[[C], bool]) -> None:
        self._open_one, self._is_fit = open_one, is_fit
        self._local = threading.local()
        self._opened: list[C] = []
        self._lock = threading.Lock()
        # Threads end at any moment, even within a lock: a deque needs none.
        self._left: deque[tuple[int, C]] = deque()

    def get(self) -> C:
        """Return this thread's own."""
        lent: _Lent[C] | None = getattr(self._local, "lent", None)
        if lent is None:
            lent = self._local.lent = _Lent(self._left_or_new(), self._left)
        return lent.connection

    def forget(self) -> None:
        """Close this thread's: the next `get` opens another."""
        lent: _Lent[C] = self._local.lent
        self._local.lent = None
        self._drop(lent.connection)

    def close(self) -> None:
        """Close every thread's."""
        with self._lock:
            opened, self._opened = self._opened, []
        for connection in opened:
            connection.close()
        self._local = threading.local()

    def _left_or_new(self) -> C:
        """Take what an ended thread of this process left; a fork's is not ours."""
        while self._left:
            try:
                process, connection = self._left.popleft()
            except IndexError:  # another thread was quicker
                break
            if process == os.getpid():
                if self._is_fit(connection):
                    return connection
                self._drop(connection)
        made = self._open_one()
        with self._lock:
            self._opened.append(made)
        return made

    def _drop(self, connection: C) -> None:
        with self._lock:
            if connection in self._opened:
                self._opened.remove(connection)
        connection.close()


class _Lent(Generic[C]):
    """What a thread holds; it ends with the thread, and leaves the connection."""

    def __init__(self, connection: C, left: deque[tuple[int, C]]) -> None:
        self.connection, self._left = connection, left
        self._process = os.getpid()

    def __del__(self) -> None:
        self._left.append((self._process, self.connection))
