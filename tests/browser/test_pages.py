"""The pages as people see them; pictures of each lie in screenshots/ afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.demo.world import BOOTS, PASSWORD
from connector.states import Refund
from connector.store import refunds
from jobs.schedule import once
from tests.browser.pressing import press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request

    from connector.demo import World

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "screenshots"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@contextmanager
def page_of(
    chromium: Browser, size: str = "desktop", *, script: bool = True, dark: bool = False
) -> Iterator[Page]:
    """Open a page that fails on any request beyond Retour and on any script error."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
        locale="en-GB",
    )
    page = context.new_page()
    foreign: list[str] = []

    def note(asked: Request) -> None:
        if "127.0.0.1" not in asked.url:
            foreign.append(asked.url)

    page.on("request", note)
    yield page
    context.close()
    assert foreign == []


def picture(page: Page, name: str) -> None:
    """Keep a picture, and see that nothing is wider than the screen."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{name} is wider than the screen"


def run(world: World) -> None:
    world.clock.pass_by(minutes=5)
    once(world.office.work)


def find(page: Page, world: World) -> None:
    page.goto(f"{world.url}/returns/{BOOTS}/")
    page.get_by_label("Order number").fill(next(iter(map(str, world.boots.orders))))
    page.get_by_label("E-mail address").fill("Ada@example.test")
    press(page.get_by_role("button", name="Find my order"))


def for_money(page: Page, size: str) -> None:
    """Want money back for every line, and send it."""
    picture(page, f"portal-ways-{size}")
    for one in page.locator("input[value=refund]").all():
        one.check()
    press(page.get_by_role("button", name="Go on"))
    press(page.get_by_role("button", name="Request the return"))


def look_over(page: Page, world: World, size: str) -> None:
    """Look at what the console tells of money that was paid back."""
    page.goto(f"{world.url}/console/refunds")
    picture(page, f"console-refunds-{size}")
    press(page.locator("tbody a").first)
    picture(page, f"console-refund-{size}")
    page.goto(f"{world.url}/console/inbox")
    picture(page, f"console-inbox-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_a_customer_returns_and_the_merchant_pays(
    chromium: Browser, world: World, size: str
) -> None:
    with page_of(chromium, size) as page:
        page.goto(f"{world.url}/returns/{BOOTS}/")
        picture(page, f"portal-find-{size}")
        find(page, world)
        page.get_by_label("How many?").first.select_option("2")
        page.get_by_label("Why?").first.select_option(label="Too small")
        page.get_by_label("How many?").nth(1).select_option("1")
        page.get_by_label("Why?").nth(1).select_option(label="I changed my mind")
        picture(page, f"portal-choose-{size}")
        press(page.get_by_role("button", name="Go on"))
        for_money(page, size)
        picture(page, f"portal-pending-{size}")
        run(world)
        status = page.url
        page.reload()
        expect(page.locator("body")).to_contain_text("Being checked by a person")
        page.goto(f"{world.url}/console/")
        picture(page, f"console-door-{size}")
        page.get_by_label("Password").fill(PASSWORD)
        press(page.get_by_role("button", name="Sign in"))
        picture(page, f"console-desk-{size}")
        press(page.get_by_role("link", name="-R1"))
        picture(page, f"console-return-{size}")
        while page.get_by_role("button", name="Approve").count():
            press(page.get_by_role("button", name="Approve").first)
        run(world)
        page.goto(status)
        picture(page, f"portal-approved-{size}")
        press(page.get_by_role("button", name="I have sent the parcel"))
        expect(page.locator("body")).to_contain_text("On its way back")
        page.goto(f"{world.url}/console/returns")
        picture(page, f"console-returns-{size}")
        press(page.get_by_role("link", name="-R1"))
        while page.get_by_role("button", name="Book").count():
            press(page.get_by_role("button", name="Book").first)
        run(world)
        page.reload()
        picture(page, f"console-received-{size}")
        look_over(page, world, size)
        page.goto(status)
        picture(page, f"portal-paid-{size}")
        expect(page.locator("body")).to_contain_text("Paid back")
    (row,) = refunds.recent(world.office.db, BOOTS)
    assert row.state is Refund.CONFIRMED
    assert world.boots.paid_out_minor() == row.amount.minor


def test_the_portal_works_without_javascript_and_in_the_dark(
    chromium: Browser, world: World
) -> None:
    with page_of(chromium, "phone", script=False, dark=True) as page:
        page.goto(f"{world.url}/returns/{BOOTS}/?lang=de")
        page.get_by_label("Bestellnummer").fill(
            next(iter(map(str, world.boots.orders)))
        )
        page.get_by_label("E-Mail-Adresse").fill("ada@example.test")
        press(page.get_by_role("button", name="Bestellung finden"))
        page.get_by_label("Wie viele?").first.select_option("1")
        press(page.get_by_role("button", name="Weiter"))
        expect(page.locator("body")).to_contain_text("warum Sie „Mug“ zurückgeben")
        page.get_by_label("Warum?").first.select_option(label="Zu klein")
        press(page.get_by_role("button", name="Weiter"))
        page.locator("input[value=refund]").check()
        press(page.get_by_role("button", name="Weiter"))
        press(page.get_by_role("button", name="Rücksendung anmelden"))
        expect(page.locator("body")).to_contain_text("Wird geprüft")
        page.screenshot(path=str(PICTURES / "portal-dark.png"), full_page=True)


def test_a_stranger_learns_nothing(chromium: Browser, world: World) -> None:
    with page_of(chromium) as page:
        page.goto(f"{world.url}/returns/{BOOTS}/")
        page.get_by_label("Order number").fill(next(iter(map(str, world.boots.orders))))
        page.get_by_label("E-mail address").fill("eve@example.test")
        press(page.get_by_role("button", name="Find my order"))
        known = page.get_by_role("alert").inner_text()
        page.get_by_label("Order number").fill("999999")
        page.get_by_label("E-mail address").fill("eve@example.test")
        press(page.get_by_role("button", name="Find my order"))
        expect(page.get_by_role("alert")).to_have_text(known)
        page.goto(f"{world.url}/returns/{BOOTS}/status/forged.token")
        expect(page.locator("body")).to_contain_text("There is no such page")
        page.goto(f"{world.url}/console/returns")
        assert "/console/door" in page.url
