"""What a case must come to: every cent where it belongs, or a person asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.simulation.books import CURRENCY
from connector.simulation.due import due
from connector.states import Refund
from connector.steps import audit
from connector.store import desk, inbox, ledger, refunds

if TYPE_CHECKING:
    from connector.simulation.case import Case
    from connector.store.refunds import RefundRow

NOT_PAID = (Refund.REJECTED, Refund.FAILED, Refund.CANCELLED)
OPEN = (Refund.PLANNED, Refund.SUBMITTED, Refund.PENDING, Refund.UNKNOWN, Refund.MANUAL)


@dataclass(slots=True)
class Verdict:
    """The faults of one case; none at all when all is well."""

    paid_twice: int = 0
    lost: int = 0
    difference: int = 0
    breaches: int = 0
    needs_person: bool = False
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        """Note a fault in words."""
        self.faults.append(what)


def judge(case: Case) -> Verdict:
    """Hold the books against the money that really left, and against what is due."""
    world, said = case.world, Verdict()
    matters = desk.open_matters(world.db)
    said.needs_person = bool(matters)
    rows = refunds.recent(world.db, world.shop.name, limit=1000)
    for row in rows:
        _refund(case, row, said, has_matter=bool(matters))
    for ref in world.shop.books.bills:
        _order(case, ref, said, is_settled=not matters)
    _books(case, said, is_settled=not matters)
    for breach in audit.run(world.db):
        said.breaches += 1
        said.fault(f"audit: {breach.rule}: {breach.which}")
    waiting = inbox.waiting(world.db)
    if waiting:
        said.lost += waiting
        said.fault(f"{waiting} deliveries were never read")
    return said


def _refund(case: Case, row: RefundRow, said: Verdict, *, has_matter: bool) -> None:
    paid = case.world.shop.books.paid_for(row.id)
    if paid > row.amount.minor:
        said.paid_twice += 1
        said.fault(f"{row.id} of {row.amount} was paid {paid}")
    if row.state is Refund.CONFIRMED and paid != row.amount.minor:
        said.lost += 1
        said.fault(f"{row.id} is confirmed, but {paid} left")
    if row.state in NOT_PAID and paid:
        said.lost += 1
        said.fault(f"{row.id} is {row.state.value}, but {paid} left")
    if row.state in OPEN and not has_matter:
        said.lost += 1
        said.fault(f"{row.id} stays {row.state.value}, and nobody was asked")


def _books(case: Case, said: Verdict, *, is_settled: bool) -> None:
    """Hold the ledger against what left by us, and what staff's records say."""
    books = case.world.shop.books
    for bill in books.bills.values() if is_settled else ():
        stands = ledger.standing(
            case.world.db, case.world.shop.name, bill.ref, CURRENCY
        ).minor
        real = books.sent(bill.ref) + sum(x.amount for x in bill.backs if x.by_staff)
        if stands != real:
            said.difference += abs(stands - real)
            said.fault(f"ledger {stands}, really {real} of {bill.ref}")


def _order(case: Case, ref: str, said: Verdict, *, is_settled: bool) -> None:
    """Never more than is due; exactly that, where no person was asked."""
    bill = case.world.shop.books.bills[ref]
    lines = {one.ref: (one.quantity, one.gross) for one in bill.lines}
    wanted = [one for one in case.wanted if one.order == ref and one.is_asked]
    owed = due(lines, [one.claim for one in wanted], case.rules)
    sent = case.world.shop.books.sent(ref)
    if sent > owed:
        said.paid_twice += 1
        said.fault(f"order {ref}: {sent} left, {owed} are due")
    if not is_settled:
        return
    said.difference += abs(sent - owed)
    if sent != owed:
        said.fault(f"order {ref}: {sent} left, {owed} are due, and nobody was asked")
    for one in wanted:
        found = case.found(one)
        if found is None or not found.closed_at:
            is_short = any(
                line.received + line.lost < line.approved
                for line in (found.lines if found else ())
            )
            if not is_short:
                said.lost += 1
                said.fault(f"return {one.event} is not closed, and nobody was asked")
