"""What every test may ask for: an empty store, of each kind in turn.

Properties try a few dozen examples here; `--hypothesis-profile deep` tries a thousand.
"""

from __future__ import annotations

import gc
import os
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import settings

from connector.steps import audit
from tests.compiled import Route, Templates
from tests.prepared import Street
from tests.stores import SHARED_MEMORY, STORES, fresh, in_memory, migrated_store

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from connector.demo import World


settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("deep", max_examples=1000, deadline=None)
settings.load_profile("quick")  # the option of pytest is heeded after this

if "PYTEST_DEBUG_TEMPROOT" not in os.environ and in_memory():
    os.environ["PYTEST_DEBUG_TEMPROOT"] = SHARED_MEMORY
    # A world's own folder, and what its processes write, waits for no disk either.
    tempfile.tempdir = os.environ["TMPDIR"] = SHARED_MEMORY
Flask.jinja_options = {"bytecode_cache": Templates()}
Flask.url_rule_class = Route


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with our tables: on SQLite, then on PostgreSQL."""
    with migrated_store(request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Give the doors at which prepared worlds are opened, one after the other."""
    with ExitStack() as stack:
        yield Street(stack, tmp_path_factory.mktemp("begun"))


@pytest.fixture(params=STORES)
def world(
    request: pytest.FixtureRequest, tmp_path: Path, street: Street
) -> Iterator[World]:
    """Give both shops and Retour beside them, on each kind of database."""
    with street.story(tmp_path, request.param) as made:
        yield made
        assert audit.run(made.office.db) == []


@pytest.fixture(params=STORES)
def bare_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that has no table yet."""
    with fresh(request.param, tmp_path) as made:
        yield made


# Stories, steps and pages are played whole on SQLite; an eighth of each file's on
# PostgreSQL shows that the store is no matter: its own tests, and all that lie upon it
# directly, are played on both. So are refunds, a worker killed, and the trial of a
# policy that is held to the deciding function; two thousand orders that are read
# through three kills, and outages, on demand: a history that is killed at each commit
# is read on both stores as well.
EIGHTH, OF_ALL = 8, ("stories", "steps", "web", "backtest")
ON_BOTH = ("test_refunds.py", "test_killed.py", "test_equal.py", "test_ends.py")
ON_DEMAND = ("test_connect_and_catch_up.py", "test_outage.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let every story be played on PostgreSQL too."""
    parser.addoption(
        "--whole-tables", action="store_true", help="play every case on both stores"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Start one worker more than there are cores: tests wait for servers and pages."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Gather no garbage while thousands of tests come, none of which is any."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out seven of eight cases of each file of these on PostgreSQL, or all."""
    if config.getoption("--whole-tables"):
        return
    played: dict[Path, list[pytest.Item]] = {}
    for item in items:
        of_all = item.path.parent.name in OF_ALL and item.path.name not in ON_BOTH
        if of_all and "postgresql" in item.name:
            played.setdefault(item.path, []).append(item)
    left_out = {
        id(item)
        for cases in played.values()
        for number, item in enumerate(cases)
        if number % EIGHTH or item.path.name in ON_DEMAND
    }
    config.hook.pytest_deselected(items=[x for x in items if id(x) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
