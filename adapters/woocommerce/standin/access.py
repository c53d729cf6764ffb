"""Who may come in: over plain http only OAuth 1.0a, each nonce once."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.standin.shop import Shop

DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
AUTH_ERROR = "woocommerce_rest_authentication_error"


@dataclass(frozen=True, slots=True)
class Key:
    """One REST key: its secret, what it may, and whose it is."""

    secret: str
    permissions: str = "read_write"
    role: str = "administrator"
    lists_users: bool = True  # a capability of administrators and shop managers


def admit(
    shop: Shop, method: str, url: str, query: Mapping[str, str], basic: str = ""
) -> None:
    """Let a request pass, or raise the Problem that the real shop answers.

    `basic` is the Authorization header where the connection is TLS; over plain http
    only OAuth 1.0a is looked at.
    """
    key = _by_basic(shop, basic) if basic else _by_oauth(shop, method, url, query)
    needed = "read" if method == "GET" else "write"
    if needed not in key.permissions:
        _refuse(f"The API key provided does not have {needed} permissions.")
    if key.role == "customer":
        code = "woocommerce_rest_cannot_" + ("view" if needed == "read" else "create")
        told = "Sorry, you are not allowed to do that."
        raise Problem(403, code, told, {"status": 403})
    if "/wc/v3/customers" in url and not key.lists_users:
        told = "Sorry, you cannot list resources."
        raise Problem(403, "woocommerce_rest_cannot_view", told, {"status": 403})


def handed_over(
    shop: Shop, headers: Mapping[str, str], query: Mapping[str, str]
) -> str:
    """Return the key as PHP is given it over TLS: the header, or the query string.

    Some hosts drop the Authorization header on its way to PHP (mood `stripped`).
    """
    if "consumer_key" in query:
        pair = f"{query['consumer_key']}:{query.get('consumer_secret', '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
    return "" if shop.mood == "stripped" else headers.get("Authorization") or ""


def _unknown() -> NoReturn:
    view = "woocommerce_rest_cannot_view"
    told = "Sorry, you cannot list resources."
    raise Problem(401, view, told, {"status": 401})


def _by_basic(shop: Shop, given: str) -> Key:
    """Check a key and secret as they travel over TLS; an unknown key is no user."""
    kind, _, packed = given.partition(" ")
    try:
        pair = base64.b64decode(packed).decode()
    except ValueError:
        pair = ""
    name, _, secret = pair.partition(":")
    if kind.lower() != "basic" or name not in shop.keys:
        _unknown()
    if not hmac.compare_digest(shop.keys[name].secret.encode(), secret.encode()):
        _refuse("Consumer secret is invalid.")
    return shop.keys[name]


def _by_oauth(shop: Shop, method: str, url: str, query: Mapping[str, str]) -> Key:
    given = query.get("oauth_consumer_key")
    if given is None:
        _unknown()
    if given not in shop.keys:
        _refuse("Consumer key is invalid.")
    key = shop.keys[given]
    digest = DIGESTS.get(query.get("oauth_signature_method", ""))
    if digest is None:
        _refuse("Invalid signature - signature method is invalid.")
    wanted = signature(method, url, query, key.secret, digest)
    if not hmac.compare_digest(wanted, query.get("oauth_signature", "")):
        _refuse("Invalid signature - provided signature does not match.")
    _fresh(shop, query)
    return key


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


def _refuse(told: str) -> NoReturn:
    raise Problem(401, AUTH_ERROR, told, {"status": 401})
