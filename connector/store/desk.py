"""The desk: what a person must look at, each matter open once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.discreet import discreet
from connector.saying import heard, joined, kept
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.model import Return
    from connector.store.database import Database, Row
    from connector.store.refunds import RefundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that only a person may decide, and why."""

    id: int
    shop: str
    about: str
    about_id: str
    code: str
    why: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str


@atomic
def put(
    db: Database,
    *,
    shop: str,
    about: str,
    about_id: str,
    code: str,
    why: str,
    now: datetime,
) -> None:
    """Lay a matter before a person; once while it is open."""
    db.execute(
        "INSERT INTO desk (shop, about, about_id, code, why, opened_at)"
        " VALUES (:shop, :about, :about_id, :code, :why, :now)"
        " ON CONFLICT (shop, about, about_id, code) WHERE closed_at IS NULL"
        " DO UPDATE SET why = :why",
        shop=shop,
        about=about,
        about_id=about_id,
        code=code,
        why=kept(discreet(why)),
        now=stamp(now),
    )


@atomic
def put_beside(
    db: Database,
    *,
    shop: str,
    about: str,
    about_id: str,
    code: str,
    why: str,
    now: datetime,
) -> None:
    """Do as `put` does, and keep the words of the kind that nobody has answered yet."""
    rows = db.query(
        "SELECT * FROM desk WHERE shop = :shop AND about = :about"
        " AND about_id = :id AND code = :code AND closed_at IS NULL",
        shop=shop,
        about=about,
        id=about_id,
        code=code,
    )
    put(
        db,
        shop=shop,
        about=about,
        about_id=about_id,
        code=code,
        why=joined("; ", [*(_matter(row).why for row in rows), why]),
        now=now,
    )


def put_refund(
    db: Database, row: RefundRow, code: str, why: str, now: datetime
) -> None:
    """Lay a refund before a person; once while it is open."""
    put(
        db,
        shop=row.shop,
        about="refund",
        about_id=row.id,
        code=code,
        why=why,
        now=now,
    )


def put_return(db: Database, case: Return, code: str, why: str, now: datetime) -> None:
    """Lay a return before a person; once while it is open."""
    put(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        code=code,
        why=why,
        now=now,
    )


@atomic
def close(db: Database, about: str, about_id: str, by: str, now: datetime) -> None:
    """Take every matter about something off the desk."""
    db.execute(
        "UPDATE desk SET closed_at = :now, closed_by = :by"
        " WHERE about = :about AND about_id = :about_id AND closed_at IS NULL",
        about=about,
        about_id=about_id,
        by=by,
        now=stamp(now),
    )


@atomic
def settle(
    db: Database, about: str, about_id: str, code: str, by: str, now: datetime
) -> None:
    """Take one kind of matter about something off the desk."""
    db.execute(
        "UPDATE desk SET closed_at = :now, closed_by = :by WHERE about = :about"
        " AND about_id = :about_id AND code = :code AND closed_at IS NULL",
        about=about,
        about_id=about_id,
        code=code,
        by=by,
        now=stamp(now),
    )


@atomic
def close_one(db: Database, matter_id: int, by: str, now: datetime) -> None:
    """Take one matter off the desk; what is still so is laid there anew."""
    db.execute(
        "UPDATE desk SET closed_at = :now, closed_by = :by"
        " WHERE id = :id AND closed_at IS NULL",
        id=matter_id,
        by=by,
        now=stamp(now),
    )


def open_matters(db: Database, shop: str | None = None) -> list[Matter]:
    """List what waits for a person, oldest first."""
    rows = db.query(
        "SELECT * FROM desk WHERE closed_at IS NULL AND (:shop = '' OR shop = :shop)"
        " ORDER BY id",
        shop=shop or "",
    )
    return [_matter(row) for row in rows]


def about(db: Database, about_id: str) -> list[Matter]:
    """List open matters about one thing."""
    rows = db.query(
        "SELECT * FROM desk WHERE about_id = :id AND closed_at IS NULL ORDER BY id",
        id=about_id,
    )
    return [_matter(row) for row in rows]


def _matter(row: Row) -> Matter:
    closed = row["closed_at"]
    return Matter(
        id=row["id"],
        shop=row["shop"],
        about=row["about"],
        about_id=row["about_id"],
        code=row["code"],
        why=heard(row["why"]),
        opened_at=moment(row["opened_at"]),
        closed_at=moment(closed) if closed else None,
        closed_by=row["closed_by"],
    )


def is_open(db: Database, subject: str, about_id: str, code: str) -> bool:
    """Say whether a person was asked this, and has not answered."""
    return any(
        matter.about == subject and matter.code == code
        for matter in about(db, about_id)
    )


def was_told(db: Database, shop: str, about_id: str, code: str) -> bool:
    """Say whether a person was ever asked this, answered or not."""
    rows = db.query(
        "SELECT count(*) AS n FROM desk WHERE shop = :shop AND about_id = :id"
        " AND code = :code",
        shop=shop,
        id=about_id,
        code=code,
    )
    return bool(rows[0]["n"])


def answered_at(db: Database, shop: str, about_id: str, code: str) -> datetime | None:
    """Return when this was last taken off the desk; None if it never was."""
    rows = db.query(
        "SELECT max(closed_at) AS at FROM desk WHERE shop = :shop AND about_id = :id"
        " AND code = :code",
        shop=shop,
        id=about_id,
        code=code,
    )
    return moment(rows[0]["at"]) if rows[0]["at"] else None


def was_settled(db: Database, shop: str, about_id: str, code: str, why: str) -> bool:
    """Say whether a person took this very matter off the desk, not the facts.

    Also where it lay there in plain English, as matters did once.
    """
    said = discreet(why)
    rows = db.query(
        "SELECT count(*) AS n FROM desk WHERE shop = :shop AND about_id = :id"
        " AND code = :code AND why IN (:why, :plain) AND closed_at IS NOT NULL"
        " AND closed_by NOT IN ('retour', 'shop', 'policy')",
        shop=shop,
        id=about_id,
        code=code,
        why=kept(said),
        plain=str(said),
    )
    return bool(rows[0]["n"])
