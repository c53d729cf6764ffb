"""Orders as the shops write them, read by the shops' own translators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.shopify import translate as shopify
from adapters.woocommerce import translate as woocommerce
from tests.adapters.woocommerce import golden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order


def bag(amount: str, currency: str = "EUR", shop: tuple[str, str] | None = None) -> Any:
    """Write a MoneyBag: what the customer paid, and what the shop books."""
    booked, of = shop or (amount, currency)
    return {
        "presentmentMoney": {"amount": amount, "currencyCode": currency},
        "shopMoney": {"amount": booked, "currencyCode": of},
    }


def at_shopify(
    lines: Sequence[dict[str, Any]],
    total: str,
    *,
    currency: str = "EUR",
    included: bool = True,
    **more: Any,
) -> Order:
    """Translate a Shopify order, paid on one card unless told otherwise."""
    paid = {
        "id": "tx",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "amountSet": bag(total, currency),
    }
    data = {
        "id": "gid://shopify/Order/1",
        "name": "#1001",
        "createdAt": "2026-11-02T12:00:00Z",
        "updatedAt": "2026-11-02T12:00:00Z",
        "taxesIncluded": included,
        "presentmentCurrencyCode": currency,
        "displayFinancialStatus": "PAID",
        "totalPriceSet": bag(total, currency),
        "lineItems": {"nodes": list(lines), "pageInfo": {"hasNextPage": False}},
        "transactions": [paid],
    }
    return shopify.order(data | more)


def item(ref: str, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": ref,
        "title": f"Item {ref}",
        "quantity": quantity,
        "originalTotalSet": bag(price),
    } | more


def taxed(amount: str, rate: str = "0.2", title: str = "VAT") -> dict[str, Any]:
    return {"title": title, "rate": rate, "priceSet": bag(amount)}


def off(*amounts: str) -> list[dict[str, Any]]:
    return [{"allocatedAmountSet": bag(amount)} for amount in amounts]


def at_woocommerce(name: str, refunds: Sequence[Any] = (), **changed: Any) -> Order:
    """Translate an order that was recorded on a running WooCommerce."""
    return woocommerce.order(golden.body(name) | changed, list(refunds), {})
