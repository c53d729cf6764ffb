"""The routes under /wp-json/wc/v3: a request in, status, body and headers out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import (
    coupons,
    creating,
    hook_routes,
    meta,
    moments,
    people,
    refunding,
    shipments,
    site,
)
from adapters.woocommerce.standin.problems import Problem
from adapters.woocommerce.standin.shop import Shop
from adapters.woocommerce.standin.wpswings import STATUSES as PLUGIN_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable


Json = dict[str, Any]
MOST = 100


@dataclass(slots=True)
class Call:
    """One request, let in; `parts` are the numbers in its path."""

    shop: Shop
    query: Mapping[str, str]
    body: Any
    parts: tuple[int, ...]
    headers: dict[str, str] = field(default_factory=dict)


def answer(
    shop: Shop, method: str, path: str, query: Mapping[str, str], body: object
) -> tuple[int, Any, dict[str, str]]:
    """Route one request; raises Problem for every refusal."""
    for verb, pattern, work, status in ROUTES:
        found = re.fullmatch(pattern, path)
        if verb == method and found:
            numbers = tuple(int(part) for part in found.groups())
            call = Call(shop, query, body, numbers)
            result = work(call)
            return status, _only(result, query.get("_fields")), call.headers
    told = "No route was found matching the URL and request method."
    raise Problem(404, "rest_no_route", told, {"status": 404})


def _only(found: Any, fields: str | None) -> Any:  # noqa: ANN401 - JSON
    """Keep the asked fields; a nested `a.b` of a list is dropped, as it really is."""
    if isinstance(found, list):
        return [_only(one, fields) for one in found]
    hidden = ("_percent", "_fees", "_stock", "_exact")
    shown = {key: value for key, value in found.items() if key not in hidden}
    if not fields:
        return shown
    return {key: value for key, value in shown.items() if key in fields.split(",")}


def _order(call: Call) -> Json:
    order = call.shop.orders.get(call.parts[0])
    if order is None:
        raise Problem(
            404,
            "woocommerce_rest_shop_order_invalid_id",
            "Invalid ID.",
            {"status": 404},
        )
    return order


def list_orders(call: Call) -> list[Json]:
    """List orders, newest first unless asked otherwise."""
    shop, query = call.shop, call.query
    _check_statuses(shop, query.get("status", "any").split(","))
    # Those whose status went with its plugin are in no list at all.
    hidden = {"trash", *PLUGIN_STATUSES} - shop.statuses().keys()
    found = [one for one in shop.orders.values() if one["status"] not in hidden]
    if query.get("status") not in (None, "any"):
        found = [one for one in found if one["status"] in query["status"].split(",")]
    for parameter, column in (("modified_after", "modified"), ("after", "created")):
        if parameter in query:
            after = moments.read(shop, query[parameter], query.get("dates_are_gmt"))
            edge = _written(after, shop)
            name = f"date_{column}{shop.date_suffix}"
            found = [one for one in found if one[name] > edge]
    if "search" in query:
        found = [one for one in found if query["search"] in _searched(one)]
    if "include" in query:
        wanted = query["include"].split(",")
        found = [one for one in found if str(one["id"]) in wanted]
    columns = {"modified": "date_modified", "date": "date_created"}
    sorting = columns.get(query.get("orderby", "date"))
    name = f"{sorting}{shop.date_suffix}" if sorting else "id"
    found.sort(key=lambda one: (one[name], one["id"]), reverse=not _is_asc(query))
    return [shop.shown(one) for one in _page(call, found)]


def _check_statuses(shop: Shop, asked: list[str], name: str = "status[0]") -> None:
    """Refuse a status that is not registered; with `wc-` before it none is."""
    known = ["any", "trash", "auto-draft", *shop.statuses()]
    if set(asked) <= set(known):
        return
    told = f"{name} is not one of {', '.join(known[:-1])}, and {known[-1]}."
    details = {"status": {"code": "rest_not_in_enum", "message": told, "data": None}}
    data = {"status": 400, "params": {"status": told}, "details": details}
    raise Problem(400, "rest_invalid_param", "Invalid parameter(s): status", data)


def _is_asc(query: Mapping[str, str]) -> bool:
    return query.get("order") == "asc"


def _searched(order: Json) -> str:
    return f"{order['number']} {order['billing'].get('email', '')}"


def _written(moment: datetime, shop: Shop) -> str:
    """Write a moment as the shop keeps dates: UTC, or site-local for posts."""
    zone = shop.zone if shop.keeps_posts else UTC
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def _page(call: Call, found: list[Json]) -> list[Json]:
    """Cut a page out; past the end it is empty with a total of 0."""
    size = int(call.query.get("per_page", "10"))
    if not 1 <= size <= MOST:
        told = "per_page must be between 1 (inclusive) and 100 (inclusive)"
        details = {"code": "rest_out_of_bounds", "message": told, "data": None}
        data = {
            "status": 400,
            "params": {"per_page": told},
            "details": {"per_page": details},
        }
        raise Problem(400, "rest_invalid_param", "Invalid parameter(s): per_page", data)
    number = int(call.query.get("page", "1"))
    cut = found[(number - 1) * size : number * size]
    total = len(found) if cut or number == 1 else 0
    call.headers["X-WP-Total"] = str(total)
    call.headers["X-WP-TotalPages"] = str(-(-total // size))
    return cut


def list_statuses(call: Call) -> list[Json]:
    """List the order statuses that are registered, those of plugins too."""
    return [{"slug": s, "name": name} for s, name in call.shop.statuses().items()]


def status_totals(call: Call) -> list[Json]:
    """Count orders by status."""
    held = [one["status"] for one in call.shop.orders.values()]
    return [one | {"total": held.count(one["slug"])} for one in list_statuses(call)]


def read_order(call: Call) -> Json:
    """Show one order, trashed ones too."""
    return call.shop.shown(_order(call))


def change_order(call: Call) -> Json:
    """Change an order; even a change of nothing touches it and tells."""
    order = _order(call)
    body = call.body if isinstance(call.body, dict) else {}
    if "status" in body:
        _check_statuses(call.shop, [body["status"]], "status")
    if "customer_note" in body:
        order["customer_note"] = body["customer_note"]
    meta.write(call.shop, order, body.get("meta_data"))
    creating.add_fees(call.shop, order, body.get("fee_lines"))
    creating.set_status(call.shop, order, str(body.get("status", order["status"])))
    call.shop.touch(order)
    return call.shop.shown(order)


def make_order(call: Call) -> Json:
    """Make an order, as `creating` does."""
    body = call.body if isinstance(call.body, dict) else {}
    return call.shop.shown(creating.create(call.shop, body))


def delete_order(call: Call) -> Json:
    """Trash an order, or with `force` delete it and say nothing."""
    order = _order(call)
    if call.query.get("force") == "true":
        call.shop.force_delete(order["id"])
    else:
        call.shop.trash(order["id"])
    return order


def list_refunds(call: Call) -> list[Json]:
    """List an order's refunds, newest first."""
    _order(call)
    return _page(call, call.shop.refunds[call.parts[0]])


