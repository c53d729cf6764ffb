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
from typing import TYPE_CHECKING, Any, Self, TypedDict
from urllib.parse import quote

from connector.backtest import asked

if TYPE_CHECKING:
    from collections.abc import Iterable

Rows = list[dict[str, Any]]

log = logging.getLogger(__name__)


class Round(TypedDict):
    """Statements in their order, what is read by name, and which tables go then.

    `values` are of these statements, beside those of the task.
    """

    prepared: list[str]
    queries: dict[str, str]
    tables: list[str]
    values: dict[str, Any]


class Task(TypedDict):
    """What is prepared once, rounds one after another, and which tables go at the end.

    `path` is of a file of SQLite; `values` are of all statements. What the rounds read
    under one name is one list. Rounds may be written as they are gone through, once.
    """

    path: str
    prepared: list[str]
    rounds: Iterable[Round]
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
        self.begin(task)
        for one in task["rounds"]:
            self.go_on(one)
        self.end()

    def begin(self, task: Task) -> None:
        """Tell it what to prepare: the rounds follow one by one."""
        address = f"file:{quote(task['path'])}?mode=ro"
        self._tell((address, {**task, "rounds": []}))

    def go_on(self, one: Round) -> None:
        """Tell it of the next round."""
        self._tell(one)

    def end(self) -> None:
        """Tell it that there is no more."""
        pipe, self._process.stdin = self._process.stdin, None
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()

    def _tell(self, said: object) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.write(json.dumps(said).encode() + b"\n")
                pipe.flush()

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
