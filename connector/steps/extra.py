"""Credit beside what is due: a kindness, or a bonus where the shop keeps it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.money import Money
from connector.states import Refund
from connector.steps import asking, made
from connector.store import refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database
    from connector.store.refunds import RefundRow

# A bonus withdrawn before it was sent moved nothing either.
OVER = frozenset({Refund.REJECTED, Refund.FAILED, Refund.REVERSED, Refund.CANCELLED})


def promise(
    db: Database,
    case: Return,
    order_ref: str,
    amount: Money,
    *,
    reason: str,
    actor: str,
    now: datetime,
    after: str = "",
    key: str = "",
) -> str:
    """Promise credit that no captured money stands for; return its key.

    `after` is the key of the credit that it tops up, "" for a kindness; `key` is its
    own, else a new one.
    """
    plan = asking.courtesy(
        case, order_ref, amount, reason=reason, now=now, after=after, key=key
    )
    refunds.reserve(
        db,
        shop=case.shop,
        return_id=case.id,
        request=plan,
        units={},
        due=now,
        now=now,
        actor=actor,
    )
    return plan.key


def missing(db: Database, row: RefundRow) -> Money | None:
    """Return what of a bonus that came to nothing is missing by now; None: nothing is.

    A later part may have brought it, or a person gave it again. Without the credit
    that it tops up there is no bonus.
    """
    if not row.request.after or row.return_id is None or row.state not in OVER:
        return None
    if refunds.get(db, row.request.after).state not in made.ALIVE:
        return None
    case = returns.get(db, row.return_id)
    rows = refunds.of_return(db, case.id)
    return asking.bonus(case, {}, (), Money.zero(row.request.amount.currency), rows)


def can_again(db: Database, row: RefundRow) -> bool:
    """Say whether a person may let this be made again, for `byhand.again`."""
    is_dead = row.state in OVER - {Refund.CANCELLED}
    return bool(is_dead and row.units) or missing(db, row) is not None