def make_refund(call: Call) -> Json:
    """Refund, as `refunding` does; a body that is no JSON object is ignored."""
    body = call.body if isinstance(call.body, dict) else {}
    return refunding.create(call.shop, call.parts[0], body)


def _refund(call: Call) -> Json:
    _order(call)
    for one in call.shop.refunds[call.parts[0]]:
        if one["id"] == call.parts[1]:
            return one
    code = "woocommerce_rest_shop_order_refund_invalid_id"
    raise Problem(404, code, "Invalid ID.", {"status": 404})


def read_refund(call: Call) -> Json:
    """Show one refund."""
    return _refund(call)


def delete_refund(call: Call) -> Json:
    """Delete a refund: no webhook, no new modification date, no stock."""
    refund, order_id = _refund(call), call.parts[0]
    call.shop.refunds[order_id].remove(refund)
    call.shop.sum_refunds(order_id)
    return refund


def every_refund(call: Call) -> list[Json]:
    """List every refund, newest first; the `parent` filter is ignored."""
    found = [
        one | {"parent_id": order_id}
        for order_id, refunds in call.shop.refunds.items()
        for one in refunds
    ]
    found.sort(key=lambda one: one["id"], reverse=True)
    return _page(call, found)


def list_products(call: Call) -> list[Json]:
    """List products."""
    found = list(call.shop.products.values())
    if "include" in call.query:
        wanted = call.query["include"].split(",")
        found = [one for one in found if str(one["id"]) in wanted]
    return _page(call, found)


def read_product(call: Call) -> Json:
    """Show a product, or a variation by its own id."""
    product = call.shop.products.get(call.parts[0])
    if product is None:
        code = "woocommerce_rest_product_invalid_id"
        raise Problem(404, code, "Invalid ID.", {"status": 404})
    return product


def list_variations(call: Call) -> list[Json]:
    """List a product's variations, the newest first, without their parent's name."""
    parent = read_product(call)
    found = [call.shop.products[ref] for ref in reversed(parent["variations"])]
    bare = f"{parent['name']} - "
    return _page(call, [x | {"name": x["name"].removeprefix(bare)} for x in found])


def list_coupons(call: Call) -> list[Json]:
    """List coupons, the one of a code where it is asked for."""
    return _page(call, coupons.found(call.shop, call.query.get("code")))


