"""What a withdrawal of a whole order means beside the units that its return holds.

What was never sent is no return, and what lies in a plain return keeps that one's
terms: both are a person's to put right, and no shop cancels a part of an order for us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.model import CREDITS, Kind
from connector.saying import coded, joined, saying
from connector.states import Decision
from connector.steps import left, progress
from connector.store import refunds, returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.model import Order, Return
    from connector.store import Database
    from connector.store.statements import Statement

OVER = ("cancelled", "declined")
KEPT = ("restocking", "return_shipping", "inspection")


def due(db: Database, kept: Statement, order: Order) -> str:
    """Say by when the money of goods that were never sent has to go back, and why."""
    country = order.customer.country
    never = law.Progress(
        country=country,
        kind=Kind.WITHDRAWAL,
        told=law.local_day(kept.moments.received, country),
        never_sent=True,
    )
    clock = law.clock(never, progress.switches_of(db, kept.shop, order.ref))
    if not clock.until:
        return ""
    return saying(
        ": the money has to go by %(until)s, %(article)s",
        until=clock.until,
        article=clock.article,
    )


def uncovered(
    db: Database, kept: Statement, order: Order, covered: Mapping[str, int]
) -> str:
    """Say what of the whole order no withdrawal holds, and what to do; "": nothing.

    `covered` are the units by line of the return that was opened just now.
    """
    until = due(db, kept, order)
    found = [*_unsent(db, kept.shop, order, until), *_cards(order)]
    if covered:
        found += _unsaid(order, until)
    found += [
        _in_return(one, until)
        for one in returns.of_order(db, kept.shop, order.ref)
        if one.kind is not Kind.WITHDRAWAL and _gives_less(db, one)
    ]
    return joined("; ", found)


def _unsent(db: Database, shop: str, order: Order, until: str) -> Iterator[str]:
    found = left.of_order(db, shop, order)
    unsent = [
        f"{found[line.ref].unsent} x {line.title}"
        for line in order.lines
        if found[line.ref].unsent and not line.is_gift_card
    ]
    if unsent:
        yield saying(
            "%(goods)s not shipped yet: cancel and refund that in the shop%(until)s",
            goods=unsent,
            until=until,
        )


def _unsaid(order: Order, until: str) -> Iterator[str]:
    """Ask of goods of which nobody says whether they were sent: the return has them."""
    if left.is_unsaid(order):
        yield saying(
            "the shop does not say whether order %(order)s was sent: it is not"
            " completed there. If it was not, keep it back, and refund it in the"
            " shop%(until)s",
            order=order.number,
            until=until,
        )


def _cards(order: Order) -> Iterator[str]:
    for line in order.lines:
        if line.is_gift_card and line.refunded_units < line.quantity:
            yield saying(
                "%(title)s is a gift card, which no return takes: decide on it",
                title=line.title,
            )


def _in_return(case: Return, until: str) -> str:
    units = sum(x.asked for x in case.lines if x.decision != Decision.DECLINED)
    return saying(
        "%(units)s units are in return %(number)s (%(kind)s), by its own terms: they"
        " are withdrawn too, so nothing may be kept of them but what the law allows."
        " Cancel that return and open them again as a withdrawal, or refund what it"
        " keeps%(until)s, or once the goods or proof of sending came",
        units=units,
        number=case.number,
        kind=coded(case.kind.value),
        until=until,
    )


def _gives_less(db: Database, case: Return) -> bool:
    """Say whether a plain return may still give less than a withdrawal would."""
    if case.status in OVER:
        return False
    if not case.closed_at:
        return True
    return any(
        row.request.way in CREDITS
        or any(x.code in KEPT for x in row.request.deductions)
        for row in progress.alive(refunds.of_return(db, case.id))
    )
