"""The wizard and a shop's page as the merchant sees them; pictures in screenshots/."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import Shop, serve
from connector.demo.world import PASSWORD
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
        page.get_by_role("button", name="Sign in").click()
        picture(page, f"shops-{size}")
        page.get_by_role("link", name="Connect a shop").click()
        picture(page, f"connect-choose-{size}")
        page.get_by_role("link", name="I have a key and a secret").click()
        page.get_by_label("Address of the shop").fill(url)
        page.get_by_label("Name in Retour").fill("hats")
        page.get_by_label("Consumer key").fill(hats.key)
        page.get_by_label("Consumer secret").fill("cs_wrong")
        page.get_by_label("The shop has no https").check()
        page.get_by_role("button", name="Check and connect").click()
        assert page.get_by_text("does not work").is_visible()
        picture(page, f"connect-refused-{size}")
        page.get_by_label("Consumer key").fill(hats.key)
        page.get_by_label("Consumer secret").fill(hats.secret)
        page.get_by_label("The shop has no https").check()
        page.get_by_role("button", name="Check and connect").click()
        assert page.get_by_text("The shop is connected.").is_visible()
        page.get_by_role("button", name="Check now").click()
        picture(page, f"shop-{size}")
        page.get_by_text("Disconnect this shop").click()
        page.get_by_label("Type the shop's name").fill("hats")
        page.get_by_role("button", name="Disconnect", exact=True).click()
        assert page.get_by_text("its books stay").is_visible()
