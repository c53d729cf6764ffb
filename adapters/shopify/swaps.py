"""What is wanted instead, on Shopify's own return: exchange lines, read and made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adapters.shopify import wares
from adapters.shopify.judging import Bill, Swap
from adapters.shopify.translate import whole
from connector.errors import Gone, Rejected
from connector.model import Resolution
from connector.money import Money
from connector.saying import saying

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import Line, Order, Return, ReturnLine

Json = Mapping[str, Any]
MOST = 50  # exchange lines of one return
GOODS = frozenset({Resolution.EXCHANGE, Resolution.REPLACEMENT})


def read(calls: Calls, ref: str, currency: str) -> tuple[tuple[Swap, ...], Bill]:
    """Read the exchange lines of a return, and what its order still owes."""
    found = calls.ask("exchange", {"id": ref}).get("return")
    if not found:
        raise Gone(return_ref=ref)
    rows = whole(found["exchangeLineItems"], MOST, "exchange lines")
    order = found["order"]
    owed = order["totalOutstandingSet"]["presentmentMoney"]["amount"]
    page = (order.get("paymentCollectionDetails") or {}).get(
        "additionalPaymentCollectionUrl"
    )
    least = Money.zero(currency)
    amount = Money.read(str(owed), currency)[0]
    paid = order["totalReceivedSet"]["presentmentMoney"]["amount"]
    bill = Bill(
        owed=amount if amount.minor > 0 else least,
        pay_url=str(page or ""),
        received=Money.read(str(paid), currency)[0],
    )
    return tuple(_swap(row) for row in rows), bill


def _swap(row: Json) -> Swap:
    made = row.get("lineItems")
    processed = int(row["processedQuantity"])
    if made is None:
        standing = processed
    else:
        standing = sum(int(one["currentQuantity"]) for one in made)
    return Swap(
        ref=str(row["id"]),
        ware=str(row.get("variantId") or ""),
        processed=processed,
        processable=int(row["processableQuantity"]),
        standing=standing,
    )


def is_wanted(case: Return) -> bool:
    """Say whether some line of a return is made good with other goods."""
    return any(line.resolution in GOODS for line in case.lines)


def rows_for(calls: Calls, case: Return, order: Order) -> list[Json]:
    """Write the exchange lines of a return of ours; raises Rejected for too many.

    Each unit has a line of its own: where units of one return are made good at two
    times and one is called off, nobody else could say whose was taken off the order
    (decision 0026), and Shopify's price of many is then ours. Where they are too many,
    those of one line of the return are together.

    A replacement is sold for what it replaces, so that nobody owes anything: what it
    costs more is taken off. Whether Shopify means a discount for each unit of a line or
    for all of them is not documented, so these are never together.
    """
    again: list[Json] = []
    wanted: list[tuple[str, int]] = []
    for line in case.lines:
        if line.resolution is Resolution.EXCHANGE and line.goods:
            wanted.append((line.goods.ref, line.asked))
        elif line.resolution is Resolution.REPLACEMENT:
            again += _same_again(calls, line, order)
    rows = _apart(wanted, MOST - len(again)) + again
    if len(rows) > MOST:
        msg = saying(
            "a return at Shopify is read with at most %(most)s exchange lines",
            most=MOST,
        )
        raise Rejected(msg, lines=len(rows))
    return rows


def _apart(wanted: Sequence[tuple[str, int]], room: int) -> list[Json]:
    """Write each unit as a line, or each line where there is no room for that."""
    if sum(units for _, units in wanted) > room:
        return [{"variantId": ref, "quantity": units} for ref, units in wanted]
    return [
        {"variantId": ref, "quantity": 1} for ref, units in wanted for _ in range(units)
    ]


def _same_again(calls: Calls, line: ReturnLine, order: Order) -> list[Json]:
    sold = order.line(line.line_ref)
    ref = line.goods.ref if line.goods else sold.variant_ref if sold else ""
    if sold is None or not ref:
        return []  # a person is asked when it is to be sent
    found = wares.prices_of(calls, order.ref, [ref]).get(ref)
    if found is None:
        return []
    gross, net = found
    rows: list[Json] = []
    for unit in range(line.before + 1, line.before + line.asked + 1):
        worth = _worth(sold, unit)
        row: dict[str, Any] = {"variantId": ref, "quantity": 1}
        if gross.minor > worth.minor:
            off = (gross - worth).share(net.minor, gross.minor)
            value = {"amount": {"amount": off.decimal, "currencyCode": off.currency}}
            row["appliedDiscount"] = {"description": "Replacement", "value": value}
        rows.append(row)
    return rows


def _worth(sold: Line, place: int) -> Money:
    """Return what one unit of a line is worth, by its place among those that come back.

    Shopify rounds each unit by itself, and the last one gets what is left. Where its
    figure is a minor unit less, that counts: else it would have somebody owe it.
    """
    before = sold.gross.share(place - 1, sold.quantity)
    ours = sold.gross.share(place, sold.quantity) - before
    each = sold.gross.share(1, sold.quantity)
    is_last = place >= sold.quantity
    theirs = sold.gross - each.share(sold.quantity - 1, 1) if is_last else each
    return theirs if (ours - theirs).minor == 1 else ours
