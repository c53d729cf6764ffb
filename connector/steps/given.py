"""What is given on an order by all of its returns, for whom it needs (`levels`).

What was paid for the goods that are approved, courtesies, and what was waived. What an
ended return gives to nobody is not counted, nor a bonus that the policy itself adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import policy
from connector.model import Resolution
from connector.money import Money, total
from connector.states import Decision, Refund
from connector.steps import term
from connector.steps.owing import owed
from connector.store import history, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.model import Order, Return
    from connector.store import Database

UNPAID = frozenset({Refund.CANCELLED, Refund.REJECTED, Refund.FAILED, Refund.REVERSED})
WAIVED = "waived:"  # in the timeline, before an amount that nobody has to pay


def now(
    order: Order, case: Return, units: Mapping[int, int], more: Money | None
) -> Money | None:
    """Return what these units, by return line id, and `more` are worth together.

    None where it is not known: a line that the order has no more.
    """
    return _plus(_worth(order, case, units), more or Money.zero(order.currency))


def in_all(
    db: Database,
    order: Order,
    case: Return,
    units: Mapping[int, int],
    given: Money | None,
    *,
    gives_more: bool,
) -> Money | None:
    """Add to what is `given` now, for these units, all else that the return gives.

    `gives_more`: and what the other returns of its order give. None as `now` says.
    """
    found = _plus(given, _worth(order, case, _approved(case, units)))
    found = _plus(found, _on_top(db, case, order))
    for other in _others(db, case) if gives_more else ():
        found = _plus(found, _worth(order, other, _brings(db, other)))
        found = _plus(found, _on_top(db, other, order))
    return found


def waiving(amount: Money) -> str:
    """Name the fact that so much of what was owed for new goods stays unpaid."""
    return f"{WAIVED}{amount}"


def _plus(one: Money | None, other: Money | None) -> Money | None:
    return None if one is None or other is None else one + other


def _worth(order: Order, case: Return, units: Mapping[int, int]) -> Money | None:
    """Return what was paid for so many units, by return line id.

    None where it is not known: a line that the order has no more.
    """
    worth = Money.zero(order.currency)
    for line in case.lines:
        count = units.get(line.id, 0)
        sold = order.line(line.line_ref)
        if count and sold is None:
            return None
        if count and sold is not None:
            worth += policy.worth(sold, count)
    return worth


def _approved(case: Return, beside: Mapping[int, int]) -> dict[int, int]:
    """Return the units that are approved of the other lines, by return line id."""
    return {
        line.id: line.approved
        for line in case.lines
        if line.decision == Decision.APPROVED and line.id not in beside
    }


def _others(db: Database, case: Return) -> list[Return]:
    """List the other returns of the order."""
    found = returns.of_order(db, case.shop, case.order_ref)
    return [one for one in found if one.id != case.id]


def _brings(db: Database, case: Return) -> dict[int, int]:
    """Return the units that were or will be made good of a return, by line id."""
    if case.cancelled_at:
        return {}
    lost_is_paid = term.pays_for_lost(db, case)
    return {
        line.id: max(0, owed(line, lost_is_paid=lost_is_paid))
        for line in case.lines
        if line.decision == Decision.APPROVED
    }


def _on_top(db: Database, case: Return, order: Order) -> Money:
    """Add up the courtesies of a return, and what was waived for it."""
    courtesies = (
        row.request.bonus
        for row in refunds.of_return(db, case.id)
        if row.request.way is Resolution.COURTESY
        and row.request.bonus
        and not row.request.after
        and row.state not in UNPAID
    )
    waived = (
        _read(one.event.removeprefix(WAIVED))
        for one in history.events(db, case.id, WAIVED)
    )
    return total((*courtesies, *waived), order.currency)


def _read(said: str) -> Money:
    amount, _, currency = said.partition(" ")
    return Money.parse(amount, currency)
