"""The app's own description for Shopify's command line: `shopify.app.toml`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.shopify.hooks import TOPICS

COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")
PROXY_SCOPE = "write_app_proxy"  # without it Shopify takes no [app_proxy]
# Of the app, not of one shop. The others are made in each shop and looked after there;
# named here as well they would be sent twice.
OWN_TOPICS = ("app/uninstalled", "app/scopes_update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the file says; `url` is where the world reaches Retour, without a slash."""

    client_id: str
    name: str
    url: str
    scopes: Sequence[str]
    subpath: str = "returns"
    api_version: str = "2026-10"
    has_all_topics: bool = False


def text(app: Manifest) -> str:
    """Write the file; `shopify app deploy` puts it in force."""
    topics = tuple(TOPICS) if app.has_all_topics else OWN_TOPICS
    hooks = f"{app.url}/webhooks/shopify"
    return f"""# Written by `retour shopify app-toml`; use `shopify app deploy`.
client_id = {_toml(app.client_id)}
name = {_toml(app.name)}
application_url = {_toml(f"{app.url}/console/embedded")}
embedded = true

[access_scopes]
scopes = {_toml(",".join(dict.fromkeys((*app.scopes, PROXY_SCOPE))))}

[auth]
redirect_urls = [{_toml(f"{app.url}/install/shopify/callback")}]

[webhooks]
api_version = {_toml(app.api_version)}

[[webhooks.subscriptions]]
topics = [{", ".join(map(_toml, topics))}]
uri = {_toml(hooks)}

[[webhooks.subscriptions]]
compliance_topics = [{", ".join(map(_toml, COMPLIANCE))}]
uri = {_toml(hooks)}

[app_proxy]
url = {_toml(f"{app.url}/proxy/shopify")}
prefix = "apps"
subpath = {_toml(app.subpath)}

[pos]
embedded = false
"""


def _toml(value: str) -> str:
    """Write a basic string: JSON's escapes are TOML's, DEL and surrogates apart."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
