"""What every test may ask for: an empty store, of each kind in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stores import STORES, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database: the test runs on SQLite and PostgreSQL."""
    with fresh(request.param, tmp_path) as made:
        yield made
