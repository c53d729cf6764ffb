"""The routes of Shiptastic: /wc/v3/shipments, as its controller answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.rest import Call

Json = dict[str, Any]

INVALID = "woocommerce_stc_rest_invalid_id"


def found(call: Call) -> list[Json]:
    """List shipments, newest first: `type` is simple unless it is asked for."""
    plugin, query = _there(call), call.query
    kind = query.get("type", "simple")
    listed = [one for one in plugin.shipments.values() if one["type"] == kind]
    if "order_id" in query:
        listed = [one for one in listed if str(one["order_id"]) == query["order_id"]]
    if "status" in query:
        wanted = query["status"].split(",")
        listed = [one for one in listed if one["status"] in wanted]
    return sorted(listed, key=lambda one: one["id"], reverse=True)


def wrapped(call: Call, listed: list[Json]) -> list[Json]:
    """Wrap what a list shows, as a list of answers; the old one does not."""
    plugin = call.shop.stc
    shown = [plugin.shown(one) for one in listed]
    if plugin.is_old:
        return shown
    return [{"data": one, "headers": [], "status": 200} for one in shown]


def read(call: Call) -> Json:
    """Show one shipment."""
    return call.shop.stc.shown(_one(call))


def make(call: Call) -> Json:
    """Make a shipment; `order_id` must be a text."""
    plugin, body = _there(call), call.body if isinstance(call.body, dict) else {}
    if plugin.is_old:
        told = "No route was found matching the URL and request method."
        raise Problem(404, "rest_no_route", told, {"status": 404})
    if not isinstance(body.get("order_id", ""), str):
        _refuse_number()
    order = call.shop.orders.get(int(body.get("order_id") or 0))
    if order is None:
        raise Problem(400, INVALID, "This order does not exist.", {"status": 400})
    if body.get("type") == "return":
        _check_items(call, order, body)
    made: Json = plugin.make(body)
    return made


def change(call: Call) -> Json:
    """Change a shipment."""
    body = call.body if isinstance(call.body, dict) else {}
    with call.shop.lock:
        return call.shop.stc.change(_one(call), body)


def _check_items(call: Call, order: Json, body: Json) -> None:
    """Refuse lines of which nothing is left; too many units are no error."""
    plugin = call.shop.stc
    if not any(plugin.left(order, one["id"]) > 0 for one in order["line_items"]):
        told = "This order does need a return."  # so it says
        raise Problem(400, INVALID, told, {"status": 400})
    for one in body.get("items") or ():
        if plugin.left(order, int(one["order_item_id"])) <= 0:
            told = "This order item does not need shipping/returning."
            code = "woocommerce_stc_rest_invalid_item_id"
            raise Problem(400, code, told, {"status": 400})


def _refuse_number() -> None:
    told = "order_id is not of type string."
    details = {"code": "rest_invalid_type", "message": told, "data": None}
    data = {
        "status": 400,
        "params": {"order_id": told},
        "details": {"order_id": details | {"data": {"param": "order_id"}}},
    }
    raise Problem(400, "rest_invalid_param", "Invalid parameter(s): order_id", data)


def _there(call: Call) -> Any:  # noqa: ANN401 - the plugin of the shop
    """Return the plugin; without it there is no such route."""
    if not call.shop.stc.is_on:
        told = "No route was found matching the URL and request method."
        raise Problem(404, "rest_no_route", told, {"status": 404})
    return call.shop.stc


def _one(call: Call) -> Json:
    shipment: Json | None = _there(call).shipments.get(call.parts[0])
    if shipment is None:
        code = "woocommerce_rest_shipment_invalid_id"
        raise Problem(404, code, "Invalid ID.", {"status": 404})
    return shipment
