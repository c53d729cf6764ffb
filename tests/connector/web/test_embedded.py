"""The console inside Shopify's admin: who gets in, what is seen, who may frame it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.shopify.standin import grants, storefront
from connector import config
from connector.config import Secret
from connector.store import credentials, desk, privacy, shops
from connector.web.sessions import NAMELESS
from tests.connector.web.shopify_world import (
    DOMAIN,
    SECRET,
    Installing,
    install,
    installing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

OTHER = "https://other.example"


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[Installing]:
    with installing(tmp_path, address) as made:
        install(made)
        db = made.office.db
        shops.put(db, "other", "woocommerce", OTHER, made.clock(), origin="database")
        digest = shops.get(db, "teehaus").policy_hash or ""
        rules = shops.policy_text(db, digest)
        shops.bind_policy(db, "other", digest, rules, made.clock())
        desk.put(
            db,
            shop="other",
            about="shop",
            about_id="other",
            code="x",
            why="a matter of the other shop",
            now=made.clock(),
        )
        made.office.branches.refresh()
        yield made


def enter(world: Installing, **changes: object) -> tuple[FlaskClient, TestResponse]:
    browser = world.browser()
    token = grants.session_token(world.shop, **changes)
    query = {"shop": DOMAIN, "host": "YWRtaW4", "id_token": token}
    return browser, browser.get("/console/embedded", query_string=query)


def framed_by(page: TestResponse) -> str:
    policy = page.headers["Content-Security-Policy"]
    return policy.split("frame-ancestors ")[1]


def test_the_admin_opens_the_console_without_a_password(world: Installing) -> None:
    browser, found = enter(world)
    assert (found.status_code, found.location) == (303, "/console/")
    cookie = found.headers["Set-Cookie"]
    for word in ("retour_admin=", "SameSite=None", "Secure", "Partitioned", "HttpOnly"):
        assert word in cookie
    page = browser.get("/console/", base_url="https://localhost")
    assert page.status_code == 200


def inside(world: Installing) -> FlaskClient:
    """A browser inside the frame; its cookie is Secure, so it asks over https."""
    browser, _ = enter(world)
    browser.environ_base["wsgi.url_scheme"] = "https"
    return browser


def test_the_shop_s_own_admin_may_frame_it_and_nobody_else(world: Installing) -> None:
    page = inside(world).get("/console/")
    assert framed_by(page) == f"https://{DOMAIN} https://admin.shopify.com"
    assert framed_by(world.browser().get("/console/door")) == "'none'"
    assert framed_by(world.browser().get("/returns/teehaus/")) == "'none'"


def test_the_ordinary_cookie_stays_as_it_was(world: Installing) -> None:
    page = world.browser().get("/console/door")
    assert "SameSite=Lax" in page.headers["Set-Cookie"]
    assert "Partitioned" not in page.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"aud": "another-app"},
        {"dest": "https://evil.example"},
        {"iss": "https://evil.myshopify.com/admin"},
        {"dest": f"http://{DOMAIN}"},
    ],
)
def test_a_session_token_that_does_not_hold_opens_nothing(
    world: Installing, changes: dict[str, object]
) -> None:
    browser, found = enter(world, **changes)
    assert found.status_code == 401
    assert browser.get("/console/", base_url="https://localhost").status_code != 200


def test_a_bearer_is_as_good_and_the_token_is_in_no_address(world: Installing) -> None:
    token = grants.session_token(world.shop)
    headers = {"Authorization": f"Bearer {token}"}
    found = world.browser().get("/console/embedded", headers=headers)
    assert found.location == "/console/"
    assert token not in str(found.headers)


def test_only_things_of_this_shop_are_shown(world: Installing) -> None:
    browser = inside(world)
    for path in ("", "returns", "refunds", "inbox", "shops/"):
        page = browser.get(f"/console/{path}", query_string={"shop": "other"})
        assert page.status_code == 200, path
        assert "a matter of the other shop" not in page.text
        assert OTHER not in page.text
    assert browser.get("/console/shops/teehaus").status_code == 200
    assert browser.get("/console/shops/other").status_code == 404
    assert browser.get("/console/shops/new").status_code == 404


def test_every_route_of_the_console_is_closed_to_other_shops(
    world: Installing,
) -> None:
    """A route that is added later is closed until it is said to be open."""
    browser = inside(world)
    browser.application.config["WTF_CSRF_ENABLED"] = False
    (matter,) = desk.open_matters(world.office.db, "other")
    known: dict[str, Any] = {"shop": "other", "name": "other", "matter_id": matter.id}
    tried = 0
    for rule in world.office.app.url_map.iter_rules():
        is_console = rule.rule.startswith("/console/")
        if not is_console or rule.endpoint in NAMELESS:
            continue
        if rule.endpoint in ("console.door", "console.enter", "console.embedded"):
            continue
        values: dict[str, Any] = {name: known.get(name, 1) for name in rule.arguments}
        with world.office.app.test_request_context():
            path = world.office.app.url_for(rule.endpoint, **values)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            found = browser.open(path, method=method)
            assert found.status_code == 404, f"{method} {rule.rule}"
            tried += 1
    assert tried > 10
    assert shops.get(world.office.db, "other").is_paused is False
    assert desk.open_matters(world.office.db, "other") == [matter]


def test_privacy_shows_and_touches_only_this_shop_s_requests(
    world: Installing,
) -> None:
    db, now = world.office.db, world.clock()
    made = {}
    for shop in ("teehaus", "other"):
        asked = privacy.ask(
            db, shop=shop, kind="data_request", asked_by="x", request_key="k", now=now
        )
        privacy.keep_export(db, asked.id, f'{{"person": "of {shop}"}}', now)
        made[shop] = asked.id
        desk.put(
            db, shop=shop, about="privacy", about_id=str(asked.id), code="data_request",
            why=f"a copy for somebody of {shop}", now=now,
        )  # fmt: skip
    browser = inside(world)
    browser.application.config["WTF_CSRF_ENABLED"] = False
    page = browser.get("/console/privacy/")
    assert page.status_code == 200
    assert "a copy for somebody of teehaus" in page.text
    assert "other" not in re.sub(r"[Aa]nother", "", page.text)
    assert "of teehaus" in browser.get(f"/console/privacy/{made['teehaus']}.json").text
    theirs = f"/console/privacy/{made['other']}"
    assert browser.get(f"{theirs}.json").status_code == 404
    assert browser.post(f"{theirs}/sent").status_code == 404
    assert browser.get("/console/privacy/999.json").status_code == 404
    form = {"shop": "other", "email": "ada@example.test", "kind": "redact"}
    assert browser.post("/console/privacy/", data=form).status_code == 404
    assert len(privacy.recent(db)) == 2
    assert desk.about(db, str(made["other"]))
    browser.post(f"/console/privacy/{made['teehaus']}/sent")
    assert not desk.about(db, str(made["teehaus"]))


def test_what_names_no_shop_is_tried_by_name(world: Installing) -> None:
    """An endpoint that is called nameless must exist, and show nothing of another."""
    browser = inside(world)
    rules = [x for x in world.office.app.url_map.iter_rules() if x.endpoint in NAMELESS]
    assert {rule.endpoint for rule in rules} == NAMELESS
    for rule in rules:
        if "GET" in (rule.methods or set()) and not rule.arguments:
            page = browser.get(rule.rule, query_string={"shop": "other"})
            assert "a matter of the other shop" not in page.text
            assert OTHER not in page.text
            assert "<option>other" not in page.text


def test_a_session_that_is_over_says_so_inside_the_frame(world: Installing) -> None:
    browser = inside(world)
    browser.set_cookie("retour_admin", "forged", secure=True)
    page = browser.get("/console/", headers={"Sec-Fetch-Dest": "iframe"})
    assert page.status_code == 401
    assert "anew" in page.text
    assert framed_by(page) == "https://admin.shopify.com"


def test_the_password_is_never_asked_inside_the_frame(world: Installing) -> None:
    browser = inside(world)
    assert "Sign out" not in browser.get("/console/").text
    browser.application.config["WTF_CSRF_ENABLED"] = False
    assert browser.get("/console/door").status_code == 401
    given = {"password": "sesame"}
    assert browser.post("/console/door", data=given).status_code == 401
    assert browser.get("/console/shops/other").status_code == 404


def test_a_page_of_its_own_never_takes_the_frame_s_session(world: Installing) -> None:
    browser = inside(world)
    page = browser.get("/console/", headers={"Sec-Fetch-Dest": "document"})
    assert page.status_code == 303
    assert "/console/door" in page.location


def test_an_unknown_shop_is_connected_by_token_exchange(
    tmp_path: Path, address: str
) -> None:
    with installing(tmp_path, address) as world:
        _, found = enter(world)
        assert found.status_code == 303
        assert [row.name for row in shops.every(world.office.db)] == ["teehaus"]
        assert world.shop.pairs[0].refresh.startswith("shprt_")


def test_a_link_without_a_session_token_begins_the_installation(
    world: Installing,
) -> None:
    query = dict(parse_qsl(urlsplit(storefront.entry(world.shop)).query))
    del query["id_token"], query["hmac"]
    found = world.browser().get(
        "/console/embedded", query_string=grants.signed(world.shop, query)
    )
    assert found.location.startswith("/install/shopify?")
    asked = world.browser().get(found.location)
    assert "/admin/oauth/authorize?" in asked.location


def test_a_shop_s_own_app_opens_its_console_too(tmp_path: Path, address: str) -> None:
    with installing(tmp_path, address) as world:
        office, now = world.office, world.clock()
        kept = {"client_id": "app", "api_url": world.api}
        shops.put(office.db, "own", "shopify", DOMAIN, now, settings=kept)
        secret = {"client_secret": Secret(SECRET)}
        credentials.put(office.db, office.vault, "own", secret, now)
        office.branches.refresh()
        _, found = enter(world)
        assert found.status_code == 303
        assert [row.name for row in shops.every(office.db)] == ["own"]
        assert world.shop.pairs == []


def test_no_script_and_nothing_of_another_host_is_needed(world: Installing) -> None:
    page = inside(world).get("/console/")
    assert "<script" not in page.text
    assert "https://" not in page.text.replace(f"https://{DOMAIN}", "")
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_a_config_secret_is_masked(world: Installing) -> None:
    shown = config.describe(world.office.config)
    assert SECRET not in shown
