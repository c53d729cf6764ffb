"""The JSON by which another program opens a return (docs/inbound-api.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from connector.errors import BadRequest
from connector.model import ASKABLE, Kind, Resolution
from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order

SOURCE = "inbound"
MOST_PHOTOS = 10  # of one line, as a policy may want at most


class AskedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line to return, named by the shop's line id or by its SKU.

    `ware` is the shop's id of what is wanted instead, for an exchange; `answers` are
    answer codes by question code of the policy, `photos` base64 of their bytes.
    """

    quantity: int
    reason: str
    line: str = ""
    sku: str = ""
    note: str = ""
    resolution: str = Resolution.REFUND.value
    ware: str = ""
    answers: dict[str, str] = {}
    photos: list[bytes] = []


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A return that another program asks for; `timestamp` is aware.

    `kind` None: as the reasons say. `method` is a way back of the policy's.
    """

    event_id: str
    timestamp: datetime
    lines: list[AskedLine]
    order_ref: str = ""
    order_number: str = ""
    kind: Kind | None = None
    method: str = ""
    language: str = "en"


_DECODER = msgspec.json.Decoder(Asked)


def parse(body: bytes) -> Asked:
    """Read a body; raises BadRequest with the path of what is wrong."""
    try:
        asked = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"the body is not the documented JSON: {error}"
        raise BadRequest(msg) from None
    if not asked.event_id.strip() or asked.timestamp.tzinfo is None:
        msg = "event_id must not be empty, and timestamp needs a UTC offset"
        raise BadRequest(msg)
    if bool(asked.order_ref) == bool(asked.order_number):
        msg = "name the order by either order_ref or order_number"
        raise BadRequest(msg)
    for place, line in enumerate(asked.lines):
        _check_way(line, f"lines[{place}]")
        if len(line.photos) > MOST_PHOTOS:
            msg = f"lines[{place}].photos: at most {MOST_PHOTOS} of a line"
            raise BadRequest(msg)
    return asked


def _check_way(line: AskedLine, where: str) -> None:
    """Refuse a way that nobody may ask for, and an exchange for nothing."""
    known = sorted(way.value for way in ASKABLE)
    if line.resolution not in known:
        raise BadRequest(unknown(f"{where}.resolution", line.resolution, known))
    if (line.resolution == Resolution.EXCHANGE) != bool(line.ware):
        msg = f"{where}.ware: an exchange names the article, and nothing else does"
        raise BadRequest(msg)


def unknown(key: str, word: str, known: Sequence[str]) -> Saying:
    """Say that a key holds an unknown word, and which one may be meant."""
    close = get_close_matches(word, known, n=1)
    said = repr(word[:40])
    if close:
        text = N_("%(key)s: unknown %(word)s; did you mean %(meant)s?")
        return saying(text, key=key, word=said, meant=repr(close[0]))
    text = N_("%(key)s: unknown %(word)s; one of %(known)s")
    return saying(text, key=key, word=said, known=list(known))


def named(body: bytes) -> tuple[str, datetime]:
    """Return (event id, moment in UTC) of a body; raises BadRequest."""
    asked = parse(body)
    return asked.event_id, asked.timestamp.astimezone(UTC)


def line_ref(order: Order, asked: AskedLine) -> str:
    """Return the order's line that is meant; raises BadRequest unless it is one."""
    if asked.line:
        return asked.line
    found = [line.ref for line in order.lines if asked.sku and line.sku == asked.sku]
    if len(found) != 1:
        text = N_("the SKU names %(count)s lines of the order; name the line id")
        msg = saying(text, count=len(found))
        raise BadRequest(msg, sku=asked.sku[:80])
    return found[0]
