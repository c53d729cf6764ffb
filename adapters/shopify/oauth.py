"""Grants at Shopify: consent, codes, tokens, session tokens, proxied requests.

ShopifyAPI builds the consent address and compares scopes; all network calls go through
our guarded transport, which none of the libraries would use (decision 0010).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from shopify import ApiAccess, Session
from shopify.api_access import ApiAccessError

from adapters.guard import STRICT, Transport
from adapters.wire import Timeouts, fetch
from connector.config import Secret
from connector.errors import BadRequest, OutcomeUnknown, Rejected
from connector.saying import saying

SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
FRESH = timedelta(seconds=90)  # of a callback and of a proxied request, both ways
LEEWAY = 10  # seconds that a session token's clock may be off
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
LONGEST_DOMAIN, LONGEST_TIME = 100, 11  # characters; the time in seconds
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
WORDS: Mapping[str, str] = {
    "shop_not_permitted": saying(
        "the app and the shop belong to different organisations; make the app in the"
        " Dev Dashboard of the organisation that owns the shop"
    ),
    "invalid_client": saying("client_id or client_secret is wrong"),
    "application_cannot_be_found": saying("client_id names no app"),
    "invalid_request": saying("the code or token was used already, or is too old"),
    "invalid_grant": saying("the code or token was used already, or is too old"),
    "invalid_subject_token": saying("the session token is not valid any more"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app of the Dev Dashboard, with the secret before the present one."""

    client_id: str
    secret: Secret
    old_secret: Secret
    scopes: Sequence[str] = ()
    api_url: str = ""  # only to talk to a test server

    @property
    def secrets(self) -> tuple[str, ...]:
        """Both secrets: for an hour after a change Shopify uses the old one."""
        given = (self.secret, self.old_secret)
        return tuple(one.reveal() for one in given if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What Shopify gave; moments in UTC, None where it does not end."""

    access: str = field(repr=False)
    scopes: str = ""
    ends: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_ends: datetime | None = None


def shop_domain(text: str) -> str:
    """Return the domain of a shop as it was sent to us; raises BadRequest.

    Stricter than the libraries: nothing but the domain itself, in small letters.
    """
    if not SHOP.fullmatch(text) or len(text) > LONGEST_DOMAIN:
        msg = saying("that is no myshopify.com domain")
        raise BadRequest(msg)
    return text


def consent_url(app: App, shop: str, state: str, redirect: str) -> str:
    """Return where the merchant grants our scopes."""
    session = Session(shop_domain(shop), "unstable")
    session.api_key = app.client_id  # on the instance: the class is shared by threads
    return str(
        session.create_permission_url(
            scope=list(app.scopes), redirect_uri=redirect, state=state
        )
    )


def check_query(
    pairs: Sequence[tuple[str, str]], secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """Return the parameters of a signed callback; raises BadRequest.

    Every name once (two `shop`s would let one be signed and the other be read), the
    HMAC over the sorted rest, the timestamp within 90 seconds of now.
    """
    query = dict(pairs)
    if len(query) != len(pairs):
        msg = saying("a parameter is there twice")
        raise BadRequest(msg)
    given = query.get("hmac", "")
    rest = sorted((key, value) for key, value in query.items() if key != "hmac")
    message = "&".join(f"{_escaped(key, '=')}={_escaped(value)}" for key, value in rest)
    _check(given, message, secrets)
    _check_time(query.get("timestamp", ""), now)
    shop_domain(query.get("shop", ""))
    return query


def _escaped(text: str, more: str = "") -> str:
    for sign in f"%&{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def check_proxied(
    pairs: Sequence[tuple[str, str]], secrets: Iterable[str], now: datetime
) -> dict[str, str]:
    """Return the parameters of a request through the app proxy; raises BadRequest.

    Signed over the sorted `key=value` without anything between them; several values
    of a key are joined by commas. A second `shop` is refused.
    """
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    if len(values.get("shop", ())) != 1 or len(values.get("signature", ())) != 1:
        msg = saying("this request did not come through the shop")
        raise BadRequest(msg)
    given = values.pop("signature")[0]
    message = "".join(f"{key}={','.join(values[key])}" for key in sorted(values))
    _check(given, message, secrets)
    query = {key: found[0] for key, found in values.items()}
    _check_time(query.get("timestamp", ""), now)
    shop_domain(query["shop"])
    return query


def _check(given: str, message: str, secrets: Iterable[str]) -> None:
    """Compare in constant time, as bytes: a header or query may hold anything."""
    wanted = [
        hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    found = given.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(found, one.encode()) for one in wanted]
    if not any(matches):
        msg = saying("the signature is missing or wrong")
        raise BadRequest(msg)


def _check_time(text: str, now: datetime) -> None:
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_TIME
    if not is_number or abs(now.timestamp() - int(text)) > FRESH.total_seconds():
        msg = saying("the link is too old; open it anew from the shop")
        raise BadRequest(msg)


def session_shop(token: str, app: App, now: datetime) -> str:
    """Return the shop that a session token speaks for; raises BadRequest.

    HS256 with the app's secret; audience, both addresses and the end are required
    (ShopifyAPI's own reader takes tokens without an end).
    """
    for secret in app.secrets:
        try:
            said = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=app.client_id,
                options={
                    "require": ["exp", "nbf", "iss", "dest", "aud", "sub"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            return _spoken_for(said, now)
        except (jwt.InvalidTokenError, ValueError, TypeError):
            continue
    msg = saying(
        "the session token is not valid; open the app anew from the shop's admin"
    )
    raise BadRequest(msg)


def speaks_for(token: str) -> str:
    """Return the shop that a token names, unproved: to find whose secret proves it."""
    try:
        said = jwt.decode(token, options={"verify_signature": False})
        return urlsplit(str(said.get("dest", ""))).netloc
    except (jwt.InvalidTokenError, ValueError):
        return ""


def _spoken_for(said: Mapping[str, Any], now: datetime) -> str:
    """Check times by our own clock, and that both addresses are of one shop."""
    second = now.timestamp()
    if not int(said["nbf"]) - LEEWAY <= second <= int(said["exp"]) + LEEWAY:
        raise ValueError
    issuer, shop = urlsplit(str(said["iss"])), urlsplit(str(said["dest"]))
    if issuer.netloc != shop.netloc or not SHOP.fullmatch(shop.netloc):
        raise ValueError
    if (issuer.scheme, shop.scheme, issuer.path) != ("https", "https", "/admin"):
        raise ValueError
    return shop.netloc


def lacking(wanted: Iterable[str], granted: str) -> list[str]:
    """Return the scopes that were asked for and not granted; write implies read."""
    try:
        given = ApiAccess(granted)
        return [one for one in wanted if not given.covers(ApiAccess(one))]
    except ApiAccessError:
        return [*wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Shopify's token desk for one shop; each method raises Rejected with a cure."""

    url: str
    transport: Transport = STRICT
    timeouts: Timeouts = field(default_factory=Timeouts)

    def by_credentials(self, client_id: str, secret: str, now: datetime) -> Granted:
        """Get a token for 24 hours; there is no refresh token."""
        asked = {"grant_type": "client_credentials"}
        return self._ask(client_id, secret, asked, now)

    def by_code(self, app: App, code: str, now: datetime) -> Granted:
        """Change an authorization code for an expiring offline token."""
        asked = {"code": code, "expiring": "1"}
        return self._ask(app.client_id, app.secret.reveal(), asked, now)

    def by_refresh(self, app: App, refresh: str, now: datetime) -> Granted:
        """Change a refresh token for the next pair.

        The one before stays good until the new access token is used.
        """
        asked = {"grant_type": "refresh_token", "refresh_token": refresh}
        return self._ask(app.client_id, app.secret.reveal(), asked, now)

    def by_session(self, app: App, session_token: str, now: datetime) -> Granted:
        """Change a session token of the admin for an offline token."""
        asked = {
            "grant_type": EXCHANGE,
            "subject_token": session_token,
            "subject_token_type": ID_TOKEN,
            "requested_token_type": OFFLINE,
            "expiring": "1",
        }
        return self._ask(app.client_id, app.secret.reveal(), asked, now)

    def _ask(
        self, client_id: str, secret: str, asked: Mapping[str, str], now: datetime
    ) -> Granted:
        form = {"client_id": client_id, "client_secret": secret, **asked}
        reply = fetch(
            lambda: self.transport.request(
                "POST",
                f"{self.url}/admin/oauth/access_token",
                data=form,
                headers={"Accept": "application/json"},
                timeout=(self.timeouts.connect, self.timeouts.read),
            ),
            self.timeouts,
        )
        try:
            body = json.loads(reply.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            mute = saying("Shopify gave no token, and no reason that can be read")
            raise OutcomeUnknown(mute, status=reply.status)
        if "access_token" not in body:
            error = str(body.get("error", ""))[:60]
            msg = WORDS.get(error, saying("Shopify gave no token"))
            raise Rejected(msg, status=reply.status, error=error)
        return Granted(
            access=str(body["access_token"]),
            scopes=str(body.get("scope") or ""),
            ends=_after(now, body.get("expires_in")),
            refresh=str(body.get("refresh_token") or ""),
            refresh_ends=_after(now, body.get("refresh_token_expires_in")),
        )


def _after(now: datetime, seconds: object) -> datetime | None:
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool)
    return now + timedelta(seconds=int(str(seconds))) if is_number else None
