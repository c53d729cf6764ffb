"""What a shop's staff, its tills and its bank do to returns, from inside the shop."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import payloads, pricing, return_process, returns
from adapters.shopify.standin.amounts import rounded
from adapters.shopify.standin.ids import number
from adapters.shopify.standin.records import (
    Exchange,
    ParcelLine,
    Return,
    ReturnLine,
    ShippingFee,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.shopify.standin.amounts import Bag, Json
    from adapters.shopify.standin.records import Order
    from adapters.shopify.standin.shop import Shop


NOWHERE = "gid://shopify/FulfillmentLineItem/0"


@contextmanager
def _acting(shop: Shop) -> Iterator[None]:
    with shop.lock:
        shop.begin()
        yield


def create(
    shop: Shop,
    order_gid: str,
    lines: Sequence[tuple[str, int]],
    *,
    instead: str = "",
) -> str:
    """Open a return in the admin: (line, quantity); `instead` is a variant wanted."""
    with _acting(shop):
        order = shop.orders[order_gid]
        rows = [
            {
                "fulfillmentLineItemId": _shipped(order, gid),
                "quantity": count,
                "returnReasonDefinitionId": returns.reason_gid("too-small"),
            }
            for gid, count in lines
        ]
        asked = {"orderId": order_gid, "returnLineItems": rows}
        case = returns.create(shop, asked)
        if instead:
            gid = shop.new_gid("ExchangeLineItem")
            case.exchanges.append(Exchange(gid, shop.variants[instead], 1))
        return case.gid


def charge(shop: Shop, return_gid: str, amount: str) -> None:
    """Put a fee for the way back on a return that is open, in the buyer's currency."""
    with _acting(shop):
        case = shop.returns[return_gid]
        order = shop.orders[case.order_gid]
        fee = order.pair.paid(Decimal(amount))
        case.fees.append(ShippingFee(shop.new_gid("ReturnShippingFee"), fee))
        shop.touch(order)


def forgive(shop: Shop, order_gid: str, line_gid: str, amount: str) -> None:
    """Take something off a line of an order that is not paid yet, by editing it."""
    with _acting(shop):
        order = shop.orders[order_gid]
        line = next(one for one in order.lines if one.gid == line_gid)
        line.line_discount += order.pair.paid(Decimal(amount))
        shop.touch(order)


def take_off(shop: Shop, order_gid: str, line_gid: str) -> None:
    """Take a line that was not sent yet off an order, by editing it.

    What an exchange line was processed for stays its history: it is still listed.
    """
    with _acting(shop):
        order = shop.orders[order_gid]
        line = next(one for one in order.lines if one.gid == line_gid)
        line.removed_quantity = line.quantity
        line.is_edited_out = True
        shop.touch(order)


def put_on(shop: Shop, order_gid: str, variant: str) -> None:
    """Sell one unit more on an order, by editing it."""
    with _acting(shop):
        order = shop.orders[order_gid]
        line = pricing.line(shop, shop.variants[variant], 1, order.pair)
        pricing.tax_lines([line], included=order.taxes_included)
        order.lines.append(line)
        shop.touch(order)


def _shipped(order: Order, line_gid: str) -> str:
    return next(
        item.gid
        for parcel in order.sent
        for item in parcel.lines
        if item.line.gid == line_gid
    )


def cancel_parcel(shop: Shop, order_gid: str) -> None:
    """Cancel the newest parcel: its label was wrong, its units are to be sent anew."""
    with _acting(shop):
        order = shop.orders[order_gid]
        order.sent[-1].status = "CANCELLED"
        shop.touch(order)
        shop.announce("orders/updated", payloads.order(order))


def approve(shop: Shop, gid: str) -> None:
    """Approve a customer's request."""
    with _acting(shop):
        returns.approve(shop, {"id": gid})


def decline(shop: Shop, gid: str, reason: str = "OTHER") -> None:
    """Decline a customer's request."""
    with _acting(shop):
        returns.decline(shop, {"id": gid, "declineReason": reason})


def close(shop: Shop, gid: str) -> None:
    """Close a return."""
    with _acting(shop):
        returns.close(shop, gid)


def reopen(shop: Shop, gid: str) -> None:
    """Open a closed return again."""
    with _acting(shop):
        returns.reopen(shop, gid)


def cancel(shop: Shop, gid: str) -> None:
    """Cancel a return."""
    with _acting(shop):
        returns.cancel(shop, gid)


