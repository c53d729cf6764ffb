"""The keys that a merchant may give anew, by how the shop was connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ways import WAYS

if TYPE_CHECKING:
    from connector.store.shops import ShopRow
    from connector.ways import Way


def way_of(row: ShopRow) -> Way | None:
    """Return what a connected shop asks for; None where its app is installed again.

    A shop that has installed the app of `[shopify]` renews its tokens itself: there
    is nothing that its merchant could enter.
    """
    if row.platform == "woocommerce":
        return WAYS["woocommerce-keys"]
    if row.settings.get("client_id"):
        return WAYS["shopify-client"]
    return None if row.settings.get("installed") else WAYS["shopify-token"]
