"""Tasks over past lines, shared among cores as the store allows."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from connector.backtest.aside import Aside, Task, perform
from connector.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Answer = dict[str, list[dict[str, Any]]]

__all__ = ["Task", "shared"]


def shared(
    db: Database, task: Task, values: Sequence[Mapping[str, Any]]
) -> Iterator[Answer]:
    """Yield what a task gives with each of these values, in their order.

    PostgreSQL has a process a connection; a file of SQLite is read by one beside.
    """
    tasks: list[Task] = [{**task, "values": dict(one)} for one in values]
    first, *rest = tasks
    if db.path == ":memory:" or not sys.executable:
        yield from (_here(db, one) for one in tasks)
    elif db.engine.name == "sqlite":
        with ExitStack() as ends:
            beside = [(one, ends.enter_context(Aside(one))) for one in rest]
            yield _here(db, first)
            for one, process in beside:
                rows = process.rows()
                yield _here(db, one) if rows is None else rows
    else:
        with ThreadPoolExecutor(len(tasks)) as threads:
            found = [threads.submit(_in_thread, db.path, one) for one in rest]
            yield _here(db, first)
            yield from (one.result() for one in found)


def _in_thread(address: str, task: Task) -> Answer:
    """Do a task on a connection that ends with it."""
    db = Database(address)
    try:
        return _here(db, task)
    finally:
        db.close()


def _here(db: Database, task: Task) -> Answer:
    return perform(
        task,
        lambda text, values: db.execute(text, **values),
        lambda text, values: db.query(text, **values),
    )
