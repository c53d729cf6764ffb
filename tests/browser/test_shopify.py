"""Installing, the console in the admin's frame, the portal behind the shop's proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from adapters.shopify.standin import storefront
from connector.store import returns
from jobs.schedule import once
from tests.browser.pressing import press
from tests.browser.test_pages import SIZES, page_of, picture
from tests.connector.web.shopify_world import DOMAIN, Installing, installing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser
EMAIL = "ada@example.test"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Installing]:
    with installing(tmp_path, str(tmp_path / "retour.sqlite")) as made:
        mug = made.shop.add_product("Mug", "12.00")
        made.shop.fulfil(made.shop.place_order([(mug, 2)], EMAIL))
        yield made


def install(page: Page, world: Installing) -> None:
    page.goto(f"{world.url}/install/shopify?shop={DOMAIN}")
    press(page.get_by_role("button", name="Install"))
    page.get_by_text("The shop is connected.").wait_for()


def work(world: Installing) -> None:
    world.clock.pass_by(minutes=5)
    once(world.office.work)


@pytest.mark.parametrize("size", SIZES)
def test_a_merchant_installs_the_app(
    chromium: Browser, world: Installing, size: str
) -> None:
    with page_of(chromium, size, dark=size == "phone") as page:
        page.goto(f"{world.url}/console/shops/new")
        page.get_by_label("Password").fill("sesame")
        press(page.get_by_role("button", name="Sign in"))
        page.get_by_label("Your shop's myshopify.com domain").fill("Teehaus")
        press(page.get_by_role("button", name="Go to the shop and approve"))
        press(page.get_by_role("button", name="Install"))
        page.get_by_text("The shop is connected.").wait_for()
        picture(page, f"shopify-installed-{size}")
        world.shop.scopes = [x for x in world.shop.scopes if x != "write_returns"]
        page.goto(f"{world.url}/install/shopify?shop={DOMAIN}")
        press(page.get_by_role("button", name="Install"))
        page.get_by_role("link", name="Grant the missing scopes").wait_for()
        picture(page, f"shopify-scopes-short-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_a_customer_returns_behind_the_shop_s_proxy_without_script(
    chromium: Browser, world: Installing, size: str
) -> None:
    with page_of(chromium, size, script=False) as page:
        install(page, world)
        work(world)
        page.goto(f"{world.api}/apps/returns")
        pictured(page, f"shopify-proxied-find-{size}")
        number = next(iter(world.shop.orders.values())).name.removeprefix("#")
        page.get_by_label("Order number").fill(number)
        page.get_by_label("E-mail address").fill(EMAIL)
        press(page.get_by_role("button", name="Find my order"))
        page.get_by_label("How many?").select_option("1")
        page.get_by_label("Why?").select_option(index=1)
        pictured(page, f"shopify-proxied-choose-{size}")
        press(page.get_by_role("button", name="Go on"))
        pictured(page, f"shopify-proxied-check-{size}")
        press(page.get_by_role("button", name="Request the return"))
        page.get_by_role("heading", name="Return ").wait_for()
        (case,) = returns.recent(world.office.db, "teehaus", limit=9)
        expect(page.get_by_text(case.number).first).to_be_visible()
        assert page.url.startswith(f"{world.api}/apps/returns")
        pictured(page, f"shopify-proxied-status-{size}")


def pictured(page: Page, name: str) -> None:
    """Keep a picture where the page may run no script."""
    page.screenshot(path=f"screenshots/{name}.png", full_page=True)


@pytest.mark.parametrize("size", SIZES)
def test_the_console_lives_in_the_shop_s_admin_and_in_no_other_frame(
    chromium: Browser, world: Installing, size: str
) -> None:
    with page_of(chromium, size) as page:
        install(page, world)
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()

    def answer(route: Route) -> None:
        shown = storefront.frame(world.shop)
        route.fulfill(status=200, content_type="text/html", body=shown)

    page.route("https://admin.shopify.com/**", answer)
    page.route("https://evil.example/**", answer)
    page.goto("https://admin.shopify.com/store/teehaus/apps/retour")
    inner = page.frame_locator("iframe")
    inner.get_by_role("heading", name="What waits for you").wait_for()
    inner.get_by_role("link", name="Returns").click()
    inner.get_by_role("heading", name="Returns").wait_for()
    page.screenshot(path=f"screenshots/shopify-embedded-{size}.png", full_page=True)
    inner.get_by_role("link", name="Desk").click()
    inner.get_by_role("button", name="Pause all refunds").click()
    inner.get_by_role("button", name="Let refunds go again").wait_for()
    (cookie,) = [x for x in context.cookies() if x.get("name") == "retour_admin"]
    assert (cookie["sameSite"], cookie["secure"]) == ("None", True)
    page.goto("https://evil.example/")
    page.wait_for_load_state()
    assert "What waits" not in (page.frames[-1].content())
    context.close()
