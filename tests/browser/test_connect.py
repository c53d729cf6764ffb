"""The wizard and a shop's page as the merchant sees them; pictures in screenshots/."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from adapters.woocommerce.standin import Shop, serve
from connector.demo.world import PASSWORD
from tests.browser.pressing import press
from tests.browser.test_pages import SIZES, page_of, picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from connector.demo import World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", SIZES)
def test_a_merchant_connects_a_shop_and_sees_how_it_stands(
    chromium: Browser, world: World, size: str
) -> None:
    hats = Shop(clock=world.clock, name="hats")
    with serve(hats) as url, page_of(chromium, size, dark=size == "phone") as page:
        page.goto(f"{world.url}/console/shops/")
        page.get_by_label("Password").fill(PASSWORD)
        press(page.get_by_role("button", name="Sign in"))
        picture(page, f"shops-{size}")
        press(page.get_by_role("link", name="Connect a shop"))
        picture(page, f"connect-choose-{size}")
        press(page.get_by_role("link", name="I have a key and a secret"))
        page.get_by_label("Address of the shop").fill(url)
        page.get_by_label("Name in Retour").fill("hats")
        page.get_by_label("Consumer key").fill(hats.key)
        page.get_by_label("Consumer secret").fill("cs_wrong")
        page.get_by_label("The shop has no https").check()
        press(page.get_by_role("button", name="Check and connect"))
        expect(page.get_by_text("does not work")).to_be_visible()
        picture(page, f"connect-refused-{size}")
        page.get_by_label("Consumer key").fill(hats.key)
        page.get_by_label("Consumer secret").fill(hats.secret)
        page.get_by_label("The shop has no https").check()
        press(page.get_by_role("button", name="Check and connect"))
        expect(page.get_by_text("The shop is connected.")).to_be_visible()
        press(page.get_by_role("button", name="Check now"))
        picture(page, f"shop-{size}")
        page.get_by_text("Disconnect this shop").click()
        page.get_by_label("Type the shop's name").fill("hats")
        press(page.get_by_role("button", name="Disconnect", exact=True))
        expect(page.get_by_text("its books stay")).to_be_visible()