def remove(shop: Shop, gid: str, count: int, index: int = 0) -> None:
    """Take units of one line out of a return."""
    with _acting(shop):
        line = shop.returns[gid].lines[index]
        row = {"returnLineItemId": line.gid, "quantity": count}
        returns.remove(shop, gid, [row])


def process(
    shop: Shop, gid: str, units: Mapping[int, int], *, refund: bool = True
) -> None:
    """Confirm units of lines (by index) in the admin, and pay them back there."""
    with _acting(shop):
        case = shop.returns[gid]
        order = shop.orders[case.order_gid]
        known = set(shop.payouts)
        picked = [(case.lines[index], count) for index, count in units.items()]
        rows = [{"id": line.gid, "quantity": count} for line, count in picked]
        asked: Json = {"returnId": gid, "returnLineItems": rows}
        if refund:
            asked["financialTransfer"] = {"issueRefund": _transfer(order, picked)}
        return_process.process(shop, asked)
        for one in shop.payouts.keys() - known:
            shop.payouts[one] = replace(shop.payouts[one], by="staff")


def _transfer(order: Order, picked: Sequence[tuple[ReturnLine, int]]) -> Json:
    worth: Bag = order.pair.nothing()
    for item, count in picked:
        line = item.parcel_line.line
        share = line.paid if order.taxes_included else line.paid + line.tax
        worth += share.part(count, line.quantity)
    sale = order.transactions[0]
    amount = rounded(worth.presentment, worth.pair.presentment)
    money = {"amount": amount, "currencyCode": worth.pair.presentment}
    return {"orderTransactions": [{"parentId": sale.gid, "transactionAmount": money}]}


def at_the_till(shop: Shop, order_gid: str, lines: Sequence[tuple[str, int]]) -> str:
    """Take goods back at a till: opened, processed, paid and closed at once."""
    gid = create(shop, order_gid, lines)
    process(shop, gid, {index: count for index, (_, count) in enumerate(lines)})
    close(shop, gid)
    return gid


def without_receipt(shop: Shop, order_gid: str, variant: str, count: int) -> str:
    """Take goods back that nobody can show a receipt for: no line was bought."""
    with _acting(shop):
        order = shop.orders[order_gid]
        sold = pricing.line(shop, shop.variants[variant], count, order.pair)
        case = Return(
            gid=shop.new_gid("Return"),
            name=f"{order.name}-R{len(order.returns) + 1}",
            order_gid=order.gid,
            status="OPEN",
            created_at=shop.now(),
            lines=[
                ReturnLine(
                    gid=shop.new_gid("UnverifiedReturnLineItem"),
                    parcel_line=ParcelLine(NOWHERE, sold, count),
                    quantity=count,
                    reason_gid=returns.reason_gid("unknown"),
                )
            ],
            exchanges=[],
            fees=[],
        )
        order.returns.append(case)
        shop.returns[case.gid] = case
        shop.touch(order)
        body = payloads.return_(case)
        body["return_line_items"] = []
        shop.announce("returns/approve", body)
        return case.gid


def attach_label(shop: Shop, gid: str, tracking: str) -> None:
    """Give the customer's parcel a tracking number."""
    with _acting(shop):
        delivery = shop.new_gid("ReverseDelivery")
        body = payloads.named(delivery) | {
            "return": payloads.named(gid),
            "shipping_deliverable": {
                "tracking": {
                    "carrier_name": "DHL",
                    "tracking_number": tracking,
                    "tracking_url": None,
                },
                "label": {"public_file_url": None, "created_at": None},
            },
        }
        shop.announce("reverse_deliveries/attach_deliverable", body)


def dispute(shop: Shop, order_gid: str, status: str = "needs_response") -> None:
    """Let the buyer's bank ask its money back."""
    with _acting(shop):
        order = shop.orders[order_gid]
        sale = order.transactions[0].amount
        body = {
            "id": number(shop.new_gid("ShopifyPaymentsDispute")),
            "order_id": number(order_gid),
            "type": "chargeback",
            "amount": payloads.text(sale.presentment, sale.pair.presentment),
            "currency": sale.pair.presentment,
            "reason": "fraudulent",
            "status": status,
            "initiated_at": payloads.stamp(shop.now()),
            "finalized_on": None,
        }
        topic = "disputes/create" if status == "needs_response" else "disputes/update"
        shop.announce(topic, body)
