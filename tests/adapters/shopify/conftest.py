from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import serve
from tests.adapters.shopify.standin_calls import Clock, World, new_shop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    shop = new_shop(clock)
    with serve(shop) as url:
        yield World(shop, clock, url)
