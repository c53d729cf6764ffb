"""Keep all that was asked back, or could be, for a changed policy to be tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.rows import of_order, of_return
from connector.errors import NotFound
from connector.steps.question import asked
from connector.steps.stands import before
from connector.store import atomic, customers, filing, orders, pasts, returns

if TYPE_CHECKING:
    from connector.model import Order, Return
    from connector.policy import Case
    from connector.store import Database


def keep(db: Database, case: Return, order: Order, question: Case) -> None:
    """Keep a return as the policy saw it, in the transaction that decides it."""
    pasts.keep(db, case.shop, of_return(order, question), case.id)


def run(db: Database, shop: str) -> int:
    """Catch up: orders that changed, and returns older than this table.

    Returns how many of both were written; it may stop anywhere and go on later.
    """
    done = sum(_old(db, shop, ref) for ref in pasts.unknown(db, shop))
    while found := _orders(db, shop):
        done += found
    return done


@atomic
def _orders(db: Database, shop: str) -> int:
    """Write some orders; return how many, 0 once all are."""
    found, upto = pasts.changed(db, shop)
    for order in found:
        taken = filing.taken_units(db, shop, order.ref)
        left = {ref: len(units) for ref, units in taken.items()}
        pasts.keep_order(db, shop, order.ref, of_order(order, left))
    if found:
        pasts.reached(db, shop, upto)
    return len(found)


@atomic
def _old(db: Database, shop: str, return_id: str) -> int:
    """Write a return of which only today's order is known.

    What it brought back itself, and what came after it, is put back first.
    """
    case = returns.get(db, return_id)
    try:
        order = orders.get(db, shop, case.order_ref)
    except NotFound:
        return 0
    then, gone = before(db, case, order)
    keep(db, case, then, asked(case, customers.past(db, case), gone))
    return 1
