"""What many of these tests ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.store import Database, connect

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    """Open a store that has our tables and nothing in them."""
    opened = connect(address)
    yield opened
    opened.close()
