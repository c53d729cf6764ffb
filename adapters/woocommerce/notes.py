"""What the shop's staff is told on its own order: a private note, and our meta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import OutcomeUnknown
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.calls import Calls

META = "_retour_"


def tell(calls: Calls, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
    """Write a note once: the order's notes are read first, and ours has its token.

    The meta is written only where it says something else: every write of an order
    comes back as `order.updated`, even one that changes nothing.
    """
    mark = f"[RT {facts['token']}]"
    if not _is_told(calls, order_ref, mark):
        body = {"note": f"{text} {mark}", "customer_note": False}
        calls.post(f"orders/{order_ref}/notes", body)
    wanted = {f"{META}{key}": said for key, said in facts.items() if key != "token"}
    order = calls.get(f"orders/{order_ref}", {"_fields": "id,meta_data"})
    known = {str(one["key"]): one["value"] for one in order["meta_data"]}
    if any(known.get(key) != said for key, said in wanted.items()):
        rows = [{"key": key, "value": said} for key, said in sorted(wanted.items())]
        calls.put(f"orders/{order_ref}", {"meta_data": rows})


def _is_told(calls: Calls, order_ref: str, mark: str) -> bool:
    """Say whether a note bears the mark; the list of notes has no pages."""
    found = calls.get(f"orders/{order_ref}/notes")
    if not isinstance(found, list):
        msg = saying("the shop answered something that is no list")
        raise OutcomeUnknown(msg)
    return any(mark in str(one.get("note", "")) for one in found)
