"""The demo's world: a clock that only we turn, two shops, and Retour over HTTP."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.state import CREDIT_SCOPES, SCOPES
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from connector import config
from connector.demo.postbox import Postbox
from connector.store import Database
from connector.wiring import Office, open_office
from jobs.schedule import watch_hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

    from werkzeug.serving import BaseWSGIServer

    from connector.config import Config

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
TEE, BOOTS = "tee", "boots"
POST = "letters"
DOMAIN = "teehaus.myshopify.com"
PASSWORD = "demo"  # noqa: S105 - said on the screen; nothing of the demo is secret
HOOK_SECRET = "demo-webhook-secret"  # noqa: S105 - as above
INBOUND_SECRET = "demo-inbound-secret"  # noqa: S105 - as above


class Clock:
    """Time that passes only when the play says so."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment of the play."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait as a throttled caller does: nothing else is in flight then."""
        self.pass_by(seconds=seconds)

    def pass_by(self, **parts: float) -> None:
        """Let time go by."""
        self.now += timedelta(**parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that the play touches; `url` is where Retour answers."""

    clock: Clock
    rng: random.Random
    tee: ShopifyStandin
    boots: WooStandin
    office: Office
    url: str
    letters: str = ""  # the folder where letters to customers lie


CONFIG = """
database = "{database}"

[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
attempts = "1000000 per minute"
secret_key = "the demo keeps no secrets, but its cookies are signed all the same"

[network]
allow = ["127.0.0.0/8"]

[console]
password = "{password}"

[[shops]]
name = "tee"
platform = "shopify"
address = "{domain}"
title = "Teehaus"
policy = "policy.toml"
api_url = "{tee}"
client_id = "demo"
client_secret = "{secret}"
inbound_secret = "{inbound}"
return_address = "Teehaus, Returns, Hafenstrasse 1, 20457 Hamburg"
support_email = "help@teehaus.example"

[[shops]]
name = "boots"
platform = "woocommerce"
address = "{boots}"
title = "Boots & Co"
policy = "policy.toml"
allow_http = true
consumer_key = "{key}"
consumer_secret = "{woo}"
webhook_secret = "{secret}"
inbound_secret = "{inbound}"
return_address = "Boots & Co, Returns, 1 quai de Seine, 75001 Paris"
support_email = "help@boots.example"
"""


class Quiet(WSGIRequestHandler):
    """Log no request: their paths are of no interest here."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""
        del code, size


def shops(clock: Clock, seed: int) -> tuple[ShopifyStandin, WooStandin]:
    """Make both shops, empty; nobody has opened their doors."""
    tee = ShopifyStandin(
        domain=DOMAIN,
        token="shpat_unused",  # noqa: S106 - the demo signs in by client credentials
        client_id="demo",
        client_secret=HOOK_SECRET,
        clock=clock,
        seed=seed,
        scopes=(*SCOPES, *CREDIT_SCOPES, "read_all_orders"),  # else 60 days are shown
    )
    return tee, WooStandin(clock=clock, name=BOOTS, seed=seed)


@contextmanager
def listening(port: int = 0) -> Iterator[BaseWSGIServer]:
    """Open Retour's door; its `app` is set later, for the address comes first."""
    server = make_server(
        "127.0.0.1", port, _later, threaded=True, request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def configured(
    folder: Path, port: int, database: str, tee: ShopifyStandin, boots: WooStandin
) -> Config:
    """Write the policy into the folder; return what Retour is told of both shops."""
    text = CONFIG.format(
        database=database,
        port=port,
        password=PASSWORD,
        domain=DOMAIN,
        tee=tee.door.url,
        boots=boots.door.url,
        secret=HOOK_SECRET,
        inbound=INBOUND_SECRET,
        key=boots.key,
        woo=boots.secret,
    )
    rules = (files("connector.demo") / "policy.toml").read_text("utf-8")
    (folder / "policy.toml").write_text(rules, "utf-8")
    return config.parse(text, folder, {})


@contextmanager
def build(
    folder: Path,
    seed: int,
    port: int = 0,
    database: str = "demo.sqlite",
    kind: Callable[[str], Database] = Database,
) -> Iterator[World]:
    """Open both shops and Retour; all close with the block.

    `kind` is the database's class: the simulator gives one that is killed.
    """
    clock, rng = Clock(), random.Random(seed)
    tee, boots = shops(clock, seed)
    with serve_shopify(tee), serve_woo(boots), listening(port) as server:
        asked = configured(folder, server.server_port, database, tee, boots)
        office = _posting(open_office(asked, clock, clock.sleep, kind), folder)
        server.app = office.app
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            for shop in (TEE, BOOTS):
                watch_hooks(office.work, shop)
            yield World(
                clock=clock,
                rng=rng,
                tee=tee,
                boots=boots,
                office=office,
                url=url,
                letters=str(folder / POST),
            )
        finally:
            office.db.close()


def _posting(office: Office, folder: Path) -> Office:
    """Let letters go into a folder: the demo needs no mail server."""
    work = replace(office.work, messenger=Postbox(folder / POST))
    return replace(office, work=work)


def _later(_: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """Ask for another try until the app is built: the address comes first."""
    start("503 Service Unavailable", [("Retry-After", "1")])
    return []
