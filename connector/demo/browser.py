"""A customer's browser, and a helpdesk: what the play sends to Retour over HTTP."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

import requests

from connector.demo.world import INBOUND_SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.demo.customers import Purchase, Wish

FORM = re.compile(
    r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', re.DOTALL
)
HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')
RADIO = re.compile(r'type="radio" name="([^"]+)" value="([^"]+)"')
TIMEOUT = 30


class DidNotWork(Exception):
    """The portal did not do what the customer asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes ("" to itself), what it carries and offers."""

    to: str
    carried: Mapping[str, str]
    offered: frozenset[tuple[str, str]]

    def choose(self, **fields: str) -> dict[str, str]:
        """Fill it in; raises DidNotWork for a choice that it does not offer."""
        names = {name for name, _ in self.offered}
        for name, value in fields.items():
            if name in names and (name, value) not in self.offered:
                raise DidNotWork(name, value)
        return {**self.carried, **fields}


def by_portal(url: str, wish: Wish) -> None:
    """Open a return as a customer does: find the order, choose, say how, send."""
    page = f"{url}/returns/{wish.purchase.shop}/"
    asked = {"number": wish.purchase.number, "email": wish.purchase.email}
    what: dict[str, str] = {}
    for ref, units in wish.units.items():
        what[f"quantity-{ref}"] = str(units)
        what[f"reason-{ref}"] = wish.reason
    with requests.Session() as session:
        answer = _fill(session, url, session.get(page, timeout=TIMEOUT), asked)
        answer = _fill(session, url, answer, what)
        if "/status/" not in answer.url:
            answer = _say_how(session, url, answer, wish)
        if "/status/" not in answer.url:
            raise DidNotWork(answer.status_code)


def _say_how(
    session: requests.Session, url: str, page: requests.Response, wish: Wish
) -> requests.Response:
    """Choose the ways, then the articles, then say that all is right."""
    ways = {f"way-{ref}": wish.ways.get(ref, "refund") for ref in wish.units}
    shown = [
        (f"photos-{ref}", (f"photo-{number}.jpg", photo))
        for ref in wish.units
        for number, photo in enumerate(wish.photos)
    ]
    if 'value="chosen"' in page.text:  # money alone is nothing to choose from
        page = _fill(session, url, page, ways | {"go": "chosen"}, shown)
    if wish.wares:
        wares = {f"ware-{ref}": ware for ref, ware in wish.wares.items()}
        page = _fill(session, url, page, wares | {"go": "check"})
    return _fill(session, url, page, {"go": "send"})


def by_statement(url: str, purchase: Purchase) -> None:
    """Withdraw from the contract on the page that the law asks for."""
    page = f"{url}/returns/{purchase.shop}/withdraw"
    said = {"name": "Ada", "contract": purchase.number, "reach": purchase.email}
    with requests.Session() as session:
        answer = _fill(session, url, session.get(page, timeout=TIMEOUT), said)
        answer = _fill(session, url, answer, {})
        if "/receipt/" not in answer.url:
            raise DidNotWork(answer.status_code)


def _fill(
    session: requests.Session,
    url: str,
    page: requests.Response,
    fields: dict[str, str],
    files: Sequence[tuple[str, tuple[str, bytes]]] = (),
) -> requests.Response:
    """Fill the first form of a page in and send it; raises DidNotWork."""
    form = first_form(page.text)
    answer = session.post(
        f"{url}{form.to}",
        data=form.choose(**fields),
        files=list(files) or None,
        timeout=TIMEOUT,
    )
    if not answer.ok:
        raise DidNotWork(answer.status_code)
    return answer


def first_form(text: str) -> Form:
    """Read the first form of a page that is sent; raises DidNotWork without one."""
    found = FORM.search(text)
    if not found:
        raise DidNotWork
    inside = found[2]
    return Form(
        unescape(found[1] or ""),
        {name: unescape(value) for name, value in HIDDEN.findall(inside)},
        frozenset((name, unescape(value)) for name, value in RADIO.findall(inside)),
    )


def by_helpdesk(url: str, wish: Wish, event_id: str) -> int:
    """Open a return by signed JSON; return the HTTP status."""
    body = json.dumps(
        {
            "event_id": event_id,
            "timestamp": wish.asked.isoformat(),
            "order_ref": wish.purchase.ref,
            "kind": "faulty" if wish.is_claim else "voluntary",
            "lines": [
                {"line": ref, "quantity": units, "reason": wish.reason}
                for ref, units in wish.units.items()
            ],
        }
    ).encode()
    return _signed(url, wish.purchase.shop, body, INBOUND_SECRET)


def by_forger(url: str, shop: str) -> int:
    """Send what nobody signed; return the HTTP status."""
    return _signed(url, shop, b'{"event_id": "forged"}', "a guess")


def _signed(url: str, shop: str, body: bytes, secret: str) -> int:
    digest = hmac.digest(secret.encode(), body, "sha256")
    answer = requests.post(
        f"{url}/webhooks/returns/{shop}",
        data=body,
        headers={"X-Retour-Signature": base64.b64encode(digest).decode()},
        timeout=TIMEOUT,
    )
    return answer.status_code
