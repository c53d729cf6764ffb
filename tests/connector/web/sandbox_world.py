"""The pages before an in-memory shop that can make good in every way."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from adapters.sandbox import Sandbox
from connector import config, policy
from connector.demo.world import Clock, Quiet
from connector.model import Customer, OrderStatus, Parcel
from connector.platform import Place
from connector.steps import close, decide, promise, reconcile, refund
from connector.store import Database, orders, refunds, returns, shops
from connector.web.face import Storefront
from connector.wiring import open_office
from tests.connector.shapes import NOON, a_line, an_order
from tests.stories.making_good import stocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from connector.model import Return
    from connector.store.refunds import RefundRow

EMAIL = "ada@example.test"
NAME = "sandbox"
WAYS = (
    "refund", "store_credit", "gift_card", "exchange", "replacement", "repair",
)  # fmt: skip
RULES = """
currency = "EUR"
[[reasons]]
code = "changed-my-mind"
labels = { en = "I changed my mind", de = "Gefällt mir doch nicht" }
[[reasons]]
code = "defective"
labels = { en = "It is defective", de = "Es ist defekt" }
fault = "merchant"
[[offers]]
resolutions = ["refund", "exchange"]
[[offers]]
resolutions = ["store_credit"]
bonus_percent = "10"
[[offers]]
resolutions = ["gift_card", "replacement", "repair"]
[credit]
days = 365
"""
QUESTION = """
[[questions]]
code = "tags"
labels = { en = "Are the tags still on it?", de = "Sind die Etiketten noch dran?" }
[[questions.answers]]
code = "yes"
labels = { en = "Yes", de = "Ja" }
[[questions.answers]]
code = "no"
labels = { en = "No", de = "Nein" }
says = "ask"
"""
CONFIG = """
database = "{database}"
[server]
public_url = "http://127.0.0.1:8000"
secret_key = "a key for cookies that is surely long enough for tests"
attempts = "1000 per minute"
[console]
password = "sesame"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The shop, the pages, and the jobs between them."""

    db: Database
    shop: Sandbox
    clock: Clock
    app: Flask

    def work(self, passes: int = 2) -> None:
        """Let the jobs run, an hour between passes."""
        for _ in range(passes):
            self.clock.pass_by(hours=1)
            decide.run(self.db, self.shop, self.clock)
            promise.run(self.db, self.shop, self.clock)
            refund.push(self.db, self.shop, self.clock, token="test")
            reconcile.resolve(self.db, self.shop, self.clock())
            close.run(self.db, self.shop, self.clock())

    def case(self) -> Return:
        """Return the only return."""
        (found,) = returns.recent(self.db, NAME)
        return returns.get(self.db, found.id)

    def rows(self) -> list[RefundRow]:
        return refunds.of_return(self.db, self.case().id)

    def browser(self) -> FlaskClient:
        return self.app.test_client()


@contextmanager
def standing(
    folder: Path,
    address: str,
    rules: str = RULES,
    country: str = "DE",
    shipping: int = 0,
) -> Iterator[Stand]:
    """Open the pages on a sandbox with stock, places and one delivered order.

    In a `country` without a right to withdraw the merchant's own rules are alone.
    """
    clock = Clock(NOON)
    text = CONFIG.format(database=address)
    office = open_office(config.parse(text, folder, {}), clock, clock.sleep)
    shop = stocked(Sandbox())
    shop.abilities = replace(
        shop.abilities,
        places=(Place(ref="p1", name="Hamburg"), Place(ref="p2", name="Lyon")),
    )
    shirt = replace(
        a_line("a", 9000, 3), title="Shirt", product_ref="shirt", variant_ref="m"
    )
    mug = replace(a_line("b", 1000), title="Mug")
    order = replace(
        an_order(shirt, mug, shipping=shipping),
        status=OrderStatus.COMPLETED,
        customer=Customer(email=EMAIL, name="Ada", country=country, language="en"),
        completed_at=NOON,
        parcels=(Parcel(ref="p", units=(("a", 3), ("b", 1)), delivered_at=NOON),),
    )
    shop.sell(order)
    digest = policy.digest(rules)
    shops.put(office.db, NAME, "sandbox", "https://shop.example", NOON)
    shops.bind_policy(office.db, NAME, digest, rules, NOON)
    orders.keep(office.db, NAME, order)
    office.app.extensions["retour"] = replace(
        office.app.extensions["retour"],
        shops={NAME: shop},
        storefronts={NAME: Storefront(title="The Sandbox", return_address="Beach 1")},
    )
    try:
        yield Stand(db=office.db, shop=shop, clock=clock, app=office.app)
    finally:
        office.db.close()


@contextmanager
def served(stand: Stand) -> Iterator[str]:
    """Answer over HTTP, for a browser; yields the address."""
    server = make_server(
        "127.0.0.1", 0, stand.app, threaded=True, request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fields(page: str) -> dict[str, str]:
    """Return what the forms of a page carry unseen."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found}


@dataclass(slots=True)
class Visit:
    """A customer, or a merchant, who reads a page and fills in its form."""

    browser: FlaskClient
    page: str = ""
    path: str = ""
    code: int = 0

    def get(self, path: str) -> None:
        self._take(self.browser.get(path, follow_redirects=True))

    def post(self, path: str, **given: str) -> None:
        """Send the form of this page to a path below it."""
        form = {**fields(self.page), **given}
        self._take(self.browser.post(path, data=form, follow_redirects=True))

    def _take(self, answer: TestResponse) -> None:
        self.page, self.code = answer.text, answer.status_code
        self.path = answer.request.path


def customer(stand: Stand) -> Visit:
    """Find the order."""
    visit = Visit(stand.browser())
    visit.get(f"/returns/{NAME}/")
    visit.post(f"/returns/{NAME}/", number="29", email=EMAIL)
    assert "Shirt" in visit.page
    return visit


def chooses(visit: Visit, reason: str = "changed-my-mind", **more: str) -> None:
    """Say that a shirt goes back."""
    given = {"quantity-a": "1", "reason-a": reason, **more}
    visit.post(f"/returns/{NAME}/choose", **given)


def merchant(stand: Stand) -> Visit:
    """Sign in."""
    visit = Visit(stand.browser())
    visit.get("/console/door")
    visit.post("/console/door", password="sesame")
    return visit
