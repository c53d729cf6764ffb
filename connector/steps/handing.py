"""Goods that go back to the customer: repaired, or not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import handed
from connector.errors import BadRequest
from connector.model import Resolution
from connector.saying import saying
from connector.steps import papers
from connector.store import atomic, history, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database


@atomic
def hand_back(
    db: Database, return_id: str, line_id: int, units: int, *, actor: str, now: datetime
) -> None:
    """Book units that went back to the customer, repaired or not taken.

    Raises BadRequest for more than came, less what goes another way.
    """
    case = returns.get(db, return_id)
    line = returns.line_of(case, line_id)
    free = line.received - line.handed_back
    if line.resolution is not Resolution.REPAIR:
        free = line.rejected - line.handed_back
    if not 0 < units <= free:
        msg = saying(
            "between 1 and %(most)s units can go back to the customer", most=free
        )
        raise BadRequest(msg, number=case.number)
    returns.place_goods(db, line_id, restock=None, place="", handed_back=units)
    history.note_line(
        db, case, line_id, "hand_back", actor=actor, now=now, why=f"{units}"
    )
    papers.write(db, return_id, {line_id: units}, handed.BACK, now)
