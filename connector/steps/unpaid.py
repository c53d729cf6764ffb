"""Ask a person about exchanges whose difference the customer never paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.saying import saying
from connector.store import atomic, desk, exchanges, refunds

if TYPE_CHECKING:
    from datetime import datetime

    from connector.platform import Shop
    from connector.store import Database
    from connector.store.exchanges import ExchangeRow

PATIENCE = timedelta(days=14)
UNPAID = "unpaid"


def run(db: Database, shop: Shop, now: datetime, patience: timedelta = PATIENCE) -> int:
    """Lay each on the desk once; return how many wait for a person.

    Nothing is called off by itself: the customer may be paying at this moment. Who
    took the question off the desk is asked again after that time, not before.
    """
    overdue = exchanges.unpaid(db, shop.name, now - patience)
    return sum(_ask(db, shop.name, one, now, patience) for one in overdue)


@atomic
def _ask(
    db: Database, shop: str, one: ExchangeRow, now: datetime, patience: timedelta
) -> bool:
    """Read it again under the lock, then ask; say whether it lies on the desk."""
    fresh = exchanges.of_refund(db, one.refund_id)
    if fresh is None or fresh.state is not one.state:
        return False
    answered = desk.answered_at(db, shop, one.refund_id, UNPAID)
    if answered is not None and now - answered < patience:
        return False
    number = refunds.get(db, one.refund_id).request.return_number
    desk.put(
        db,
        shop=shop,
        about="refund",
        about_id=one.refund_id,
        code=UNPAID,
        why=saying(
            "the customer has not paid the %(owed)s that %(number)s costs on top,"
            " asked for on %(day)s: remind him, or cancel %(order)s in the shop and"
            " say here that nothing was sent",
            owed=one.owed,
            number=number,
            day=one.changed_at.date(),
            order=one.made or saying("the new order"),
        ),
        now=now,
    )
    return True
