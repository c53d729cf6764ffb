"""The database as steps and store see it; which one it is, its engine knows."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import wraps
from string import Template
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from connector.config import POSTGRES
from connector.errors import ConfigError
from connector.store.schema import MIGRATIONS
from connector.store.sqlite import Sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connector.store.engine import Engine
    from connector.store.laws import Statement

P = ParamSpec("P")
T = TypeVar("T")
Row = dict[str, Any]

PAUSE_SECONDS = 0.002


class Database:
    """One database, safe to share between threads.

    `address` is a path, or a `postgresql://` URL. SQL is written with named
    parameters (`:name`); only `store/` calls `query` and `execute`, which raise
    LawBroken where the database itself holds a rule.
    """

    def __init__(self, address: str) -> None:
        self.engine: Engine = _engine(address)

    @property
    def path(self) -> str:
        """The file, or the URL."""
        return self.engine.path

    def query(self, sql: str, **values: object) -> list[Row]:
        """Return rows as dictionaries."""
        return self.engine.query(sql, values)

    def execute(self, sql: str, **values: object) -> int:
        """Run one statement and return how many rows it touched."""
        return self.engine.execute(sql, values)

    def execute_each(self, sql: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run one statement with each of these values, in a transaction that is open.

        Much quicker than `execute` in a loop; nothing says how many rows it touched.
        """
        self.engine.execute_each(sql, rows)

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` in one transaction, or in the one that is open already.

        Where another transaction was in the way, `work` runs again from its
        beginning: it must do nothing but read and write the database.
        """
        if self.engine.is_busy():
            return work()
        attempt = 0
        while True:
            try:
                return self._once(work)
            except Exception as error:
                attempt += 1
                if attempt > self.engine.tries(error):
                    raise
                time.sleep(PAUSE_SECONDS * attempt)

    def _once(self, work: Callable[[], T]) -> T:
        self.engine.begin()
        try:
            result = work()
            self.commit()
        except BaseException:
            self.engine.rollback()
            raise
        return result

    def commit(self) -> None:
        """Make the open transaction durable; crash tests override this."""
        self.engine.commit()

    def close(self) -> None:
        """Close every thread's connection."""
        self.engine.close()


def _engine(address: str) -> Engine:
    if not address.startswith(POSTGRES):
        return Sqlite(address)
    try:
        from connector.store.postgres import Postgres  # noqa: PLC0415 - an extra
    except ImportError:
        msg = "PostgreSQL needs its extra: pip install 'retour[postgres]'"
        raise ConfigError(msg) from None
    return Postgres(address)


def connect(address: str, kind: Callable[[str], Database] = Database) -> Database:
    """Open a database, ours and up to date; raises ConfigError for another's."""
    db = kind(address)
    try:
        db.engine.check_ours()
        with db.engine.alone():
            db.transact(lambda: _migrate(db))
    except BaseException:
        db.close()
        raise
    return db


def _migrate(db: Database) -> None:
    """Apply what is missing; two processes may start at once, one migrates."""
    version = db.engine.version()
    if version > len(MIGRATIONS):
        msg = "the database was written by a newer Retour; upgrade this one"
        raise ConfigError(msg, version=version)
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in _written(db.engine, statements):
            db.execute(statement)
        db.engine.set_version(number)


def _written(engine: Engine, statements: Iterable[Statement]) -> Iterable[str]:
    """Put the engine's own words in; what differs wholly is named by engine."""
    for statement in statements:
        if isinstance(statement, str):
            yield Template(statement).substitute(engine.words)
        else:
            yield from statement[engine.name]


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
