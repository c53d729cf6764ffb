"""The request that WP Swings' plugin keeps in an order's meta, as our model: tables.

`wps_rma_return_product` is `{unix time: posted form + lines + status}`, one key. What
else the plugin writes misleads (docs/woocommerce-plugins.md) and is not read. The
form's nonce and bank details never leave this module but back to the shop.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connector.errors import Gone
from connector.model import ShopReturn, ShopReturnLine

Json = Mapping[str, Any]

NAME = "wps"
DIGITS = 6  # no order holds a million of one thing
STATUSES = ("return-requested", "return-approved", "return-cancelled")
REQUEST = "wps_rma_return_product"
FILES = "wps_rma_return_attachment"
NUMBER = "retour_return"  # our own key in a request that we made
REFUND_DONE, STOCK_DONE = "wps_rma_left_amount_done", "wps_rma_manage_stock_for_return"
# A refusal and a withdrawal differ in the text of a note alone: both are an end.
STATE = {"pending": "requested", "complete": "open", "cancel": "cancelled"}
NOTE_LENGTH = 2000
SLASHED = re.compile(r"\\(.?)", re.DOTALL)
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SECONDS = re.compile(r"[0-9]{1,11}")


def of_order(order: Json, site: str) -> tuple[ShopReturn, ...]:
    """Read the requests of an order as the REST API shows it; mostly none or one."""
    return tuple(
        _return(order, key, asked, site) for key, asked in requests(order).items()
    )


def requests(order: Json) -> Mapping[str, Json]:
    """Return the plugin's own value, by its key; an empty one is `[]` or ""."""
    value = meta(order, REQUEST)
    if not isinstance(value, dict):
        return {}
    return {str(key): one for key, one in value.items() if isinstance(one, dict)}


def meta(order: Json, key: str) -> object:
    """Return the value of an order's meta; None where it has none."""
    for one in order.get("meta_data") or ():
        if isinstance(one, dict) and one.get("key") == key:
            return one.get("value")
    return None


def ref_of(order_ref: object, key: str) -> str:
    """Name a request: the plugin keeps one an order, its time tells it from others."""
    return f"{NAME}:{order_ref}:{key}"


def parts(ref: str) -> tuple[str, str]:
    """Return order ref and time key of a ref; raises Gone for what is none."""
    name, _, rest = ref.partition(":")
    order_ref, _, key = rest.partition(":")
    if name != NAME or not (order_ref.isascii() and order_ref.isdigit()) or not key:
        raise Gone(ref=ref[:60])
    return order_ref, key


def _return(order: Json, key: str, asked: Json, site: str) -> ShopReturn:
    ref, raw = str(order["id"]), str(asked.get("status") or "")
    lines = tuple(_lines(asked))
    status = STATE.get(raw, "unknown")
    if status == "open" and _is_settled(order):
        status = "closed"
    if status == "requested" and not all(line.quantity for line in lines):
        status, raw = "unknown", f"{raw}, with a quantity that is no number"
    number = asked.get(NUMBER)
    return ShopReturn(
        ref=ref_of(ref, key),
        number=f"{order.get('number') or ref}/{key}",
        order_ref=ref,
        status=status,
        lines=lines,
        opened_at=_opened(order, key),
        raw_status=raw[:80],
        our_number=number if isinstance(number, str) else "",
        photos=tuple(_photos(order, str(asked.get("status")), site)),
    )


def _is_settled(order: Json) -> bool:
    """Say whether both buttons of an approved request are spent, and money went.

    The refund button alone moves none.
    """
    is_spent = meta(order, REFUND_DONE) == "yes" and meta(order, STOCK_DONE) == "no"
    return is_spent and bool(order.get("refunds"))


def _opened(order: Json, key: str) -> datetime:
    if SECONDS.fullmatch(key):
        return datetime.fromtimestamp(int(key), UTC)
    text = str(order.get("date_modified_gmt") or "1970-01-01")
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _lines(asked: Json) -> Iterator[ShopReturnLine]:
    """Read what is asked for; `price` is a unit price without its tax, of no use."""
    seen: Counter[str] = Counter()
    reason, note = _said(asked.get("subject")), _said(asked.get("reason"))
    wanted = asked.get("products")
    found = list(wanted.values()) if isinstance(wanted, dict) else wanted
    for one in found if isinstance(found, list) else ():
        if not isinstance(one, dict):
            continue
        line = str(one.get("item_id") or "")
        seen[line] += 1
        units = _units(one.get("qty"))
        yield ShopReturnLine(
            ref=line if seen[line] == 1 else f"{line}-{seen[line]}",
            line_ref=line,
            quantity=units,
            processable=units,
            processed=0,
            refunded=0,
            reason=reason,
            note=note,
        )


def _units(value: object) -> int:
    """Read a quantity: text from the form, a number from the API; else 0."""
    text = str(value).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_number else 0


def _said(value: object) -> str:
    """Take PHP's slashes off; HTML stays text, to be escaped where it is shown."""
    text = value if isinstance(value, str) else ""
    whole = text.encode("utf-8", "replace").decode()  # half an emoji is no text
    return SLASHED.sub(r"\1", whole).replace("\0", "")[:NOTE_LENGTH]


def _photos(order: Json, status: str, site: str) -> Iterator[str]:
    """Return the addresses of the images, which the shop serves to anybody."""
    value = meta(order, FILES)
    by_day = value if isinstance(value, dict) else {}
    days = [one for one in by_day.values() if isinstance(one, dict)]
    mine = days if len(days) == 1 else [x for x in days if x.get("status") == status]
    for day in mine:
        files = day.get("files")
        for name in files if isinstance(files, list) else ():
            if isinstance(name, str) and FILE.fullmatch(name):
                yield f"{site.rstrip('/')}/wp-content/attachment/{quote(name)}"
