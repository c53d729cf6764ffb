"""Shopify's order history by bulk operation: started, waited for, read as a stream.

The lines of a result come in any order, an order's lines far from the order: they are
sorted into piles on disk, so that memory stays flat however long the history is. A bulk
query takes no connection inside a list, so the lines of parcels and refunds are not in
it: what cannot be known from the result is read order by order instead.
"""

from __future__ import annotations

import json
import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.guard import Transport
from adapters.shopify import translate
from adapters.shopify.documents import document
from adapters.spool import Spool, lines
from adapters.wire import Timeouts, download, understood_each
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import Batch
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.shopify.calls import Calls
    from connector.model import Order

Json = dict[str, Any]

NAME = "RetourHistory"  # how we know our own operation among those of the app
WAITING = ("CREATED", "RUNNING", "CANCELING")
BUSY = ("LIMIT_REACHED", "OPERATION_IN_PROGRESS")
PIECE = 200  # orders in a batch
PILE = 2 * 1024 * 1024  # bytes of the result that are sorted in memory at once
ANEW: Mapping[str, str] = {
    "CANCELED": saying(
        "the bulk operation was cancelled in the shop; it is begun anew"
    ),
    "EXPIRED": saying(
        "the bulk operation's result is older than 7 days; it is begun anew"
    ),
    "TIMEOUT": saying("Shopify's bulk operation took too long; it is begun anew"),
    "INTERNAL_SERVER_ERROR": saying(
        "Shopify's bulk operation failed; it is begun anew"
    ),
}
LOST = saying("Shopify no longer has the bulk operation's result; it is begun anew")
DENIED = saying(
    "the app lacks a scope: give it read_orders, read_products, read_customers"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How the result is downloaded, which lies on another host than the shop."""

    transport: Transport
    timeouts: Timeouts
    allow_http: bool = False


class _Key(msgspec.Struct, rename={"parent": "__parentId"}):
    """What of a line says which order it belongs to."""

    id: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A cursor: the operation, how many piles its result makes, and where we are."""

    op: str = ""
    piles: int = 0
    pile: int = 0
    done: int = 0  # orders of this pile that are kept

    @property
    def text(self) -> str:
        return json.dumps([self.op, self.piles, self.pile, self.done])


def _place(cursor: str) -> _Place:
    if not cursor:
        return _Place()
    op, piles, pile, done = json.loads(cursor)
    return _Place(op=op, piles=piles, pile=pile, done=done)


@understood_each
def read(calls: Calls, cursor: str, ask: Asking) -> Iterator[Batch]:
    """Start the operation, wait for it, or read its result from where we were."""
    place = _place(cursor)
    if not place.op:
        op = _running(calls) or _start(calls)
        yield Batch(cursor=_Place(op=op).text, is_waiting=True)
        return
    found = calls.ask("bulk_state", {"id": place.op}).get("bulkOperation") or {}
    status = str(found.get("status", ""))
    if status in WAITING:
        yield Batch(cursor=cursor, is_waiting=True)
    elif status == "COMPLETED":
        yield from _result(found, place, ask)
    else:
        yield from _failed(found, place, ask)


def _running(calls: Calls) -> str:
    """Find an operation of ours whose start we were killed before we could keep."""
    nodes = calls.ask("bulk_running", {})["bulkOperations"]["nodes"]
    ours = (
        str(one["id"])
        for one in nodes
        if one["status"] in WAITING and NAME in str(one["query"])
    )
    return next(ours, "")


def _start(calls: Calls) -> str:
    payload = calls.ask("bulk_run", {"query": document("history")})
    made = payload["bulkOperationRunQuery"]
    errors = made["userErrors"]
    if not errors:
        return str(made["bulkOperation"]["id"])
    words = "; ".join(str(one["message"])[:200] for one in errors)
    if any(one.get("code") in BUSY for one in errors):
        raise Unavailable(words)
    raise Rejected(words)


def _failed(found: Json, place: _Place, ask: Asking) -> Iterator[Batch]:
    """Use what a failed operation left, then begin anew; a scope that lacks stops."""
    code = str(found.get("errorCode") or found.get("status") or "")
    if code == "ACCESS_DENIED":
        raise Rejected(DENIED)
    url = found.get("partialDataUrl")
    if url:
        partial = found | {"url": url, "fileSize": None}
        for one in _result(partial, place, ask):
            if not one.cursor:
                break
            yield replace(one, is_last=False, total=None)
    yield Batch(cursor="", why=ANEW.get(code, LOST))


def _result(found: Json, place: _Place, ask: Asking) -> Iterator[Batch]:
    """Read the result, pile by pile, behind what was read of it before."""
    total = int(found["rootObjectCount"])
    url = str(found.get("url") or "")
    if not url:
        is_empty = total == 0
        cursor = place.text if is_empty else ""
        yield Batch(cursor=cursor, is_last=is_empty, why="" if is_empty else LOST)
        return
    if not url.startswith("https://") and not ask.allow_http:
        msg = saying("the address of the bulk operation's result is not https")
        raise Rejected(msg)
    piles = place.piles or 1 + int(found.get("fileSize") or 0) // PILE
    place = replace(place, piles=piles)
    if place.pile >= piles:
        yield Batch(cursor=place.text, total=total, is_last=True)
        return
    with closing(Spool(piles)) as spool:
        try:
            _sort(spool, url, place, ask)
        except Gone:
            yield Batch(cursor="", why=LOST)
            return
        for number in range(place.pile, piles):
            done = place.done if number == place.pile else 0
            is_end = number == piles - 1
            for at, batch in _pile(spool.pile(number), done):
                behind = (number + 1, 0) if at is None else (number, at)
                cursor = replace(place, pile=behind[0], done=behind[1]).text
                yield replace(
                    batch, cursor=cursor, total=total, is_last=is_end and at is None
                )


def _sort(spool: Spool, url: str, place: _Place, ask: Asking) -> None:
    """Put each line on the pile of its order; what is kept already is left out."""
    decode = msgspec.json.Decoder(_Key).decode
    stream = download(
        lambda: ask.transport.request(
            "GET", url, timeout=(ask.timeouts.connect, ask.timeouts.read)
        )
    )
    for line in lines(stream):
        try:
            key = decode(line)
        except msgspec.DecodeError:
            continue  # the torn end of a result that is partial; its order is short
        number = zlib.crc32((key.parent or key.id).encode()) % place.piles
        if number >= place.pile:
            spool.add(number, line)


def _pile(found: Iterator[bytes], done: int) -> Iterator[tuple[int | None, Batch]]:
    """Put the orders of a pile together; give each batch with where it ends.

    None stands for the end of the pile. The order is that of the ids, so that it is
    the same whenever the pile is read again.
    """
    heads: dict[str, Json] = {}
    parts: dict[str, list[Json]] = {}
    for line in found:
        row = msgspec.json.decode(line)
        if "__parentId" in row:
            parts.setdefault(row["__parentId"], []).append(row)
        else:
            heads[row["id"]] = row
    refs = sorted(heads)
    while True:
        some = refs[done : done + PIECE]
        pairs = [(ref, order(heads.pop(ref), parts.pop(ref, []))) for ref in some]
        done += len(some)
        batch = Batch(
            cursor="-",
            orders=tuple(one for _, one in pairs if one is not None),
            again=tuple(ref for ref, one in pairs if one is None),
        )
        if done >= len(refs):
            yield None, batch
            return
        yield done, batch


def order(data: Json, rows: list[Json]) -> Order | None:
    """Translate an order of the result; None when only a reading can tell it whole.

    That is so with refunds, returns or several parcels, and when lines are missing.
    """
    rows.sort(key=lambda row: int(str(row["id"]).rpartition("/")[2]))
    sold = sum(int(row["quantity"]) for row in rows)
    parcel = _parcels(data.get("fulfillments") or (), rows)
    if (
        parcel is None
        or data.get("refunds")
        or data.get("returnStatus") != "NO_RETURN"
        or sold != data.get("subtotalLineItemsQuantity")
    ):
        return None
    nodes = {"nodes": rows, "pageInfo": {"hasNextPage": False}}
    try:
        return translate.order(data | {"lineItems": nodes, "fulfillments": parcel})
    except (KeyError, TypeError, ValueError, AttributeError, OutcomeUnknown):
        return None


def _parcels(found: Any, rows: list[Json]) -> list[Json] | None:  # noqa: ANN401 - JSON
    """Say what is in the one parcel: all that was sent; None when that is not sure."""
    sent = [
        {"lineItem": {"id": row["id"]}, "quantity": units}
        for row in rows
        if (units := int(row["quantity"]) - int(row.get("unfulfilledQuantity") or 0))
    ]
    units = sum(int(row["quantity"]) for row in rows) - sum(
        int(row.get("unfulfilledQuantity") or 0) for row in rows
    )
    if not found:
        return None if units else []
    one = found[0]
    if len(found) > 1 or one["status"] != "SUCCESS" or one["totalQuantity"] != units:
        return None
    page = {"nodes": sent, "pageInfo": {"hasNextPage": False}}
    return [one | {"fulfillmentLineItems": page}]
