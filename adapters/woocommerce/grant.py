"""WooCommerce's hand-off of keys (wc-auth): where to send the merchant, what comes."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from connector.errors import BadRequest
from connector.saying import saying

APP_NAME = "Retour"
KEY = re.compile(r"ck_[0-9a-zA-Z_]{8,80}")
SECRET = re.compile(r"cs_[0-9a-zA-Z_]{8,80}")
STATE = re.compile(r"[A-Za-z0-9_-]{20,80}")


def consent_url(site: str, user: str, back: str, callback: str) -> str:
    """Return where the merchant approves; all five parameters are needed.

    The callback must be https, and without a percent sign: with one the page is
    shown and approving fails.
    """
    asked = {
        "app_name": APP_NAME,
        "scope": "read_write",
        "user_id": user,
        "return_url": back,
        "callback_url": callback,
    }
    return f"{site.rstrip('/')}/wc-auth/v1/authorize?{urlencode(asked)}"


def keys(body: bytes) -> tuple[str, str]:
    """Read the unsigned callback; raises BadRequest for anything but keys to write."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        msg = saying("that is no hand-off of keys")
        raise BadRequest(msg)
    key, secret = str(found.get("consumer_key")), str(found.get("consumer_secret"))
    if not KEY.fullmatch(key) or not SECRET.fullmatch(secret):
        msg = saying("that is no hand-off of keys")
        raise BadRequest(msg)
    if found.get("key_permissions") != "read_write":
        msg = saying("the keys may not read and write")
        raise BadRequest(msg)
    return key, secret
