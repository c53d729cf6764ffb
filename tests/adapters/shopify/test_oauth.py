"""Signatures, session tokens and tokens that end: every way in that must be shut."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.shopify.auth import ClientCredentials, InMemory, Installed, packed
from adapters.shopify.oauth import (
    App,
    Desk,
    check_proxied,
    check_query,
    consent_url,
    lacking,
    session_shop,
    shop_domain,
)
from adapters.shopify.standin import Shop, grants, serve
from connector.config import Secret
from connector.errors import BadRequest, Rejected
from tests.contract.conftest import LOCAL, QUICK

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HUSH, OLDER = "hush" * 10, "older" * 10
DOMAIN = "teehaus.myshopify.com"
APP = App(
    client_id="id",
    secret=Secret(HUSH),
    old_secret=Secret(OLDER),
    scopes=("read_orders", "write_returns"),
)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(clock: Clock) -> Shop:
    return Shop(
        domain=DOMAIN, token="x", client_id="id", client_secret=HUSH, clock=clock
    )


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with serve(shop) as found:
        yield found


def back(shop: Shop, **asked: str) -> list[tuple[str, str]]:
    """Return what the shop's consent page sends the browser back with."""
    query = {"client_id": "id", "scope": "read_orders", "state": "s", **asked}
    target = grants.approve(shop, {"redirect_uri": "https://r.example/cb", **query})
    return parse_qsl(urlsplit(target).query)


@pytest.mark.parametrize(
    "evil",
    [
        "",
        "teehaus",
        "evil.example/teehaus.myshopify.com",
        "teehaus.myshopify.com.evil.example",
        "teehaus.myshopify.com/",
        "teehaus.myshopify.com\n",
        "TEEHAUS.myshopify.com",
        "-tee.myshopify.com",
        "tee haus.myshopify.com",
        "teéhaus.myshopify.com",
        "user@teehaus.myshopify.com",
        "teehaus.myshopify.com:443",
        "a" * 120 + ".myshopify.com",
    ],
)
def test_only_a_shop_s_own_domain_is_one(evil: str) -> None:
    with pytest.raises(BadRequest):
        shop_domain(evil)
    assert shop_domain("x.myshopify.com") == "x.myshopify.com"


def test_consent_is_asked_at_the_shop_with_our_scopes_and_state() -> None:
    parts = urlsplit(consent_url(APP, DOMAIN, "state-1", "https://r.example/cb"))
    assert (parts.netloc, parts.path) == (DOMAIN, "/admin/oauth/authorize")
    assert dict(parse_qsl(parts.query)) == {
        "client_id": "id",
        "scope": "read_orders,write_returns",
        "redirect_uri": "https://r.example/cb",
        "state": "state-1",
    }


def test_a_signed_callback_holds_with_the_new_and_the_old_secret(shop: Shop) -> None:
    assert check_query(back(shop), APP.secrets, NOW)["shop"] == DOMAIN
    shop.client_secret = OLDER
    assert check_query(back(shop), APP.secrets, NOW)["code"]


@pytest.mark.parametrize("name", ["code", "shop", "state", "timestamp", "host"])
def test_a_callback_that_was_touched_is_refused(shop: Shop, name: str) -> None:
    pairs = [(k, v + "0" if k == name else v) for k, v in back(shop)]
    with pytest.raises(BadRequest):
        check_query(pairs, APP.secrets, NOW)


def test_a_parameter_that_is_there_twice_is_refused(shop: Shop) -> None:
    with pytest.raises(BadRequest, match="twice"):
        check_query([*back(shop), ("shop", "evil.myshopify.com")], APP.secrets, NOW)


