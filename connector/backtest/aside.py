"""A part of the past lines, asked in this process or in one of its own.

Threads of one process share SQLite's locks, and gain nothing from a second core
(`python -m bench.backtest`). Run as a program, this reads a task as JSON on its
input and writes rows on its output; it needs no more than Python itself.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypedDict
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rows = list[dict[str, Any]]

log = logging.getLogger(__name__)

PAGES_KB = 65_536


class Task(TypedDict):
    """Statements in their order, then what is read, and which tables go at the end."""

    path: str
    prepared: list[str]
    queries: dict[str, str]
    tables: list[str]
    values: dict[str, Any]


def perform(
    task: Task,
    execute: Callable[[str, Mapping[str, Any]], object],
    query: Callable[[str, Mapping[str, Any]], Rows],
) -> dict[str, Rows]:
    """Do a task on a connection; its tables are gone afterwards, whatever happens."""
    try:
        for statement in task["prepared"]:
            execute(statement, task["values"])
        values = task["values"]
        return {name: query(text, values) for name, text in task["queries"].items()}
    finally:
        for name in task["tables"]:
            execute(f"DROP TABLE IF EXISTS {name}", {})


class Aside:
    """A task that another process does meanwhile, on a database that is a file."""

    def __init__(self, task: Task) -> None:
        """Start it, and go on."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        pipe, self._process.stdin = self._process.stdin, None
        if pipe is not None:
            with suppress(BrokenPipeError), pipe:
                pipe.write(json.dumps(task).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever happened meanwhile."""
        with self._process:
            self._process.kill()

    def rows(self) -> dict[str, Rows] | None:
        """Wait for the rows; None where the process could not give them."""
        out, said = self._process.communicate()
        if self._process.returncode:
            log.warning("past lines: asked here again: %s", said.decode()[-200:])
            return None
        found: dict[str, Rows] = json.loads(out)
        return found


def _main() -> None:
    task: Task = json.load(sys.stdin)
    address = f"file:{quote(task['path'])}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{PAGES_KB}")

    def query(text: str, values: Mapping[str, Any]) -> Rows:
        found = connection.execute(text, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    json.dump(perform(task, connection.execute, query), sys.stdout)


if __name__ == "__main__":
    _main()