def make_coupon(call: Call) -> Json:
    """Make a coupon."""
    body = call.body if isinstance(call.body, dict) else {}
    return coupons.make(call.shop, body)


def change_coupon(call: Call) -> Json:
    """Change a coupon."""
    coupon = call.shop.coupons.get(call.parts[0])
    if coupon is None:
        code = "woocommerce_rest_shop_coupon_invalid_id"
        raise Problem(404, code, "Invalid ID.", {"status": 404})
    body = call.body if isinstance(call.body, dict) else {}
    return coupons.change(call.shop, coupon, body)


def list_people(call: Call) -> list[Json]:
    """List customers."""
    return _page(call, people.found(call))


def list_notes(call: Call) -> list[Json]:
    """List an order's notes."""
    _order(call)
    return call.shop.notes[call.parts[0]]


def make_note(call: Call) -> Json:
    """Add a note to an order, private unless `customer_note`; the order stays as it is.

    Its author is WooCommerce, whoever's key it was.
    """
    _order(call)
    body = call.body if isinstance(call.body, dict) else {}
    if not isinstance(body.get("note"), str):
        told = "Missing parameter(s): note"
        data = {"status": 400, "params": ["note"]}
        raise Problem(400, "rest_missing_callback_param", told, data)
    note = call.shop.add_note(
        call.parts[0],
        body["note"],
        is_for_customer=body.get("customer_note") is True,
    )
    return dict(note)


def list_shipments(call: Call) -> list[Json]:
    """List shipments of the plugin that makes them."""
    return shipments.wrapped(call, _page(call, shipments.found(call)))


def list_hooks(call: Call) -> list[Json]:
    """List webhooks, the newest first."""
    return _page(call, hook_routes.newest(call))


def currency(call: Call) -> Json:
    """Show the shop's currency."""
    return {"code": call.shop.currency, "name": call.shop.currency, "symbol": "¤"}


def system_status(call: Call) -> Json:
    """Show the system status."""
    return site.status(call.shop)


def general_settings(call: Call) -> list[Json]:
    """Show the general settings."""
    return [*site.settings(call.shop, "general")]


def tax_settings(call: Call) -> list[Json]:
    """Show the tax settings."""
    return [*site.settings(call.shop, "tax")]


ORDER = r"orders/(\d+)"
ROUTES: tuple[tuple[str, str, Callable[[Call], Any], int], ...] = (
    ("GET", "orders", list_orders, 200),
    ("POST", "orders", make_order, 201),
    ("GET", "orders/statuses", list_statuses, 200),
    ("GET", "reports/orders/totals", status_totals, 200),
    ("GET", ORDER, read_order, 200),
    ("PUT", ORDER, change_order, 200),
    ("DELETE", ORDER, delete_order, 200),
    ("GET", f"{ORDER}/refunds", list_refunds, 200),
    ("POST", f"{ORDER}/refunds", make_refund, 201),
    ("GET", rf"{ORDER}/refunds/(\d+)", read_refund, 200),
    ("DELETE", rf"{ORDER}/refunds/(\d+)", delete_refund, 200),
    ("GET", f"{ORDER}/notes", list_notes, 200),
    ("POST", f"{ORDER}/notes", make_note, 201),
    ("GET", "refunds", every_refund, 200),
    ("GET", "shipments", list_shipments, 200),
    ("POST", "shipments", shipments.make, 201),
    ("GET", r"shipments/(\d+)", shipments.read, 200),
    ("PUT", r"shipments/(\d+)", shipments.change, 200),
    ("GET", "products", list_products, 200),
    ("GET", r"products/(\d+)", read_product, 200),
    ("GET", r"products/(\d+)/variations", list_variations, 200),
    ("GET", "customers", list_people, 200),
    ("GET", r"customers/(\d+)", people.read, 200),
    ("GET", "coupons", list_coupons, 200),
    ("POST", "coupons", make_coupon, 201),
    ("PUT", r"coupons/(\d+)", change_coupon, 200),
    ("GET", "webhooks", list_hooks, 200),
    ("POST", "webhooks", hook_routes.make, 201),
    ("GET", r"webhooks/(\d+)", hook_routes.read, 200),
    ("PUT", r"webhooks/(\d+)", hook_routes.change, 200),
    ("POST", r"webhooks/(\d+)", hook_routes.change, 200),
    ("DELETE", r"webhooks/(\d+)", hook_routes.delete, 200),
    ("GET", "data/currencies/current", currency, 200),
    ("GET", "system_status", system_status, 200),
    ("GET", "settings/general", general_settings, 200),
    ("GET", "settings/tax", tax_settings, 200),
)
