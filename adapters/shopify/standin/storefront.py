"""Where the app shows itself: behind the storefront's proxy, in the admin's frame."""

from __future__ import annotations

import html
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from adapters.shopify.standin import grants

if TYPE_CHECKING:
    from adapters.shopify.standin.state import State

PREFIX = "/apps/returns"
TARGET = "/proxy/shopify"  # below the app's own address, as its app_proxy says
TIMEOUT = 10  # seconds
# What a browser sends and the app is shown; cookies are not among it.
PASSED = ("Content-Type", "Accept", "Accept-Language", "User-Agent")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the customer's browser gets; the app's cookies are taken out."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_proxied(path: str) -> bool:
    """Say whether a path of the storefront belongs to the app."""
    bare = path.split("?", 1)[0]
    return bare == PREFIX or bare.startswith(f"{PREFIX}/")


def forward(
    state: State, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> Answer:
    """Ask the app what a customer asked the storefront; signed, without cookies."""
    parts, app = urlsplit(path), urlsplit(state.app_url)
    rest = parts.path.removeprefix(PREFIX)
    query = grants.proxied(state, parts.query, PREFIX)
    passed = {name: headers[name] for name in PASSED if name in headers}
    kind = (
        http.client.HTTPSConnection
        if app.scheme == "https"
        else http.client.HTTPConnection
    )
    link = kind(app.hostname or "", app.port, timeout=TIMEOUT)
    try:
        link.request(method, f"{TARGET}{rest}?{query}", body or None, passed)
        found = link.getresponse()
        kept = {
            name: value
            for name, value in found.getheaders()
            if name.lower() in ("content-type", "content-security-policy", "location")
        }
        return Answer(found.status, kept, found.read())
    except (OSError, http.client.HTTPException):
        told = b"There was an error in the third-party application."
        return Answer(502, {"Content-Type": "text/html"}, told)
    finally:
        link.close()


def entry(state: State) -> str:
    """Return the address at which the admin opens the app: signed, with its token."""
    query = {
        "embedded": "1",
        "host": "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvdGVlaGF1cw",
        "id_token": grants.session_token(state),
        "locale": "en",
        "shop": state.domain,
        "timestamp": str(int(state.clock().timestamp())),
    }
    signed = urlencode(grants.signed(state, query))
    return f"{state.app_url}/console/embedded?{signed}"


def frame(state: State) -> str:
    """Show the admin's page around the app."""
    return (
        "<!doctype html><html lang=en><meta name=viewport"
        ' content="width=device-width"><title>Admin</title>'
        "<style>body{margin:0}iframe{border:0;width:100%;height:90vh}</style>"
        f"<p>{html.escape(state.domain)}</p>"
        f'<iframe title="Retour" src="{html.escape(entry(state))}"></iframe></html>'
    )
