"""Take photos that a customer sends after his return was opened.

They are counted and shown, and the desk is told; no rule speaks again. See
docs/decisions/0020-photos-that-come-later.md for why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import policy
from connector.errors import Refused
from connector.saying import saying
from connector.states import UNDECIDED, Decision
from connector.steps.question import asked, rules_of
from connector.store import atomic, customers, desk, history, orders, photos, returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Return, ReturnLine
    from connector.pictures import Picture
    from connector.policy import PhotosWanted
    from connector.store import Database

MATTER = "photos"


def missing(db: Database, case: Return) -> dict[int, PhotosWanted]:
    """Return what photos are still wanted, by return line; {} where none can help.

    Raises NotFound where the order or its policy is not known.
    """
    if case.closed_at or case.cancelled_at:
        return {}
    order = orders.get(db, case.shop, case.order_ref)
    question = asked(case, customers.past(db, case))
    found = policy.photos_wanted(
        rules_of(db, case.shop, case.order_ref), order, question
    )
    return {
        line.id: want
        for line, one, want in zip(case.lines, question.lines, found, strict=True)
        if want and line.decision in UNDECIDED and one.photo_count < want.count
    }


@atomic
def add(
    db: Database,
    return_id: str,
    line_id: int,
    sent: Sequence[Picture],
    now: datetime,
) -> int:
    """Keep photos for a line that is not decided; return how many are new.

    Raises Refused for a line that is decided, NotFound for one that is not there.
    """
    case = returns.get(db, return_id)
    line = returns.line_of(case, line_id)
    if case.closed_at or case.cancelled_at or line.decision not in UNDECIDED:
        msg = saying("this line is decided; no photo changes that")
        raise Refused(msg, number=case.number)
    fresh = sum(photos.add(db, case, line, one, now) for one in sent)
    if fresh:
        _tell(db, case, line, fresh, now)
    return fresh


def _tell(
    db: Database, case: Return, line: ReturnLine, fresh: int, now: datetime
) -> None:
    count = returns.line_of(returns.get(db, case.id), line.id).photos
    why = saying("%(fresh)s sent; %(count)s in all", fresh=fresh, count=count)
    history.note_line(
        db,
        case,
        line.id,
        "photos",
        actor="customer",
        now=now,
        why=why,
    )
    if line.decision == Decision.NEEDS_PERSON:
        desk.put_return(
            db,
            case,
            MATTER,
            saying(
                "photos have come from the customer: %(count)s for a line by now",
                count=count,
            ),
            now,
        )
