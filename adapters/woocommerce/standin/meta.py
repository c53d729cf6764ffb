"""An order's meta, as the REST API shows it and takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]


def get(order: Json, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a key; None where the order has none."""
    row = _row(order, key)
    return row["value"] if row else None


def put(shop: Shop, order: Json, key: str, value: object) -> None:
    """Replace the one row of a key, or add it."""
    row = _row(order, key)
    if row is None:
        row = {"id": shop.new_id("meta"), "key": key}
        order["meta_data"].append(row)
    row["value"] = stored(value)


def write(shop: Shop, order: Json, rows: object) -> None:
    """Take `meta_data` of a PUT: by id where one is given, else by key."""
    for one in rows if isinstance(rows, list) else ():
        by_id = [row for row in order["meta_data"] if row["id"] == one.get("id")]
        if by_id:
            by_id[0].update({"key": one["key"], "value": stored(one.get("value"))})
        elif one.get("key"):
            put(shop, order, str(one["key"]), one.get("value"))


def stored(value: object) -> object:
    """Store a value as WordPress does: a bare number is text, an empty array `[]`."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, (int, float)):
        return str(value)
    return [] if value == {} else value


def _row(order: Json, key: str) -> Json | None:
    found = [row for row in order["meta_data"] if row["key"] == key]
    return found[0] if found else None
