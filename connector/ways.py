"""The ways to connect a shop: what each asks the merchant for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from connector.config import SHOP_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way: settings that may be seen, and secrets that never are again."""

    platform: str
    settings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


# Way -> what it asks for. The install ways send the browser to the shop instead.
WAYS = {
    "shopify-client": Way(
        platform="shopify", settings=("client_id",), secrets=("client_secret",)
    ),
    "shopify-token": Way(
        platform="shopify",
        secrets=("token", "client_secret"),
        optional=("client_secret",),
    ),
    "woocommerce-keys": Way(
        platform="woocommerce", secrets=("consumer_key", "consumer_secret")
    ),
}


def tidy_address(platform: str, text: str) -> str:
    """Bring what a merchant types into the form that the rows have.

    `My-Shop`, `https://my-shop.myshopify.com/admin` and the admin's own address
    become `my-shop.myshopify.com`; a site keeps its scheme and path without the
    last slash, and gets https where none was typed.
    """
    bare = text.strip()
    if platform == "shopify":
        admin = re.search(r"admin\.shopify\.com/store/([a-zA-Z0-9-]+)", bare)
        if admin:
            return f"{admin.group(1).lower()}.myshopify.com"
        host = urlsplit(bare if "://" in bare else f"https://{bare}").netloc
        return host.lower() if "." in host else f"{host.lower()}.myshopify.com"
    site = bare if "://" in bare else f"https://{bare}"
    site = site.split("?", 1)[0].rstrip("/").removesuffix("/wp-admin")
    parts = urlsplit(site)
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme.lower(), "")
    host = parts.netloc.lower().removesuffix(usual) if usual else parts.netloc.lower()
    return urlunsplit((parts.scheme.lower(), host, parts.path, "", ""))


def name_for(address: str) -> str:
    """Propose a name for a shop: what its address says of it, made to fit."""
    host = urlsplit(address if "://" in address else f"https://{address}").hostname
    bare = (host or "shop").removeprefix("www.").removesuffix(".myshopify.com")
    name = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")[:40].strip("-")
    return name if SHOP_NAME.fullmatch(name) else "shop"
