"""Cancel a return here, and in the shop that holds it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Refused
from connector.saying import saying
from connector.states import Errand, Refund
from connector.steps import made
from connector.store import atomic, desk, errands, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.platform import Shop
    from connector.store import Database

WITHDRAWN = saying("the return was cancelled")


def cancel(
    db: Database,
    shop: Shop,
    return_id: str,
    *,
    actor: str,
    now: datetime,
    why: str = "",
) -> None:
    """Cancel a return of which nothing came back and nothing was paid.

    `why` goes into its history. Raises Refused otherwise. What was promised and not
    yet asked is withdrawn.
    """
    holds = shop.abilities.holds_returns

    @atomic
    def write(db: Database) -> None:
        case = returns.get(db, return_id)
        if case.closed_at or case.cancelled_at:
            msg = saying("this return has ended already")
            raise Refused(msg, number=case.number)
        for row in refunds.of_return(db, case.id):
            if row.paid_by_hand:
                msg = saying(
                    "%(paid)s was paid by hand for this return; it cannot be cancelled",
                    paid=row.paid_by_hand,
                )
                raise Refused(msg, number=case.number)
            if row.state is Refund.PLANNED:
                made.hold_to_unpaid(db, row)
                refunds.move(db, row.id, "cancel", now, why=WITHDRAWN, actor=actor)
            elif row.state is not Refund.CANCELLED:
                msg = saying(
                    "a refund of this return was asked for; it cannot be cancelled"
                )
                raise Refused(msg, number=case.number)
        returns.finish(db, case, "cancel", actor, now, why)
        desk.close(db, "return", case.id, actor, now)
        errands.drop(db, case.id, now, WITHDRAWN)
        out = (Errand.SUBMITTED, Errand.UNKNOWN)
        is_opening = any(
            row.verb == "open" and row.state in out
            for row in errands.of_return(db, case.id)
        )
        if holds and (case.platform_ref or is_opening):
            errands.add(db, case.id, "cancel", now)

    write(db)
