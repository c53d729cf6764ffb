"""The search syntax of `orders(query:)`, as far as returns work needs it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.shopify.standin import payloads
from adapters.shopify.standin.order_view import return_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.shopify.standin.records import Order

TERM = re.compile(
    r"""(?P<no>NOT\s+|-)?(?:(?P<field>\w+):)?(?P<op>[<>]=?)?(?P<value>'[^']*'|"[^"]*"|\S+)"""
)
TIMES: dict[str, Callable[[Order], datetime]] = {
    "updated_at": lambda order: order.updated_at,
    "created_at": lambda order: order.created_at,
    "processed_at": lambda order: order.created_at,
}
WORDS: dict[str, Callable[[Order], list[str]]] = {
    "name": lambda order: [order.name, str(order.number)],
    "email": lambda order: [order.customer.email],
    "id": lambda order: [order.gid.rsplit("/", 1)[1]],
    "return_status": lambda order: [return_status(order)],
    "financial_status": lambda order: [payloads.financial_status(order)],
    "tag": lambda order: order.tags,
    "sku": lambda order: [line.variant.sku for line in order.lines],
    "source_name": lambda _order: ["web"],
    "confirmation_number": lambda order: [f"C{order.number}"],
}


def matches(order: Order, query: str | None) -> bool:
    """Decide whether an order answers every term, with AND between them or without."""
    return all(
        _meets(order, term) != bool(term["no"])
        for term in TERM.finditer(query or "")
        if term["value"].upper() != "AND" or term["field"]
    )


def _meets(order: Order, term: re.Match[str]) -> bool:
    name, value = term["field"], term["value"].strip("'\"")
    if name in TIMES:
        return _compare(TIMES[name](order), term["op"] or "=", _time(value))
    if name in WORDS:
        return value.lower() in [word.lower() for word in WORDS[name](order)]
    if name is not None:
        return True  # Shopify ignores a field that it does not know.
    wanted = value.lower()
    return wanted in order.customer.email.lower() or wanted in order.name


def _time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _compare(at: datetime, operator: str, edge: datetime) -> bool:
    at = at.replace(microsecond=0)
    return {
        ">": at > edge,
        ">=": at >= edge,
        "<": at < edge,
        "<=": at <= edge,
        "=": at == edge,
    }[operator]
