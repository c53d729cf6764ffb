"""Ask a person about exchanges whose difference the customer never paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

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

    Nothing is called off by itself: the customer may be paying at this moment.
    """
    found = exchanges.unpaid(db, shop.name, now - patience)
    for one in found:
        _ask(db, shop.name, one, now)
    return len(found)


@atomic
def _ask(db: Database, shop: str, one: ExchangeRow, now: datetime) -> None:
    """Read it again under the lock, then ask."""
    fresh = exchanges.of_refund(db, one.refund_id)
    if fresh is None or fresh.state is not one.state:
        return
    number = refunds.get(db, one.refund_id).request.return_number
    day = one.changed_at.date().isoformat()
    desk.put(
        db,
        shop=shop,
        about="refund",
        about_id=one.refund_id,
        code=UNPAID,
        why=f"the customer has not paid the {one.owed} that {number} costs on top,"
        f" asked for on {day}: remind him, or cancel {one.made or 'the new order'} in"
        " the shop and say here that nothing was sent",
        now=now,
    )
