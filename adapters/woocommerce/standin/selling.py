"""Making products and orders, with the shop's own tax arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import coupons
from adapters.woocommerce.standin.books import ZERO, rounded, tax_inside, tax_upon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]
SHIPPING_PERCENT = Decimal(20)


def add_product(
    shop: Shop,
    name: str,
    price: Decimal,
    *,
    sku: str,
    tags: Iterable[str],
    categories: Iterable[str],
    percent: Decimal,
    stock: int,
    parent: int = 0,
) -> int:
    """Return the id of a new product, or of a variation of `parent`."""
    product_id = shop.new_id("post")
    shop.products[product_id] = {
        "id": product_id,
        "name": name,
        "slug": f"product-{product_id}",
        "type": "simple",
        "status": "publish",
        "sku": sku or f"SKU-{product_id}",
        "price": shop.money(price),
        "regular_price": shop.money(price),
        "virtual": False,
        "purchasable": True,
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": True,
        "stock_quantity": stock,
        "stock_status": "instock",
        "backorders_allowed": False,
        "parent_id": parent,
        "variations": [],
        "categories": _terms(shop, categories),
        "tags": _terms(shop, tags),
        "meta_data": [],
        "_percent": percent,
    }
    if parent:
        whole = f"{shop.products[parent]['name']} - {name}"
        shop.products[product_id] |= {"type": "variation", "name": whole}
        shop.products[parent]["type"] = "variable"
        shop.products[parent]["variations"].append(product_id)
    return product_id


def _terms(shop: Shop, names: Iterable[str]) -> list[Json]:
    return [
        {"id": shop.new_id("term"), "name": name, "slug": name.lower()}
        for name in names
    ]


def rate_id(shop: Shop, percent: Decimal) -> int:
    """Return the id of a tax rate."""
    return shop.rates.setdefault(f"{percent:f}", len(shop.rates) + 1)


def place_order(
    shop: Shop,
    wanted: list[tuple[int, int]],
    email: str,
    *,
    country: str,
    shipping: Decimal | None,
    coupon: Decimal,
    code: str,
    fee: Decimal | None,
    gateway: str,
    paid: bool,
) -> int:
    """Return the id of a new order; a coupon is spread over the lines by price.

    Raises ValueError for a code that this customer may not use.
    """
    if code:
        goods = sum((Decimal(shop.products[x]["price"]) * n for x, n in wanted), ZERO)
        coupon = coupons.spend(shop, code, email, goods)
    lines = _lines(shop, wanted, coupon)
    carriage = [] if shipping is None else [_carriage(shop, shipping)]
    extra = [] if fee is None else [_fee(shop, fee)]
    order = blank_order(shop, lines, carriage, extra, gateway=gateway, paid=paid)
    order["billing"] = _address(email, country) | {"email": email}
    order["shipping"] = _address("", country)
    if code:
        order["coupon_lines"] = [_taken(shop, code, lines)]
    shop.keep_order(order)
    for product_id, count in wanted:
        shop.products[product_id]["stock_quantity"] -= count
    return int(order["id"])


def _taken(shop: Shop, code: str, lines: list[Json]) -> Json:
    """Return the coupon line of an order: what the coupon took, net and tax."""
    net = _discount(lines)
    tax = _sum(lines, "subtotal_tax") - _sum(lines, "total_tax")
    return {
        "id": shop.new_id("line"),
        "code": code.lower(),
        "discount": shop.money(net),
        "discount_tax": shop.money(tax),
        "meta_data": [],
        "discount_type": "fixed_cart",
    }


def blank_order(
    shop: Shop,
    lines: list[Json],
    carriage: list[Json],
    extra: list[Json],
    *,
    gateway: str,
    paid: bool,
) -> Json:
    """Return a new order of these parts, for nobody yet."""
    order_id, now = shop.new_id("post"), shop.clock()
    return {
        "id": order_id,
        "parent_id": 0,
        "status": "processing" if paid else "pending",
        "currency": shop.currency,
        "version": "11.0.1",
        "prices_include_tax": shop.prices_include_tax,
        **shop.dates(now, "date_created"),
        **shop.dates(now, "date_modified"),
        **shop.dates(None, "date_completed"),
        **shop.dates(now if paid else None, "date_paid"),
        **_totals(shop, lines, carriage, extra),
        "customer_id": 0,
        "order_key": f"wc_order_{order_id}",
        "billing": {},
        "shipping": {},
        "payment_method": gateway,
        "payment_method_title": gateway.title(),
        "transaction_id": "",
        "created_via": "checkout",
        "customer_note": "",
        "number": str(order_id),
        "meta_data": [],
        "line_items": lines,
        "tax_lines": _rates(shop, lines, carriage),
        "shipping_lines": carriage,
        "fee_lines": extra,
        "coupon_lines": [],
        "refunds": [],
        "is_editable": False,
        "needs_payment": not paid,
        "needs_processing": True,
        "currency_symbol": "€",
        "_links": {"self": [], "collection": []},
    }


def _rates(shop: Shop, lines: list[Json], carriage: list[Json]) -> list[Json]:
    """Return the order's tax lines: one a rate that its lines bear."""
    percents = [(one, shop.product_of(one)["_percent"]) for one in lines]
    return [
        {
            "id": shop.new_id("line"),
            "rate_code": f"FR-{percent:f}-1",
            "rate_id": rate_id(shop, percent),
            "label": f"VAT {percent:f}%",
            "compound": False,
            "tax_total": shop.money(
                _sum([x for x, its in percents if its == percent], "total_tax")
            ),
            "shipping_tax_total": shop.money(
                _sum(carriage, "total_tax") if percent == SHIPPING_PERCENT else ZERO
            ),
            "rate_percent": float(percent),
            "meta_data": [],
        }
        for percent in sorted({its for _, its in percents} - {ZERO})
    ]


