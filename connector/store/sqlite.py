"""One SQLite file, opened so that nothing acknowledged is ever lost."""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlite_utils

from connector.errors import ConfigError, LawBroken
from connector.store.lock import Hold
from connector.store.threads import PerThread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

log = logging.getLogger(__name__)

APPLICATION_ID = 0x5245544F  # "RETO"
BUSY_SECONDS = 10
MEMORY = ":memory:"  # a database that ends with its connection, and has no file
STATEMENTS = 512  # more than the program has; each is parsed once


class Sqlite:
    """A connection a thread, each with WAL, synchronous FULL and foreign keys."""

    name = "sqlite"
    skip_locked = ""  # one writer at a time: nothing to skip
    words: Mapping[str, str] = {
        "serial": "INTEGER PRIMARY KEY",
        "int": "INTEGER",
        "blob": "BLOB",
        "strict": " STRICT",
        "clustered": " STRICT, WITHOUT ROWID",
        "listed": "json_group_array(%s)",
        "one": "%s",
    }

    def __init__(self, path: str) -> None:
        self.path = path
        self._links = PerThread(self._open, _is_idle)
        self._remembered = 0
        self._dispatching = threading.Lock()

    def query(self, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return rows as dictionaries; raises LawBroken."""
        cursor = self._run(sql, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str, values: Mapping[str, object]) -> int:
        """Run one statement; return how many rows it touched; raises LawBroken."""
        return int(self._run(sql, values).rowcount)

    def execute_each(self, sql: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run one statement with each of these values; raises LawBroken."""
        try:
            self.raw().executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise LawBroken(said=str(error)) from error

    def is_busy(self) -> bool:
        """Say whether this thread has a transaction open."""
        return bool(self._utils.conn.in_transaction)

    def begin(self) -> None:
        """Take the write lock first.

        A deferred BEGIN fails with BUSY_SNAPSHOT when another process commits
        between our read and our write.
        """
        self._utils.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the open transaction durable."""
        self._utils.execute("COMMIT")

    def rollback(self) -> None:
        """Forget the open transaction."""
        self._utils.conn.rollback()

    def tries(self, error: BaseException) -> int:
        """Say never: with the write lock held, nothing needs a second try."""
        del error
        return 0

    def close(self) -> None:
        """Close every thread's connection."""
        self._links.close()

    def check_ours(self) -> None:
        """Raise ConfigError for the file of another program."""
        found = self.query("PRAGMA application_id", {})[0]["application_id"]
        if found not in (0, APPLICATION_ID):
            msg = "that file is another program's database; name another path"
            raise ConfigError(msg, path=self.path)

    def alone(self) -> AbstractContextManager[None]:
        """Keep others from migrating: the write lock does."""
        return nullcontext()

    def version(self) -> int:
        """Return how many migrations the file has seen."""
        return int(self.query("PRAGMA user_version", {})[0]["user_version"])

    def set_version(self, number: int) -> None:
        """Remember the last migration."""
        self.execute(f"PRAGMA application_id = {APPLICATION_ID}", {})
        self.execute(f"PRAGMA user_version = {number}", {})

    def place(self) -> str:
        """Name where this database lives: a copy has another path or inode."""
        if self.path == MEMORY:
            return f"{MEMORY}#{id(self)}"
        path = Path(self.path).resolve()
        return f"{path}#{path.stat().st_ino}"

    def tidy(self) -> None:
        """Write the file anew without what was deleted, and empty the log."""
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            try:
                self.query(statement, {})
            except sqlite3.OperationalError as error:  # somebody is writing
                log.warning("not tidied now: %s", error)

    def remember(self, progress: int) -> None:
        """Write beside the file how far it has come; never less than before."""
        if self.path == MEMORY:
            self._remembered = max(progress, self._remembered)
        elif progress > self.remembered():
            fresh = Path(f"{self.path}.mark.new")
            fresh.write_text(str(progress), "utf-8")
            fresh.replace(f"{self.path}.mark")

    def remembered(self) -> int:
        """Read what is written beside the file."""
        if self.path == MEMORY:
            return self._remembered
        mark = Path(f"{self.path}.mark")
        text = mark.read_text("utf-8") if mark.exists() else ""
        return int(text) if text.isdigit() else 0

    @contextmanager
    def dispatcher(self) -> Iterator[Hold | None]:
        """Hold the file lock of this database, or yield None.

        The file is opened here, after any fork, and never inherited: a child that
        inherited it would hold the lock of a dead parent.
        """
        alone = self._alone_here if self.path == MEMORY else self._alone_by_file
        with alone() as is_mine:
            yield Hold() if is_mine else None

    @contextmanager
    def _alone_by_file(self) -> Iterator[bool]:
        """Take the lock of the file beside; say whether it was free."""
        with Path(f"{self.path}.dispatch").open("a", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    @contextmanager
    def _alone_here(self) -> Iterator[bool]:
        """Take the lock of a database that nobody else sees; say if it was free."""
        is_mine = self._dispatching.acquire(blocking=False)
        try:
            yield is_mine
        finally:
            if is_mine:
                self._dispatching.release()

    def raw(self) -> sqlite3.Connection:
        """Return this thread's connection itself: to copy a whole database."""
        connection: sqlite3.Connection = self._utils.conn
        return connection

    def _run(self, sql: str, values: Mapping[str, object]) -> sqlite3.Cursor:
        try:
            return self.raw().execute(sql, values)
        except sqlite3.IntegrityError as error:
            raise LawBroken(said=str(error)) from error

    @property
    def _utils(self) -> sqlite_utils.Database:
        return self._links.get()

    def _open(self) -> sqlite_utils.Database:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS,
        )
        # recursive_triggers: without it INSERT OR REPLACE walks past the triggers.
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return sqlite_utils.Database(connection)


def _is_idle(held: sqlite_utils.Database) -> bool:
    """Say whether a connection is open, and no transaction on it."""
    try:
        return not held.conn.in_transaction
    except sqlite3.ProgrammingError:  # it was closed
        return False
