"""The portal of an order that was sent in part, as a customer sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.pressing import press
from tests.browser.test_pages import SIZES, page_of, picture
from tests.connector.web.sandbox_world import EMAIL, NAME, RULES, served, standing
from tests.connector.web.test_methods import METHODS
from tests.connector.web.test_not_sent import changed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
STORE = METHODS.replace(
    'code = "in-store"',
    'code = "in-store"\nbring_to = { en = "1 High Street", de = "Marktplatz 1" }',
)


def find(page: Page, url: str) -> None:
    page.goto(f"{url}/returns/{NAME}/?lang=de")
    page.get_by_label("Bestellnummer").fill("29")
    page.get_by_label("E-Mail-Adresse").fill(EMAIL)
    press(page.get_by_role("button", name="Bestellung finden"))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_not_sent_or_refunded_is_said_and_the_rest_is_brought(
    chromium: Browser, tmp_path: Path, address: str, size: str
) -> None:
    is_phone = size == "phone"
    with (
        standing(tmp_path, address, RULES + STORE, "CH") as stand,
        served(stand) as url,
        page_of(chromium, size, dark=is_phone) as page,
    ):
        changed(stand, fulfilled=2, refunded=1)
        find(page, url)
        expect(page.locator("main")).to_contain_text("Schon erstattet: 1")
        expect(page.locator("main")).to_contain_text("Noch nicht an Sie versandt: 1")
        picture(page, f"portal-not-sent-{size}")
        page.get_by_label("Wie viele?").first.select_option("2")
        page.get_by_label("Warum?").first.select_option("changed-my-mind")
        page.get_by_label("Ich bringe es vorbei").check()
        press(page.get_by_role("button", name="Weiter"))
        page.locator("input[value=refund]").first.check()
        press(page.get_by_role("button", name="Weiter"))
        press(page.get_by_role("button", name="Rücksendung anmelden"))
        stand.work(1)
        page.reload()
        expect(page.locator("main")).to_contain_text("im Geschäft erwartet")
        expect(page.locator("main")).not_to_contain_text("Paket")
        picture(page, f"portal-brought-{size}")
