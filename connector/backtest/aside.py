"""A part of the past lines, asked in a process of its own.

Threads of one process share SQLite's locks, and gain nothing from a second core
(`python -m bench.backtest`).
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from contextlib import suppress
from typing import Any, Self, TypedDict
from urllib.parse import quote

from connector.backtest import asked

Rows = list[dict[str, Any]]

log = logging.getLogger(__name__)


class Round(TypedDict):
    """Statements in their order, what is read by name, and which tables go then."""

    prepared: list[str]
    queries: dict[str, str]
    tables: list[str]


class Task(TypedDict):
    """What is prepared once, rounds one after another, and which tables go at the end.

    `path` is of a file of SQLite; `values` are of all statements. What the rounds read
    under one name is one list.
    """

    path: str
    prepared: list[str]
    rounds: list[Round]
    tables: list[str]
    values: dict[str, Any]


class Aside:
    """A task that another process does meanwhile, on a database that is a file."""

    def __init__(self) -> None:
        """Start it: it waits for what it is asked."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", asked.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ask(self, task: Task) -> None:
        """Tell it what to do, and go on."""
        address = f"file:{quote(task['path'])}?mode=ro"
        pipe, self._process.stdin = self._process.stdin, None
        if pipe is not None:
            with suppress(BrokenPipeError), pipe:
                pipe.write(json.dumps((address, task)).encode())

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
