"""What a part of the past lines says, asked on a connection.

Run as a program, this reads a task as JSON on its input, first what is prepared, then
a line a round, as they are written, and writes rows on its output. It needs no more
than Python itself, and little of that: each start is waited for.
"""

from __future__ import annotations

import json
import sqlite3
import sys

TYPE_CHECKING = False  # `typing` itself takes a while to load
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from connector.backtest.aside import Round, Task

    Rows = list[dict[str, Any]]

PAGES_KB = 65_536
MAPPED = 2**31 - 65_536  # bytes of the file that are read where they lie


def perform(
    task: Task,
    execute: Callable[[str, Mapping[str, Any]], object],
    query: Callable[[str, Mapping[str, Any]], Rows],
) -> dict[str, Rows]:
    """Do a task on a connection; its tables are gone afterwards, whatever happens."""
    try:
        for statement in task["prepared"]:
            execute(statement, task["values"])
        found: dict[str, Rows] = {}
        for one in task["rounds"]:
            for name, rows in _round(one, task["values"], execute, query):
                found.setdefault(name, []).extend(rows)
        return found
    finally:
        for name in task["tables"]:
            execute(f"DROP TABLE IF EXISTS {name}", {})


def _round(
    one: Round,
    values: Mapping[str, Any],
    execute: Callable[[str, Mapping[str, Any]], object],
    query: Callable[[str, Mapping[str, Any]], Rows],
) -> Iterator[tuple[str, Rows]]:
    values = {**values, **one["values"]}
    try:
        for statement in one["prepared"]:
            execute(statement, values)
        for name, text in one["queries"].items():
            yield name, query(text, values)
    finally:
        for name in one["tables"]:
            execute(f"DROP TABLE IF EXISTS {name}", {})


def _main() -> None:
    address, task = json.loads(sys.stdin.readline())
    task["rounds"] = map(json.loads, sys.stdin)
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{PAGES_KB}")
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")

    def query(text: str, values: Mapping[str, Any]) -> Rows:
        found = connection.execute(text, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    json.dump(perform(task, connection.execute, query), sys.stdout)


if __name__ == "__main__":
    _main()
