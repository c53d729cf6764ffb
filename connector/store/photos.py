"""Photos of what comes back: waiting for a return, then a line's own, until forgotten.

How many came is kept with the return line, for the rules and for whoever asks later;
the photos themselves may be erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.policy.tables import MOST_PHOTOS
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model import Return, ReturnLine
    from connector.pictures import Picture
    from connector.store.database import Database

FACTS = (
    "id, shop, order_ref, line_ref, return_id, line_id, evidence_id, sha256,"
    " media_type, size, width, height, created_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What is known of a photo beside its bytes; `size` counts them.

    `return_id` and `line_id` are None while no return was opened with it. A photo of
    a posting receipt has `evidence_id` instead of a line (`connector.store.evidence`).
    """

    id: int
    shop: str
    order_ref: str
    line_ref: str
    return_id: str | None
    line_id: int | None
    evidence_id: int | None
    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    created_at: datetime


@atomic
def keep(
    db: Database,
    shop: str,
    order_ref: str,
    line_ref: str,
    picture: Picture,
    now: datetime,
) -> None:
    """Keep a photo for the return that is being asked for; the same one once.

    Of more than may be wanted the oldest go.
    """
    _insert(db, shop, order_ref, line_ref, picture, now)
    db.execute(
        "DELETE FROM photos WHERE shop = :shop AND order_ref = :order_ref"
        " AND line_ref = :line_ref AND return_id IS NULL AND id NOT IN ("
        " SELECT p.id FROM photos p WHERE p.shop = :shop AND p.order_ref = :order_ref"
        " AND p.line_ref = :line_ref AND p.return_id IS NULL"
        " ORDER BY p.id DESC LIMIT :most)",
        shop=shop,
        order_ref=order_ref,
        line_ref=line_ref,
        most=MOST_PHOTOS,
    )


@atomic
def add(
    db: Database, case: Return, line: ReturnLine, picture: Picture, now: datetime
) -> bool:
    """Keep one more photo of a return's line; False where it is there already.

    False too where the line has as many as may be wanted.
    """
    count = db.query("SELECT photos FROM return_lines WHERE id = :id", id=line.id)
    if count[0]["photos"] >= MOST_PHOTOS:
        return False
    place = (case.shop, case.order_ref, line.line_ref)
    if not _insert(db, *place, picture, now, return_id=case.id, line_id=line.id):
        return False
    _count(db, line.id, 1)
    return True


@atomic
def show(
    db: Database, case: Return, evidence_id: int, picture: Picture, now: datetime
) -> bool:
    """Keep a photo of a posting receipt; False where the return has it already."""
    where = (case.shop, case.order_ref, "")
    if not _insert(
        db, *where, picture, now, return_id=case.id, evidence_id=evidence_id
    ):
        return False
    db.execute("UPDATE evidence SET photos = photos + 1 WHERE id = :id", id=evidence_id)
    return True


def _insert(
    db: Database,
    shop: str,
    order_ref: str,
    line_ref: str,
    picture: Picture,
    now: datetime,
    *,
    return_id: str | None = None,
    line_id: int | None = None,
    evidence_id: int | None = None,
) -> bool:
    touched = db.execute(
        "INSERT INTO photos (shop, order_ref, line_ref, return_id, line_id,"
        " evidence_id, sha256, media_type, size, width, height, content, created_at)"
        " VALUES (:shop, :order_ref, :line_ref, :return_id, :line_id, :evidence_id,"
        " :sha256, :media_type, :size, :width, :height, :content, :now)"
        " ON CONFLICT DO NOTHING",
        shop=shop,
        order_ref=order_ref,
        line_ref=line_ref,
        return_id=return_id,
        line_id=line_id,
        evidence_id=evidence_id,
        sha256=picture.sha256,
        media_type=picture.media_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        content=picture.content,
        now=stamp(now),
    )
    return bool(touched)


def _count(db: Database, line_id: int, more: int) -> None:
    db.execute(
        "UPDATE return_lines SET photos = photos + :more WHERE id = :id",
        more=more,
        id=line_id,
    )


