"""Photos as people send and see them, without a script; light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.states import Decision
from connector.store import photos
from tests.browser.pressing import press
from tests.browser.test_making_good import finds, goes_on, pictured, signs_in
from tests.browser.test_pages import SIZES, page_of
from tests.connector.web.photographing import OFFERS, RULES
from tests.connector.web.sandbox_world import Stand, served, standing
from tests.photographs import HEIC, photo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LANGUAGES = {"desktop": "en", "phone": "de"}


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with standing(tmp_path, str(tmp_path / "retour.sqlite"), RULES + OFFERS) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Album:
    """Files on the customer's machine."""

    folder: Path

    def holds(self, *names: str) -> list[str]:
        colours = {"front": "indianred", "back": "steelblue", "label": "darkkhaki"}
        paths = []
        for number, name in enumerate(names):
            size = (3000, 2000) if number % 2 else (1500, 2000)
            path = self.folder / f"{name}.jpg"
            path.write_bytes(photo(colours[name], size))
            paths.append(str(path))
        return paths

    def from_a_phone(self) -> str:
        path = self.folder / "IMG_0001.HEIC"
        path.write_bytes(HEIC)
        return str(path)


def is_damaged(page: Page) -> None:
    page.locator("[name=quantity-a]").select_option("1")
    page.locator("[name=reason-a]").select_option("damaged")
    page.locator("[name=note-a]").fill("a dent")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_customer_shows_what_is_damaged(
    chromium: Browser, stand: Stand, tmp_path: Path, size: str, *, dark: bool
) -> None:
    look, album = f"{size}-{'dark' if dark else 'light'}", Album(tmp_path)
    with served(stand) as url, page_of(chromium, size, script=False, dark=dark) as page:
        finds(page, url, LANGUAGES[size])
        is_damaged(page)
        pictured(page, f"photos-choose-{look}")
        press(page.locator("main button").first)
        pictured(page, f"photos-asked-{look}")
        chosen = [*album.holds("front"), album.from_a_phone()]
        page.locator("[name=way-a][value=refund]").check()
        page.locator("input[type=file]").set_input_files(chosen)
        goes_on(page, "chosen")
        pictured(page, f"photos-heic-{look}")
        expect(page.locator("label.photo img")).to_have_count(1)
        goes_on(page, "chosen")
        pictured(page, f"photos-check-{look}")
        goes_on(page, "send")
        stand.work(1)
        page.reload()
        pictured(page, f"photos-status-{look}")
        page.locator("input[type=file]").set_input_files(album.holds("back", "label"))
        press(page.locator("form[enctype] button"))
        pictured(page, f"photos-come-{look}")
        expect(page.locator(".photos img")).to_have_count(3)
        signs_in(page, url)
        page.goto(f"{url}/console/returns/{stand.case().id}")
        pictured(page, f"photos-console-{look}")
        widths = page.eval_on_selector_all(
            ".photos img", "all => all.map(one => one.naturalWidth)"
        )
        press(page.locator(".photos a").nth(1))
        assert page.url.rpartition("/")[0].endswith("/photos")
    (line,) = stand.case().lines
    assert (line.photos, line.note) == (3, "a dent")
    assert line.decision == Decision.NEEDS_PERSON
    kept = [one.width for one in photos.of_return(stand.db, stand.case().id)]
    assert widths == kept
