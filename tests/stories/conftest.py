"""A whole installation beside both stand-in shops, as the demo builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from connector.demo import World


@pytest.fixture
def wps(world: World) -> World:
    """The demo's world, whose WooCommerce shop runs the plugin."""
    world.boots.wps.is_on = True
    return world
