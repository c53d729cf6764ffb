"""WooCommerce (wc/v3): translate, calls, refunds, and the shop made of them."""
