"""A return in a store of its own: filed, approved, promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.model import Kind, Order, Return
from connector.steps import decide
from connector.store import (
    Database,
    filing,
    refunds,
    returns,
)
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_request

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox

RULES = """
currency = "EUR"
[final_sale]
tags = ["final-sale"]
[[reasons]]
code = "*"
[fees]
restocking_percent = "10"
return_shipping = "4.90"
[refund]
when = "received"
"""


def the_order(shop: Sandbox) -> Order:
    return shop.order("29")


def file(
    db: Database,
    shop: Sandbox,
    name: str = "r1",
    units: int = 3,
    kind: Kind = Kind.VOLUNTARY,
    line: str = "a",
) -> Return:
    filing.add(
        db,
        return_id=name,
        shop=shop.name,
        order=the_order(shop),
        kind=kind,
        filed_by="portal",
        language="en",
        wishes=[Wish(line_ref=line, quantity=units, reason="too-big")],
        now=NOON,
    )
    return returns.get(db, name)


def approved(db: Database, shop: Sandbox, units: int = 3, **given: Any) -> Return:
    case = file(db, shop, units=units, **given)
    decide.run(db, shop, lambda: NOON)
    return returns.get(db, case.id)


def promised(db: Database, shop: Sandbox, key: str = "k1", minor: int = 1000) -> None:
    refunds.reserve(
        db,
        shop=shop.name,
        return_id=None,
        request=a_request(key, minor),
        units={},
        due=NOON,
        now=NOON,
    )
