"""What a WooCommerce shop sells, priced for the customer of an order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from connector.errors import Rejected
from connector.model import Resolution, Ware
from connector.money import Money

if TYPE_CHECKING:
    from connector.model import RefundRequest

Json = Mapping[str, Any]

VARIABLE = ("variable", "variable-subscription")
SOLD = ("simple", "variation")
PER_CENT = Decimal(100)


def ware(product: Json, order: Json, parent: Json | None = None) -> Ware:
    """Translate a simple product, or a variation with its parent.

    Raises Rejected where it has no price, or its tax is not known.
    """
    currency = str(order["currency"])
    ref = str(product["id"])
    title = str(product.get("name") or "")
    if (
        parent is not None
        and parent.get("name")
        and not title.startswith(str(parent["name"]))
    ):
        title = f"{parent['name']} - {title}"  # a list of variations leaves it out
    return Ware(
        ref=ref,
        title=title,
        price=_gross(product, order, currency),
        product_ref=str(product.get("parent_id") or ref),
        sku=str(product.get("sku") or ""),
        available=available(product),
    )


def available(product: Json) -> int | None:
    """Return how many can be sold; None where the shop does not count."""
    if product.get("status") != "publish" or product.get("purchasable") is False:
        return 0
    if product.get("backorders_allowed"):
        return None
    if product.get("manage_stock"):  # "parent": counted for all its variations
        return max(0, int(product.get("stock_quantity") or 0))
    return 0 if product.get("stock_status") == "outofstock" else None


def _gross(product: Json, order: Json, currency: str) -> Money:
    """Return the price with tax: it holds it, or it is added as on the order."""
    try:
        price = Decimal(str(product.get("price") or ""))
    except InvalidOperation:
        msg = "this article has no price"
        raise Rejected(msg, ware=product["id"]) from None
    if not order.get("prices_include_tax") and product.get("tax_status") != "none":
        price += price * _rate(product, order) / PER_CENT
    return Money.read(f"{price:f}", currency)[0]


def _rate(product: Json, order: Json) -> Decimal:
    """Return the per cent that the order's customer pays on goods of its tax class."""
    if not Decimal(str(order.get("total_tax") or "0")):
        return Decimal(0)
    lines = [x for x in order.get("line_items") or () if x.get("taxes")]
    same = [x for x in lines if x.get("tax_class") == product.get("tax_class")]
    if not same:
        msg = "what tax its customer pays on this article is not known"
        raise Rejected(msg, ware=product["id"])
    ids = {str(tax.get("id")) for tax in same[0]["taxes"] if tax.get("total")}
    return sum(
        (
            Decimal(str(one.get("rate_percent") or 0))
            for one in order.get("tax_lines") or ()
            if str(one.get("rate_id")) in ids
        ),
        Decimal(0),
    )


def lacking(
    request: RefundRequest, shelf: Mapping[str, Ware | None]
) -> tuple[int, ...]:
    """Return the places of goods that are gone, or cost another price now."""
    taken: dict[str, int] = {}
    gone = []
    for place, one in enumerate(request.goods):
        found, asked = shelf.get(one.ref), taken.get(one.ref, 0) + one.quantity
        most = asked if found is None or found.available is None else found.available
        is_dear = request.way is Resolution.EXCHANGE and _is_dear(
            found, one.quantity, one.price
        )
        if found is None or most < asked or is_dear:
            gone.append(place)
        else:
            taken[one.ref] = asked
    return tuple(gone)


def _is_dear(found: Ware | None, quantity: int, price: Money) -> bool:
    return found is None or found.price.share(quantity, 1) != price
