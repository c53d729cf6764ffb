"""A shop that behaves as a real WooCommerce does, its ugly parts included.

It shares nothing with Retour: its own books, its own arithmetic. What it does was
seen on a running WooCommerce 11.0.1 (tests/golden/woocommerce).
"""

from adapters.woocommerce.standin.books import Payout
from adapters.woocommerce.standin.server import serve
from adapters.woocommerce.standin.shop import Shop

__all__ = ["Payout", "Shop", "serve"]
