"""A whole installation beside both stand-in shops, as the demo builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mailbox import mailbox
from tests.stories.declaring import mailing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.demo import World
    from jobs.schedule import Work


@pytest.fixture
def wps(world: World) -> World:
    """The demo's world, whose WooCommerce shop runs the plugin."""
    world.boots.wps.is_on = True
    return world


@pytest.fixture
def work(world: World, tmp_path: Path) -> Iterator[Work]:
    """The jobs of the demo's world, with a mail server that keeps what it is given."""
    with mailbox(tmp_path) as box:
        yield mailing(world, box)
