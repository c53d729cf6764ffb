"""A shop hands its keys over: as browser, shop and forger would, over TLS."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adapters.woocommerce.standin import Shop, serve
from adapters.woocommerce.standin.access import Key
from connector.store import credentials, shops
from connector.wiring import Office
from tests.contract.conftest import Clock
from tests.retour_tls import retour
from tests.tls import ca_file, context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


INSTALL = "/install/woocommerce"


@dataclass(slots=True, kw_only=True)
class Walk:
    """A merchant's browser between Retour and the shop."""

    office: Office
    shop: Shop
    shop_url: str
    clock: Clock
    browser: requests.Session

    @property
    def url(self) -> str:
        return self.office.config.server.public_url

    def page(self, path: str = INSTALL, **query: str) -> requests.Response:
        return self.browser.get(f"{self.url}{path}", params=query)

    def sign_in(self) -> None:
        door = f"{self.url}/console/door"
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', self.browser.get(door).text
        )
        assert token
        self.browser.post(
            door,
            data={"csrf_token": token[1], "password": "sesame"},
            headers={"Referer": door},
        )

    def way(self, **query: str) -> str:
        """Ask for the way to the shop, and return its address."""
        page = self.page(url=self.shop_url, name="boots", **query)
        return link(page.text, "/wc-auth/")

    def consent(self, way: str) -> str:
        """Sign in at the shop; return the page that asks."""
        login = self.browser.get(way)
        assert "/wc-auth/v1/login/" in login.url
        return self.browser.post(login.url, data={"log": "staff"}).text

    def approve(self, way: str) -> requests.Response:
        there = link(self.consent(way), "access_granted")
        return self.browser.get(f"{self.shop_url}{there}")

    def approve_again(self, way: str = "") -> requests.Response:
        """Approve where one is signed in at the shop already."""
        there = link(self.browser.get(way or self.way()).text, "access_granted")
        return self.browser.get(f"{self.shop_url}{there}")


def link(page: str, part: str) -> str:
    found = [x for x in re.findall(r'href="([^"]+)"', page) if part in x]
    assert len(found) == 1, page
    return html.unescape(found[0])


def callback_of(way: str) -> str:
    found = re.search(r"callback_url=([^&]+)", way)
    assert found
    return requests.utils.unquote(found[1])


def keys_of(shop: Shop, **changes: Any) -> dict[str, Any]:
    given = {
        "key_id": 8,
        "user_id": "Retour",
        "consumer_key": shop.key,
        "consumer_secret": shop.secret,
        "key_permissions": "read_write",
    }
    return given | changes


def post(callback: str, body: Any) -> int:
    return requests.post(callback, json=body, verify=ca_file(), timeout=30).status_code


@contextmanager
def walking(folder: Path, address: str) -> Iterator[Walk]:
    clock = Clock()
    shop = Shop(clock=clock, name="Boots & Co")
    shop.trusts = ca_file()
    with (
        serve(shop, context()) as shop_url,
        retour(folder, address, clock) as office,
        requests.Session() as browser,
    ):
        browser.trust_env, browser.verify = False, ca_file()
        walk = Walk(
            office=office, shop=shop, shop_url=shop_url, clock=clock, browser=browser
        )
        walk.sign_in()
        yield walk


@pytest.fixture
def walk(tmp_path: Path, address: str) -> Iterator[Walk]:
    with walking(tmp_path, address) as made:
        yield made


def known(walk: Walk) -> list[str]:
    return [row.name for row in shops.every(walk.office.db)]


def test_a_merchant_approves_and_the_shop_is_connected(walk: Walk) -> None:
    before = set(walk.shop.keys)
    back = walk.approve(walk.way())
    assert back.url.startswith(f"{walk.url}{INSTALL}/done?success=1")
    assert "The shop is connected." in back.text
    assert "webhooks tell Retour" in back.text
    row = shops.get(walk.office.db, "boots")
    assert (row.address, row.origin) == (walk.shop_url, "database")
    assert row.facts["currency"] == "EUR"
    (made,) = set(walk.shop.keys) - before
    kept = credentials.of(walk.office.db, walk.office.vault, "boots")
    assert kept["consumer_key"].reveal() == made
    rows = str(walk.office.db.query("SELECT * FROM credentials"))
    rows += str(walk.office.db.query("SELECT * FROM grants"))
    assert made not in rows + back.text
    assert walk.office.work.shops["boots"].probe()["currency"] == "EUR"