@atomic
def attach(db: Database, return_id: str, line_id: int, sent: Iterable[str]) -> None:
    """Give a new line of a return the photos that waited for it, by their SHA-256."""
    found = sum(
        db.execute(
            "UPDATE photos SET return_id = :return_id, line_id = :line_id"
            " WHERE return_id IS NULL AND sha256 = :sha256"
            " AND (shop, order_ref, line_ref) = (SELECT r.shop, r.order_ref, l.line_ref"
            " FROM return_lines l JOIN returns r ON r.id = l.return_id"
            " WHERE l.id = :line_id)",
            return_id=return_id,
            line_id=line_id,
            sha256=one,
        )
        for one in dict.fromkeys(sent)
    )
    if found:
        _count(db, line_id, found)


@atomic
def share(db: Database, old_line: int, new_line: int) -> None:
    """Give a line that was parted from another one the same photos."""
    copied = db.execute(
        "INSERT INTO photos (shop, order_ref, line_ref, return_id, line_id, sha256,"
        " media_type, size, width, height, content, created_at)"
        " SELECT shop, order_ref, line_ref, return_id, :new, sha256, media_type, size,"
        " width, height, content, created_at FROM photos WHERE line_id = :old"
        " ORDER BY id",
        old=old_line,
        new=new_line,
    )
    if copied:
        _count(db, new_line, copied)


def waiting(db: Database, shop: str, order_ref: str) -> list[Photo]:
    """List the photos of an order that no return has yet, as they came."""
    where = "shop = :shop AND order_ref = :ref AND return_id IS NULL"
    return _found(db, where, shop=shop, ref=order_ref)


def of_order(db: Database, shop: str, order_ref: str) -> list[Photo]:
    """List all photos of an order, as they came."""
    return _found(db, "shop = :shop AND order_ref = :ref", shop=shop, ref=order_ref)


def of_return(db: Database, return_id: str) -> list[Photo]:
    """List the photos of a return, as they came."""
    return _found(db, "return_id = :id", id=return_id)


def _found(db: Database, where: str, **values: str) -> list[Photo]:
    rows = db.query(
        f"SELECT {FACTS} FROM photos WHERE {where} ORDER BY id",  # noqa: S608 - words of ours, here above
        **values,
    )
    return [Photo(**(row | {"created_at": moment(row["created_at"])})) for row in rows]


def of_case(db: Database, return_id: str, photo_id: int) -> Photo:
    """Return one photo of a return; raises NotFound."""
    for one in of_return(db, return_id):
        if one.id == photo_id:
            return one
    msg = "the return has no such photo"
    raise NotFound(msg, photo=photo_id)


def content(db: Database, photo_id: int) -> bytes:
    """Return the bytes of a photo; raises NotFound."""
    rows = db.query("SELECT content FROM photos WHERE id = :id", id=photo_id)
    if not rows:
        msg = "there is no such photo"
        raise NotFound(msg, photo=photo_id)
    return bytes(rows[0]["content"])


@atomic
def forget(db: Database, shop: str, order_ref: str) -> int:
    """Erase the photos of an order; return how many. Their count stays."""
    return db.execute(
        "DELETE FROM photos WHERE shop = :shop AND order_ref = :ref",
        shop=shop,
        ref=order_ref,
    )


@atomic
def erase(db: Database, shop: str) -> int:
    """Erase all photos of a shop; return how many."""
    return db.execute("DELETE FROM photos WHERE shop = :shop", shop=shop)


@atomic
def forget_waiting(db: Database, before: datetime) -> int:
    """Erase photos that no return was opened with since; return how many."""
    return db.execute(
        "DELETE FROM photos WHERE return_id IS NULL AND created_at < :before",
        before=stamp(before),
    )


@atomic
def forget_ended(db: Database, before: datetime) -> int:
    """Erase photos of returns that ended by then; return how many.

    Not while a refund of the return is on its way, or waits for a person.
    """
    return db.execute(
        "DELETE FROM photos WHERE return_id IN (SELECT r.id FROM returns r"
        " WHERE COALESCE(r.closed_at, r.cancelled_at) <= :before"
        " AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.return_id = r.id"
        " AND f.state IN ('planned', 'submitted', 'pending', 'unknown', 'manual')))",
        before=stamp(before),
    )
