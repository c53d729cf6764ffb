"""Headless Chromium, where there is one; where there is none, it is said plainly."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from connector.demo import World, build
from connector.demo.world import BOOTS
from jobs.schedule import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: the pages were not looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # The admin's page, which is not of this machine, frames one that is.
            args=["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"],
        )
        yield browser
        browser.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with build(tmp_path, seed=1) as made:
        mug = made.boots.add_product("Mug", "12.00")
        pot = made.boots.add_product("Cast-iron pot", "199.00")
        order = made.boots.place_order([(mug, 2), (pot, 1)], "ada@example.test")
        made.boots.complete(order)
        made.clock.pass_by(hours=1)
        made.boots.deliver()
        made.clock.pass_by(minutes=1)
        once(made.office.work)
        assert made.office.work.shops[BOOTS].find_order(str(order)) == str(order)
        yield made
