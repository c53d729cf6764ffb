"""The wizard and the page of a shop, as a browser would use them."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import Shop, serve
from connector import config
from connector.diagnoses import ABILITIES
from connector.store import credentials, desk, history, orders, refunds, shops
from connector.web.words import word
from connector.wiring import Office, open_office
from tests.contract.conftest import request as a_request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONFIG = """
database = "{database}"
[network]
allow = ["127.0.0.0/8"]
[server]
secret_key = "a key for cookies that is surely long enough for tests"
attempts = "1000 per minute"
[console]
password = "sesame"
"""


@pytest.fixture
def standin() -> Shop:
    return Shop(clock=lambda: NOW)


@pytest.fixture
def url(standin: Shop) -> Iterator[str]:
    with serve(standin) as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, address: str) -> Iterator[Office]:
    text = CONFIG.format(database=address)
    made = open_office(config.parse(text, tmp_path, {}), lambda: NOW)
    made.app.config["SESSION_COOKIE_SECURE"] = False
    yield made
    made.db.close()


@pytest.fixture
def browser(office: Office) -> FlaskClient:
    client = office.app.test_client()
    send(client, "/console/door", password="sesame")
    return client


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Fill in a form and send it; its token comes from the page before."""
    page = client.get("/console/door" if "/door" in path else "/console/shops/new")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields})


def add(browser: FlaskClient, url: str, **changes: str) -> TestResponse:
    fields = {
        "address": url,
        "name": "boots",
        "consumer_key": "ck_standin",
        "consumer_secret": "cs_standin",
        "allow_http": "1",
    }
    return send(browser, "/console/shops/new/woocommerce-keys", **(fields | changes))


def test_a_shop_is_checked_connected_and_worked_for(
    office: Office, browser: FlaskClient, url: str
) -> None:
    assert "It takes five minutes" in browser.get("/console/shops/").text
    answer = add(browser, url)
    assert (answer.status_code, answer.location) == (303, "/console/shops/boots")
    row = shops.get(office.db, "boots")
    assert row.origin == "database"
    assert row.facts["currency"] == "EUR"
    assert 'currency = "EUR"' in shops.policy_text(office.db, str(row.policy_hash))
    assert list(office.work.shops) == ["boots"]
    page = browser.get("/console/shops/boots").text
    assert "running" in page
    assert "Connected" in page
    assert "cs_standin" not in page + str(office.db.query("SELECT * FROM credentials"))


def test_a_shop_that_fails_a_step_is_not_kept(
    office: Office, browser: FlaskClient, url: str
) -> None:
    answer = add(browser, url, consumer_secret="cs_wrong_one")
    assert answer.status_code == 200
    assert "does not work" in answer.text
    assert "The key and the secret" in answer.text
    assert "cs_wrong_one" not in answer.text
    assert 'value="boots"' in answer.text
    assert shops.ever(office.db) == []


def test_what_is_missing_or_no_address_is_said(
    office: Office, browser: FlaskClient, url: str
) -> None:
    assert "consumer_key or consumer_secret is missing" in (
        add(browser, url, consumer_key="").text
    )
    assert "address is http" in add(browser, url, allow_http="").text
    assert browser.get("/console/shops/new/magento").status_code == 404
    assert shops.ever(office.db) == []


def test_neither_name_nor_address_is_taken_twice(
    browser: FlaskClient, url: str
) -> None:
    add(browser, url)
    assert "another" in add(browser, "https://other.example").text
    assert "connected already" in add(browser, url, name="second").text


def test_new_keys_are_tried_before_they_replace_the_old(
    office: Office, browser: FlaskClient, url: str, standin: Shop
) -> None:
    add(browser, url)
    standin.secret = "cs_second"
    wrong = send(browser, "/console/shops/boots/keys", consumer_secret="cs_none")
    assert "does not work" in wrong.text
    kept = credentials.of(office.db, office.vault, "boots")
    assert kept["consumer_secret"].reveal() == "cs_standin"
    right = send(browser, "/console/shops/boots/keys", consumer_secret="cs_second")
    assert "The new keys are in use" in right.text
    kept = credentials.of(office.db, office.vault, "boots")
    assert kept["consumer_secret"].reveal() == "cs_second"
    assert office.work.shops["boots"].probe()
    nothing = send(browser, "/console/shops/boots/keys", consumer_secret=" ")
    assert "Enter the new keys" in nothing.text


