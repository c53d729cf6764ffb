"""Tasks over past lines, shared among cores as the store allows."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from connector.backtest.aside import Aside, Task
from connector.backtest.asked import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connector.store import Database

    Answer = dict[str, list[dict[str, Any]]]

__all__ = ["Task", "shared"]


def shared(
    db: Database,
    task: Task,
    values: Sequence[Mapping[str, Any]],
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Answer]:
    """Yield what a task gives with each of these values, in their order.

    PostgreSQL has a process a connection; a file of SQLite is read by one beside.
    `meanwhile` is done here as soon as others are at work.
    """
    tasks: list[Task] = [{**task, "values": dict(one)} for one in values]
    if len(tasks) == 1 or db.path == ":memory:" or not sys.executable:
        meanwhile()
        yield from (_here(db, one) for one in tasks)
    elif db.engine.name == "sqlite":
        yield from _beside(db, tasks, meanwhile)
    else:
        with ThreadPoolExecutor(len(tasks)) as threads:
            found = threads.map(lambda one: _here(db, one), tasks)
            meanwhile()
            yield from found


def _beside(
    db: Database, tasks: Sequence[Task], meanwhile: Callable[[], None]
) -> Iterator[Answer]:
    """Yield what processes of their own give; what one cannot is asked here."""
    with ExitStack() as ends:
        found = [(one, ends.enter_context(Aside(one))) for one in tasks]
        meanwhile()
        for one, process in found:
            rows = process.rows()
            yield _here(db, one) if rows is None else rows


def _here(db: Database, task: Task) -> Answer:
    return perform(
        task,
        lambda text, values: db.execute(text, **values),
        lambda text, values: db.query(text, **values),
    )
