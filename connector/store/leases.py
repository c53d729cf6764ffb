"""Things that one process at a time may do across a call: who does it, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.database import atomic, stamp

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from connector.store.database import Database


@atomic
def claim(db: Database, name: str, holder: str, now: datetime, life: timedelta) -> bool:
    """Take a lease; False while another holds it and its time is not over."""
    rows = db.query(
        "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)"
        " ON CONFLICT (name) DO UPDATE SET holder = :holder, until = :until"
        " WHERE leases.until <= :now OR leases.holder = :holder RETURNING holder",
        name=name,
        holder=holder,
        until=stamp(now + life),
        now=stamp(now),
    )
    return bool(rows)


@atomic
def release(db: Database, name: str, holder: str) -> None:
    """Give a lease back; one that another took meanwhile stays theirs."""
    db.execute(
        "DELETE FROM leases WHERE name = :name AND holder = :holder",
        name=name,
        holder=holder,
    )
