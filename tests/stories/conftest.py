"""A whole installation beside both stand-in shops, as the demo builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.steps import audit
from tests.stores import STORES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.demo import World
    from tests.prepared import Street


@pytest.fixture(params=STORES)
def world(
    request: pytest.FixtureRequest, tmp_path: Path, street: Street
) -> Iterator[World]:
    with street.story(tmp_path, request.param) as made:
        yield made
        assert audit.run(made.office.db) == []


@pytest.fixture
def wps(world: World) -> World:
    """The demo's world, whose WooCommerce shop runs the plugin."""
    world.boots.wps.is_on = True
    return world
