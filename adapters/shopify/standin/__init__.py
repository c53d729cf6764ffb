"""A stand-in Shopify: an HTTP server that behaves as the Admin API 2026-10 does.

It executes real GraphQL documents on the real schema, keeps its own books with its own
arithmetic, and shares no code with the connector, so that it cannot share a mistake.

    shop = Shop(domain="teehaus.myshopify.com", token="shpat_x", client_id="id",
                client_secret="secret", clock=clock)
    tea = shop.add_product("Assam", "19.90", tax_rate="0.20")
    order = shop.place_order([(tea, 2)], "ada@example.com")
    with serve(shop) as url:
        ...  # POST {url}/admin/api/2026-10/graphql.json
    assert shop.paid_out_minor(order) == 0
"""

from __future__ import annotations

from adapters.shopify.standin.records import Payout
from adapters.shopify.standin.server import serve
from adapters.shopify.standin.shop import Shop
from adapters.shopify.standin.switches import Switch
from adapters.shopify.standin.webhooks import sign

__all__ = ["Payout", "Shop", "Switch", "serve", "sign"]
