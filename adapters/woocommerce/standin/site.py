"""What stands before the API: the site's front page of it, its moods, its settings."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.standin.shop import Shop

Answer = tuple[int, bytes, str, dict[str, str]]
HTML = "text/html; charset=UTF-8"
JSON = "application/json; charset=UTF-8"
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body></body></html>"


EVERYWHERE = ("moved", "maintenance", "database")
MOODS: Mapping[str, tuple[int, bytes, dict[str, str]]] = {
    "moved": (301, b"Moved", {}),
    "maintenance": (503, b"Maintenance", {"Retry-After": "600"}),
    "database": (500, b"Database Error", {}),
    "firewall": (403, b"Just a moment", {}),
    "challenge": (200, b"Just a moment", {}),
    "plain": (404, b"Page not found", {}),
}


def before(shop: Shop, path: str, query: Mapping[str, str]) -> Answer | None:
    """Answer what needs no key; None where the API itself is asked.

    Moods: firewall, maintenance, database, plain (permalinks), moved (to another
    address), blog (WordPress without WooCommerce), challenge (200 with a page);
    stripped (the host drops the Authorization header) shows at the API alone.
    """
    is_api = path.startswith("/wp-json")
    if shop.mood in MOODS and (is_api or shop.mood in EVERYWHERE):
        status, title, headers = MOODS[shop.mood]
        if shop.mood == "moved":
            headers = {"Location": f"https://www.shop.example{path}"}
        return status, PAGE % title, HTML, headers
    if path.rstrip("/") == "/wp-json" or query.get("rest_route") == "/":
        return 200, json.dumps(index(shop)).encode(), JSON, {}
    return None


def index(shop: Shop) -> dict[str, Any]:
    """Show the API's front page: names, namespaces, time zone."""
    offset = shop.clock().astimezone(shop.zone).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    spaces = ["oembed/1.0", "wp/v2"]
    if shop.mood != "blog":
        spaces += ["wc/v1", "wc/v2", "wc/v3", "wc-auth/v1"]
    return {
        "name": shop.name,
        "description": "",
        "url": "http://shop.example",
        "home": "http://shop.example",
        "gmt_offset": f"{hours:g}",
        "timezone_string": str(shop.zone),
        "namespaces": spaces,
        "authentication": [],
        "routes": {},
    }


def status(shop: Shop) -> dict[str, Any]:
    """Show the system status, the parts that are modelled."""
    return {
        "environment": {"version": shop.version, "wp_version": "7.0.4"},
        "settings": {"currency": shop.currency, "HPOS_enabled": shop.hpos},
    }


def settings(shop: Shop, group: str) -> list[dict[str, str]]:
    """Show one group of settings, the ones that are modelled."""
    groups = {
        "general": {
            "woocommerce_currency": shop.currency,
            "woocommerce_price_num_decimals": str(shop.decimals),
        },
        "tax": {
            "woocommerce_prices_include_tax": _yes(is_so=shop.prices_include_tax),
            "woocommerce_tax_round_at_subtotal": _yes(is_so=shop.tax_at_subtotal),
        },
    }
    return [{"id": key, "value": value} for key, value in groups[group].items()]


def date(shop: Shop) -> str:
    """Write the Date header by the shop's own clock."""
    return shop.clock().astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def paying(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    """Return an order with where it is paid, and whether it is to be."""
    home = shop.door.url if hasattr(shop, "door") else "https://shop.example"
    query = f"pay_for_order=true&key={order['order_key']}"
    is_payable = order["status"] in ("pending", "failed") and float(order["total"]) > 0
    own = {key: x for key, x in order.items() if key not in ("_fees", "_stock")}
    return own | {
        "payment_url": f"{home}/checkout/order-pay/{order['id']}/?{query}",
        "needs_payment": is_payable,
    }
