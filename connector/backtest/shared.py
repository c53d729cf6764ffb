"""Tasks over past lines, shared among cores as the store allows."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from connector.backtest.aside import Aside, Round, Task
from connector.backtest.asked import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connector.store import Database

    Answer = dict[str, list[dict[str, Any]]]

__all__ = ["Round", "Task", "shared"]


def shared(
    db: Database,
    write: Callable[[], Task],
    values: Sequence[Mapping[str, Any]],
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Answer]:
    """Yield what a task gives with each of these values more, in their order.

    PostgreSQL has a process a connection; a file of SQLite is read by one beside, which
    is started before the task is written, and works at what is written already.
    `meanwhile` is done beside all that.
    """
    if len(values) == 1 or db.path == ":memory:" or not sys.executable:
        meanwhile()
        yield from (_here(db, one) for one in _tasks(write(), values))
    elif db.engine.name == "sqlite":
        yield from _beside(db, write, values, meanwhile)
    else:
        with ThreadPoolExecutor(len(values)) as threads:
            found = threads.map(lambda one: _here(db, one), _tasks(write(), values))
            meanwhile()
            yield from found


def _tasks(task: Task, values: Sequence[Mapping[str, Any]]) -> list[Task]:
    known: Task = {**task, "rounds": list(task["rounds"])}
    return [{**known, "values": {**task["values"], **one}} for one in values]


def _beside(
    db: Database,
    write: Callable[[], Task],
    values: Sequence[Mapping[str, Any]],
    meanwhile: Callable[[], None],
) -> Iterator[Answer]:
    """Yield what processes of their own give; what one cannot is asked here."""
    with ExitStack() as ends:
        others = [ends.enter_context(Aside()) for _ in values]
        # SQLite lets go of Python's lock: this takes what others leave of the cores.
        counting = ends.enter_context(ThreadPoolExecutor(1)).submit(meanwhile)
        tasks = _told(write(), others, values)
        counting.result()
        for process, one in zip(others, tasks, strict=True):
            rows = process.rows()
            yield _here(db, one) if rows is None else rows


def _told(
    task: Task, others: Sequence[Aside], values: Sequence[Mapping[str, Any]]
) -> list[Task]:
    """Tell others of a task as it is written; return what was told to each."""
    for process, one in zip(others, values, strict=True):
        process.begin({**task, "values": {**task["values"], **one}})
    rounds = []
    for one_round in task["rounds"]:
        rounds.append(one_round)
        for process in others:
            process.go_on(one_round)
    for process in others:
        process.end()
    return _tasks({**task, "rounds": rounds}, values)


def _here(db: Database, task: Task) -> Answer:
    return perform(
        task,
        lambda text, values: db.execute(text, **values),
        lambda text, values: db.query(text, **values),
    )
