"""How the shop grants access: consent, codes, tokens that end, signed requests."""

from __future__ import annotations

import hashlib
import hmac
import html
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import jwt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.state import State

DAY_SECONDS = 86399
HOUR_SECONDS = 3600
REFRESH_SECONDS = 90 * 24 * 3600
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(slots=True)
class Pair:
    """An offline grant: its newest refresh token, and the one before it.

    The one before is good until the newest access token is used.
    """

    scopes: str
    refresh: str
    access: str
    previous: str = ""


def page(state: State, query: Mapping[str, str]) -> str:
    """Show the consent page, as staff of the shop see it."""
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">'
        for key, value in query.items()
    )
    scopes = html.escape(query.get("scope", ""))
    return (
        "<!doctype html><html lang=en><title>Install app</title>"
        f"<h1>Install app on {html.escape(state.domain)}</h1><p>{scopes}</p>"
        f'<form method="post" action="/admin/oauth/approve">{hidden}'
        '<button name="verdict" value="install">Install</button>'
        '<button name="verdict" value="cancel">Cancel</button></form></html>'
    )


def trouble(state: State, query: Mapping[str, str]) -> str:
    """Say why there is no consent page, as Shopify does; "" where there is one."""
    if query.get("client_id") != state.client_id:
        return "Oauth error application_cannot_be_found: no app has this client_id"
    redirect = query.get("redirect_uri", "")
    if state.redirect_urls and redirect not in state.redirect_urls:
        return "Oauth error invalid_request: redirect_uri is not whitelisted"
    return ""


def deny(state: State, query: Mapping[str, str]) -> str:
    """Let the merchant turn back: he is sent into his admin, the app hears nothing."""
    del query
    return f"https://{state.domain}/admin/apps"


def approve(state: State, query: Mapping[str, str]) -> str:
    """Grant what was asked, as far as the shop has it; return where to go."""
    with state.lock:
        code = state.new_uuid().replace("-", "")
        asked = query.get("scope", "").split(",")
        given = ",".join(one for one in asked if one in state.scopes)
        state.codes[code] = (query.get("client_id", ""), given)
    back = {
        "code": code,
        "host": "YWRtaW4uc2hvcGlmeS5jb20",
        "shop": state.domain,
        "state": query.get("state", ""),
        "timestamp": str(int(state.clock().timestamp())),
    }
    return f"{query.get('redirect_uri', '')}?{urlencode(signed(state, back))}"


def signed(state: State, query: Mapping[str, str]) -> dict[str, str]:
    """Add the hex HMAC over the sorted parameters."""
    message = "&".join(f"{key}={value}" for key, value in sorted(query.items()))
    digest = hmac.new(state.client_secret.encode(), message.encode(), hashlib.sha256)
    return {**query, "hmac": digest.hexdigest()}


def token(state: State, asked: Mapping[str, str]) -> tuple[int, Json]:
    """Answer at the token desk."""
    pair = (asked.get("client_id"), asked.get("client_secret"))
    if pair != (state.client_id, state.client_secret):
        return _refused("invalid_client", "Client authentication failed.")
    kind = asked.get("grant_type", "")
    if kind == "client_credentials":
        return _by_credentials(state)
    if kind == "refresh_token":
        return _by_refresh(state, asked.get("refresh_token", ""))
    if kind == EXCHANGE:
        return _by_session(state, asked)
    if "code" in asked:
        return _by_code(state, asked)
    return _refused("unsupported_grant_type", "Grant type is not supported.")


def _refused(error: str, told: str) -> tuple[int, Json]:
    return 400, {"error": error, "error_description": told}


def _by_credentials(state: State) -> tuple[int, Json]:
    if state.shop_not_permitted:
        told = "Client credentials cannot be performed on this shop."
        return _refused("shop_not_permitted", told)
    if state.app_not_installed:
        told = "The application is not installed on this shop."
        return _refused("app_not_installed", told)
    scopes = ",".join(state.scopes)
    access = _access(state, DAY_SECONDS)
    return 200, {"access_token": access, "scope": scopes, "expires_in": DAY_SECONDS}


