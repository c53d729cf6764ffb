"""Retour over HTTP beside a stand-in shop that installs its app."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from werkzeug.serving import make_server

from adapters.shopify.standin import Shop, grants, serve
from adapters.shopify.standin.state import SCOPES
from connector import config
from connector.demo.world import Clock, Quiet
from connector.store import Database
from connector.wiring import Office, open_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
DOMAIN = "teehaus.myshopify.com"
SECRET = "app-secret-" + "x" * 30
OLDER = "older-secret-" + "x" * 30
OFTEN = "1000 per minute"
CONFIG = """
database = "{database}"
[network]
allow = ["127.0.0.0/8"]
[server]
public_url = "{public}"
secret_key = "a key for cookies that is surely long enough for tests"
attempts = "{attempts}"
[console]
password = "sesame"
[shopify]
client_id = "app"
client_secret = "{secret}"
client_secret_old = "{older}"
api_url = "{api}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installing:
    """The shop, Retour, and where both answer."""

    clock: Clock
    shop: Shop
    office: Office
    url: str
    api: str

    def browser(self) -> FlaskClient:
        return self.office.app.test_client()


def text(
    database: str, public: str, api: str, more: str = "", attempts: str = OFTEN
) -> str:
    filled = CONFIG.format(
        database=database,
        public=public,
        api=api,
        secret=SECRET,
        older=OLDER,
        attempts=attempts,
    )
    return filled + more


@contextmanager
def installing(
    folder: Path,
    address: str,
    kind: Callable[[str], Database] = Database,
    attempts: str = OFTEN,
) -> Iterator[Installing]:
    """Open both; Retour answers over HTTP too, for the shop's proxy."""
    clock = Clock(NOW)
    shop = Shop(
        domain=DOMAIN,
        token="shpat_unused",
        client_id="app",
        client_secret=SECRET,
        clock=clock,
        scopes=(*SCOPES, "read_all_orders"),
    )
    with serve(shop) as api:
        server = make_server(
            "127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet
        )
        url = f"http://127.0.0.1:{server.server_port}"
        asked = config.parse(text(address, url, api, attempts=attempts), folder, {})
        office = open_office(asked, clock, clock.sleep, kind)
        server.app = office.app
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        shop.app_url = url
        shop.redirect_urls = (f"{url}/install/shopify/callback",)
        try:
            yield Installing(clock=clock, shop=shop, office=office, url=url, api=api)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
            office.db.close()


def leave(browser: FlaskClient, shop: str = DOMAIN) -> dict[str, str]:
    """Begin at Retour; return what the consent page is asked with."""
    found = browser.get("/install/shopify", query_string={"shop": shop})
    assert found.status_code == 303, found.text
    assert "/admin/oauth/authorize?" in found.location
    return dict(parse_qsl(urlsplit(found.location).query))


def consent(world: Installing, asked: dict[str, str]) -> dict[str, str]:
    """Approve at the shop; return what its callback carries."""
    back = urlsplit(grants.approve(world.shop, asked))
    assert back.path == "/install/shopify/callback"
    return dict(parse_qsl(back.query))


def signed(world: Installing, query: dict[str, str]) -> dict[str, str]:
    """Sign a callback again, after a test has changed it."""
    rest = {key: value for key, value in query.items() if key != "hmac"}
    return grants.signed(world.shop, rest)


def arrive(browser: FlaskClient, query: dict[str, str]) -> TestResponse:
    return browser.get("/install/shopify/callback", query_string=query)


def install(world: Installing, browser: FlaskClient | None = None) -> TestResponse:
    """Go the whole way."""
    used = browser or world.browser()
    return arrive(used, consent(world, leave(used)))
