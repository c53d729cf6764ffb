"""Where this database lives, and how far it had come: a copy is known as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.database import atomic, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store.database import Database


def known_place(db: Database) -> str:
    """Return where the database was when it was last started; "" for a new one."""
    rows = db.query("SELECT place FROM installation")
    return str(rows[0]["place"]) if rows else ""


@atomic
def move_in(db: Database, place: str, now: datetime) -> None:
    """Remember where the database lives now."""
    db.execute("DELETE FROM installation")
    db.execute(
        "INSERT INTO installation (place, noticed_at) VALUES (:place, :now)",
        place=place,
        now=stamp(now),
    )


def progress(db: Database) -> int:
    """Return a number that only grows: how much has ever happened here."""
    return int(db.query("SELECT coalesce(max(id), 0) AS n FROM history")[0]["n"])


def remember(db: Database) -> None:
    """Write outside the database how far it has come, before a shop is asked to pay.

    An older copy that is put in its place then shows less than was once there.
    """
    db.engine.remember(progress(db))


def is_behind(db: Database) -> bool:
    """Say whether the database once had come further than it has now."""
    return progress(db) < db.engine.remembered()
