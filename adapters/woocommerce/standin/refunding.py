"""POST /orders/<id>/refunds, as lax and as unlocked as the real one."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin.books import ZERO, rounded
from adapters.woocommerce.standin.problems import Fatal, Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.shop import Gateway, Shop

Json = dict[str, Any]

CANNOT = "woocommerce_rest_cannot_create_order_refund"
INVALID = "woocommerce_rest_invalid_order_refund"
GATEWAY_FALSE = (
    "An error occurred while attempting to create the refund using the payment"
    " gateway API."
)


def create(shop: Shop, order_id: int, body: Json, *, by: str = "api") -> Json:
    """Make a refund; it is saved before the gateway is called, without any lock.

    The shop's own lock guards its memory only, and is let go while the gateway
    works: two refunds of one order may both pass, as they really do.
    """
    with shop.lock:
        order = shop.orders.get(order_id)
        if order is None:
            raise Problem(
                500, "woocommerce_rest_invalid_order_id", "Invalid order ID.", 404
            )
        lines = _lines(order, body.get("line_items") or [])
        amount = _amount(shop, order, body, lines)
        gateway = _gateway(shop, order, body)
        refund = _save(shop, order, body, lines, amount)
    if gateway is not None:
        _ask(shop, order_id, refund, gateway, amount or ZERO, by)
    with shop.lock:
        return _finish(shop, order, refund, body, lines)


def _amount(
    shop: Shop, order: Json, body: Json, lines: list[tuple[str, Json, Json]]
) -> Decimal | None:
    """Read `amount`: a text, or nothing; then the lines count."""
    given = body.get("amount", ...)
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        _not_a_text()
    if given is ...:
        if not lines:
            return None
        amount = sum((_worth(one) for _, _, one in lines), ZERO)
    else:
        if given in (None, ""):
            raise Problem(500, INVALID, "Refund amount must be greater than zero.", 400)
        try:
            amount = Decimal(str(given).strip().replace(",", "."))
        except InvalidOperation:
            raise Problem(500, CANNOT, "Invalid refund amount.", 500) from None
        if amount < 0:
            raise Problem(500, INVALID, "Refund amount must be greater than zero.", 400)
    amount = rounded(amount, shop.decimals)
    if amount > Decimal(order["total"]) - shop.refunded(order["id"]):
        raise Problem(500, CANNOT, "Invalid refund amount.", 500)
    return amount


def _not_a_text() -> None:
    problem = Problem(400, "rest_invalid_param", "Invalid parameter(s): amount", None)
    problem.body["data"] = {
        "status": 400,
        "params": {"amount": "amount is not of type string."},
        "details": {
            "amount": {
                "code": "rest_invalid_type",
                "message": "amount is not of type string.",
                "data": {"param": "amount"},
            }
        },
    }
    raise problem


def _worth(line: Json) -> Decimal:
    taxes = (Decimal(str(tax["refund_total"])) for tax in line.get("refund_tax") or ())
    return Decimal(str(line.get("refund_total") or 0)) + sum(taxes, ZERO)


def _lines(order: Json, asked: list[Json]) -> list[tuple[str, Json, Json]]:
    """Match asked lines; an unknown id is dropped, of a doubled one the last wins."""
    known = {
        one["id"]: (kind, one)
        for kind in ("line_items", "shipping_lines", "fee_lines")
        for one in order[kind]
    }
    wanted = {one.get("id"): one for one in asked}
    return [(*known[ref], one) for ref, one in wanted.items() if ref in known]


def _gateway(shop: Shop, order: Json, body: Json) -> Gateway | None:
    """Return the gateway to call: left out, or no boolean, means true."""
    asked = body.get("api_refund", True)
    if asked is False:
        return None
    gateway = shop.gateways.get(order["payment_method"])
    if gateway is None:
        told = "The payment gateway for this order does not exist."
        raise Problem(500, CANNOT, told, 500)
    if not gateway.can_refund:
        told = "The payment gateway for this order does not support automatic refunds."
        raise Problem(500, CANNOT, told, 500)
    return gateway


def _save(
    shop: Shop,
    order: Json,
    body: Json,
    lines: list[tuple[str, Json, Json]],
    amount: Decimal | None,
) -> Json:
    """Store the refund: not paid, and without its meta until the gateway returns."""
    refund: Json = {
        "id": shop.new_id("post"),
        **shop.dates(shop.clock(), "date_created"),
        "amount": "" if amount is None else shop.money(amount),
        "reason": str(body.get("reason") or ""),
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": {"self": [], "collection": [], "up": []},
    }
    for kind, line, asked in lines:
        refund[kind].append(_back(shop, line, asked))
    shop.refunds[order["id"]].insert(0, refund)
    shop.sum_refunds(order["id"])
    return refund


def _back(shop: Shop, line: Json, asked: Json) -> Json:
    """Return a refunded line: the original with negative figures."""
    net = Decimal(str(asked.get("refund_total") or 0))
    taxes = [
        {
            "id": tax["id"],
            "total": shop.money(-Decimal(str(tax["refund_total"]))),
            "subtotal": shop.money(-Decimal(str(tax["refund_total"]))),
        }
        for tax in asked.get("refund_tax") or ()
    ]
    tax = sum((Decimal(one["total"]) for one in taxes), ZERO)
    meta = {
        "id": shop.new_id("meta"),
        "key": "_refunded_item_id",
        "value": str(line["id"]),
        "display_key": "_refunded_item_id",
        "display_value": str(line["id"]),
    }
    back = dict(line) | {
        "id": shop.new_id("line"),
        "total": shop.money(-net),
        "total_tax": shop.money(tax),
        "taxes": taxes,
        "meta_data": [meta],
    }
    if "quantity" in line:
        back["quantity"] = -int(asked.get("quantity") or 0)
        back["subtotal"], back["subtotal_tax"] = back["total"], back["total_tax"]
    return back


def _ask(
    shop: Shop, order_id: int, refund: Json, gateway: Gateway, amount: Decimal, by: str
) -> None:
    """Call the gateway; whatever it plays, the shop does what WooCommerce does."""
    name = f"gateway {gateway.id}"
    slow = shop.switches.take(name, "delay")
    if slow:
        slow.arrived.set()
        slow.released.wait()
    with shop.lock:
        deed = gateway.plan.popleft() if gateway.plan else "ok"
        if deed in ("ok", "pay_then_error", "pay_then_fatal"):
            shop.pay(order_id, refund["id"], amount, by)
        if deed in ("fatal", "pay_then_fatal"):
            raise Fatal
        if deed != "ok":
            shop.refunds[order_id].remove(refund)
            shop.sum_refunds(order_id)
            told = GATEWAY_FALSE if deed == "false" else "Lab Pay declined the refund."
            raise Problem(500, CANNOT, told, 500)
        refund["refunded_payment"] = True


def _finish(
    shop: Shop,
    order: Json,
    refund: Json,
    body: Json,
    lines: list[tuple[str, Json, Json]],
) -> Json:
    """Write the meta, restock by the requested quantity, and tell."""
    order_id = order["id"]
    is_full = shop.refunded(order_id) >= Decimal(order["total"])
    metas: list[tuple[str, object]] = [
        ("_refund_type", "full" if is_full else "partial")
    ]
    metas += [
        (str(one.get("key")), _meta(one.get("value")))
        for one in body.get("meta_data") or ()
    ]
    refund["meta_data"] = [
        {"id": shop.new_id("meta"), "key": key, "value": value} for key, value in metas
    ]
    if body.get("api_restock", True) is not False:
        for kind, line, asked in lines:
            if kind == "line_items" and asked.get("quantity"):
                product = shop.product_of(line)
                product["stock_quantity"] += int(asked["quantity"])
    if is_full:
        order["status"] = "refunded"
        shop.outbox.add("action.woocommerce_order_fully_refunded", order_id)
    else:
        shop.outbox.add("action.woocommerce_order_partially_refunded", order_id)
    shop.touch(order)
    shop.outbox.add("action.woocommerce_order_refunded", order_id)
    shop.outbox.add("action.woocommerce_refund_created", refund["id"])
    return refund


def _meta(value: object) -> object:
    """Store a meta as WordPress does: booleans and numbers become texts."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, (int, float)) else value
