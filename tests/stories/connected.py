"""Two shops with a history, and Retour connected to them from an empty installation."""

from __future__ import annotations

import math
import random
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import requests

from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.state import SCOPES
from adapters.woocommerce.standin import Shop as WooStandin
from adapters.woocommerce.standin import serve as serve_woo
from connector import config
from connector.config import Secret, ShopConfig
from connector.diagnoses import FAIL
from connector.store import backfills, desk, hooks, shops
from connector.wiring import Office, open_office
from tests.stories.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

TEE, BOOTS = "teehaus", "boots"
DOMAIN = "teehaus.myshopify.com"
EACH = 1000  # orders of each shop
LONG_AGO = timedelta(days=60)  # the first look back does not reach these orders
APART = timedelta(minutes=40)  # between two orders
SPEED = 60  # a second is a minute: all processes read the same clock of the machine
CONFIG = """
database = "{database}"
[network]
allow = ["127.0.0.0/8"]
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
secret_key = "a key for cookies that is surely long enough for tests"
attempts = "1000000 per minute"
[console]
password = "sesame"
[shopify]
client_id = "app"
client_secret = "app-secret-that-is-long-enough-for-all"
api_url = "{tee}"
"""


@dataclass(slots=True)
class Clock:
    """The machine's own clock since `begun`, sped up; it stands still before."""

    begun: float = math.inf
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        gone = max(0.0, time.monotonic() - self.begun) * SPEED
        start = datetime(2026, 9, 1, 8, tzinfo=UTC)
        return start + timedelta(seconds=gone) + self.ahead

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / SPEED)


@dataclass(slots=True, kw_only=True)
class World:
    """Both shops, Retour beside them, and which orders were deleted for good."""

    clock: Clock
    tee: ShopifyStandin
    boots: WooStandin
    boots_url: str
    office: Office
    url: str
    path: Path
    rng: random.Random
    deleted: set[str] = field(default_factory=set)
    told: int = 0  # events that WooCommerce took up, those it lost among them

    def deliver(self) -> None:
        self.tee.deliver()
        self.told += self.boots.deliver()


@contextmanager
def beside(folder: Path, address: str) -> Iterator[World]:
    """Open two shops with a history, and an installation that knows neither."""
    clock = Clock(ahead=-LONG_AGO)
    tee = ShopifyStandin(
        domain=DOMAIN,
        token="x",
        client_id="app",
        client_secret="app-secret-that-is-long-enough-for-all",
        clock=clock,
        scopes=(*SCOPES, "read_all_orders"),
    )
    boots = WooStandin(clock=clock, name=BOOTS)
    sell(tee, boots, clock)
    clock.ahead = timedelta()
    tee.deliver()  # nobody listens yet: old news is gone
    boots.deliver()
    with ExitStack() as stack:
        tee_url = stack.enter_context(serve_shopify(tee))
        boots_url = stack.enter_context(serve_woo(boots))
        port, place = stack.enter_context(served())
        path = folder / "config.toml"
        path.write_text(CONFIG.format(database=address, port=port, tee=tee_url))
        asked = config.parse(path.read_text(), folder, {})
        office = open_office(asked, clock, clock.sleep)
        stack.callback(office.db.close)
        place(office.app)
        yield World(
            clock=clock,
            tee=tee,
            boots=boots,
            boots_url=boots_url,
            office=office,
            url=f"http://127.0.0.1:{port}",
            path=path,
            rng=random.Random(4),
        )


def connect(world: World) -> None:
    """Let both merchants connect their shops, each in his own way."""
    office = world.office
    assert shops.every(office.db) == []
    _install(world)
    pasted = ShopConfig(
        name=BOOTS,
        platform="woocommerce",
        address=world.boots_url,
        allow_http=True,
        consumer_key=Secret(world.boots.key),
        consumer_secret=Secret(world.boots.secret),
    )
    found = office.registrar.add(pasted, "the merchant")
    assert [one for one in found if one.verdict == FAIL] == []
    assert {row.name for row in shops.every(office.db)} == {TEE, BOOTS}
    for name in (TEE, BOOTS):
        assert backfills.state(office.db, name) is None
        assert hooks.watch(office.db, name).watched_at
    assert world.tee.subscriptions
    assert world.boots.outbox.hooks
    matters = desk.open_matters(office.db)
    assert {one.code for one in matters} == {"webhooks_deaf"}  # it is on a loopback


def _install(world: World) -> None:
    """Install the app: from Retour to the shop's consent page and back, over HTTP."""
    with requests.Session() as browser:
        left = browser.get(
            f"{world.url}/install/shopify",
            params={"shop": DOMAIN},
            allow_redirects=False,
        )
        consent = left.headers["Location"]
        assert "Install app" in browser.get(consent).text
        parts = urlsplit(consent)
        arrived = browser.post(
            f"{parts.scheme}://{parts.netloc}/admin/oauth/approve",
            data=dict(parse_qsl(parts.query)) | {"verdict": "install"},
        )
        assert "The shop is connected." in arrived.text


def sell(tee: ShopifyStandin, boots: WooStandin, clock: Clock) -> None:
    """Fill both shops as business does: parcels, refunds, returns, odd statuses."""
    teas = [tee.add_product(f"Tea {n}", f"{n + 3}.90", tags=["tea"]) for n in range(5)]
    boots.more_statuses["packing"] = "Packing"
    mugs = [boots.add_product(f"Mug {n}", f"{n + 7}.50") for n in range(5)]
    for n in range(EACH):
        clock.ahead += APART
        gid = tee.place_order([(teas[n % 5], 2), (teas[(n + 2) % 5], 1)], "a@x.example")
        if n % 4:
            tee.fulfil(gid)
        if n % 40 == 0:
            tee.staff_refund(gid, "1.00")
        if n % 50 == 1:
            lines = [(tee.lines_of(gid)[0], 1, "too-small")]
            tee.customer_requests_return(gid, lines)
        order_id = boots.place_order([(mugs[n % 5], 2), (mugs[(n + 1) % 5], 1)])
        if n % 40 == 0:
            boots.staff_refund(order_id, "1.00")
        if n % 100 == 3:
            boots.edit_order(order_id, status="packing")  # some plugin's own
