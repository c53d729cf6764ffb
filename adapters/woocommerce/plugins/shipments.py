"""Shiptastic's shipments as our model: tables, no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.errors import Gone
from connector.model import ShopReturn, ShopReturnLine

Json = Mapping[str, Any]

NAME = "stc"
# What a return's status means to us; the order's own status never changes.
STATUS: Mapping[str, str] = {
    "requested": "requested",
    "processing": "open",
    "ready-for-shipping": "open",
    "shipped": "open",
    "delivered": "open",
    "returned": "open",  # Germanized's older word for delivered
    "rejected": "declined",
}
DRAFT = "draft"  # staff is still writing it: no return yet
ARRIVED = ("delivered", "returned")
NUMBER_META = "_retour_return"
CLOSED_META = "_retour_closed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ref_of(shipment_id: object) -> str:
    """Return what we call a shipment."""
    return f"{NAME}:{shipment_id}"


def id_of(ref: str) -> str:
    """Return the shipment's id of a ref; raises Gone for what is none."""
    name, _, number = ref.partition(":")
    if name != NAME or not (number.isascii() and number.isdigit()):
        raise Gone(ref=ref[:60])
    return number


def bare(listed: object) -> Json:
    """Return a shipment of a list: wrapped as an answer of its own, or not (older)."""
    found = listed if isinstance(listed, dict) else {}
    inside = found.get("data")
    return inside if isinstance(inside, dict) else found


def is_return(data: Json) -> bool:
    """Say whether a shipment is a return; older bodies name no type.

    There only a return has a sender other than the shop.
    """
    if "type" in data:
        return bool(data["type"] == "return")
    return bool(data.get("sender_address"))


def translate(data: Json) -> ShopReturn:
    """Translate one return.

    One that arrived is open until we say in its meta that it is finished: somebody
    is owed something. Neither reasons nor amounts are read: the API does not show
    the one, and its `total` is the whole line's.
    """
    raw = str(data.get("status") or "")
    status = STATUS.get(raw, "unknown")
    if status == "open" and _meta(data, CLOSED_META):
        status = "closed"
    number = str(data.get("shipment_number") or data["id"])
    return ShopReturn(
        ref=ref_of(data["id"]),
        number=number,
        order_ref=str(data["order_id"]),
        status=status,
        lines=tuple(_line(one, status) for one in data.get("items") or ()),
        opened_at=_moment(data.get("date_created_gmt")),
        raw_status=raw,
        our_number=_meta(data, NUMBER_META),
    )


def _line(data: Json, status: str) -> ShopReturnLine:
    quantity = int(data["quantity"])
    return ShopReturnLine(
        ref=str(data["id"]),
        line_ref=str(data["order_item_id"]),
        quantity=quantity,
        processable=quantity if status in ("requested", "open") else 0,
        processed=0,
        refunded=0,
    )


def _meta(data: Json, key: str) -> str:
    for one in data.get("meta_data") or ():
        if isinstance(one, dict) and one.get("key") == key:
            return str(one.get("value") or "")
    return ""


def _moment(value: object) -> datetime:
    """Read a `…_gmt` date, which is UTC and says no offset."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return EPOCH
    return read if read.tzinfo else read.replace(tzinfo=UTC)
