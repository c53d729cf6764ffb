"""The hand-off of keys in a browser: sign in, approve or deny, keys by a POST.

What a browser sees here is plainer than WordPress; what is asked, refused and sent is
as it was recorded. The callback is not signed; a key stays only where it answered 200.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import requests

from adapters.woocommerce.standin.access import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.standin.shop import Shop
    from adapters.woocommerce.standin.site import Answer

ROOT = "/wc-auth/v1/"
ASKED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = ("read", "write", "read_write")
COOKIE = "wordpress_logged_in=staff"
NONCE = "bd6e9801ab"
HTML = "text/html; charset=UTF-8"
TIMEOUT = 60
SURE = 200  # 201 and 204 are failures, as they really are
UNSENT = (
    "An error occurred in the request and at the time were unable to send the"
    " consumer data."
)
HEAD = (
    '<!DOCTYPE html><html lang="en-US"><head><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1.0">'
    "</head><body>"
)


def visit(
    shop: Shop, method: str, url: str, headers: Mapping[str, str], origin: str
) -> Answer | None:
    """Answer a page of the hand-off; None for any other address."""
    parts = urlsplit(url)
    if not parts.path.startswith(ROOT):
        return None
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    wrong = _wrong(asked)
    if wrong:
        return _denied(wrong)
    page = parts.path.removeprefix(ROOT).strip("/")
    if page == "login":
        return _login(asked, method)
    if COOKIE not in headers.get("Cookie", ""):
        return _to(f"{origin}{ROOT}login/?{_query(asked)}")
    return _inside(shop, page, asked, origin)


def _inside(shop: Shop, page: str, asked: Mapping[str, str], origin: str) -> Answer:
    """Answer staff who are signed in."""
    if page == "authorize":
        return _consent(shop, asked)
    if page == "access_granted" and asked.get("wc_auth_nonce") == NONCE:
        return _grant(shop, asked, origin)
    return _denied("Invalid nonce verification")


def _wrong(asked: Mapping[str, str]) -> str:
    """Say what is wrong with a request, as the real shop does."""
    for name in ASKED:
        if not asked.get(name):
            return f"Missing parameter {name}."
    if asked["scope"] not in SCOPES:
        return f"Invalid scope {asked['scope']}."
    for name in ("return_url", "callback_url"):
        if urlsplit(asked[name]).scheme not in ("http", "https"):
            return f"The {name} is not a valid URL."
    if not asked["callback_url"].startswith("https://"):
        return "The callback_url needs to be over SSL."
    return ""


def _login(asked: Mapping[str, str], method: str) -> Answer:
    if method == "POST":
        there = {"Location": f"{ROOT}authorize?{_query(asked)}"}
        return 302, b"", HTML, there | {"Set-Cookie": f"{COOKIE}; Path=/"}
    body = (
        '<form method="post"><label>Username <input name="log"></label>'
        '<label>Password <input name="pwd" type="password"></label>'
        "<button>Login</button></form>"
    )
    return _page(200, "Login", body)


def _consent(shop: Shop, asked: Mapping[str, str]) -> Answer:
    """Ask the shop's staff: approving and denying are both mere links."""
    yes = f"{ROOT}access_granted/?{_query({**asked, 'wc_auth_nonce': NONCE})}"
    no = _back(asked, success="0")
    name = html.escape(asked["app_name"])
    body = (
        f"<h1>{name} would like to connect to your store {html.escape(shop.name)}</h1>"
        f"<p>This will give {name} {html.escape(asked['scope'])} access.</p>"
        f'<a href="{html.escape(yes)}">Approve</a> '
        f'<a href="{html.escape(no)}">Deny</a>'
    )
    return _page(200, "Application authentication request", body)


def _grant(shop: Shop, asked: Mapping[str, str], origin: str) -> Answer:
    """Make a key and post it; each reload of the page makes and posts another."""
    callback = asked["callback_url"]
    if re.search(r"%[0-9A-Fa-f]{2}|[^\x21-\x7e]", callback):
        return _denied(f"The {callback} is not a valid URL.")
    number = shop.new_id("key")
    key, secret = (f"{kind}_{shop.rng.getrandbits(160):040x}" for kind in ("ck", "cs"))
    shop.keys[key] = Key(secret, asked["scope"])
    body = {
        "key_id": number,
        "user_id": asked["user_id"],
        "consumer_key": key,
        "consumer_secret": secret,
        "key_permissions": asked["scope"],
    }
    if not _sent(shop, callback, body, origin):
        del shop.keys[key]
        return _denied(UNSENT)
    return _to(_back(asked, success="1"))


def _sent(shop: Shop, callback: str, body: Mapping[str, object], origin: str) -> bool:
    """Post the keys; a redirect is followed, as WordPress does."""
    headers = {
        "Content-Type": "application/json;charset=utf-8",
        "User-Agent": f"WordPress/7.0.4; {origin}",
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                callback,
                json=body,
                headers=headers,
                timeout=TIMEOUT,
                verify=shop.outbox.trusts or True,
            )
    except requests.RequestException:
        return False
    return answer.status_code == SURE


def _back(asked: Mapping[str, str], success: str) -> str:
    joint = "&" if "?" in asked["return_url"] else "?"
    said = urlencode({"success": success, "user_id": asked["user_id"]})
    return f"{asked['return_url']}{joint}{said}"


def _query(asked: Mapping[str, str]) -> str:
    return urlencode(asked, quote_via=quote, safe="")


def _to(url: str) -> Answer:
    return 302, b"", HTML, {"Location": url}


def _denied(why: str) -> Answer:
    told = html.escape(f"Error: {why}", quote=False)
    return _page(401, "Access denied", f'<div class="wp-die-message">{told}</div>')


def _page(status: int, title: str, body: str) -> Answer:
    return status, f"{HEAD.format(title=title)}{body}</body></html>".encode(), HTML, {}
