"""One database file, opened so that nothing acknowledged is ever lost."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import sqlite_utils

from connector.errors import ConfigError
from connector.store.schema import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
Row = dict[str, Any]

BUSY_SECONDS = 10


class Database:
    """A connection a thread, each with WAL, synchronous FULL and foreign keys.

    SQL is written with named parameters (`:name`), so that another store can
    bind it too; only `store/` calls `query` and `execute`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def query(self, sql: str, **values: object) -> list[Row]:
        """Return rows as dictionaries."""
        cursor = self._utils.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str, **values: object) -> int:
        """Run one statement and return how many rows it touched."""
        return int(self._utils.execute(sql, values).rowcount)

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` in one transaction, or in the one that is open already.

        The write lock is taken first: a deferred BEGIN fails with BUSY_SNAPSHOT
        when another process commits between our read and our write.
        """
        if self._utils.conn.in_transaction:
            return work()
        self._utils.execute("BEGIN IMMEDIATE")
        try:
            result = work()
            self.commit()
        except BaseException:
            self._utils.conn.rollback()
            raise
        return result

    def commit(self) -> None:
        """Make the open transaction durable; crash tests override this."""
        self._utils.execute("COMMIT")

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    @property
    def _utils(self) -> sqlite_utils.Database:
        known: sqlite_utils.Database | None = getattr(self._local, "utils", None)
        if known is None:
            known = self._local.utils = sqlite_utils.Database(self._open())
        return known

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        # recursive_triggers: without it INSERT OR REPLACE walks past the triggers.
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        with self._lock:
            self._opened.append(connection)
        return connection


def connect(path: str, kind: type[Database] = Database) -> Database:
    """Open the file, ours and up to date; raises ConfigError for another's."""
    db = kind(path)
    found = db.query("PRAGMA application_id")[0]["application_id"]
    if found not in (0, APPLICATION_ID):
        db.close()
        msg = "that file is another program's database; name another path"
        raise ConfigError(msg, path=path)
    db.transact(lambda: _migrate(db))
    return db


def _migrate(db: Database) -> None:
    """Apply what is missing, under the write lock: two processes may start at once."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    version = int(db.query("PRAGMA user_version")[0]["user_version"])
    if version > len(MIGRATIONS):
        msg = "the database was written by a newer Retour; upgrade this one"
        raise ConfigError(msg, version=version)
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")


def atomic(
    function: Callable[Concatenate[Database, P], T],
) -> Callable[Concatenate[Database, P], T]:
    """Make a function of the database one transaction, joined when one is open."""

    @wraps(function)
    def whole(db: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return db.transact(lambda: function(db, *args, **kwargs))

    return whole


def stamp(when: datetime) -> str:
    """Write a moment as sortable text of fixed width, in UTC."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """Read back what `stamp` wrote."""
    return datetime.fromisoformat(text)
