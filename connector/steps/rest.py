"""New goods that are gone when a person has paid a part of their promise by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.errors import Refused
from connector.model import Resolution
from connector.saying import joined, said_by, saying
from connector.states import Refund
from connector.steps import asking
from connector.steps.owing import Debt
from connector.steps.preview import preview
from connector.steps.whence import by_hand as ask_to_pay
from connector.store import atomic, orders, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database
    from connector.store.refunds import RefundRow


class _NotSo(Exception):
    """Nothing is changed: a person must decide, and why."""


def by_hand(db: Database, refund_id: str, why: str, now: datetime) -> str:
    """Promise the whole in money, of which only the rest is still to be paid by hand.

    The old promise ends and the new one stands in the books in one commit, so what
    was paid is never forgotten. Returns "", or what a person must decide: then the
    old promise stands as it did.
    """
    try:
        _instead(db, refund_id, why, now)
    except (_NotSo, Refused) as error:
        paid = refunds.get(db, refund_id).paid_by_hand
        return saying(
            "%(why)s; %(paid)s of it was paid by hand and stays in the books, and what"
            " is given for the rest is yours to decide: %(error)s",
            why=why,
            paid=paid,
            error=said_by(error),
        )
    return ""


@atomic
def _instead(db: Database, refund_id: str, why: str, now: datetime) -> None:
    row = refunds.get(db, refund_id)
    if row.state is not Refund.PLANNED or row.return_id is None:
        return
    paid = row.paid_by_hand
    said = saying(
        "%(why)s; %(paid)s was paid by hand, the rest is paid so too",
        why=why,
        paid=paid,
    )
    refunds.move(db, refund_id, "sold_out", now, why=said)
    case = returns.get(db, row.return_id)
    for line_id in row.units:
        returns.resolve(
            db, case, int(line_id), Resolution.REFUND, actor="retour", why=said, now=now
        )
    _promise(db, returns.get(db, case.id), row, now)


def _promise(db: Database, case: Return, row: RefundRow, now: datetime) -> None:
    order = orders.get(db, case.shop, case.order_ref)
    units = {int(line_id): count for line_id, count in row.units.items()}
    settled = preview(db, order, case, units)
    if settled.ask:
        raise _NotSo(joined("; ", settled.ask))
    if settled.amount < row.paid_by_hand:
        msg = saying("only %(amount)s is due now", amount=settled.amount)
        raise _NotSo(msg)
    plan = asking.request(
        order,
        case,
        Debt(way=Resolution.REFUND, units=units),
        settled,
        (),
        now,
    )
    plan = replace(
        plan,
        by_gateway=False,
        paid=row.paid_by_hand,
        return_ref=row.request.return_ref,
        return_lines=row.request.return_lines,
        money_only=row.request.money_only,
        lines=tuple(replace(one, restock=False) for one in plan.lines),  # by errands
    )
    refunds.reserve(
        db,
        shop=case.shop,
        return_id=case.id,
        request=plan,
        units=row.units,
        due=now,
        now=now,
    )
    ask_to_pay(db, case, plan, now)
