from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.steps import audit
from connector.store import Database, connect, orders, shops
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    """A fresh store with one shop and one order of three units."""
    opened = connect(address)
    shops.put(opened, "boots", "woocommerce", "https://boots.example", NOON)
    orders.keep(opened, "boots", an_order(a_line("a", 3000, 3)))
    yield opened
    assert audit.run(opened) == []
    opened.close()
