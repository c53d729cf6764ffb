"""What a WooCommerce shop sells, priced for the customer of an order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import rates, translate
from connector.errors import Rejected
from connector.model import Resolution, Ware, add_tax
from connector.saying import saying

if TYPE_CHECKING:
    from connector.model import RefundRequest, TaxRate
    from connector.money import Money

Json = Mapping[str, Any]

VARIABLE = ("variable", "variable-subscription")
SOLD = ("simple", "variation")


def ware(product: Json, order: Json, parent: Json | None = None) -> Ware:
    """Translate a simple product, or a variation with its parent.

    Raises Rejected where it has no price, or its tax is not known.
    """
    currency = str(order["currency"])
    ref = str(product["id"])
    net, added = _net(product, order)
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
        price=add_tax(net, added or (), currency),
        product_ref=str(product.get("parent_id") or ref),
        sku=str(product.get("sku") or ""),
        available=available(product),
        net=None if added is None else net,
        rates=added or (),
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


def _net(product: Json, order: Json) -> tuple[Decimal, tuple[TaxRate, ...] | None]:
    """Return a price as the shop has it, and what it adds; None: it holds its tax."""
    try:
        price = Decimal(str(product.get("price") or ""))
    except InvalidOperation:
        msg = saying("this article has no price")
        raise Rejected(msg, ware=product["id"]) from None
    if order.get("prices_include_tax"):
        return price, None
    if product.get("tax_status") == "none":
        return price, ()
    return price, rates.of_class(order, product.get("tax_class"))


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
    """Say whether units cost another price now, but for what rounding takes.

    Part of what was promised is priced as its share, the shop rounds the part.
    """
    if found is None:
        return True
    cents = 0 if found.net is None else translate.CENTS
    return abs((found.cost(quantity) - price).minor) > cents
