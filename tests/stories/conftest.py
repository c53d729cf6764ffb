"""A whole installation beside both stand-in shops, as the demo builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.demo import World, build
from connector.steps import audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[World]:
    with build(tmp_path, seed=1, database=address) as made:
        yield made
        assert audit.run(made.office.db) == []


@pytest.fixture
def wps(world: World) -> World:
    """The demo's world, whose WooCommerce shop runs the plugin."""
    world.boots.wps.is_on = True
    return world