def test_the_state_lies_only_as_a_digest_and_passes_a_url_unchanged(walk: Walk) -> None:
    callback = callback_of(walk.way())
    state = callback.rpartition("/")[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", state)
    assert state not in str(walk.office.db.query("SELECT * FROM grants"))


def test_a_reloaded_approved_page_changes_nothing(walk: Walk) -> None:
    there = link(walk.consent(walk.way()), "access_granted")
    walk.browser.get(f"{walk.shop_url}{there}")
    keys = set(walk.shop.keys)
    again = walk.browser.get(f"{walk.shop_url}{there}")
    assert again.status_code == 401
    assert set(walk.shop.keys) == keys  # the shop took its new key back
    assert walk.office.work.shops["boots"].probe()
    assert "The shop is connected." in walk.page(f"{INSTALL}/done").text


def test_who_denies_is_told_so_and_nothing_is_kept(walk: Walk) -> None:
    no = link(walk.consent(walk.way()), "success=0")
    assert "You did not approve" in walk.browser.get(no).text
    assert known(walk) == []


def test_the_page_back_waits_for_keys_that_are_late(walk: Walk) -> None:
    way = walk.way()
    waiting = walk.page(f"{INSTALL}/done", success="1")
    assert "Waiting for the shop" in waiting.text
    assert waiting.headers["Refresh"] == "3"
    assert post(callback_of(way), keys_of(walk.shop)) == 200
    arrived = walk.page(f"{INSTALL}/done")
    assert "The shop is connected." in arrived.text
    assert "Refresh" not in arrived.headers


def test_keys_that_never_come_are_given_up(walk: Walk) -> None:
    callback = callback_of(walk.way())
    walk.clock.now += timedelta(minutes=30)
    assert post(callback, keys_of(walk.shop)) == 409
    assert "The keys never came" in walk.page(f"{INSTALL}/done").text
    assert known(walk) == []


def test_an_unknown_state_and_a_used_one_keep_nothing(walk: Walk) -> None:
    callback = callback_of(walk.way())
    other = callback.rpartition("/")[0] + "/" + "x" * 43
    assert post(other, keys_of(walk.shop)) == 404
    assert known(walk) == []
    assert post(callback, keys_of(walk.shop)) == 200
    walk.shop.keys["ck_second"] = Key("cs_second")
    second = keys_of(walk.shop, consumer_key="ck_second", consumer_secret="cs_second")
    assert post(callback, second) == 409
    kept = credentials.of(walk.office.db, walk.office.vault, "boots")
    assert kept["consumer_key"].reveal() == walk.shop.key


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"consumer_key": "ck", "consumer_secret": 7},
        {"consumer_key": "", "consumer_secret": "cs"},
        {"consumer_key": "c k", "consumer_secret": "cs"},
        {"consumer_key": "ck\n", "consumer_secret": "cs"},
        {"consumer_key": "c" * 500, "consumer_secret": "cs"},
    ],
)
def test_what_no_shop_would_send_keeps_nothing_and_burns_nothing(
    walk: Walk, body: Any
) -> None:
    callback = callback_of(walk.way())
    assert post(callback, body) == 400
    assert known(walk) == []
    assert post(callback, keys_of(walk.shop)) == 200


def test_a_body_without_end_is_not_read(walk: Walk) -> None:
    callback = callback_of(walk.way())
    assert post(callback, {"consumer_key": "c" * 20_000}) == 413
    assert known(walk) == []


