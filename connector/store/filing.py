"""Opening a return: its number, its lines, and the units that it holds (I1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from connector.errors import Refused
from connector.model import NewGoods, Resolution
from connector.saying import saying
from connector.store import customers, history, photos
from connector.store.database import atomic, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Kind, Order, Return, ReturnLine
    from connector.store.database import Database


CLOCKS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One line that a customer wants to send back, before it is a return line.

    `photos` are the SHA-256 (hex) of those that wait for it; one that is not there any
    more does not count. `has_photo` says that the shop has some.
    """

    line_ref: str
    quantity: int
    reason: str
    note: str = ""
    has_photo: bool = False
    platform_ref: str = ""
    wanted: Resolution = Resolution.REFUND
    goods: NewGoods | None = None
    answers: tuple[tuple[str, str], ...] = ()
    photos: tuple[str, ...] = ()


@atomic
def add(
    db: Database,
    *,
    return_id: str,
    shop: str,
    order: Order,
    kind: Kind,
    filed_by: str,
    language: str,
    wishes: Sequence[Wish],
    now: datetime,
    platform_ref: str = "",
    event_key: str | None = None,
    asked_at: datetime | None = None,
) -> None:
    """Open a return; raises Refused when a unit is in another live return (I1).

    Refused too when it would be older than its order by more than clocks differ
    (I11). `asked_at`: when the customer asked, where that was before we knew.
    """
    opened = now
    if asked_at and order.placed_at <= asked_at < now:
        opened = asked_at
    if now + CLOCKS < order.placed_at:
        msg = saying(
            "a return cannot be older than its order; check this machine's clock"
        )
        raise Refused(msg, order=order.number)
    held = _free_units(db, shop, order, wishes)
    db.execute(
        "INSERT INTO returns (id, number, shop, order_ref, kind, filed_by, language,"
        " opened_at, platform_ref, event_key) VALUES (:id, :number, :shop,"
        " :order_ref, :kind, :filed_by, :language, :now, :platform_ref, :event_key)",
        id=return_id,
        number=_next_number(db, shop, order),
        shop=shop,
        order_ref=order.ref,
        kind=kind.value,
        filed_by=filed_by,
        language=language,
        now=stamp(opened),
        platform_ref=platform_ref,
        event_key=event_key,
    )
    for wish, units in zip(wishes, held, strict=True):
        _add_line(db, return_id, shop, order.ref, wish, units)
    customers.note(db, return_id, order)
    history.note(
        db,
        shop=shop,
        about="return",
        about_id=return_id,
        return_id=return_id,
        event="open",
        state="",
        actor=filed_by,
        now=now,
    )


def _next_number(db: Database, shop: str, order: Order) -> str:
    rows = db.query(
        "SELECT count(*) AS n FROM returns WHERE shop = :shop AND order_ref = :ref",
        shop=shop,
        ref=order.ref,
    )
    return f"{order.number.lstrip('#')}-R{rows[0]['n'] + 1}"


def _add_line(
    db: Database,
    return_id: str,
    shop: str,
    order_ref: str,
    wish: Wish,
    units: list[int],
) -> int:
    rows = db.query(
        "INSERT INTO return_lines (return_id, line_ref, asked, reason, note,"
        " has_photo, platform_ref, wanted, goods, answers) VALUES (:return_id,"
        " :line_ref, :asked, :reason, :note, :has_photo, :platform_ref, :wanted,"
        " CAST(:goods AS TEXT), :answers) RETURNING id",
        return_id=return_id,
        line_ref=wish.line_ref,
        asked=wish.quantity,
        reason=wish.reason,
        note=wish.note,
        has_photo=int(wish.has_photo),
        platform_ref=wish.platform_ref,
        wanted=wish.wanted.value,
        goods=msgspec.json.encode(wish.goods).decode() if wish.goods else None,
        answers=msgspec.json.encode(wish.answers).decode(),
    )
    for unit in units:
        db.execute(
            "INSERT INTO units (shop, order_ref, line_ref, unit, return_line_id)"
            " VALUES (:shop, :order_ref, :line_ref, :unit, :line_id)",
            shop=shop,
            order_ref=order_ref,
            line_ref=wish.line_ref,
            unit=unit,
            line_id=rows[0]["id"],
        )
    photos.attach(db, return_id, rows[0]["id"], wish.photos)
    return int(rows[0]["id"])


def _free_units(
    db: Database, shop: str, order: Order, wishes: Sequence[Wish]
) -> list[list[int]]:
    """Choose units for each wish before anything is written; raises Refused.

    Two wishes may name one line: a shop's return has a line for each shipment.
    """
    taken = taken_units(db, shop, order.ref)
    held: list[list[int]] = []
    for wish in wishes:
        line = order.line(wish.line_ref)
        if line is None:
            msg = saying("the order has no such line")
            raise Refused(msg, line=wish.line_ref)
        gone = taken.setdefault(wish.line_ref, set())
        sent = line.quantity if line.fulfilled is None else line.fulfilled
        free = [unit for unit in range(1, sent + 1) if unit not in gone]
        if len(free) < wish.quantity:
            msg = saying("not that many units are left to return")
            raise Refused(msg, line=wish.line_ref, asked=wish.quantity, left=len(free))
        held.append(free[: wish.quantity])
        gone.update(held[-1])
    return held


def taken_units(db: Database, shop: str, order_ref: str) -> dict[str, set[int]]:
    """Return, by line ref, the unit numbers that live returns hold."""
    taken: dict[str, set[int]] = {}
    for row in db.query(
        "SELECT line_ref, unit FROM units WHERE shop = :shop AND order_ref = :ref",
        shop=shop,
        ref=order_ref,
    ):
        taken.setdefault(row["line_ref"], set()).add(row["unit"])
    return taken


@atomic
def split(db: Database, case: Return, line: ReturnLine, left: int) -> int:
    """File `left` units of an undecided line as a line of their own; return its id.

    They are the first that the old line holds, which gives all of its units back.
    """
    rows = db.query(
        "SELECT unit FROM units WHERE return_line_id = :id ORDER BY unit", id=line.id
    )
    free(db, line.id)
    wish = Wish(
        line_ref=line.line_ref,
        quantity=left,
        reason=line.reason,
        note=line.note,
        has_photo=line.has_photo,
        platform_ref=line.platform_ref,
        wanted=line.wanted,
        goods=line.goods,
        answers=line.answers,
    )
    units = [row["unit"] for row in rows][:left]
    fresh = _add_line(db, case.id, case.shop, case.order_ref, wish, units)
    photos.share(db, line.id, fresh)
    return fresh


@atomic
def free(db: Database, line_id: int) -> None:
    """Give the units of a line back, so that another return may ask for them."""
    db.execute("DELETE FROM units WHERE return_line_id = :id", id=line_id)
