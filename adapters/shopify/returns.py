"""Shopify's own returns: read, requested, approved, declined, disposed, closed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.shopify.translate import moment, whole
from connector.errors import Gone, Rejected
from connector.model import ShopReturn, ShopReturnLine, Sighting

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import Return

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
MOST = 250
MOST_SWAPS = 50
NOTE, DECLINE_NOTE = 300, 500
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


def request(calls: Calls, case: Return) -> ShopReturn:
    """Ask for our return at the shop; the quantities may span several parcels."""
    free = _returnable(calls, case.order_ref)
    reasons = _reasons(calls, {line.reason for line in case.lines})
    rows: list[Json] = []
    for line in case.lines:
        left = line.asked
        for parcel_line, quantity in free.get(line.line_ref, ()):
            taken = min(left, quantity)
            if taken:
                row = {"fulfillmentLineItemId": parcel_line, "quantity": taken}
                reason = reasons.get(line.reason) or reasons.get(OTHER)
                if reason:
                    row["returnReasonDefinitionId"] = reason
                mark = f"[{MARK}{case.number}]"
                note = line.note[: NOTE - len(mark) - 1]
                row["customerNote"] = f"{note} {mark}".strip()
                rows.append(row)
                left -= taken
        if left:
            msg = f"only {line.asked - left} of {line.asked} units can be returned"
            raise Rejected(msg, line=line.line_ref)
    asked = {"input": {"orderId": case.order_ref, "returnLineItems": rows}}
    payload = calls.change("return_request", "returnRequest", asked)
    return translate(payload["return"])


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
    """Return the ids of reasons by handle; a code that is no handle is another one."""
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


def goods(calls: Calls, ref: str) -> dict[str, list[tuple[str, int, int]]]:
    """Return, by return line, its (reverse order line, total, disposed of)."""
    found = calls.ask("return_goods", {"id": ref}).get("return")
    if not found:
        raise Gone(return_ref=ref)
    by_parcel_line: dict[str, list[str]] = {}
    for one in found["returnLineItems"]["nodes"]:
        parcel_line = str((one.get("fulfillmentLineItem") or {}).get("id") or "")
        by_parcel_line.setdefault(parcel_line, []).append(str(one["id"]))
    goods: dict[str, list[tuple[str, int, int]]] = {}
    for reverse in found["reverseFulfillmentOrders"]["nodes"]:
        for one in whole(reverse["lineItems"], MOST, "reverse lines"):
            parcel_line = str((one.get("fulfillmentLineItem") or {}).get("id") or "")
            done = sum(int(part["quantity"]) for part in one["dispositions"])
            row = (str(one["id"]), int(one["totalQuantity"]), done)
            for line_ref in by_parcel_line.get(parcel_line, ())[:1]:
                goods.setdefault(line_ref, []).append(row)
    return goods


def disposed(calls: Calls, ref: str) -> dict[str, int]:
    """Return how many units of each return line were disposed of already."""
    return {
        line: sum(done for _, _, done in rows)
        for line, rows in goods(calls, ref).items()
    }


def dispositions(
    known: Mapping[str, list[tuple[str, int, int]]],
    units: Mapping[str, int],
    kinds: Mapping[str, str],
) -> dict[str, list[Json]]:
    """Spread received units over the reverse order's lines, never beyond its total.

    Shopify takes more than there is without complaint, so the limit is ours.
    """
    inputs: dict[str, list[Json]] = {}
    for line_ref, wanted in units.items():
        left = wanted
        for reverse, whole_quantity, done in known.get(line_ref, ()):
            taken = min(left, whole_quantity - done)
            if taken > 0:
                row = {
                    "reverseFulfillmentOrderLineItemId": reverse,
                    "quantity": taken,
                    "dispositionType": kinds.get(line_ref, "NOT_RESTOCKED"),
                }
                inputs.setdefault(line_ref, []).append(row)
                left -= taken
    return inputs


def dispose(calls: Calls, ref: str, units: Mapping[str, int]) -> None:
    """Book goods that came back after their money."""
    spread = dispositions(goods(calls, ref), units, dict.fromkeys(units, "RESTOCKED"))
    rows = [row for found in spread.values() for row in found]
    if sum(row["quantity"] for row in rows) < sum(units.values()):
        msg = "more came back than this return has open at the shop"
        raise Rejected(msg)
    calls.change("dispose", "reverseFulfillmentOrderDispose", {"inputs": rows})
