"""The shop hands its keys over, as the merchant's browser sees it, all over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from adapters.woocommerce.standin import Shop, serve
from tests.browser.pressing import press
from tests.browser.test_pages import SIZES, picture
from tests.contract.conftest import Clock
from tests.retour_tls import retour
from tests.tls import ca_file, context

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", SIZES)
def test_a_merchant_lets_the_shop_make_the_keys(
    chromium: Browser, tmp_path: Path, size: str
) -> None:
    clock, (width, height) = Clock(), SIZES[size]
    shop = Shop(clock=clock, name="Boots & Co")
    shop.outbox.trusts = ca_file()
    with (
        serve(shop, context()) as shop_url,
        retour(tmp_path, str(tmp_path / "retour.sqlite"), clock) as office,
    ):
        page = chromium.new_context(
            viewport={"width": width, "height": height},
            ignore_https_errors=True,  # Chromium does not know the tests' authority
            color_scheme="dark" if size == "phone" else "light",
            locale="en-GB",
        ).new_page()
        page.goto(f"{office.config.server.public_url}/console/shops/new")
        page.get_by_label("Password").fill("sesame")
        press(page.get_by_role("button", name="Sign in"))
        page.get_by_label("Address of the shop").fill(shop_url)
        press(page.get_by_role("button", name="Go to the shop and approve"))
        picture(page, f"handoff-leave-{size}")
        press(page.get_by_role("link", name="Go to the shop and approve"))
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill("secret")
        press(page.get_by_role("button", name="Login"))
        picture(page, f"handoff-consent-{size}")
        press(page.get_by_role("link", name="Approve"))
        expect(page.get_by_text("The shop has sent its keys")).to_be_visible()
        picture(page, f"handoff-back-{size}")
        press(page.get_by_role("button", name="Check and connect"))
        expect(page.get_by_text("The shop is connected.")).to_be_visible()
        picture(page, f"handoff-connected-{size}")
        page.context.close()
        assert len(office.work.shops) == 1