def _totals(
    shop: Shop, lines: list[Json], carriage: list[Json], extra: list[Json]
) -> Json:
    parts = [*lines, *carriage, *extra]
    tax, net = _sum(parts, "total_tax"), _sum(parts, "total")
    return {
        "discount_total": shop.money(_discount(lines)),
        "discount_tax": shop.money(ZERO),
        "shipping_total": shop.money(_sum(carriage, "total")),
        "shipping_tax": shop.money(_sum(carriage, "total_tax")),
        "cart_tax": shop.money(tax - _sum(carriage, "total_tax")),
        "total": shop.money(net + tax),
        "total_tax": shop.money(tax),
    }


def _sum(parts: list[Json], key: str) -> Decimal:
    return sum((Decimal(part[key]) for part in parts), ZERO)


def _discount(lines: list[Json]) -> Decimal:
    return _sum(lines, "subtotal") - _sum(lines, "total")


def _lines(shop: Shop, wanted: list[tuple[int, int]], coupon: Decimal) -> list[Json]:
    full = [
        Decimal(shop.products[product_id]["price"]) * count
        for product_id, count in wanted
    ]
    left, worth = min(coupon, sum(full, ZERO)), sum(full, ZERO)
    lines: list[Json] = []
    for (product_id, count), price in zip(wanted, full, strict=True):
        off = rounded(left * price / worth, shop.decimals) if worth else ZERO
        left, worth = left - off, worth - price
        lines.append(line(shop, shop.products[product_id], count, price, price - off))
    return lines


def line(shop: Shop, product: Json, count: int, full: Decimal, price: Decimal) -> Json:
    """Return a line of an order, at `price` of `full` for all of its units."""
    percent = product["_percent"]
    net, tax = _apart(shop, price, percent)
    before, before_tax = _apart(shop, full, percent)
    return {
        "id": shop.new_id("line"),
        "name": product["name"],
        "product_id": product["parent_id"] or product["id"],
        "variation_id": product["id"] if product["parent_id"] else 0,
        "quantity": count,
        "tax_class": "",
        "subtotal": shop.money(before),
        "subtotal_tax": shop.money(before_tax),
        "total": shop.money(net),
        "total_tax": shop.money(tax),
        "taxes": _taxes(shop, percent, price, tax, before_tax),
        "meta_data": [],
        "sku": product["sku"],
        "global_unique_id": "",
        "price": float(net / count),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def _taxes(
    shop: Shop, percent: Decimal, price: Decimal, tax: Decimal, before: Decimal
) -> list[Json]:
    """Return `taxes[]`; it can differ from `total_tax` by a cent, as it really does."""
    if not percent:
        return []
    cent = Decimal(1).scaleb(-shop.decimals)
    is_odd = shop.prices_include_tax and int(price / cent) % 5 == 0 and tax > 0
    shown = tax + cent if is_odd else tax
    return [
        {
            "id": rate_id(shop, percent),
            "total": shop.money(shown),
            "subtotal": shop.money(before),
        }
    ]


def _apart(shop: Shop, price: Decimal, percent: Decimal) -> tuple[Decimal, Decimal]:
    """Return net and tax of a price as the shop shows it."""
    if shop.prices_include_tax:
        tax = tax_inside(price, percent, shop.decimals)
        return rounded(price, shop.decimals) - tax, tax
    net = rounded(price, shop.decimals)
    return net, tax_upon(net, percent, shop.decimals)


def _carriage(shop: Shop, price: Decimal) -> Json:
    net, tax = _apart(shop, price, SHIPPING_PERCENT)
    rate = rate_id(shop, SHIPPING_PERCENT)
    return {
        "id": shop.new_id("line"),
        "method_title": "Flat rate",
        "method_id": "flat_rate",
        "instance_id": "",
        "total": shop.money(net),
        "total_tax": shop.money(tax),
        "taxes": [{"id": rate, "total": shop.money(tax), "subtotal": ""}],
        "tax_status": "taxable",
        "meta_data": [],
    }


def _fee(shop: Shop, price: Decimal) -> Json:
    net, tax = _apart(shop, price, SHIPPING_PERCENT)
    rate = rate_id(shop, SHIPPING_PERCENT)
    return {
        "id": shop.new_id("line"),
        "name": "Gift wrap",
        "tax_class": "",
        "tax_status": "taxable",
        "amount": "",
        "total": shop.money(net),
        "total_tax": shop.money(tax),
        "taxes": [{"id": rate, "total": shop.money(tax), "subtotal": ""}],
        "meta_data": [],
    }


def _address(email: str, country: str) -> Json:
    return {
        "first_name": email.partition("@")[0].title(),
        "last_name": "Buyer",
        "company": "",
        "address_1": "1 quai",
        "address_2": "",
        "city": "Paris",
        "state": "",
        "postcode": "75001",
        "country": country,
        "phone": "",
    }