def test_keys_of_another_shop_are_not_taken(walk: Walk) -> None:
    callback = callback_of(walk.way())
    forger = Shop(clock=walk.clock, key="ck_forger", secret="cs_forger")
    with serve(forger, context()):
        assert post(callback, keys_of(forger)) == 422
    assert known(walk) == []
    assert walk.office.db.query("SELECT * FROM credentials") == []
    page = walk.page(f"{INSTALL}/done").text
    assert "The shop knows no such key" in page
    assert post(callback, keys_of(walk.shop)) == 200  # the true ones still may


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (Key("cs_standin", "read"), "The key may only read"),
        (Key("cs_standin", "write"), "The key may only write"),
        (Key("cs_standin", role="customer"), "may not manage the shop"),
    ],
)
def test_keys_that_may_too_little_are_not_taken(
    walk: Walk, key: Key, words: str
) -> None:
    callback, given = callback_of(walk.way()), keys_of(walk.shop)
    walk.shop.keys[walk.shop.key] = key
    assert post(callback, given) == 422
    assert known(walk) == []
    assert words in walk.page(f"{INSTALL}/done").text


def test_only_the_browser_that_was_sent_sees_what_became_of_it(walk: Walk) -> None:
    walk.approve(walk.way())
    walk.browser.cookies.clear()
    walk.sign_in()
    assert "Nothing is under way" in walk.page(f"{INSTALL}/done").text


def test_nobody_without_a_session_is_sent_anywhere(walk: Walk) -> None:
    walk.browser.cookies.clear()
    page = walk.page(url=walk.shop_url)
    assert "/console/door" in page.url
    assert walk.office.db.query("SELECT * FROM grants") == []
    assert "/console/door" in walk.page(f"{INSTALL}/done").url


def test_after_the_door_the_merchant_goes_on_where_he_was(walk: Walk) -> None:
    walk.browser.cookies.clear()
    door = walk.page(url=walk.shop_url, name="boots")
    token = re.search(r'name="csrf_token" value="([^"]+)"', door.text)
    assert token
    page = walk.browser.post(
        door.url,
        data={"csrf_token": token[1], "password": "sesame"},
        headers={"Referer": door.url},
    )
    assert "Go to the shop and approve" in page.text


def test_new_keys_for_a_shop_that_is_connected_replace_the_old(walk: Walk) -> None:
    walk.approve(walk.way())
    old = credentials.of(walk.office.db, walk.office.vault, "boots")
    del walk.shop.keys[old["consumer_key"].reveal()]
    assert "The shop is connected." in walk.approve_again().text
    new = credentials.of(walk.office.db, walk.office.vault, "boots")
    assert new["consumer_key"].reveal() in walk.shop.keys
    assert known(walk) == ["boots"]


def test_another_shop_s_name_or_address_is_not_taken(walk: Walk) -> None:
    walk.approve(walk.way())
    taken = walk.page(url=walk.shop_url, name="second")
    assert "connected already" in taken.text
    taken = walk.page(url="https://other.example", name="boots")
    assert "a connected shop has this name" in taken.text


def test_a_shop_that_cannot_be_reached_gets_no_visitor(walk: Walk) -> None:
    walk.shop.mood = "maintenance"
    page = walk.page(url=walk.shop_url, name="boots").text
    assert "maintenance" in page
    assert "/wc-auth/" not in page
    inside = walk.page(url="https://10.0.0.1", name="boots").text
    assert "private network" in inside
    assert "address is http" in walk.page(url="http://shop.example").text
    assert walk.office.db.query("SELECT * FROM grants") == []


def test_a_host_that_drops_the_header_is_helped_by_keys_in_the_address(
    walk: Walk,
) -> None:
    walk.shop.mood = "stripped"
    failed = walk.approve(walk.way())
    assert failed.status_code == 401
    page = walk.page(f"{INSTALL}/done").text
    assert "drops the Authorization header" in page
    way = link(
        walk.browser.get(walk.url + link(page, "keys_in_query=1")).text, "wc-auth"
    )
    assert "The shop is connected." in walk.approve_again(way).text
    assert shops.get(walk.office.db, "boots").settings["keys_in_query"] is True
    assert walk.office.work.shops["boots"].probe()["currency"] == "EUR"
