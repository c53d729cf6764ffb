"""What every test may ask for: an empty store, of each kind in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stores import STORES, fresh, migrated_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with our tables: on SQLite, then on PostgreSQL."""
    with migrated_store(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=STORES)
def bare_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that has no table yet."""
    with fresh(request.param, tmp_path) as made:
        yield made
