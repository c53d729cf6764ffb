"""The parcel's form as people fill it in, without a script; light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.store import evidence
from tests.browser.pressing import press
from tests.browser.test_making_good import finds, goes_on, pictured, signs_in
from tests.browser.test_pages import SIZES, page_of
from tests.connector.web.parcels import NUMBER, RULES
from tests.connector.web.sandbox_world import Stand, served, standing
from tests.photographs import HEIC, photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LANGUAGES = {"desktop": "en", "phone": "de"}


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    rules = RULES.replace("{when}", "shipped")
    with standing(tmp_path, str(tmp_path / "retour.sqlite"), rules) as made:
        yield made


def opens(page: Page, stand: Stand, url: str, language: str) -> str:
    """Ask for a return, and come to its page once it is approved."""
    finds(page, url, language)
    page.locator("[name=quantity-a]").select_option("1")
    page.locator("[name=reason-a]").select_option("changed-my-mind")
    press(page.locator("main button").first)
    goes_on(page, "send")
    stand.work(1)
    page.reload()
    return page.url


def of_a_phone(folder: Path) -> list[str]:
    """Give a photo that the form takes, and one that it does not."""
    for name, content in (("IMG_1.HEIC", HEIC), ("a.jpg", photo("tan", (1500, 2000)))):
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in ("IMG_1.HEIC", "a.jpg")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_customer_shows_that_he_sent_it_and_staff_look(
    chromium: Browser, stand: Stand, tmp_path: Path, size: str, *, dark: bool
) -> None:
    look = f"{size}-{'dark' if dark else 'light'}"
    bad, good = of_a_phone(tmp_path)
    with served(stand) as url, page_of(chromium, size, script=False, dark=dark) as page:
        link = opens(page, stand, url, LANGUAGES[size])
        pictured(page, f"sending-form-{look}")
        page.locator("#carrier").fill("DHL")
        page.locator("#number").fill("https://dhl.example/1234")
        page.locator("#receipt").set_input_files(bad)
        press(page.locator("form[enctype] button"))
        pictured(page, f"sending-wrong-{look}")
        expect(page.locator("#carrier")).to_have_value("DHL")
        expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
        page.locator("#number").fill(NUMBER)
        page.locator("#receipt").set_input_files(good)
        press(page.locator("form[enctype] button"))
        pictured(page, f"sending-given-{look}")
        expect(page.locator(".photos img")).to_have_count(1)
        expect(page.locator("code.copy")).to_have_text(NUMBER)
        signs_in(page, url)
        pictured(page, f"sending-desk-{look}")
        page.goto(f"{url}/console/returns/{stand.case().id}?lang={LANGUAGES[size]}")
        pictured(page, f"sending-console-{look}")
        page.goto(f"{url}/console/")
        page.locator("td.why input[name=why]").fill("another parcel's")
        press(page.locator("td.why button.plain"))
        page.goto(f"{link}?lang={LANGUAGES[size]}")
        pictured(page, f"sending-refused-{look}")
    (kept,) = evidence.of_return(stand.db, stand.case().id)
    assert (kept.carrier, kept.number, kept.photos) == ("DHL", NUMBER, 1)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_form_speaks_other_languages_on_a_phone(
    chromium: Browser, stand: Stand, language: str
) -> None:
    with served(stand) as url, page_of(chromium, "phone", script=False) as page:
        opens(page, stand, url, language)
        pictured(page, f"sending-form-{language}")
        expect(page.locator("label[for=number]")).not_to_contain_text("Tracking")
        page.locator("#number").press("Enter")  # the keyboard alone sends it
        page.wait_for_load_state()
        pictured(page, f"sending-later-{language}")
    assert stand.case().shipped_at