def _access(state: State, seconds: int) -> str:
    with state.lock:
        made = f"shpat_{state.new_uuid().replace('-', '')}"
        state.tokens[made] = state.clock() + timedelta(seconds=seconds)
    return made


def _by_code(state: State, asked: Mapping[str, str]) -> tuple[int, Json]:
    with state.lock:
        known = state.codes.pop(asked["code"], None)
    if known is None or known[0] != state.client_id:
        told = "The authorization code was not found or was already used"
        return _refused("invalid_request", told)
    return _offline(state, known[1], ends=asked.get("expiring") == "1")


def _offline(state: State, scopes: str, *, ends: bool) -> tuple[int, Json]:
    if not ends:
        with state.lock:
            made = f"shpat_{state.new_uuid().replace('-', '')}"
            state.tokens[made] = datetime.max.replace(tzinfo=state.clock().tzinfo)
        return 200, {"access_token": made, "scope": scopes}
    access = _access(state, HOUR_SECONDS)
    with state.lock:
        refresh = f"shprt_{state.new_uuid().replace('-', '')}"
        state.pairs.append(Pair(scopes, refresh, access))
    return 200, _pair_answer(state.pairs[-1])


def _pair_answer(pair: Pair) -> Json:
    return {
        "access_token": pair.access,
        "scope": pair.scopes,
        "expires_in": HOUR_SECONDS,
        "refresh_token": pair.refresh,
        "refresh_token_expires_in": REFRESH_SECONDS,
    }


def _by_refresh(state: State, given: str) -> tuple[int, Json]:
    with state.lock:
        found = next((x for x in state.pairs if given in (x.refresh, x.previous)), None)
    if not given or found is None:
        return _refused("invalid_grant", "The refresh token is invalid.")
    access = _access(state, HOUR_SECONDS)
    with state.lock:
        found.previous = given
        found.refresh = f"shprt_{state.new_uuid().replace('-', '')}"
        found.access = access
    return 200, _pair_answer(found)


def used(state: State, access: str) -> None:
    """Note that a token was used: the refresh token before its own ends."""
    for pair in state.pairs:
        if pair.access == access:
            pair.previous = ""


def _by_session(state: State, asked: Mapping[str, str]) -> tuple[int, Json]:
    try:
        jwt.decode(
            asked.get("subject_token", ""),
            state.client_secret,
            algorithms=["HS256"],
            audience=state.client_id,
            options={"verify_exp": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError:
        return _refused("invalid_subject_token", "The subject token is invalid.")
    ends = asked.get("expiring") == "1"
    return _offline(state, ",".join(state.scopes), ends=ends)


def session_token(state: State, **changes: object) -> str:
    """Mint what App Bridge would: one minute, for the shop, by the app's secret."""
    now = int(state.clock().timestamp())
    said = {
        "iss": f"https://{state.domain}/admin",
        "dest": f"https://{state.domain}",
        "aud": state.client_id,
        "sub": "42",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": state.new_uuid(),
        "sid": state.new_uuid(),
    }
    said.update(changes)
    kept = {key: value for key, value in said.items() if value is not None}
    return jwt.encode(kept, state.client_secret, algorithm="HS256")


def uninstall(state: State) -> None:
    """Take the app away: its tokens are dead before its webhook is sent."""
    with state.lock:
        state.tokens.clear()
        state.pairs.clear()
        state.begin()
        state.announce("app/uninstalled", {"id": 1, "domain": state.domain})


def proxied(state: State, query: str, prefix: str = "/apps/returns") -> str:
    """Sign what the storefront's proxy forwards; return the query to Retour."""
    pairs = parse_qsl(query, keep_blank_values=True)
    pairs += [
        ("shop", state.domain),
        ("logged_in_customer_id", ""),
        ("path_prefix", prefix),
        ("timestamp", str(int(state.clock().timestamp()))),
    ]
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    message = "".join(f"{key}={','.join(values[key])}" for key in sorted(values))
    digest = hmac.new(state.client_secret.encode(), message.encode(), hashlib.sha256)
    return urlencode([*pairs, ("signature", digest.hexdigest())], quote_via=quote)


def query_of(path: str) -> dict[str, str]:
    """Return the query of a path."""
    return dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
