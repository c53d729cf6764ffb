"""Shopify's own returns: read, requested, approved, declined, disposed, closed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.shopify import charges
from adapters.shopify.translate import moment, whole
from connector.errors import Gone, Rejected, Unsupported
from connector.model import ShopReturn, ShopReturnLine, Sighting
from connector.saying import saying

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import Deduction, Return, ReturnLine, Shelved

Json = Mapping[str, Any]

STATUS = {
    "REQUESTED": "requested",
    "OPEN": "open",
    "CLOSED": "closed",
    "DECLINED": "declined",
    "CANCELED": "cancelled",
}
REASONS = {"period_ended": "RETURN_PERIOD_ENDED", "final_sale": "FINAL_SALE"}
OTHER = "other-reason"
RESTOCKED, KEPT_OFF = "RESTOCKED", "NOT_RESTOCKED"
MOST = 250
MOST_SWAPS = 50
NOTE, SHORT_NOTE, DECLINE_NOTE = 300, 255, 500
# Behind the note of a line that we open: `returnRequest` has no key, and a customer
# may ask for the same units at the same moment.
MARK = "RT-"
OURS = re.compile(r"\s*\[RT-([^\]\s]+)\]$")


def translate(data: Json) -> ShopReturn:
    """Translate a Return; a line that names no order line keeps an empty ref."""
    raw = str(data["status"])
    rows = whole(data["returnLineItems"], MOST, "return lines")
    swaps = whole(data["exchangeLineItems"], MOST_SWAPS, "exchange lines")
    marks = {found.group(1) for one in rows if (found := OURS.search(_note(one)))}
    return ShopReturn(
        ref=str(data["id"]),
        number=str(data["name"]),
        order_ref=str(data["order"]["id"]),
        status=STATUS.get(raw, "unknown"),
        lines=tuple(_line(one) for one in rows),
        opened_at=moment(data["createdAt"]),
        raw_status=raw,
        exchanges=sum(int(one["quantity"]) for one in swaps),
        our_number=marks.pop() if len(marks) == 1 else "",
    )


def _line(data: Json) -> ShopReturnLine:
    sold = (data.get("fulfillmentLineItem") or {}).get("lineItem") or {}
    return ShopReturnLine(
        ref=str(data["id"]),
        line_ref=str(sold.get("id") or ""),
        quantity=int(data["quantity"]),
        processable=int(data["processableQuantity"]),
        processed=int(data["processedQuantity"]),
        refunded=int(data["refundedQuantity"]),
        reason=str((data.get("returnReasonDefinition") or {}).get("handle") or ""),
        note=OURS.sub("", _note(data)),
    )


def _note(data: Json) -> str:
    return str(data.get("customerNote") or data.get("returnReasonNote") or "")


def read(calls: Calls, ref: str) -> ShopReturn:
    """Read one return; raises Gone."""
    found = calls.ask("return", {"id": ref}).get("return")
    if not found:
        raise Gone(return_ref=ref)
    return translate(found)


def of_order(calls: Calls, order_ref: str) -> tuple[ShopReturn, ...]:
    """Read every return of an order."""
    found: list[ShopReturn] = []
    after: str | None = None
    while True:
        asked = {"id": order_ref, "after": after}
        order = calls.ask("order_returns", asked).get("order")
        if not order:
            raise Gone(order=order_ref)
        page = order["returns"]
        found.extend(translate(one) for one in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return tuple(found)
        after = page["pageInfo"]["endCursor"]


def open_of(order: Json) -> list[Sighting]:
    """Name the returns of an order that are requested or open."""
    return [
        Sighting(
            ref=str(one["id"]),
            order_ref=str(order["id"]),
            status=STATUS.get(str(one["status"]), "unknown"),
        )
        for one in order["returns"]["nodes"]
        if one["status"] in ("REQUESTED", "OPEN")
    ]


def create(
    calls: Calls, case: Return, instead: Sequence[Json], fees: Sequence[Deduction] = ()
) -> ShopReturn:
    """Open our return with what is wanted instead: a request takes no such lines.

    With its fees: what a dearer article costs on top, Shopify asks of the customer.
    """
    rows = _lines(calls, case, "returnReasonNote", SHORT_NOTE)
    asked: dict[str, Any] = {
        "orderId": case.order_ref,
        "returnLineItems": charges.restocked(calls, case.order_ref, rows, fees),
        "exchangeLineItems": list(instead),
    }
    way_back = charges.way_back(fees)
    if way_back:
        asked["returnShippingFee"] = way_back
    payload = calls.change("return_create", "returnCreate", {"input": asked})
    return translate(payload["return"])


def request(calls: Calls, case: Return) -> ShopReturn:
    """Ask for our return at the shop."""
    rows = [row for _, row in _lines(calls, case, "customerNote", NOTE)]
    asked = {"input": {"orderId": case.order_ref, "returnLineItems": rows}}
    payload = calls.change("return_request", "returnRequest", asked)
    return translate(payload["return"])


def _lines(
    calls: Calls, case: Return, note_field: str, most: int
) -> list[tuple[str, Json]]:
    """Write our lines, each with its order line; they may span several parcels."""
    free = _returnable(calls, case.order_ref)
    reasons = _reasons(calls, {_handle(line) for line in case.lines})
    rows: list[tuple[str, Json]] = []
    for line in case.lines:
        left = line.asked
        for parcel_line, quantity in free.get(line.line_ref, ()):
            taken = min(left, quantity)
            if taken:
                row = {"fulfillmentLineItemId": parcel_line, "quantity": taken}
                reason = reasons.get(_handle(line)) or reasons.get(OTHER)
                if reason:
                    row["returnReasonDefinitionId"] = reason
                mark = f"[{MARK}{case.number}]"
                note = line.note[: most - len(mark) - 1]
                row[note_field] = f"{note} {mark}".strip()
                rows.append((line.line_ref, row))
                left -= taken
        if left:
            msg = saying(
                "only %(free)s of %(asked)s units can be returned",
                free=line.asked - left,
                asked=line.asked,
            )
            raise Rejected(msg, line=line.line_ref)
    return rows


def _handle(line: ReturnLine) -> str:
    """Return the handle that the reason is told by; its code where nobody said one."""
    return line.reason_handle or line.reason


def _returnable(calls: Calls, order_ref: str) -> dict[str, list[tuple[str, int]]]:
    """Return, by order line, the parcel lines that can come back, and how many."""
    free: dict[str, list[tuple[str, int]]] = {}
    after: str | None = None
    while True:
        asked = {"id": order_ref, "after": after}
        page = calls.ask("returnable", asked)["returnableFulfillments"]
        for parcel in page["nodes"]:
            lines = parcel["returnableFulfillmentLineItems"]
            for one in whole(lines, MOST, "lines in a parcel"):
                sold = one["fulfillmentLineItem"]
                known = free.setdefault(str(sold["lineItem"]["id"]), [])
                known.append((str(sold["id"]), int(one["quantity"])))
        if not page["pageInfo"]["hasNextPage"]:
            return free
        after = page["pageInfo"]["endCursor"]


def _reasons(calls: Calls, wanted: set[str]) -> dict[str, str]:
    """Return the ids of reasons by handle; what is no handle there is not in it."""
    asked = {"handles": sorted(wanted | {OTHER})}
    nodes = calls.ask("return_reasons", asked)["returnReasonDefinitions"]["nodes"]
    return {str(one["handle"]): str(one["id"]) for one in nodes}


def approve(calls: Calls, ref: str) -> None:
    """Approve a requested return; the news to the customer is ours."""
    asked = {"input": {"id": ref, "notifyCustomer": False}}
    calls.change("return_approve", "returnApproveRequest", asked)


def decline(calls: Calls, ref: str, note: str, reason: str) -> None:
    """Decline a requested return, with our sentence as its note."""
    asked = {
        "input": {
            "id": ref,
            "declineReason": REASONS.get(reason, "OTHER"),
            "declineNote": note[:DECLINE_NOTE],
            "notifyCustomer": False,
        }
    }
    calls.change("return_decline", "returnDeclineRequest", asked)


def cancel(calls: Calls, ref: str) -> None:
    """Cancel a return; refused once something of it was processed."""
    calls.change("return_cancel", "returnCancel", {"id": ref})


def close(calls: Calls, ref: str) -> None:
    """Close a return; Shopify takes a second close without complaint."""
    calls.change("return_close", "returnClose", {"id": ref})


class Goods(NamedTuple):
    """A line of the goods' way back; `place` is where they were sent from.

    `kinds` are units by what became of them, `done` all of these.
    """

    ref: str
    total: int
    done: int
    place: str
    kinds: Mapping[str, int] = {}


def goods(calls: Calls, ref: str) -> dict[str, list[Goods]]:
    """Return, by return line, what is awaited of it."""
    found = calls.ask("return_goods", {"id": ref}).get("return")
    if not found:
        raise Gone(return_ref=ref)
    by_parcel_line: dict[str, list[str]] = {}
    for one in found["returnLineItems"]["nodes"]:
        parcel_line = str((one.get("fulfillmentLineItem") or {}).get("id") or "")
        by_parcel_line.setdefault(parcel_line, []).append(str(one["id"]))
    sent_from = _sent_from(found)
    goods: dict[str, list[Goods]] = {}
    for reverse in found["reverseFulfillmentOrders"]["nodes"]:
        for one in whole(reverse["lineItems"], MOST, "reverse lines"):
            parcel_line = str((one.get("fulfillmentLineItem") or {}).get("id") or "")
            kinds: Counter[str] = Counter()
            for part in one["dispositions"]:
                kinds[str(part["type"])] += int(part["quantity"])
            row = Goods(
                ref=str(one["id"]),
                total=int(one["totalQuantity"]),
                done=kinds.total(),
                place=sent_from.get(parcel_line, ""),
                kinds=kinds,
            )
            for line_ref in by_parcel_line.get(parcel_line, ())[:1]:
                goods.setdefault(line_ref, []).append(row)
    return goods


def _sent_from(found: Json) -> dict[str, str]:
    """Return, by parcel line, the location that it was sent from."""
    parcels = (found.get("order") or {}).get("fulfillments") or ()
    return {
        str(one["id"]): str((parcel.get("location") or {}).get("id") or "")
        for parcel in parcels
        for one in parcel["fulfillmentLineItems"]["nodes"]
    }


def disposed(calls: Calls, ref: str) -> dict[str, int]:
    """Return how many units of each return line were disposed of already."""
    return {
        line: sum(row.done for row in rows) for line, rows in goods(calls, ref).items()
    }


def dispositions(
    known: Mapping[str, list[Goods]],
    units: Mapping[str, int],
    kinds: Mapping[str, str],
    places: Mapping[str, str],
) -> dict[str, list[Json]]:
    """Spread received units over the reverse order's lines, never beyond its total.

    Shopify takes more than there is without complaint, so the limit is ours. What is
    restocked needs a location: `places`, else where it was sent from; goods of which
    neither is known are left for staff to book.
    """
    inputs: dict[str, list[Json]] = {}
    for line_ref, wanted in units.items():
        left = wanted
        kind = kinds.get(line_ref, KEPT_OFF)
        for reverse in known.get(line_ref, ()):
            place = places.get(line_ref) or reverse.place
            taken = min(left, reverse.total - reverse.done)
            if taken > 0 and (place or kind != RESTOCKED):
                row = {
                    "reverseFulfillmentOrderLineItemId": reverse.ref,
                    "quantity": taken,
                    "dispositionType": kind,
                }
                if kind == RESTOCKED:
                    row["locationId"] = place
                inputs.setdefault(line_ref, []).append(row)
                left -= taken
    return inputs


def shelve(calls: Calls, asked: Shelved) -> None:
    """Book judged goods apart from their money; raises Rejected for what is not open.

    Shopify would take more than is open without complaint.
    """
    if not (asked.return_ref and asked.return_line):
        msg = saying("Shopify has no return of these goods")
        raise Unsupported(msg)
    ref = asked.return_line
    places = {ref: asked.place} if asked.place else {}
    known = goods(calls, asked.return_ref)
    spread = dispositions(known, {ref: asked.quantity}, {ref: _kind(asked)}, places)
    rows = spread.get(ref, [])
    if sum(row["quantity"] for row in rows) < asked.quantity:
        msg = saying(
            "Shopify has not so many units of this return open, or not their place"
        )
        raise Rejected(msg)
    calls.change("dispose", "reverseFulfillmentOrderDispose", {"inputs": rows})


def is_shelved(calls: Calls, asked: Shelved) -> bool:
    """Say whether all that is to go that way by our books went there, by anybody."""
    if not asked.return_ref:
        return False
    rows = goods(calls, asked.return_ref).get(asked.return_line, ())
    return sum(row.kinds.get(_kind(asked), 0) for row in rows) >= asked.total


def _kind(asked: Shelved) -> str:
    return RESTOCKED if asked.restock else KEPT_OFF
