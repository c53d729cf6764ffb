"""A shop hands its keys over: as browser, shop and forger would, over TLS."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import requests

from adapters.woocommerce.standin import Shop, serve
from adapters.woocommerce.standin.access import Key
from connector.store import Database, credentials, shops
from connector.wiring import Office
from tests.contract.conftest import Clock
from tests.dying import Dying, Killed
from tests.retour_tls import retour
from tests.tls import ca_file, context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


INSTALL = "/install/woocommerce"
KEY, SECRET = "ck_standin_boots", "cs_standin_boots"


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

    def enter(self, door: requests.Response) -> requests.Response:
        token = re.search(r'name="csrf_token" value="([^"]+)"', door.text)
        assert token
        return self.browser.post(
            door.url,
            data={"csrf_token": token[1], "password": "sesame"},
            headers={"Referer": door.url},
        )

    def sign_in(self) -> None:
        self.enter(self.page("/console/door"))

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

    def finish(self) -> requests.Response:
        """Come back from the shop, and let the keys that came be tried."""
        back = self.page(f"{INSTALL}/back", success="1")
        tokens = re.findall(r'name="csrf_token" value="([^"]+)"', back.text)
        assert tokens, back.text
        return self.browser.post(
            back.url,
            data={"csrf_token": tokens[-1]},
            headers={"Referer": back.url},
        )

    def connect(self, **query: str) -> requests.Response:
        """Go the whole way."""
        self.approve(self.way(**query))
        return self.finish()

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
    return unquote(found[1])


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
def walking(
    folder: Path, address: str, kind: Callable[[str], Database] = Database
) -> Iterator[Walk]:
    clock = Clock()
    shop = Shop(clock=clock, name="Boots & Co", key=KEY, secret=SECRET)
    shop.outbox.trusts = ca_file()
    with (
        serve(shop, context()) as shop_url,
        retour(folder, address, clock, kind) as office,
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
    assert back.url.startswith(f"{walk.url}{INSTALL}/back?success=1")
    assert "The shop has sent its keys" in back.text
    assert walk.shop_url in back.text
    assert known(walk) == []  # nothing is a shop before its keys were tried
    done = walk.finish()
    assert done.url == f"{walk.url}/console/shops/boots"
    assert "The shop is connected." in done.text
    row = shops.get(walk.office.db, "boots")
    assert (row.address, row.origin) == (walk.shop_url, "database")
    assert row.facts["currency"] == "EUR"
    (made,) = set(walk.shop.keys) - before
    kept = credentials.of(walk.office.db, walk.office.vault, "boots")
    assert kept["consumer_key"].reveal() == made
    rows = str(walk.office.db.query("SELECT * FROM credentials"))
    rows += str(walk.office.db.query("SELECT * FROM grants"))
    assert made not in rows + done.text
    assert walk.office.work.shops["boots"].probe()["currency"] == "EUR"
    assert walk.shop.outbox.hooks  # and its webhooks are made


def test_keys_lie_sealed_until_they_are_tried_and_not_after(walk: Walk) -> None:
    walk.approve(walk.way())
    (row,) = walk.office.db.query("SELECT * FROM grants")
    assert row["sealed"]
    assert not any(key in str(row) for key in walk.shop.keys)
    walk.finish()
    (row,) = walk.office.db.query("SELECT * FROM grants")
    assert row["sealed"] == ""


def test_the_merchant_is_shown_the_shop_before_he_is_sent(walk: Walk) -> None:
    page = walk.page(url=walk.shop_url, name="boots")
    assert page.history == []  # a form may not lead on to another site
    assert walk.shop_url in page.text
    assert "cannot reach Retour" not in page.text  # both are on this machine


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
    assert "The shop is connected." in walk.finish().text
    walk.browser.get(f"{walk.shop_url}{there}")
    assert set(walk.shop.keys) == keys
    assert walk.office.work.shops["boots"].probe()


def test_who_denies_is_told_so_and_nothing_is_kept(walk: Walk) -> None:
    no = link(walk.consent(walk.way()), "success=0")
    assert "You did not approve" in walk.browser.get(no).text
    assert known(walk) == []


def test_the_page_back_waits_for_keys_that_are_late(walk: Walk) -> None:
    way = walk.way()
    waiting = walk.page(f"{INSTALL}/back", success="1")
    assert "Waiting for the shop" in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    assert post(callback_of(way), keys_of(walk.shop)) == 200
    arrived = walk.page(f"{INSTALL}/back")
    assert "The shop has sent its keys" in arrived.text
    assert 'http-equiv="refresh"' not in arrived.text


def test_keys_that_never_come_are_given_up(walk: Walk) -> None:
    callback = callback_of(walk.way())
    walk.clock.now += timedelta(minutes=30)
    assert post(callback, keys_of(walk.shop)) == 410
    assert "No keys came" in walk.page(f"{INSTALL}/back").text
    assert known(walk) == []


def test_an_unknown_state_and_a_used_one_keep_nothing(walk: Walk) -> None:
    callback = callback_of(walk.way())
    other = callback.rpartition("/")[0] + "/" + "x" * 43
    assert post(other, keys_of(walk.shop)) == 410
    assert post(callback, keys_of(walk.shop)) == 200
    walk.shop.keys["ck_second_one"] = Key("cs_second_one")
    second = {"consumer_key": "ck_second_one", "consumer_secret": "cs_second_one"}
    assert post(callback, keys_of(walk.shop, **second)) == 410
    walk.finish()
    kept = credentials.of(walk.office.db, walk.office.vault, "boots")
    assert kept["consumer_key"].reveal() == walk.shop.key


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"consumer_key": KEY, "consumer_secret": 7},
        {"consumer_key": "", "consumer_secret": SECRET},
        {"consumer_key": "ck_stand in", "consumer_secret": SECRET},
        {"consumer_key": "ck_standin\n", "consumer_secret": SECRET},
        {"consumer_key": "ck_" + "c" * 500, "consumer_secret": SECRET},
        {"consumer_key": "ck_" + "c" * 20_000, "consumer_secret": SECRET},
        {
            "consumer_key": KEY,
            "consumer_secret": SECRET,
            "key_permissions": "read",
        },
    ],
)
def test_what_no_good_shop_would_send_keeps_nothing_and_burns_nothing(
    walk: Walk, body: Any
) -> None:
    callback = callback_of(walk.way())
    assert post(callback, body) == 410
    assert post(callback, keys_of(walk.shop)) == 200


def test_keys_of_another_shop_connect_nothing(walk: Walk) -> None:
    callback = callback_of(walk.way())
    forger = Shop(clock=walk.clock, key="ck_forger_1", secret="cs_forger_1")
    with serve(forger, context()):
        post(callback, keys_of(forger))
        page = walk.finish().text
    assert "The shop knows no such key" in page
    assert known(walk) == []
    assert walk.office.db.query("SELECT * FROM credentials") == []
    assert "forger" not in str(walk.office.db.query("SELECT * FROM grants"))
    assert "The shop is connected." in walk.connect().text


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (Key(SECRET, "read"), "The key may only read"),
        (Key(SECRET, "write"), "The key may only write"),
        (Key(SECRET, role="customer"), "may not manage the shop"),
    ],
)
def test_keys_that_may_too_little_connect_nothing(
    walk: Walk, key: Key, words: str
) -> None:
    post(callback_of(walk.way()), keys_of(walk.shop))
    walk.shop.keys[walk.shop.key] = key
    page = walk.finish().text
    assert words in page
    assert "Begin again" in page
    assert known(walk) == []


def test_only_the_browser_that_was_sent_may_finish(walk: Walk) -> None:
    walk.approve(walk.way())
    walk.browser.cookies.clear()
    walk.sign_in()
    page = walk.page(f"{INSTALL}/back")
    assert "begun in another browser" in page.text
    assert known(walk) == []


def test_nobody_without_a_session_is_sent_anywhere(walk: Walk) -> None:
    walk.browser.cookies.clear()
    page = walk.page(url=walk.shop_url)
    assert "/console/door" in page.url
    assert walk.office.db.query("SELECT * FROM grants") == []
    assert "/console/door" in walk.page(f"{INSTALL}/back").url


def test_after_the_door_the_merchant_goes_on_where_he_was(walk: Walk) -> None:
    walk.browser.cookies.clear()
    door = walk.page(url=walk.shop_url, name="boots")
    page = walk.enter(door)
    assert "Go to the shop and approve" in page.text


@pytest.mark.parametrize(
    "evil", ["https://evil.example", "//evil.example", "/install//evil.example"]
)
def test_the_door_leads_nowhere_else(walk: Walk, evil: str) -> None:
    walk.browser.cookies.clear()
    door = walk.page("/console/door", next=evil)
    page = walk.enter(door)
    assert page.url == f"{walk.url}/console/"


def test_another_shop_s_name_or_address_is_not_taken(walk: Walk) -> None:
    walk.connect()
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
    assert "plain http" in walk.page(url="http://shop.example").text
    assert walk.office.db.query("SELECT * FROM grants") == []


def test_a_host_that_drops_the_header_is_helped_by_keys_in_the_address(
    walk: Walk,
) -> None:
    walk.shop.mood = "stripped"
    page = walk.connect().text
    assert "drops the Authorization header" in page
    there = walk.browser.get(walk.url + link(page, "keys_in_query=1"))
    walk.approve_again(link(there.text, "/wc-auth/"))
    assert "The shop is connected." in walk.finish().text
    assert shops.get(walk.office.db, "boots").settings["keys_in_query"] is True
    assert walk.office.work.shops["boots"].probe()["currency"] == "EUR"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_keys_come_keeps_all_or_nothing(
    tmp_path: Path, address: str, when: str
) -> None:
    with walking(tmp_path, address, Dying) as walk:
        callback, db = callback_of(walk.way()), walk.office.db
        assert isinstance(db, Dying)
        db.die_at(1, when)
        with pytest.raises(Killed):
            walk.office.app.test_client().post(
                callback, json=keys_of(walk.shop), base_url=walk.url
            )
        db.live()
        again = post(callback, keys_of(walk.shop))
        assert again == (200 if when == "before" else 410)
        assert "The shop is connected." in walk.finish().text
