"""What SQLite and PostgreSQL must both be; nothing else in the program differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from connector.store.lock import Hold


class Engine(Protocol):
    """One open database; `query` and `execute` raise LawBroken where SQL refuses.

    `skip_locked` goes behind a SELECT that claims a row; `words` are types in DDL.
    """

    name: str
    path: str
    skip_locked: str
    words: Mapping[str, str]

    def query(self, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return rows as dictionaries."""
        ...

    def execute(self, sql: str, values: Mapping[str, object]) -> int:
        """Run one statement; return how many rows it touched."""
        ...

    def execute_each(self, sql: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run one statement with each of these values, in their order."""
        ...

    def is_busy(self) -> bool:
        """Say whether this thread has a transaction open."""
        ...

    def begin(self) -> None:
        """Open a transaction that behaves as if it were alone."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def rollback(self) -> None:
        """Forget it."""
        ...

    def tries(self, error: BaseException) -> int:
        """Say how often it is worth to begin again after this; 0 is never."""
        ...

    def close(self) -> None:
        """Close every thread's connection."""
        ...

    def check_ours(self) -> None:
        """Raise ConfigError for a database that holds something else."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep others from migrating."""
        ...

    def version(self) -> int:
        """Return how many migrations were applied."""
        ...

    def set_version(self, number: int) -> None:
        """Remember the last migration."""
        ...

    def place(self) -> str:
        """Name where this database lives, so that a copy is known as one."""
        ...

    def tidy(self) -> None:
        """Give back what was deleted or overwritten, so that it cannot be read."""
        ...

    def remember(self, progress: int) -> None:
        """Write outside the database how far it has come."""
        ...

    def remembered(self) -> int:
        """Return the furthest that was written; 0 where nothing was."""
        ...

    def dispatcher(self) -> AbstractContextManager[Hold | None]:
        """Hold the dispatcher's lock for the block; None while another has it."""
        ...
