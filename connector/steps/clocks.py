"""The legal clock of each return, reckoned when it is read: nothing of it is stored.

What the law says is `connector.law`'s; here is where the facts of a return lie.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from connector import law
from connector.law import Clock
from connector.model import Kind, Resolution
from connector.money import Money, total
from connector.policy import When
from connector.policy.periods import LAW_BOUND
from connector.states import Decision, Refund
from connector.steps import progress, term, wayback
from connector.steps.preview import preview
from connector.store import orders, refunds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Order, Return, ReturnLine
    from connector.store import Database
    from connector.store.refunds import RefundRow

ENDED = frozenset({"closed", "cancelled", "declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The clock of a return as it stands today, where the customer lives.

    `due` is what is at stake, tax and delivery included; `cost` what lateness has
    added to it so far, a risk that is never booked: None where a rate that it needs
    is not set in the policy's `[law]`. `days_left` None: no day is set; `at_term` is
    what a withdrawal's money still waits for when its term ends. `supplied` is the day
    of the customer's evidence of sending, `is_unseen`: a person has yet to judge it.
    """

    clock: Clock
    days_late: int
    days_left: int | None
    due: Money
    cost: Money | None
    at_term: When
    supplied: date | None = None
    is_unseen: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether the merchant is late."""
        return self.days_late > 0 and self.clock.on is law.Who.MERCHANT


def of(db: Database, case: Return, now: datetime) -> Reading | None:
    """Read the clock of a return; None once it is over.

    Who declines a claim of the law does not stop its clock.
    """
    is_claim = case.status == "declined" and case.kind in LAW_BOUND
    if case.status in ENDED and not is_claim:
        return None
    order = orders.get(db, case.shop, case.order_ref)
    country = order.customer.country
    switches = progress.switches(db, case)
    rows = refunds.of_return(db, case.id)
    seen = progress.progress(db, case, order, rows, switches)
    clock = law.clock(seen, switches)
    today = law.local_day(now, country)
    days = clock.days_late(today)
    worth, due = _stake(db, _at_stake(case, rows, clock), order, rows)
    cost = clock.late.cost(due, days, switches, worth) if due else due
    back = wayback.of(db, case)
    return Reading(
        clock=clock,
        days_late=days,
        days_left=max(0, (clock.until - today).days) if clock.until else None,
        due=due,
        cost=cost,
        at_term=term.at_term(seen, back),
        supplied=law.local_day(back.supplied, country) if back.supplied else None,
        is_unseen=back.is_unseen and wayback.matters(case),
    )


def _at_stake(case: Return, rows: list[RefundRow], clock: Clock) -> Return:
    """Return a return with no more than what its clock is about.

    Of a fault that is what money goes back for and nothing was paid of, no repair.
    """
    if case.kind not in progress.FAULTS or clock.what != "refund":
        return case
    lines = progress.still_open(case, rows)
    paid = tuple(one for one in lines if one.resolution in progress.MONEY)
    return replace(case, lines=paid or case.lines)


def _stake(
    db: Database, case: Return, order: Order, rows: list[RefundRow]
) -> tuple[Money, Money]:
    """Return the price of the goods, and all that is still to go back for them.

    What is promised counts as it was reckoned, what is not by the function that
    pays, as money; what was paid is at stake no more.
    """
    promised = [row for row in rows if row.units and row.state is not Refund.CANCELLED]
    owed = [row for row in promised if row.state is not Refund.CONFIRMED]
    due = total((row.amount for row in owed), order.currency)
    shares = [share for row in owed for share in row.request.lines]
    if units := _left(case, order, promised):
        settled = preview(db, order, _as_money(case, order), units)
        due += settled.amount
        shares += settled.lines
    return total((share.gross for share in shares), order.currency), due


def _left(case: Return, order: Order, promised: Sequence[RefundRow]) -> dict[int, int]:
    """Return the units that no refund stands for, by return line id.

    Of a claim that was declined as a whole all count: its clock runs on.
    """
    taken = Counter[int]()
    for row in promised:
        taken.update({int(ref): units for ref, units in row.units.items()})
    is_refused = case.status == "declined"
    found = {
        line.id: _claimed(line) - taken[line.id]
        for line in case.lines
        if order.line(line.line_ref)
        and (is_refused or line.decision != Decision.DECLINED)
    }
    return {ref: units for ref, units in found.items() if units > 0}


def _claimed(line: ReturnLine) -> int:
    if line.decision != Decision.APPROVED:
        return line.asked
    if line.resolution is Resolution.NONE:
        return 0
    return line.approved - line.rejected - line.elsewhere


def _as_money(case: Return, order: Order) -> Return:
    """Return a return as if all of it were paid in money, with what the law adds."""
    whole = case.kind is Kind.WITHDRAWAL and _is_whole(case, order)
    lines = tuple(
        replace(x, wanted=Resolution.REFUND, decided=Resolution.REFUND)
        for x in case.lines
    )
    return replace(case, lines=lines, refund_shipping=case.refund_shipping or whole)


def _is_whole(case: Return, order: Order) -> bool:
    asked = {line.line_ref: line.asked for line in case.lines}
    return all(asked.get(line.ref, 0) >= line.quantity for line in order.lines)
