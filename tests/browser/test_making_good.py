"""Every way to make good as people see it, without a script; light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.states import Refund
from connector.store import credit
from tests.browser.pressing import press
from tests.browser.test_pages import PICTURES, SIZES, page_of
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    EMAIL,
    NAME,
    QUESTION,
    RULES,
    Stand,
    served,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LANGUAGES = {"desktop": "en", "phone": "de"}


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    address = str(tmp_path / "retour.sqlite")
    with standing(tmp_path, address, RULES + QUESTION) as made:
        yield made


def pictured(page: Page, name: str) -> None:
    """Keep a picture, and see that nothing is wider than the screen."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)
    width = page.viewport_size
    box = page.locator("main").bounding_box()
    assert box
    assert width
    assert box["x"] + box["width"] <= width["width"], name


def finds(page: Page, url: str, language: str = "en") -> None:
    page.goto(f"{url}/returns/{NAME}/?lang={language}")
    page.locator("#number").fill("29")
    page.locator("#email").fill(EMAIL)
    press(page.locator("main button"))


def asks(page: Page, way: str, line: str = "a", count: str = "1") -> None:
    """Say what goes back and what is wanted for it."""
    page.locator(f"[name=quantity-{line}]").select_option(count)
    page.locator(f"[name=reason-{line}]").select_option("changed-my-mind")
    press(page.locator("main button").first)
    page.locator(f"[name=way-{line}][value={way}]").check()
    page.locator(f"[name='answer-{line}|tags'][value=yes]").check()


def goes_on(page: Page, go: str) -> None:
    press(page.locator(f"button[name=go][value={go}]"))


def signs_in(page: Page, url: str) -> None:
    page.goto(f"{url}/console/?lang=en")
    page.locator("#password").fill("sesame")
    press(page.locator("main button"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_an_exchange_for_a_dearer_article_is_paid_for(
    chromium: Browser, stand: Stand, size: str, *, dark: bool
) -> None:
    look = f"{size}-{'dark' if dark else 'light'}"
    with served(stand) as url, page_of(chromium, size, script=False, dark=dark) as page:
        finds(page, url, LANGUAGES[size])
        asks(page, "exchange")
        pictured(page, f"good-ways-{look}")
        goes_on(page, "chosen")
        page.locator("[name=ware-a][value=coat]").check()
        pictured(page, f"good-wares-{look}")
        goes_on(page, "check")
        pictured(page, f"good-check-{look}")
        goes_on(page, "send")
        status = page.url
        stand.work(1)
        signs_in(page, url)
        page.goto(f"{url}/console/returns/{stand.case().id}")
        pictured(page, f"good-console-{look}")
        page.locator("select[name=place]").select_option("p1")
        press(page.get_by_role("button", name="Book", exact=True))
        stand.work()
        page.reload()
        pictured(page, f"good-console-owed-{look}")
        press(page.locator("ul.plain a").first)
        pictured(page, f"good-console-refund-{look}")
        page.goto(f"{status}?lang={LANGUAGES[size]}")
        pictured(page, f"good-owed-{look}")
        link = page.locator("a.button")
        assert link.get_attribute("href") == "https://shop.example/pay"
    assert [row.state for row in stand.rows()] == [Refund.PENDING]


@pytest.mark.parametrize("size", SIZES)
def test_store_credit_with_its_bonus_shows_its_code_to_its_customer(
    chromium: Browser, stand: Stand, size: str
) -> None:
    with served(stand) as url, page_of(chromium, size, script=False) as page:
        finds(page, url)
        asks(page, "store_credit", count="2")
        goes_on(page, "chosen")
        pictured(page, f"good-credit-check-{size}")
        goes_on(page, "send")
        status = page.url
        stand.work(1)
        signs_in(page, url)
        page.goto(f"{url}/console/returns/{stand.case().id}")
        press(page.get_by_role("button", name="Book", exact=True))
        stand.work()
        page.reload()
        [one] = credit.of_order(stand.db, NAME, "29")
        assert one.code not in page.content()
        pictured(page, f"good-console-credit-{size}")
        page.goto(status)
        expect(page.locator("code.voucher")).to_have_text(one.code)
        pictured(page, f"good-credit-{size}")
    assert one.value + one.bonus == eur(6600)


def test_the_merchant_gives_another_article_and_a_courtesy(
    chromium: Browser, stand: Stand
) -> None:
    with served(stand) as url, page_of(chromium, script=False) as page:
        finds(page, url)
        asks(page, "refund")
        goes_on(page, "chosen")
        goes_on(page, "send")
        stand.work(1)
        signs_in(page, url)
        page.goto(f"{url}/console/returns/{stand.case().id}")
        page.get_by_text("Make it good in another way").click()
        press(page.get_by_role("link", name="Choose an article"))
        pictured(page, "good-console-wares")
        page.locator("[name=ware][value=socks]").check()
        press(page.get_by_role("button", name="Exchange it"))
        page.get_by_text("Give a credit as a courtesy").click()
        page.get_by_label("Amount in EUR").fill("5.00")
        page.locator("#kind").fill("for the wait")
        pictured(page, "good-console-courtesy")
        press(page.get_by_role("button", name="Give it"))
        press(page.get_by_role("button", name="Book", exact=True))
        stand.work()
    found = {(row.request.way.value, row.state) for row in stand.rows()}
    assert found == {
        ("exchange", Refund.CONFIRMED),
        ("courtesy", Refund.CONFIRMED),
    }
    assert stand.shop.paid_out("29") == eur(2300)
