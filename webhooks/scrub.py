"""What a shop sends and nobody may keep: the nonces and bank details of plugins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# WP Swings' return form, which every order webhook of the shop carries whole.
HUSHED = frozenset({"security_check", "bankdetails"})
HUSHED_META = frozenset({"wps_rma_bank_details"})
MARKS = tuple(name.encode() for name in (*HUSHED, *HUSHED_META))


def scrubbed(body: bytes) -> bytes:
    """Return a verified body as it may be kept; mostly the very same bytes.

    What cannot be read although it names such a thing is not kept.
    """
    if not any(mark in body for mark in MARKS):
        return body
    try:
        return json.dumps(_walk(json.loads(body))).encode()
    except (ValueError, RecursionError):
        return b"{}"


def _walk(value: Any) -> Any:  # noqa: ANN401 - JSON
    return _KINDS.get(type(value), _same)(value)


def _map(value: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: "" if key in HUSHED or key in HUSHED_META else _walk(one)
        for key, one in value.items()
    }
    if value.get("key") in HUSHED_META and "value" in kept:
        kept["value"] = ""
    return kept


def _list(value: list[Any]) -> list[Any]:
    return [_walk(one) for one in value]


def _same(value: object) -> object:
    return value


_KINDS: dict[type, Callable[[Any], Any]] = {dict: _map, list: _list}
