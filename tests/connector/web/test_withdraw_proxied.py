"""The withdrawal function at /apps/returns of the shop: through its proxy."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from adapters.shopify.standin import grants
from connector.store import letters, returns, statements
from jobs.schedule import once
from tests.connector.web.shopify_world import install, installing
from tests.connector.web.test_proxied import EMAIL, ask, fields, world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connector.web.shopify_world import Installing

__all__ = ["world"]  # a fixture


def first_form(page: str) -> tuple[str, dict[str, str]]:
    found = re.search(
        r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL
    )
    assert found, page
    return unescape(found[1]), fields(found[2])


def test_a_customer_withdraws_through_the_shop_s_own_address(world: Installing) -> None:
    _, home, _ = ask(world, "/apps/returns?lang=de")
    assert "Vertrag widerrufen</a>" in home
    number = next(iter(world.shop.orders.values())).name
    _, page, _ = ask(world, "/apps/returns/withdraw?lang=de")
    to, carried = first_form(page)
    said = {"name": "Ada", "contract": number, "reach": EMAIL}
    _, page, _ = ask(world, to, carried | said)
    assert '<html lang="de">' in page
    assert ">Widerruf bestätigen</button>" in page
    assert statements.recent(world.office.db) == []
    to, carried = first_form(page)
    status, page, headers = ask(world, to, carried)
    assert (status, "Set-Cookie" in headers) == (200, False)
    again, _, _ = ask(world, to, carried)
    assert again == 200
    (kept,) = statements.recent(world.office.db)
    assert kept.language == "de"
    assert len(letters.of_statement(world.office.db, kept.id)) == 1
    for link in re.findall(r'(?:href|action)="([^"#?]+)"', page):
        assert link.startswith(("/apps/returns", "mailto:")), link
    link = re.search(r'href="([^"]+receipt-text[^"]+)"', page)
    assert link
    status, text, headers = ask(world, link[1])
    assert status == 200
    assert kept.id in text
    once(world.office.work)
    (case,) = returns.recent(world.office.db, "teehaus", limit=9)
    assert statements.get(world.office.db, kept.id).return_id == case.id


@pytest.mark.parametrize("token", ["forged", "IjEi.forged"])
def test_a_forged_receipt_is_no_page(world: Installing, token: str) -> None:
    for page in ("receipt", "receipt-text"):
        status, _, _ = ask(world, f"/apps/returns/withdraw/{page}/{token}")
        assert status == 404


def test_statements_are_limited_by_contract(tmp_path: Path, address: str) -> None:
    with installing(tmp_path, address, attempts="2 per minute") as world:
        install(world)
        browser = world.browser()
        query = parse_qsl(grants.proxied(world.shop, ""), keep_blank_values=True)

        def click(contract: str) -> int:
            said = {"name": "Ada", "contract": contract, "reach": EMAIL}
            path = "/proxy/shopify/withdraw/confirm"
            return browser.post(path, query_string=query, data=said).status_code

        assert [click(one) for one in ("#7", "7", "#7", "8")] == [200, 200, 429, 200]