@pytest.mark.parametrize("seconds", [-91, 91])
def test_an_old_callback_and_one_from_the_future_are_refused(
    shop: Shop, seconds: int
) -> None:
    with pytest.raises(BadRequest, match="too old"):
        check_query(back(shop), APP.secrets, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("value", ["", "\udcff", "é" * 64, "0" * 64])
def test_whatever_stands_for_a_signature_raises_nothing_else(value: str) -> None:
    pairs = [("shop", DOMAIN), ("timestamp", "abc"), ("hmac", value)]
    with pytest.raises(BadRequest):
        check_query(pairs, APP.secrets, NOW)


def test_a_proxied_request_proves_its_shop(shop: Shop) -> None:
    pairs = parse_qsl(grants.proxied(shop, "a=2&a=1&lang=de"), keep_blank_values=True)
    assert check_proxied(pairs, APP.secrets, NOW)["path_prefix"] == "/apps/returns"


def test_a_proxied_request_that_was_touched_is_refused(shop: Shop) -> None:
    pairs = parse_qsl(grants.proxied(shop, ""), keep_blank_values=True)
    for wrong in (
        [*pairs, ("shop", "evil.myshopify.com")],
        [(k, v) for k, v in pairs if k != "signature"],
        [*pairs, ("extra", "1")],
        [(k, "other" if k == "logged_in_customer_id" else v) for k, v in pairs],
    ):
        with pytest.raises(BadRequest):
            check_proxied(wrong, APP.secrets, NOW)
    with pytest.raises(BadRequest, match="too old"):
        check_proxied(pairs, APP.secrets, NOW + timedelta(seconds=91))


def test_a_session_token_names_its_shop(shop: Shop) -> None:
    token = grants.session_token(shop)
    assert session_shop(token, APP, NOW) == DOMAIN
    assert session_shop(token, APP, NOW + timedelta(seconds=65)) == DOMAIN


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"aud": "another app"},
        {"dest": "https://other.myshopify.com"},
        {"dest": "http://teehaus.myshopify.com"},
        {"iss": "https://teehaus.myshopify.com/other"},
        {"iss": "https://evil.example/admin", "dest": "https://evil.example"},
        {"nbf": int(NOW.timestamp()) + 60},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": "soon"},
    ],
)
def test_a_session_token_that_is_not_whole_is_refused(
    shop: Shop, changes: dict[str, object]
) -> None:
    with pytest.raises(BadRequest, match="session token"):
        session_shop(grants.session_token(shop, **changes), APP, NOW)


def test_a_session_token_of_another_secret_or_none_is_refused(shop: Shop) -> None:
    shop.client_secret = "somebody else's secret, long enough for its hash"
    for token in (grants.session_token(shop), "", "a.b.c", "\udcff"):
        with pytest.raises(BadRequest):
            session_shop(token, APP, NOW)


def test_scopes_are_compared_as_shopify_reads_them() -> None:
    assert lacking(["read_orders", "write_returns"], "write_orders,write_returns") == []
    assert lacking(["read_orders", "write_returns"], "read_orders") == ["write_returns"]
    assert lacking(["read_orders"], "") == ["read_orders"]
    assert lacking(["read_orders"], "nonsense") == ["read_orders"]


def test_a_code_is_good_once(shop: Shop, url: str) -> None:
    desk = Desk(url=url, transport=LOCAL, timeouts=QUICK)
    code = dict(back(shop))["code"]
    granted = desk.by_code(APP, code, NOW)
    assert granted.refresh.startswith("shprt_")
    assert granted.ends == NOW + timedelta(hours=1)
    assert "shpat" not in repr(granted)
    with pytest.raises(Rejected, match="used already"):
        desk.by_code(APP, code, NOW)


def test_a_pair_is_renewed_before_its_end_and_the_new_one_kept(
    shop: Shop, url: str, clock: Clock
) -> None:
    desk = Desk(url=url, transport=LOCAL, timeouts=QUICK)
    store = InMemory(packed(desk.by_code(APP, dict(back(shop))["code"], NOW)))
    installed = Installed(url, APP, clock, store, QUICK, LOCAL)
    first = installed.get()
    assert installed.get() == first
    clock.now += timedelta(minutes=56)
    second = installed.get()
    assert second != first
    assert store.read()["refresh_token"] != ""
    assert installed.forget()
    assert installed.get() != second


def test_a_lost_answer_to_a_renewal_costs_nothing(
    shop: Shop, url: str, clock: Clock
) -> None:
    desk = Desk(url=url, transport=LOCAL, timeouts=QUICK)
    store = InMemory(packed(desk.by_code(APP, dict(back(shop))["code"], NOW)))
    installed = Installed(url, APP, clock, store, QUICK, LOCAL)
    clock.now += timedelta(hours=2)
    shop.switches.add("lose_answer", "token")
    with pytest.raises(Exception, match="broke"):
        installed.get()
    assert installed.get()  # the refresh token before is still good


def test_a_grant_that_was_taken_back_says_what_to_do(
    shop: Shop, url: str, clock: Clock
) -> None:
    desk = Desk(url=url, transport=LOCAL, timeouts=QUICK)
    store = InMemory(packed(desk.by_code(APP, dict(back(shop))["code"], NOW)))
    grants.uninstall(shop)
    clock.now += timedelta(hours=2)
    with pytest.raises(Rejected, match="too old"):
        Installed(url, APP, clock, store, QUICK, LOCAL).get()
    with pytest.raises(Rejected, match="install the app on it again"):
        Installed(url, APP, clock, InMemory(), QUICK, LOCAL).get()


def test_threads_that_ask_at_once_fetch_one_token(
    shop: Shop, url: str, clock: Clock
) -> None:
    credentials = ClientCredentials(url, "id", HUSH, clock, QUICK, LOCAL)
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(credentials.get())) for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == len(shop.tokens) == 1
