"""The legal clock of each return, reckoned when it is read: nothing of it is stored.

What the law says is `connector.law`'s; here is where the facts of a return lie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector import law
from connector.law import Clock
from connector.model import Kind, Resolution
from connector.money import Money, total
from connector.policy import When
from connector.policy.periods import LAW_BOUND
from connector.states import Refund
from connector.steps import progress, term, wayback
from connector.store import orders, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Order, Return
    from connector.store import Database
    from connector.store.refunds import RefundRow

ENDED = frozenset({"closed", "cancelled", "declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The clock of a return as it stands today, where the customer lives.

    `due` is what is at stake, tax and delivery included; `cost` what lateness has
    added to it so far, a risk that is never booked: None where a rate that it needs
    is not set in the policy's `[law]`. `days_left` None: no day is set; `at_term` is
    what a withdrawal's money still waits for when its term ends.
    """

    clock: Clock
    days_late: int
    days_left: int | None
    due: Money
    cost: Money | None
    at_term: When

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
    switches = progress.switches(db, case)
    rows = refunds.of_return(db, case.id)
    seen = progress.progress(db, case, order, rows, switches)
    clock = law.clock(seen, switches)
    today = law.local_day(now, order.customer.country)
    days = clock.days_late(today)
    worth, due = _stake(_at_stake(case, rows, clock), order, rows)
    cost = clock.late.cost(due, days, switches, worth) if due else due
    return Reading(
        clock=clock,
        days_late=days,
        days_left=max(0, (clock.until - today).days) if clock.until else None,
        due=due,
        cost=cost,
        at_term=term.at_term(seen, wayback.of(db, case)),
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


def _stake(case: Return, order: Order, rows: list[RefundRow]) -> tuple[Money, Money]:
    """Return the price of the goods, and all that is still to go back for them."""
    goods = total(
        (
            sold.gross.share(line.asked, max(1, sold.quantity))
            for line in case.lines
            if line.decision != "declined" and (sold := order.line(line.line_ref))
        ),
        order.currency,
    )
    planned = [
        row.amount
        for row in progress.alive(rows)
        if row.state is not Refund.CONFIRMED
        and row.request.way is not Resolution.COURTESY  # owed by no law
    ]
    if planned:
        return goods, total(planned, order.currency)
    is_law = case.refund_shipping or (
        case.kind is Kind.WITHDRAWAL and _is_whole(case, order)
    )
    beside = [one.gross for one in order.shipping] if is_law else []
    if law.surcharges_back(case.kind, "", is_whole=is_law) and is_law:
        beside += [one.gross for one in order.fees if one.gross.minor > 0]
    return goods, goods + total(beside, order.currency)


def _is_whole(case: Return, order: Order) -> bool:
    asked = {line.line_ref: line.asked for line in case.lines}
    return all(asked.get(line.ref, 0) >= line.quantity for line in order.lines)