def test_a_check_says_what_it_found_and_keeps_it(
    office: Office, browser: FlaskClient, url: str, standin: Shop
) -> None:
    add(browser, url)
    standin.currency = "SEK"
    assert "good" in send(browser, "/console/shops/boots/check").text
    assert shops.get(office.db, "boots").facts["currency"] == "SEK"
    standin.change_key("ck_other", "cs_other")
    assert "does not work" in send(browser, "/console/shops/boots/check").text


def test_a_shop_is_disconnected_by_its_name_and_its_books_stay(
    office: Office, browser: FlaskClient, url: str, standin: Shop
) -> None:
    add(browser, url)
    order = standin.place_order([(standin.add_product("Mug"), 2)])
    orders.keep(office.db, "boots", office.work.shops["boots"].order(str(order)))
    send(browser, "/console/shops/boots/remove", name="boot")
    assert shops.every(office.db)
    send(browser, "/console/shops/boots/remove", name="boots")
    assert shops.every(office.db) == []
    assert list(office.work.shops) == []
    assert credentials.of(office.db, office.vault, "boots") == {}
    assert orders.count(office.db, "boots") == 1
    assert "disconnected" in [one.event for one in history.of(office.db, "boots")]
    assert "its books stay" in browser.get("/console/shops/").text
    assert browser.get("/console/shops/boots").status_code == 404
    assert add(browser, url).status_code == 303
    assert orders.count(office.db, "boots") == 1


def test_a_shop_with_a_refund_under_way_stays(
    office: Office, browser: FlaskClient, url: str, standin: Shop
) -> None:
    add(browser, url)
    ref = standin.place_order([(standin.add_product("Mug"), 2)])
    order = office.work.shops["boots"].order(str(ref))
    orders.keep(office.db, "boots", order)
    asked = a_request(order, "0192-key")
    refunds.reserve(
        office.db,
        shop="boots",
        return_id=None,
        request=asked,
        units={},
        due=NOW,
        now=NOW,
    )
    refunds.submit(office.db, asked.key, {}, NOW)
    answer = send(browser, "/console/shops/boots/remove", name="boots")
    assert "under way" in browser.get(answer.location).text
    assert list(office.work.shops) == ["boots"]


def test_what_a_shop_can_do_is_said_in_words(
    office: Office, browser: FlaskClient, url: str
) -> None:
    add(browser, url)
    page = browser.get("/console/shops/boots").text
    able = office.work.shops["boots"].abilities
    assert set(ABILITIES) == {one.name for one in fields(able)}
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]*)</dd>", page))
    for key, words in ABILITIES.items():
        can = getattr(able, key)
        wanted = can if isinstance(can, str) else "yes" if can else "no"
        if key in ("ways", "shelves_apart"):
            wanted = ", ".join(sorted(str(word(way)) for way in can))
        elif key == "places":
            wanted = ", ".join(place.name for place in can)
        assert shown.get(words, "") == wanted, key
    german = browser.get("/console/shops/boots?lang=de").text
    assert "Has returns of its own" not in german
    assert "Hat eigene Rücksendungen" in german
    assert "API-Version, die wir sprechen" not in german  # WooCommerce pins none


def asked_for(page: str) -> list[str]:
    return re.findall(r'<input id="([a-z_]+)" name="\1" type="password"', page)


def test_each_shop_is_asked_for_its_own_kind_of_keys(
    office: Office, browser: FlaskClient, url: str
) -> None:
    add(browser, url)
    kinds: dict[str, dict[str, object]] = {
        "client": {"client_id": "app"},
        "token": {},
        "installed": {"installed": True},
    }
    for name, kept in kinds.items():
        domain = f"{name}.myshopify.com"
        shops.put(office.db, name, "shopify", domain, NOW, settings=kept)
    seen = {
        name: browser.get(f"/console/shops/{name}").text for name in (*kinds, "boots")
    }
    assert {name: asked_for(page) for name, page in seen.items()} == {
        "client": ["client_secret"],
        "token": ["token", "client_secret"],
        "installed": [],
        "boots": ["consumer_key", "consumer_secret"],
    }
    assert "/install/shopify?shop=installed.myshopify.com" in seen["installed"]
    refused = send(browser, "/console/shops/installed/keys", token="shpat_mine")
    assert "Enter the new keys" in refused.text
    assert credentials.of(office.db, office.vault, "installed") == {}


def test_nobody_without_a_session_sees_or_does_anything(office: Office) -> None:
    stranger = office.app.test_client()
    for path in ("/", "/new", "/new/woocommerce-keys", "/boots"):
        assert stranger.get(f"/console/shops{path}").status_code in (303, 308)
    stranger.post("/console/shops/boots/remove", data={"name": "boots"})
    assert desk.open_matters(office.db) == []
