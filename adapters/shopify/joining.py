"""New goods that joined an order at Shopify: which exchange line each line is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.model import Line, Parcel, ShopRefund

Json = Mapping[str, Any]


def known(
    data: Json,
    lines: Sequence[Line],
    refunds: Sequence[ShopRefund],
    parcels: Sequence[Parcel],
) -> tuple[Line, ...]:
    """Say of new goods what they were sent for, and how many were taken off again.

    `data` is an order as Shopify writes it; without returns nothing joined it.
    """
    swaps = {
        str(line["id"]): str(one["id"])
        for case in (data.get("returns") or {}).get("nodes") or ()
        for one in case["exchangeLineItems"]["nodes"]
        for line in one.get("lineItems") or ()
    }
    if not swaps:
        return tuple(lines)
    now = {str(x["id"]): int(x["currentQuantity"]) for x in data["lineItems"]["nodes"]}
    sent = Counter[str]()
    for parcel in parcels:
        sent.update(dict(parcel.units))
    return tuple(
        replace(
            line,
            swap_ref=swaps[line.ref],
            taken_off=_taken_off(line, now[line.ref], sent[line.ref], refunds),
        )
        if line.ref in swaps
        else line
        for line in lines
    )


def _taken_off(line: Line, now: int, sent: int, refunds: Sequence[ShopRefund]) -> int:
    """Return the units that were not sent and that an edit of the order took off.

    What was refunded is not on the order either; one without money and without a
    return is what an edit itself may leave behind.
    """
    paid = sum(
        back.quantity
        for one in refunds
        if one.amount or one.return_ref
        for back in one.lines
        if back.line_ref == line.ref
    )
    return max(0, min(line.quantity - now - paid, line.quantity - sent))
