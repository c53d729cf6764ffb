"""What becomes of our returns by what is done to them in the shop itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.saying import saying
from connector.store.database import atomic
from connector.store.returns import note

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return, ReturnLine
    from connector.store.database import Database


OPENED_AGAIN = saying("opened again in the shop")


@atomic
def detach(db: Database, case: Return, why: str, actor: str, now: datetime) -> None:
    """Untie our return from the shop's, whose ref another of ours will have."""
    db.execute("UPDATE returns SET platform_ref = '' WHERE id = :id", id=case.id)
    note(db, case, "detached", actor, why, now)


def count_at_shop(db: Database, shop: str) -> int:
    """Count the live returns that the shop holds too."""
    rows = db.query(
        "SELECT count(*) AS n FROM returns WHERE shop = :shop AND platform_ref <> ''"
        " AND closed_at IS NULL AND cancelled_at IS NULL",
        shop=shop,
    )
    return int(rows[0]["n"])


@atomic
def reopen(
    db: Database,
    case: Return,
    actor: str,
    now: datetime,
    why: str = OPENED_AGAIN,
) -> None:
    """Open a closed return again: something is owed after all."""
    db.execute("UPDATE returns SET closed_at = NULL WHERE id = :id", id=case.id)
    note(db, case, "reopen", actor, why, now)


@atomic
def paid_elsewhere(
    db: Database, case: Return, line: ReturnLine, units: int, actor: str, now: datetime
) -> None:
    """Remember how many units of a line others paid back; they are due no more."""
    db.execute(
        "UPDATE return_lines SET elsewhere = :units WHERE id = :id",
        units=units,
        id=line.id,
    )
    why = saying(
        "%(units)s units of a line were refunded in the shop, not from here",
        units=units,
    )
    note(db, case, "paid_elsewhere", actor, why, now)


@atomic
def reduce(
    db: Database, case: Return, line: ReturnLine, left: int, actor: str, now: datetime
) -> None:
    """Approve fewer units of a line than before; none of them came back."""
    db.execute(
        "UPDATE return_lines SET approved = :left WHERE id = :id",
        left=left,
        id=line.id,
    )
    why = saying(
        "%(units)s units of a line were taken out in the shop",
        units=line.approved - left,
    )
    note(db, case, "reduce", actor, why, now)
