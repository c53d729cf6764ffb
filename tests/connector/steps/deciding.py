"""Returns of a shop of its own whose policy says who approves above what amount."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapters.sandbox import Sandbox
from connector import policy
from connector.model import Customer, Kind, Parcel, Resolution, Return
from connector.states import Decision
from connector.steps import amends, decide
from connector.steps.levels import NOBODY, Approval
from connector.steps.request import open_return
from connector.store import (
    Database,
    history,
    orders,
    refunds,
    returns,
    shops,
)
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from connector.model import Order

NEXT = itertools.count(1)
BEGIN = """
currency = "EUR"
[[reasons]]
code = "*"
[[offers]]
resolutions = ["refund", "store_credit", "repair"]
bonus_percent = "20"
"""
AMOUNTS = {"manager": 5000, "director": 20000}
TEXT = BEGIN + "".join(
    f'[[approve.levels]]\nabove = "{minor // 100}.00"\nwho = "{who}"\n'
    for who, minor in AMOUNTS.items()
)
SHOES = """
[[rules]]
name = "a person looks at all"
when = { currency = "EUR" }
then = { decide = "ask" }
why = "so"
"""
SAID = re.compile(r"approved as ([\w, ]+) by ")


@dataclass
class Desk:
    """One return of a shop of its own, and those who decide on it."""

    db: Database
    shop: Sandbox
    return_id: str

    @property
    def case(self) -> Return:
        return returns.get(self.db, self.return_id)

    def work(self) -> None:
        decide.run(self.db, self.shop, lambda: NOON)

    def approve(
        self, line: int, units: int | None = None, by: Approval = NOBODY
    ) -> None:
        ref = self.case.lines[line].id
        where = (self.db, self.shop, self.return_id, ref, "approve")
        said: dict[str, Any] = {"actor": "ann", "why": "so", "now": NOON}
        decide.by_person(*where, **said, approved=units, approval=by)

    def decline(self, line: int) -> None:
        ref = self.case.lines[line].id
        where = (self.db, self.shop, self.return_id, ref, "decline")
        decide.by_person(*where, actor="ann", why="no", now=NOON)

    def instead(self, line: int, way: Resolution, by: Approval = NOBODY) -> None:
        where = (self.db, self.shop.abilities, self.return_id)
        said: dict[str, Any] = {"actor": "ann", "why": "so", "now": NOON}
        ref = self.case.lines[line].id
        amends.instead(*where, ref, way, **said, approval=by)

    def courtesy(self, minor: int, by: Approval = NOBODY) -> None:
        where = (self.db, self.shop.abilities, self.return_id)
        said: dict[str, Any] = {"actor": "ann", "why": "so", "now": NOON}
        amends.courtesy(*where, eur(minor), **said, approval=by)

    def given(self) -> int:
        """Add up, in cents, what was paid for what is approved, and what is on top."""
        order = orders.get(self.db, self.shop.name, self.case.order_ref)
        paid = {line.ref: line.gross for line in order.lines}
        sold = {line.ref: line.quantity for line in order.lines}
        goods = sum(
            paid[x.line_ref].share(x.approved, sold[x.line_ref]).minor
            for x in self.case.lines
            if x.decision == Decision.APPROVED
        )
        rows = refunds.of_return(self.db, self.return_id)
        return goods + sum(row.request.credit.minor for row in rows)

    def noted(self) -> list[tuple[str, ...]]:
        """Return the levels as which something was approved, as the timeline says."""
        found = history.timeline(self.db, self.return_id)
        said = (SAID.search(one.why) for one in found)
        return [tuple(one[1].split(", ")) for one in said if one]


def sells(*gross: int, skus: tuple[str, ...] = ()) -> Order:
    """Sell two of each for so many cents, delivered."""
    named = itertools.zip_longest(gross, skus, fillvalue="")
    lines = tuple(
        replace(a_line(f"l{n}", int(minor), 2), sku=str(sku))
        for n, (minor, sku) in enumerate(named)
    )
    parcel = Parcel(ref="p", units=(), delivered_at=NOON)
    buyer = Customer(email="anna@example.org", country="DE")
    return replace(an_order(*lines), parcels=(parcel,), customer=buyer)


def opened(db: Database, rules: str, order: Order, *units: int) -> Desk:
    """Open a return of so many units of each line, in a shop of its own."""
    shop = Sandbox(f"shop{next(NEXT)}")
    shop.sell(order)
    shops.put(db, shop.name, "sandbox", shop.name, NOON)
    shops.bind_policy(db, shop.name, policy.digest(rules), rules, NOON)
    orders.keep(db, shop.name, order)
    return asked(db, shop, order, *units)


def asked(
    db: Database,
    shop: Sandbox,
    order: Order,
    *units: int,
    wanted: Resolution = Resolution.REFUND,
) -> Desk:
    """Open a return, or one more, of an order that the shop has sold."""
    wishes = [
        Wish(line_ref=line.ref, quantity=count, reason="x", wanted=wanted)
        for line, count in zip(order.lines, units, strict=False)
        if count
    ]
    case = open_return(
        db,
        shop=shop.name,
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=wishes,
        filed_by="portal",
        now=NOON,
    )
    return Desk(db, shop, case.id)


def named(*levels: str, by: str = "Ann") -> Approval:
    return Approval(levels=levels, by=by)
