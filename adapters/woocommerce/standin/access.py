"""Who may come in: over plain http only OAuth 1.0a, each nonce once."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

from adapters.woocommerce.standin.shop import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.standin.shop import Shop

DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
AUTH_ERROR = "woocommerce_rest_authentication_error"


def admit(shop: Shop, method: str, url: str, query: Mapping[str, str]) -> None:
    """Let a request pass, or raise the Problem that the real shop answers."""
    given = query.get("oauth_consumer_key")
    if given is None:
        view = "woocommerce_rest_cannot_view"
        told = "Sorry, you cannot list resources."
        raise Problem(401, view, told, {"status": 401})
    if given != shop.key:
        _refuse("Consumer key is invalid.")
    digest = DIGESTS.get(query.get("oauth_signature_method", ""))
    if digest is None:
        _refuse("Invalid signature - signature method is invalid.")
    wanted = signature(method, url, query, shop.secret, digest or "")
    if not hmac.compare_digest(wanted, query.get("oauth_signature", "")):
        _refuse("Invalid signature - provided signature does not match.")
    _fresh(shop, query)
    needed = "read" if method == "GET" else "write"
    if needed not in shop.permissions:
        _refuse(f"The API key provided does not have {needed} permissions.")


def signature(
    method: str, url: str, query: Mapping[str, str], secret: str, digest: str
) -> str:
    """Return the OAuth 1.0a signature of a request's query."""
    pairs = sorted(
        (_encode(name), _encode(value))
        for name, value in query.items()
        if name != "oauth_signature"
    )
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method, _encode(url), _encode(joined)))
    key = f"{secret}&".encode()
    return base64.b64encode(hmac.digest(key, base.encode(), digest)).decode()


def _fresh(shop: Shop, query: Mapping[str, str]) -> None:
    stamp, nonce = query.get("oauth_timestamp", ""), query.get("oauth_nonce", "")
    with shop.lock:
        if (stamp, nonce) in shop.nonces or not stamp.isdigit():
            _refuse("Invalid nonce - nonce has already been used.")
        shop.nonces.add((stamp, nonce))


def _encode(value: str) -> str:
    return quote(value, safe="~")


def _refuse(told: str) -> None:
    raise Problem(401, AUTH_ERROR, told, {"status": 401})
