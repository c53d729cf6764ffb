"""Restate the law of the books, nightly and after every test with a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import Kind
from connector.steps.observe import OURS
from connector.store import audit, desk, filing, ledger, orders, refunds, returns, shops

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.model import Order, Return
    from connector.store import Database
    from connector.store.refunds import RefundRow

FREE_OF_FEES = (Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One thing in the books that must not be."""

    rule: str
    which: str


def run(db: Database) -> list[Breach]:
    """List every breach; the books are sound when there is none.

    I5 and I13 speak of what was never done and are held by tests alone; I8 by the
    table of decisions; I18 by a test that reads the source.
    """
    found = [Breach(rule=rule, which=which) for rule, which in audit.breaches(db)]
    for shop in shops.every(db):
        for ref in orders.refs(db, shop.name):
            found.extend(_order(db, shop.name, orders.get(db, shop.name, ref)))
    return found


def _order(db: Database, shop: str, order: Order) -> Iterator[Breach]:
    """Hold an order's returns and refunds against what the shop said was paid."""
    where = f"{shop} {order.ref}"
    standing = [x for x in refunds.of_order(db, shop, order.ref) if x.state in OURS]
    rules = [
        *_units(filing.taken_units(db, shop, order.ref), order),
        *_above_captured(db, shop, order),
        *_shipping(standing, order),
        *_gift_cards(standing, order),
    ]
    for case in returns.of_order(db, shop, order.ref):
        rules += [*_received(db, case), *_return(case, order)]
    for rule in rules:
        yield Breach(rule=rule, which=where)


def _units(taken: dict[str, set[int]], order: Order) -> Iterator[str]:
    sold = {line.ref: line.quantity for line in order.lines}
    for ref, units in taken.items():
        if ref in sold and max(units, default=0) > sold[ref]:
            yield f"I1: more units of line {ref} in returns than were sold"


def _above_captured(db: Database, shop: str, order: Order) -> Iterator[str]:
    """I4: promised, paid and refunded by others never exceed what was captured.

    Staff may refund in the shop what we had promised already; then a person was told.
    """
    stands = ledger.standing(db, shop, order.ref, order.currency)
    if order.captured < stands and not desk.was_told(db, shop, order.ref, "overlap"):
        yield f"I4: {stands} stands against {order.captured} captured"


def _shipping(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    paid = {charge.ref: charge.gross.minor for charge in order.shipping}
    back: dict[str, int] = {}
    for row in rows:
        for share in row.request.shipping:
            back[share.ref] = back.get(share.ref, 0) + share.gross.minor
    for ref, minor in back.items():
        if ref in paid and minor > paid[ref]:
            yield f"I6: more of shipping {ref} goes back than was paid for it"


def _gift_cards(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    cards = {line.ref for line in order.lines if line.is_gift_card}
    for row in rows:
        if any(share.ref in cards for share in row.request.lines):
            yield f"I7: refund {row.id} pays for a gift card"


def _received(db: Database, case: Return) -> Iterator[str]:
    """I3: units are paid when they are approved, and not rejected."""
    paid: dict[int, int] = {}
    for row in refunds.of_return(db, case.id):
        if row.state in OURS:
            for ref, units in row.units.items():
                paid[int(ref)] = paid.get(int(ref), 0) + units
    for line in case.lines:
        if paid.get(line.id, 0) > line.approved:
            yield f"I3: more units of line {line.id} are paid than were approved"


def _return(case: Return, order: Order) -> Iterator[str]:
    if case.opened_at + filing.CLOCKS < order.placed_at:
        yield f"I11: return {case.number} is older than its order"
    has_fee = bool(case.terms and case.terms.restocking)
    if has_fee and case.kind in FREE_OF_FEES:
        yield f"I12: return {case.number} bears a restocking fee against the law"
