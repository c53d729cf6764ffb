"""Restate the law of the books, nightly and after every test with a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store import audit, desk, ledger, orders, shops

if TYPE_CHECKING:
    from connector.store import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One thing in the books that must not be."""

    rule: str
    which: str


def run(db: Database) -> list[Breach]:
    """List every breach; the books are sound when there is none."""
    found = [Breach(rule=rule, which=which) for rule, which in audit.breaches(db)]
    return found + _above_captured(db)


def _above_captured(db: Database) -> list[Breach]:
    """I4: promised, paid and refunded by others never exceed what was captured.

    Staff may refund in the shop what we had promised already; then a person was told.
    """
    found: list[Breach] = []
    for shop in shops.every(db):
        for ref in orders.refs(db, shop.name):
            order = orders.get(db, shop.name, ref)
            stands = ledger.standing(db, shop.name, ref, order.currency)
            if order.captured < stands and not desk.was_told(
                db, shop.name, ref, "overlap"
            ):
                rule = f"{stands} stands against {order.captured} captured"
                found.append(Breach(rule=rule, which=f"{shop.name} {ref}"))
    return found
