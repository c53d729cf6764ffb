"""Restate the law of the books, nightly and after every test with a database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import Kind
from connector.money import Money
from connector.settlement import NEAR, at_worth, paid_back, swapped
from connector.states import Decision, Refund
from connector.steps.observe import OURS
from connector.steps.stands import as_stands
from connector.steps.told import ACTOR
from connector.store import (
    audit,
    cap,
    credit,
    desk,
    filing,
    ledger,
    orders,
    refunds,
    returns,
    shops,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.model import Answer, Order, Return
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

    Of I5 it sees that no line gives back more than was paid; that all units give
    back exactly that, tests show. I18 is held by the columns' types, and by a test
    that reads the source.
    """
    found = [Breach(rule=rule, which=which) for rule, which in audit.breaches(db)]
    for shop in shops.every(db):
        for ref in orders.refs(db, shop.name):
            found.extend(_order(db, shop.name, orders.get(db, shop.name, ref)))
    return found


def _order(db: Database, shop: str, order: Order) -> Iterator[Breach]:
    """Hold an order's returns and refunds against what the shop said was paid."""
    where = f"{shop} {order.ref}"
    rows = refunds.of_order(db, shop, order.ref)
    standing = [row for row in rows if row.state in OURS]
    given = at_worth(order, as_stands(db, shop, order)[1])
    rules = [
        *_units(filing.taken_units(db, shop, order.ref), order),
        *_above_captured(db, shop, order),
        *_tenders(standing, order),
        *_bought_back(standing),
        *_lines(standing, given),
        *_currency(rows, order),
        *_shipping(standing, order),
        *_gift_cards(standing, order),
        *_credits(db, shop, order),
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


def _tenders(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    """I4 again, tender by tender: each gives back what was captured on it at most."""
    captured = {tender.ref: tender.captured.minor for tender in order.tenders}
    back: Counter[str] = Counter()
    for row in rows:
        for share in row.request.tenders:
            back[share.tender_ref] += share.amount.minor
    for ref, minor in back.items():
        if ref in captured and minor > captured[ref]:
            yield f"I4: more goes back to tender {ref} than was captured on it"


def _bought_back(rows: Sequence[RefundRow]) -> Iterator[str]:
    """I4 for goods of an exchange: no more money for them than they were given for."""
    own = [cap.own_of(row) for row in rows]
    worth = {one.request.key: swapped(one.request) for one in own}
    for key, paid in paid_back(own).items():
        if key in worth and (paid - worth[key]).minor > NEAR:
            yield f"I4: {paid} was paid for goods that {key} sent for {worth[key]}"


def _lines(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    """I5: the parts of a line never add up to more than was paid for it."""
    paid = {line.ref: line for line in order.lines}
    gross: Counter[str] = Counter()
    taxes: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for share in row.request.lines:
            gross[share.ref] += share.gross.minor
            for tax in share.taxes:
                taxes[share.ref, tax.rate] += tax.amount.minor
    for ref, minor in gross.items():
        if ref in paid and minor > paid[ref].gross.minor:
            yield f"I5: more of line {ref} goes back than was paid for it"
    for (ref, rate), minor in taxes.items():
        kept = paid[ref].taxes if ref in paid else ()
        if ref in paid and minor > sum(x.amount.minor for x in kept if x.rate == rate):
            yield f"I5: more tax {rate} of line {ref} goes back than was paid"


def _currency(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    for row in rows:
        if row.amount.currency != order.currency:
            yield f"I10: refund {row.id} is not in {order.currency}, as was paid"


def _shipping(rows: Sequence[RefundRow], order: Order) -> Iterator[str]:
    charges = (*order.shipping, *order.fees)
    paid = {charge.ref: charge.gross.minor for charge in charges}
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


def _credits(db: Database, shop: str, order: Order) -> Iterator[str]:
    """I9 for credit: each confirmed one was issued whole, once; no other ever was."""
    known = {one.refund_id: one for one in credit.of_order(db, shop, order.ref)}
    for row in refunds.of_order(db, shop, order.ref):
        is_made = row.state in (Refund.CONFIRMED, Refund.REVERSED)
        found = known.get(row.id)
        issued = found.value + found.bonus if found else Money.zero(order.currency)
        owed = row.request.credit if is_made else Money.zero(order.currency)
        if issued != owed:
            yield f"I9: credit {row.id} is {owed}, and {issued} was issued"
        if found and found.is_reversed is not (row.state is Refund.REVERSED):
            yield f"I9: credit {row.id} is not taken back as its refund is"


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
    for line in case.lines if case.kind is Kind.WITHDRAWAL else ():
        said = line.trace[-1:]
        if line.decision == Decision.DECLINED and said and _is_by_rule(said[0]):
            yield f"I13: a rule declined line {line.id}, a withdrawal"


def _is_by_rule(answer: Answer) -> bool:
    """Say whether no person spoke here: neither at our desk nor at the shop's."""
    return answer.rule not in ("person", ACTOR)
