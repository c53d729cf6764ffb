"""Connections: `first`, `after`, `last`, `before`, `reverse`, and opaque cursors."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, TypeVar

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapters.shopify.standin.amounts import Json

T = TypeVar("T")
Key = tuple[Any, ...]
LARGEST = 250


def connection(
    rows: Iterable[T], view: Callable[[T], Json], key: Callable[[T], Key] | None = None
) -> Callable[..., Json]:
    """Page through rows; a cursor is a position by value when `key` is given.

    With a key, rows are sorted by it, so that a row whose key grows between two pages
    comes again on a later page, as when one polls by `updated_at`.
    """
    listed = list(rows)
    keyed = (
        sorted((key(row), row) for row in listed)
        if key is not None
        else [((index,), row) for index, row in enumerate(listed)]
    )

    def resolve(info: object, **args: Any) -> Json:  # noqa: ANN401 - GraphQL arguments
        if getattr(getattr(info, "context", None), "is_bulk", False):
            return {"edges": [{"node": view(row)} for _, row in keyed]}
        return _page(keyed, view, args)

    return resolve


def _page(keyed: list[tuple[Key, T]], view: Callable[[T], Json], args: Json) -> Json:
    first, last = _count(args.get("first")), _count(args.get("last"))
    if first is None and last is None:
        message = "you must provide one of first or last"
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
    backwards = bool(args.get("reverse"))
    rows = list(reversed(keyed)) if backwards else keyed
    if args.get("after"):
        edge = _key(args["after"])
        rows = [row for row in rows if _beyond(row[0], edge, backwards=backwards)]
    if args.get("before"):
        edge = _key(args["before"])
        rows = [row for row in rows if _beyond(edge, row[0], backwards=backwards)]
    shown = rows[:first] if first is not None else rows[-(last or 0) :]
    has_next = first is not None and len(rows) > first
    nodes = [view(row) for _, row in shown]
    cursors = [_cursor(key) for key, _ in shown]
    return {
        "nodes": nodes,
        "edges": [
            {"node": node, "cursor": cursor}
            for node, cursor in zip(nodes, cursors, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": has_next,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _count(wanted: int | None) -> int | None:
    if wanted is not None and not 0 <= wanted <= LARGEST:
        message = f"first cannot exceed {LARGEST}"
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
    return wanted


def _beyond(key: Key, edge: Key, *, backwards: bool) -> bool:
    return key < edge if backwards else key > edge


def _cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _key(cursor: str) -> Key:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor.encode())))
    except ValueError as error:
        message = "Invalid cursor for current pagination sort."
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"}) from error
