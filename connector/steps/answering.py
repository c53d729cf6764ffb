"""Which matters of the desk a person can take off it with nothing else to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.states import Refund
from connector.steps import extra
from connector.store import refunds, returns

if TYPE_CHECKING:
    from connector.store import Database
    from connector.store.desk import Matter
    from connector.store.refunds import RefundRow

PLAIN = ("order", "delivery", "books")  # they have no page of their own
DEAD = (Refund.REJECTED, Refund.FAILED, Refund.REVERSED)


def is_answerable(db: Database, matter: Matter) -> bool:
    """Say whether it is enough to have seen a matter.

    Of a refund that still moves, or that can be made again, something is to be said
    on its page. A return that is not ours has no page here.
    """
    if matter.about == "refund":
        return _is_over(db, refunds.get(db, matter.about_id), matter.code)
    if matter.about == "return":
        return not _is_known(db, matter.about_id)
    return matter.about in PLAIN


def _is_over(db: Database, row: RefundRow, code: str) -> bool:
    if code == "unpaid":
        return True  # asked again in time
    is_settled = row.state in (Refund.CONFIRMED, Refund.CANCELLED)
    is_dead = row.state in DEAD and not extra.can_again(db, row)
    return is_dead or (is_settled and code != "unbooked")


def _is_known(db: Database, return_id: str) -> bool:
    try:
        returns.get(db, return_id)
    except NotFound:
        return False
    return True
