"""Orders that are made and changed over the API, with WooCommerce's own arithmetic.

Read in its code: a fee below zero is held to the net of lines and shipping; its VAT is
shared over the lines whatever its tax status; the sum of fees is not rounded before the
total is. Stock goes down when an order is first set to a status that is paid.
"""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import meta, selling
from adapters.woocommerce.standin.books import ZERO, rounded
from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]
ADDRESS = [
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
]
PAYABLE = ("pending", "failed")
SENDING = ("processing", "completed", "on-hold")


def create(shop: Shop, body: Json) -> Json:
    """Make an order; without a status it is pending. Nobody is asked for money."""
    billing = dict(body.get("billing") or {})
    if billing.get("email") == "":
        told = "Invalid parameter(s): billing"
        raise Problem(400, "rest_invalid_param", told, {"status": 400})
    lines = [_line(shop, one) for one in body.get("line_items") or ()]
    with shop.lock:
        order = selling.blank_order(shop, lines, [], [], gateway="", paid=False)
        order["created_via"] = "rest-api"
        blank = dict.fromkeys(ADDRESS, "")
        order["billing"] = {**blank, "email": "", **billing}
        order["shipping"] = {**blank, **dict(body.get("shipping") or {})}
        order["customer_id"] = int(body.get("customer_id") or 0)
        order["currency"] = str(body.get("currency") or shop.currency)
        order["_stock"] = False
        meta.write(shop, order, body.get("meta_data"))
        add_fees(shop, order, body.get("fee_lines"))
        shop.keep_order(order)
        set_status(shop, order, str(body.get("status") or "pending"))
    return order


def _line(shop: Shop, asked: Json) -> Json:
    """Return a line, priced by the shop unless its net is given."""
    ref = asked.get("variation_id") or asked.get("product_id")
    product = shop.products.get(int(ref or 0))
    if product is None:
        told = "Product ID or SKU is required."
        code = "woocommerce_rest_required_product_reference"
        raise Problem(400, code, told, {"status": 400})
    count = int(asked.get("quantity") or 1)
    full = Decimal(product["price"]) * count
    line = selling.line(shop, product, count, full, full)
    if asked.get("total") is None:
        return line
    net = Decimal(str(asked["total"]))
    tax = rounded(net * product["_percent"] / 100, shop.decimals)
    return line | {
        "subtotal": shop.money(Decimal(str(asked.get("subtotal", net)))),
        "total": shop.money(net),
        "total_tax": shop.money(tax),
        "taxes": [one | {"total": shop.money(tax)} for one in line["taxes"]],
    }


def add_fees(shop: Shop, order: Json, asked: object) -> None:
    """Add fees and reckon the order anew; the same fee twice is two fees."""
    if not isinstance(asked, list):
        return
    for one in asked:
        order["fee_lines"].append(_fee(shop, order, one))
    parts = [*order["line_items"], *order["shipping_lines"]]
    net = sum((Decimal(one["total"]) for one in parts), ZERO)
    taxes = sum((Decimal(x["total_tax"]) for x in [*parts, *order["fee_lines"]]), ZERO)
    order["total_tax"] = shop.money(taxes)
    order["total"] = shop.money(net + Decimal(order["_fees"]) + taxes)


def _fee(shop: Shop, order: Json, asked: Json) -> Json:
    parts = [*order["line_items"], *order["shipping_lines"]]
    net = sum((Decimal(one["total"]) for one in parts), ZERO)
    before = Decimal(order.setdefault("_fees", "0"))
    total, most = Decimal(str(asked["total"])), -rounded(net + before, shop.decimals)
    if total < most < 0:
        total = most
    taxes = _taxes(shop, order["line_items"], total, net)
    order["_fees"] = f"{before + total:f}"  # not rounded before the total is
    fee: Json = {
        "id": shop.new_id("line"),
        "name": str(asked.get("name") or "Fee"),
        "tax_class": "",
        "tax_status": str(asked.get("tax_status") or "taxable"),
        "amount": "",
        "total": shop.money(total),
        "total_tax": shop.money(sum((Decimal(x["total"]) for x in taxes), ZERO)),
        "taxes": taxes,
        "meta_data": [],
    }
    meta.write(shop, fee, asked.get("meta_data"))
    return fee


def _taxes(shop: Shop, lines: list[Json], total: Decimal, net: Decimal) -> list[Json]:
    """Share a fee's tax over the rates of the lines, each rounded as the shop does."""
    by_rate: dict[int, Decimal] = {}
    for line in lines:
        percent = shop.product_of(line)["_percent"]
        if percent and net:
            rate = selling.rate_id(shop, percent)
            part = total * Decimal(line["total"]) / net * percent / 100
            by_rate[rate] = by_rate.get(rate, ZERO) + part
    half = ROUND_HALF_DOWN if shop.prices_include_tax else ROUND_HALF_UP
    unit = Decimal(1).scaleb(-shop.decimals)
    return [
        {"id": rate, "total": f"{part.quantize(unit, rounding=half):f}", "subtotal": ""}
        for rate, part in by_rate.items()
    ]


def set_status(shop: Shop, order: Json, status: str) -> None:
    """Change the status; the first that sends takes the goods off the shelf."""
    shop.set_status(order, status)
    if status in SENDING and order.get("_stock") is False:
        order["_stock"] = True
        for line in order["line_items"]:
            product = shop.product_of(line)
            if product["manage_stock"]:
                product["stock_quantity"] -= line["quantity"]
    if status in ("processing", "completed") and not order["date_paid_gmt"]:
        order.update(shop.dates(shop.clock(), "date_paid"))


def pay(shop: Shop, order_id: int, gateway: str = "labpay") -> None:
    """Let the customer pay what an order asks, on the shop's own page."""
    order = shop.orders[order_id]
    if order["status"] not in PAYABLE or not Decimal(order["total"]):
        message = "this order does not need payment"
        raise ValueError(message)
    with shop.lock:
        order["payment_method"] = gateway
        order["payment_method_title"] = gateway.title()
        set_status(shop, order, "processing")
        shop.touch(order)
