"""The portal at /apps/returns of the shop: through its proxy, without a cookie."""

from __future__ import annotations

import http.client
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from adapters.shopify.standin import grants, storefront
from connector import policy
from connector.config import Secret
from connector.model import Resolution
from connector.store import credentials, returns, shops
from jobs.schedule import once
from tests.connector.web.shopify_world import DOMAIN, Installing, install, installing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EMAIL = "ada@example.test"
HAT = "the hat shop's own secret, of its own app"


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[Installing]:
    with installing(tmp_path, address) as made:
        install(made)
        mug = made.shop.add_product("Mug", "12.00")
        order = made.shop.place_order([(mug, 2)], EMAIL)
        made.shop.fulfil(order)
        made.clock.pass_by(minutes=5)
        once(made.office.work)
        yield made


def ask(
    world: Installing, path: str, form: dict[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Ask the storefront as a customer's browser does."""
    link = http.client.HTTPConnection(urlsplit(world.api).netloc, timeout=30)
    headers = {"Cookie": "retour=stolen", "Accept-Language": "en"}
    if form is None:
        link.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request("POST", path, urlencode(form), headers)
    found = link.getresponse()
    body = found.read().decode()
    link.close()
    return found.status, body, dict(found.getheaders())


def fields(page: str) -> dict[str, str]:
    """Return what the first form of a page carries unseen."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def action(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def choosing(world: Installing) -> str:
    _, page, _ = ask(world, "/apps/returns")
    number = next(iter(world.shop.orders.values())).name.removeprefix("#")
    given = {**fields(page), "number": number, "email": EMAIL}
    status, page, _ = ask(world, action(page), given)
    assert status == 200, page
    return page


def wish(page: str, count: int = 1) -> dict[str, str]:
    quantity = re.search(r'name="(quantity-[^"]+)"', page)
    reason = re.search(
        r'name="(reason-[^"]+)".*?<option value="([^"]+)"', page, re.DOTALL
    )
    assert quantity
    assert reason
    return {**fields(page), quantity[1]: str(count), reason[1]: reason[2]}


def test_a_customer_goes_the_whole_way_without_a_cookie(world: Installing) -> None:
    page = choosing(world)
    assert "Mug" in page
    card = page.partition('<section class="card">')[2]
    assert 'href="/apps/returns/withdraw' in card
    assert 'name="withdraw"' not in page
    status, page, headers = ask(world, action(page), wish(page))
    assert status == 200, page
    assert "Set-Cookie" not in headers
    assert "You get back" in page
    status, page, headers = ask(world, action(page), fields(page) | {"go": "send"})
    assert status == 200, page
    assert "Set-Cookie" not in headers
    (case,) = returns.recent(world.office.db, "teehaus", limit=9)
    assert case.number in page
    page = choosing(world)
    link = re.search(r'href="(/apps/returns/status/[^"]+)"', page)
    assert link
    status, page, _ = ask(world, link[1])
    assert status == 200
    assert case.number in page


WAYS = """
currency = "EUR"
[[reasons]]
code = "*"
[[offers]]
resolutions = ["refund", "repair"]
"""


def test_a_way_is_chosen_in_small_steps_without_a_cookie(world: Installing) -> None:
    db, now = world.office.db, world.clock()
    shops.bind_policy(db, "teehaus", policy.digest(WAYS), WAYS, now)
    mug = world.shop.add_product("Cup", "9.00")
    order = world.shop.place_order([(mug, 2)], "eve@example.test")
    world.shop.fulfil(order)
    world.clock.pass_by(minutes=5)
    once(world.office.work)
    number = list(world.shop.orders.values())[-1].name.removeprefix("#")
    _, page, _ = ask(world, "/apps/returns")
    found = {**fields(page), "number": number, "email": "eve@example.test"}
    _, page, _ = ask(world, action(page), found)
    _, page, _ = ask(world, action(page), wish(page))
    way = re.search(r'name="(way-[^"]+)" value="repair"', page)
    assert way, page
    given = {**fields(page), way[1]: "repair", "go": "chosen"}
    assert action(page) == "/apps/returns/ways"
    _, page, headers = ask(world, action(page), given)
    assert "Is everything right?" in page
    assert "Set-Cookie" not in headers
    status, page, _ = ask(world, action(page), {**fields(page), "go": "send"})
    assert status == 200, page
    (case,) = returns.recent(db, "teehaus", limit=9)
    assert case.number in page
    assert case.lines[0].wanted is Resolution.REPAIR


def test_every_address_stays_below_the_shop_s_own_path(world: Installing) -> None:
    _, first, _ = ask(world, "/apps/returns")
    second = choosing(world)
    _, third, _ = ask(world, action(second), wish(second))
    for page in (first, second, third):
        found = re.findall(r'(?:href|action|src)="([^"]+)"', page)
        others = [x for x in found if not x.startswith(("#", "?lang=", "mailto:"))]
        assert all(x.startswith("/apps/returns") for x in others), others
        assert world.url not in page
        assert EMAIL not in "".join(found)


def test_the_language_that_was_chosen_stays(world: Installing) -> None:
    _, page, _ = ask(world, "/apps/returns?lang=de")
    assert '<html lang="de">' in page
    number = next(iter(world.shop.orders.values())).name.removeprefix("#")
    given = {**fields(page), "number": number, "email": EMAIL}
    _, page, _ = ask(world, action(page), given)
    assert '<html lang="de">' in page


def test_a_carried_order_that_was_touched_or_is_old_starts_again(
    world: Installing,
) -> None:
    page = choosing(world)
    given = wish(page)
    forged = {**given, "carried": given["carried"][:-2] + "xx"}
    _, answer, _ = ask(world, action(page), forged)
    assert 'name="email"' in answer
    assert returns.recent(world.office.db, "teehaus", limit=9) == []


def test_an_order_of_another_customer_is_not_found(world: Installing) -> None:
    _, page, _ = ask(world, "/apps/returns")
    given = {**fields(page), "number": "1001", "email": "eve@example.test"}
    status, page, _ = ask(world, action(page), given)
    assert status == 404
    assert "Mug" not in page


def attempt(world: Installing, number: str, email: str) -> int:
    form = {"number": number, "email": email}
    browser = world.browser()
    query = parse_qsl(grants.proxied(world.shop, ""), keep_blank_values=True)
    return browser.post("/proxy/shopify/", query_string=query, data=form).status_code


def test_attempts_are_counted_by_order_and_by_address(
    tmp_path: Path, address: str
) -> None:
    with installing(tmp_path, address, attempts="3 per hour") as world:
        install(world)
        spread = {attempt(world, str(n), f"{n}@example.test") for n in range(8)}
        assert spread == {404}
        one_order = [attempt(world, f"{'#' * n}77", f"x{n}@a.test") for n in range(4)]
        assert one_order == [404, 404, 404, 429]
        cases = ("eve@a.test", "Eve@a.test", " eve@A.test", "EVE@a.test")
        one_email = [attempt(world, f"9{n}", one) for n, one in enumerate(cases)]
        assert one_email == [404, 404, 404, 429]


def direct(world: Installing, pairs: list[tuple[str, str]]) -> int:
    browser = world.browser()
    return browser.get("/proxy/shopify/", query_string=pairs).status_code


def signed(world: Installing, query: str = "") -> list[tuple[str, str]]:
    return parse_qsl(grants.proxied(world.shop, query), keep_blank_values=True)


def test_a_request_that_did_not_come_through_the_shop_is_refused(
    world: Installing,
) -> None:
    good = signed(world)
    assert direct(world, good) == 200
    assert direct(world, []) == 401
    assert direct(world, [*good, ("shop", DOMAIN)]) == 401
    assert direct(world, [*good, ("shop", "evil.myshopify.com")]) == 401
    assert direct(world, [*good, ("more", "1")]) == 401
    assert direct(world, [x for x in good if x[0] != "signature"]) == 401
    assert (
        direct(world, [(k, v[:-1] if k == "path_prefix" else v) for k, v in good])
        == 401
    )
    assert direct(world, signed(world, "a=1&a=2&b=")) == 200


@pytest.mark.parametrize("seconds", [91, -91])
def test_an_old_request_and_one_from_the_future_are_refused(
    world: Installing, seconds: int
) -> None:
    pairs = signed(world)
    world.clock.pass_by(seconds=seconds)
    assert direct(world, pairs) == 401


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/apps/x/../..", "", "/x/returns"]
)
def test_a_path_that_leads_elsewhere_is_refused(world: Installing, prefix: str) -> None:
    query = grants.proxied(world.shop, "", prefix)
    assert direct(world, parse_qsl(query, keep_blank_values=True)) == 401


def hat_shop(world: Installing) -> None:
    """Connect another shop, and let the stand-in speak for that one."""
    office, now = world.office, world.clock()
    kept = {"client_id": "app"}
    domain = "hat.myshopify.com"
    shops.put(office.db, "hat", "shopify", domain, now, settings=kept)
    secret = {"client_secret": Secret(HAT)}
    credentials.put(office.db, office.vault, "hat", secret, now)
    office.branches.refresh()
    world.shop.client_secret = HAT


def test_a_return_of_this_shop_is_not_shown_in_another_s_admin(
    world: Installing,
) -> None:
    page = choosing(world)
    _, page, _ = ask(world, action(page), wish(page))
    ask(world, action(page), fields(page) | {"go": "send"})
    (case,) = returns.recent(world.office.db, "teehaus", limit=9)
    path = f"/console/returns/{case.id}"
    seen = {}
    for domain in (DOMAIN, "hat.myshopify.com"):
        if domain != DOMAIN:
            hat_shop(world)
        world.shop.domain = domain
        browser = world.browser()
        token = grants.session_token(world.shop)
        browser.get("/console/embedded", query_string={"id_token": token})
        browser.environ_base["wsgi.url_scheme"] = "https"
        overview = browser.get("/console/returns")
        seen[domain] = (browser.get(path).status_code, case.number in overview.text)
    assert seen == {DOMAIN: (200, True), "hat.myshopify.com": (404, False)}


def test_another_shop_s_app_cannot_sign_for_this_one(world: Installing) -> None:
    hat_shop(world)
    assert direct(world, signed(world)) == 401


def test_who_is_logged_in_at_the_shop_opens_nothing_by_it(world: Installing) -> None:
    query = "logged_in_customer_id=1"
    assert storefront.is_proxied("/apps/returns/x")
    page = world.browser().get(
        "/proxy/shopify/choose", query_string=signed(world, query)
    )
    assert "Mug" not in page.text


def test_the_portal_of_a_shop_that_is_not_there_is_no_page(world: Installing) -> None:
    assert world.browser().get("/returns/nowhere/").status_code == 404
