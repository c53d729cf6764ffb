"""Going on to another page, until it is whole: what is looked at then is that page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def press(target: Locator) -> None:
    """Click what leads to another page, and wait until that page is loaded.

    A click by itself waits only until the page begins to come: on a busy machine
    its text was looked for before it was there.
    """
    with target.page.expect_navigation():
        target.click()
