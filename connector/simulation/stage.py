"""Where workers stop, stall and meet: every commit and every call is a boundary."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from connector.store import Database, connect
from connector.store.lock import Hold
from connector.store.sqlite import Sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.model import Order, Prepared, Receipt, RefundRequest
    from connector.platform import Shop
    from connector.simulation.chance import Chance


class Stopped(BaseException):
    """The process was killed here; nothing in it runs any further."""


class DiskFull(sqlite3.OperationalError):
    """The disk has no room for this commit."""


@cache
def _empty() -> Sqlite:
    """Return a migrated, empty database, to copy each case's from."""
    engine = connect(":memory:").engine
    assert isinstance(engine, Sqlite)  # noqa: S101 - ":memory:" is SQLite
    return engine


class Engine(Sqlite):
    """SQLite in memory, with a lock that can be lost as PostgreSQL's can.

    `is_session`: the lock belongs to a session that may end while its holder
    lives; else it is the kernel's, and ends with its holder alone.
    """

    def __init__(self, chance: Chance) -> None:
        super().__init__(":memory:")
        self.chance = chance
        self.is_session = chance.random() < 0.4
        self.holder: object = None
        self.other_may_live = False
        _empty().raw().backup(self.raw())
        # Nothing here outlives the process, and nobody else reads it.
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY"):
            self.raw().execute(f"PRAGMA {pragma}")

    def remember(self, progress: int) -> None:
        """Do nothing: memory is never restored."""
        del progress

    def lose_lock(self) -> None:
        """Let the session end under a holder that goes on."""
        if self.is_session and self.holder is not None:
            self.holder, self.other_may_live = None, True

    @contextmanager
    def dispatcher(self) -> Iterator[Hold | None]:
        """Hold the lock, as the real engines do."""
        if self.holder is not None:
            yield None
            return
        me = self.holder = object()
        may_live, self.other_may_live = self.other_may_live, False
        try:
            yield Hold(still_ours=lambda: self.holder is me, other_may_live=may_live)
        except Stopped:
            if self.is_session and self.holder is me:
                # On another machine nobody can tell that it is dead.
                self.other_may_live = self.chance.one_in(2)
            raise
        finally:
            if self.holder is me:
                self.holder = None


class Store(Database):
    """A database whose commits are boundaries."""

    def __init__(self, chance: Chance, boundary: Callable[[str], None]) -> None:
        self.engine = self.sim = Engine(chance)
        self.chance = chance
        self.boundary = boundary

    def commit(self) -> None:
        """Commit, unless the world ends just before it."""
        self.boundary("before commit")
        if self.chance.one_in(400):
            msg = "database or disk is full"
            raise DiskFull(msg)
        super().commit()
        self.boundary("after commit")


class Watched:
    """A shop whose calls are boundaries; before a payment only death, no pause.

    A pause between the last look at clock and lock and the call itself is what a
    request on its way is: the shop plays it as a late one.
    """

    def __init__(self, shop: Shop, boundary: Callable[[str], None]) -> None:
        self._shop = shop
        self._boundary = boundary

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the shop has
        return getattr(self._shop, name)

    def order(self, ref: str) -> Order:
        """Read an order; much may happen before its answer is looked at."""
        found = self._shop.order(ref)
        self._boundary("after read")
        return found

    def prepare(self, request: RefundRequest) -> Prepared:
        """Look before paying; the picture may grow old."""
        found = self._shop.prepare(request)
        self._boundary("after look")
        return found

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Pay; the answer may find nobody."""
        self._boundary("before call")
        made = self._shop.refund(request, preimage)
        self._boundary("after call")
        return made
