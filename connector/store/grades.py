"""How much of its price the goods of a return line have lost, as a person graded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import history
from connector.store.database import atomic

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.store.database import Database


@atomic
def keep(
    db: Database,
    case: Return,
    line_id: int,
    loss_bp: int,
    *,
    actor: str,
    why: str,
    now: datetime,
) -> None:
    """Keep how much of its price a line's goods have lost, in basis points."""
    db.execute(
        "UPDATE return_lines SET loss_bp = :loss WHERE id = :id",
        loss=loss_bp,
        id=line_id,
    )
    history.note_line(
        db, case, line_id, f"grade:{loss_bp}", actor=actor, now=now, why=why
    )
