"""What Shopify sells instead: variants at the price of one order's customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from connector.errors import Gone, Rejected
from connector.model import Resolution, Ware
from connector.money import Money
from connector.saying import saying

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import NewGoods, RefundRequest

Json = Mapping[str, Any]
PLAIN = "Default Title"  # of the only variant of a product without options


def of_product(calls: Calls, order_ref: str, ref: str) -> tuple[Ware, ...]:
    """List the first 100 variants of a product; empty where there is none."""
    found = calls.ask("wares", {"id": ref}).get("product")
    if not found:
        return ()
    rows = list(found["variants"]["nodes"])
    prices = prices_of(calls, order_ref, [str(row["id"]) for row in rows])
    return tuple(
        _ware(row, found, prices[str(row["id"])])
        for row in rows
        if str(row["id"]) in prices
    )


def one(calls: Calls, order_ref: str, ref: str) -> Ware:
    """Read one variant again; raises Gone."""
    row = calls.ask("ware", {"id": ref}).get("productVariant")
    price = prices_of(calls, order_ref, [ref]).get(ref) if row else None
    if not row or price is None:
        raise Gone(order=order_ref, ware=ref)
    return _ware(row, row["product"], price)


def _ware(row: Json, product: Json, price: tuple[Money, Money]) -> Ware:
    option = str(row.get("title") or "")
    title = str(product.get("title") or "")
    return Ware(
        ref=str(row["id"]),
        title=title if option in ("", PLAIN) else f"{title} - {option}",
        price=price[0],
        product_ref=str(product["id"]),
        sku=str(row.get("sku") or ""),
        available=_available(row),
    )


def _available(row: Json) -> int | None:
    """Return how many can be sold; None where the shop does not count or care."""
    is_counted = bool((row.get("inventoryItem") or {}).get("tracked", True))
    if not is_counted or row.get("inventoryPolicy") == "CONTINUE":
        return None
    return max(0, int(row["sellableOnlineQuantity"]))


def prices_of(
    calls: Calls, order_ref: str, refs: Sequence[str]
) -> dict[str, tuple[Money, Money]]:
    """Ask what one of each would cost as an exchange on this order: (gross, net).

    Shopify knows the customer's market and taxes; we do not. Both are in the currency
    that he paid; net is what a discount is taken from.
    """
    if not refs:
        return {}
    about = calls.ask("order_taxes", {"id": order_ref}).get("order")
    if not about:
        raise Gone(order=order_ref)
    asked = {
        "orderId": order_ref,
        "exchangeLineItems": [{"variantId": ref, "quantity": 1} for ref in refs],
    }
    found = calls.ask("ware_prices", {"input": asked}).get("returnCalculate")
    if not found:
        msg = saying("Shopify does not say what this would cost as an exchange")
        raise Rejected(msg, order=order_ref)
    currency = str(about["presentmentCurrencyCode"])
    return {
        str(row["variant"]["id"]): _price(
            row, currency, included=bool(about["taxesIncluded"])
        )
        for row in found["exchangeLineItems"]
        if row.get("variant")
    }


def _price(row: Json, currency: str, *, included: bool) -> tuple[Money, Money]:
    subtotal, tax = (
        Money.read(str(row[name]["presentmentMoney"]["amount"]), currency)[0]
        for name in ("subtotalSet", "totalTaxSet")
    )
    return (subtotal if included else subtotal + tax), subtotal


def sold_out(calls: Calls, request: RefundRequest) -> dict[int, str]:
    """Say what of the new goods is gone, or no longer at that price, by its place."""
    gone: dict[int, str] = {}
    taken: Counter[str] = Counter()
    for place, goods in enumerate(request.goods):
        why = _lacks(calls, request, goods, taken[goods.ref])
        if why:
            gone[place] = why
        else:
            taken[goods.ref] += goods.quantity
    return gone


def _lacks(calls: Calls, request: RefundRequest, goods: NewGoods, taken: int) -> str:
    try:
        ware = one(calls, request.order_ref, goods.ref)
    except Gone:
        return saying("%(title)s is no longer sold", title=goods.title)
    if ware.available is not None and ware.available - taken < goods.quantity:
        return saying(
            "%(left)s of %(wanted)s %(title)s are left",
            left=ware.available - taken,
            wanted=goods.quantity,
            title=goods.title,
        )
    is_dear = request.way is Resolution.EXCHANGE
    price = ware.price.share(goods.quantity, 1)
    if is_dear and abs(price.minor - goods.price.minor) > goods.quantity:
        return saying(
            "%(title)s costs %(price)s now, not %(before)s",
            title=goods.title,
            price=price,
            before=goods.price,
        )
    return ""
