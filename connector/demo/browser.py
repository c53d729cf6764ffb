"""A customer's browser, and a helpdesk: what the play sends to Retour over HTTP."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import TYPE_CHECKING

import requests

from connector.demo.world import INBOUND_SECRET

if TYPE_CHECKING:
    from connector.demo.customers import Wish

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
TIMEOUT = 30


class DidNotWork(Exception):
    """The portal did not open the return."""


def by_portal(url: str, wish: Wish) -> None:
    """Open a return as a customer does: find the order, choose, send."""
    page = f"{url}/returns/{wish.purchase.shop}/"
    with requests.Session() as session:
        asked = {"number": wish.purchase.number, "email": wish.purchase.email}
        chosen = _submit(session, page, asked)
        form = {"csrf_token": _token(chosen.text)}
        for ref, units in wish.units.items():
            form[f"quantity-{ref}"] = str(units)
            form[f"reason-{ref}"] = wish.reason
        answer = session.post(chosen.url, data=form, timeout=TIMEOUT)
        if "/status/" not in answer.url:
            raise DidNotWork(answer.status_code)


def _submit(
    session: requests.Session, page: str, fields: dict[str, str]
) -> requests.Response:
    form = session.get(page, timeout=TIMEOUT)
    data = fields | {"csrf_token": _token(form.text)}
    answer = session.post(page, data=data, timeout=TIMEOUT)
    if not answer.ok:
        raise DidNotWork(answer.status_code)
    return answer


def _token(text: str) -> str:
    found = TOKEN.search(text)
    if not found:
        raise DidNotWork
    return found.group(1)


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
