"""How far the order history of each shop was read, and why it stands where it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

RUNNING, DONE, STOPPED = "running", "done", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """One row; `total` 0 is unknown, `reaches_to` None means to the very first order.

    `due` is when it goes on; `attempts` failed in a row, `restarts` began anew.
    """

    shop: str
    state: str
    cursor: str
    done: int
    total: int
    attempts: int
    restarts: int
    why: str
    reaches_to: datetime | None
    started_at: datetime
    changed_at: datetime
    due: datetime

    @property
    def percent(self) -> int | None:
        """How much is read, in per cent; None while the total is unknown."""
        if self.state == DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else None


def state(db: Database, shop: str) -> Backfill | None:
    """Return how far a shop's history is read; None before the first time."""
    rows = db.query("SELECT * FROM backfills WHERE shop = :shop", shop=shop)
    return _row(rows[0]) if rows else None


@atomic
def begin(db: Database, shop: str, reaches_to: datetime | None, now: datetime) -> None:
    """Start from the first order, whatever was read before."""
    db.execute(
        "INSERT INTO backfills (shop, state, reaches_to, started_at, changed_at, due)"
        " VALUES (:shop, 'running', :reaches, :now, :now, :now)"
        " ON CONFLICT (shop) DO UPDATE SET state = 'running', cursor = '', done = 0,"
        " total = 0, attempts = 0, restarts = 0, why = '', reaches_to = :reaches,"
        " started_at = :now, changed_at = :now, due = :now",
        shop=shop,
        reaches=stamp(reaches_to) if reaches_to else None,
        now=stamp(now),
    )


@atomic
def resume(db: Database, shop: str, now: datetime) -> None:
    """Go on where it stopped, or stood waiting, at once."""
    db.execute(
        "UPDATE backfills SET state = 'running', attempts = 0, restarts = 0,"
        " due = :now, changed_at = :now WHERE shop = :shop AND state <> 'done'",
        shop=shop,
        now=stamp(now),
    )


@atomic
def wake(db: Database, shop: str, now: datetime) -> None:
    """Let a backfill that waits for the shop look again now."""
    db.execute(
        "UPDATE backfills SET due = :now WHERE shop = :shop AND state = 'running'",
        shop=shop,
        now=stamp(now),
    )


@atomic
def advance(
    db: Database,
    row: Backfill,
    *,
    cursor: str,
    read: int,
    total: int | None,
    state: str,
    due: datetime,
    now: datetime,
) -> bool:
    """Move on behind a batch; False when another process has moved meanwhile."""
    return bool(
        db.execute(
            "UPDATE backfills SET cursor = :after, done = done + :read,"
            " total = CASE WHEN :total > 0 THEN :total ELSE total END, state = :state,"
            " attempts = 0, why = '', due = :due, changed_at = :now"
            " WHERE shop = :shop AND cursor = :before AND state = 'running'",
            shop=row.shop,
            before=row.cursor,
            after=cursor,
            read=read,
            total=total or 0,
            state=state,
            due=stamp(due),
            now=stamp(now),
        )
    )


@atomic
def restart(
    db: Database, row: Backfill, why: str, due: datetime, now: datetime
) -> None:
    """Begin anew because the shop's own work was lost."""
    db.execute(
        "UPDATE backfills SET cursor = '', done = 0, restarts = restarts + 1,"
        " why = :why, due = :due, changed_at = :now"
        " WHERE shop = :shop AND state = 'running'",
        shop=row.shop,
        why=why,
        due=stamp(due),
        now=stamp(now),
    )


@atomic
def later(db: Database, row: Backfill, why: str, due: datetime, now: datetime) -> None:
    """Note a failure; the same batch is asked for again."""
    db.execute(
        "UPDATE backfills SET attempts = attempts + 1, why = :why, due = :due,"
        " changed_at = :now WHERE shop = :shop AND state = 'running'",
        shop=row.shop,
        why=why,
        due=stamp(due),
        now=stamp(now),
    )


@atomic
def stop(db: Database, row: Backfill, why: str, now: datetime) -> None:
    """Stop until a person lets it go on."""
    db.execute(
        "UPDATE backfills SET state = 'stopped', why = :why, changed_at = :now"
        " WHERE shop = :shop",
        shop=row.shop,
        why=why,
        now=stamp(now),
    )


def _row(row: Row) -> Backfill:
    return Backfill(
        shop=row["shop"],
        state=row["state"],
        cursor=row["cursor"],
        done=row["done"],
        total=row["total"],
        attempts=row["attempts"],
        restarts=row["restarts"],
        why=row["why"],
        reaches_to=moment(row["reaches_to"]) if row["reaches_to"] else None,
        started_at=moment(row["started_at"]),
        changed_at=moment(row["changed_at"]),
        due=moment(row["due"]),
    )
