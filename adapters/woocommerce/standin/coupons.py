"""Coupons, as the shop keeps them; nothing locks between looking and saving.

Seen on a running shop: what one looks like (`misc-coupons`). Read in WooCommerce's own
code: codes are kept in small letters, a code that is taken gives 400,
`date_expires_gmt` is passed over, amounts are shown with two decimals and kept as they
were given. An order that is cancelled, fails or goes to the trash gives its use of a
coupon back, once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import meta
from adapters.woocommerce.standin.books import ZERO, text
from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]
TAKEN = "woocommerce_rest_coupon_code_already_exists"
SETTABLE = (
    "discount_type",
    "description",
    "individual_use",
    "usage_limit",
    "usage_limit_per_user",
    "free_shipping",
    "email_restrictions",
    "status",
)


def found(shop: Shop, code: str | None) -> list[Json]:
    """List coupons, the newest first; a code finds one at most."""
    every = sorted(shop.coupons.values(), key=lambda one: -int(one["id"]))
    if code is None:
        return every
    wanted = code.lower()
    return [x for x in every if x["code"] == wanted and x["status"] == "publish"][:1]


def make(shop: Shop, body: Json) -> Json:
    """Make a coupon; raises Problem where its code is taken."""
    code = str(body.get("code") or "").strip().lower()
    if not code:
        told = "The coupon code cannot be empty."
        raise Problem(400, "woocommerce_rest_empty_coupon_code", told, {"status": 400})
    if found(shop, code):
        raise Problem(400, TAKEN, "The coupon code already exists", {"status": 400})
    coupon = _blank(shop, code)
    _set(shop, coupon, body)
    with shop.lock:
        shop.coupons[coupon["id"]] = coupon
    return coupon


def change(shop: Shop, coupon: Json, body: Json) -> Json:
    """Change a coupon."""
    _set(shop, coupon, body)
    coupon.update(shop.dates(shop.clock(), "date_modified"))
    return coupon


def _blank(shop: Shop, code: str) -> Json:
    now = shop.clock()
    return {
        "id": shop.new_id("post"),
        "code": code,
        "amount": "0.00",
        "_exact": ZERO,
        "status": "publish",
        **shop.dates(now, "date_created"),
        **shop.dates(now, "date_modified"),
        "discount_type": "fixed_cart",
        "description": "",
        **shop.dates(None, "date_expires"),
        "usage_count": 0,
        "individual_use": False,
        "product_ids": [],
        "excluded_product_ids": [],
        "usage_limit": None,
        "usage_limit_per_user": None,
        "limit_usage_to_x_items": None,
        "free_shipping": False,
        "product_categories": [],
        "excluded_product_categories": [],
        "exclude_sale_items": False,
        "minimum_amount": "0.00",
        "maximum_amount": "0.00",
        "email_restrictions": [],
        "used_by": [],
        "meta_data": [],
        "_links": {"self": [], "collection": []},
    }


def _set(shop: Shop, coupon: Json, body: Json) -> None:
    for name in SETTABLE:
        if body.get(name) is not None:
            coupon[name] = body[name]
    if body.get("amount") is not None:
        coupon["_exact"] = Decimal(str(body["amount"]))
        coupon["amount"] = text(coupon["_exact"], 2)
    if body.get("date_expires"):
        moment = datetime.fromisoformat(str(body["date_expires"]))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=shop.zone)
        coupon.update(shop.dates(moment.astimezone(UTC), "date_expires"))
    meta.write(shop, coupon, body.get("meta_data"))


def spend(shop: Shop, code: str, email: str, goods: Decimal) -> Decimal:
    """Use a coupon at the checkout; return what it takes off goods of this price.

    Raises ValueError where it may not be used: another customer's, used up, ended.
    """
    held = found(shop, code)
    if not held or email.lower() not in [
        x.lower() for x in held[0]["email_restrictions"]
    ]:
        message = "no such coupon for this customer"
        raise ValueError(message)
    coupon = held[0]
    limit, ends = coupon["usage_limit"], coupon["date_expires_gmt"]
    is_over = ends and datetime.fromisoformat(ends).replace(tzinfo=UTC) <= shop.clock()
    if is_over or (limit is not None and coupon["usage_count"] >= limit):
        message = "this coupon is used up, or over"
        raise ValueError(message)
    coupon["usage_count"] += 1
    coupon["used_by"].append(email)
    exact: Decimal = coupon["_exact"]
    return max(ZERO, min(goods, exact))


GIVES_BACK = ("cancelled", "failed", "trash")


def follow(shop: Shop, order: Json) -> None:
    """Give back the uses of an order that is over."""
    if order["status"] not in GIVES_BACK or order.get("_gave_back"):
        return
    order["_gave_back"] = True
    codes = [one["code"] for one in order["coupon_lines"]]
    for coupon in shop.coupons.values():
        if coupon["code"] in codes:
            coupon["usage_count"] -= 1
