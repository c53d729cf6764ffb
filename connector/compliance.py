"""What a shop asks for a person's privacy, read from a signed body.

Shopify alone sends these; its orders and customers are plain numbers there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

DATA_REQUEST, REDACT, SHOP_REDACT = "data_request", "redact", "shop_redact"
TOPICS = {
    "customers/data_request": DATA_REQUEST,
    "customers/redact": REDACT,
    "shop/redact": SHOP_REDACT,
}
ORDERS = {DATA_REQUEST: "orders_requested", REDACT: "orders_to_redact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request; `email` is personal and only looked up by, never stored."""

    kind: str
    customer: str = ""
    email: str = ""
    orders: tuple[str, ...] = ()  # numbers of the shop, without any prefix


def parse(topic: str, body: bytes) -> Ask | None:
    """Read a request; None for another topic. A thin body asks for little."""
    kind = TOPICS.get(topic)
    if kind is None:
        return None
    data = _object(body)
    customer = data.get("customer")
    known: dict[str, Any] = customer if isinstance(customer, dict) else {}
    email = known.get("email")
    asked = data.get(ORDERS.get(kind, ""))
    return Ask(
        kind=kind,
        customer=_number(known.get("id")),
        email=email.strip().lower() if isinstance(email, str) else "",
        orders=tuple(
            number
            for one in (asked if isinstance(asked, list) else ())
            if (number := _number(one))
        ),
    )


def bare(ref: str) -> str:
    """Return a shop's id without the prefix that its API writes before it."""
    return ref.rpartition("/")[2]


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _number(value: object) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_whole or isinstance(value, str) else ""
    return bare(text) if bare(text).isascii() and bare(text).isdigit() else ""


# Where ids stand in the bodies of both platforms.
IDS = frozenset(
    {
        "id",
        "order_id",
        "order_ref",
        "customer_id",
        "parent_id",
        "arg",
        "admin_graphql_api_id",
        "admin_graphql_api_order_id",
    }
)


# Where another program, and Shopify, write the number that the customer knows.
NAMED = "order_number"


def named(value: object) -> str:
    """Return an order's number as it is compared; "" for what is none."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_whole or isinstance(value, str) else ""
    return text.strip().lstrip("#").casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """By what a body is known to speak of a person: ids, addresses in small letters.

    `names` are the numbers that customers know their orders by, without a `#`.
    """

    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, body: bytes) -> Traces:
        """Return the numbers that a body itself, or its order, goes by."""
        data = _object(body)
        order = data.get("order")
        known = [data, order] if isinstance(order, dict) else [data]
        found = {_number(one.get(name)) for one in known for name in IDS}
        names = {named(one.get(NAMED)) for one in known}
        return cls(numbers=frozenset(found - {""}), names=frozenset(names - {""}))

    def __bool__(self) -> bool:
        """Say whether there is anything to look for."""
        return bool(self.numbers or self.emails or self.names)

    def are_in(self, body: bytes) -> bool:
        """Say whether a stored body speaks of this person."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            low = body.lower()
            return any(email.encode() in low for email in self.emails)
        return self._found(data, "")

    def own(self, body: bytes) -> bool:
        """Say whether a stored body is about this person, not one that names him."""
        low = body.lower()
        is_named = any(email.encode() in low for email in self.emails)
        mine = Traces.of(body)
        return is_named or bool(mine.numbers & self.numbers or mine.names & self.names)

    def _found(self, value: object, key: str) -> bool:
        if isinstance(value, dict):
            return any(self._found(one, name) for name, one in value.items())
        if isinstance(value, list):
            return any(self._found(one, key) for one in value)
        if isinstance(value, str) and any(e in value.lower() for e in self.emails):
            return True
        if key == NAMED:
            return named(value) in self.names
        is_id = key in IDS or key in ORDERS.values()
        return is_id and _number(value) in self.numbers
