"""Errands: what we ask of a shop's own return, one of a verb at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.states import ERRAND, Errand, advance
from connector.store import history, outbox
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRow:
    """One errand as the store holds it."""

    id: str
    return_id: str
    shop: str
    verb: str
    state: Errand
    args: Mapping[str, Any]
    preimage: Mapping[str, Any] | None
    changed_at: datetime
    why: str


@atomic
def add(
    db: Database,
    return_id: str,
    verb: str,
    now: datetime,
    args: Mapping[str, Any] | None = None,
) -> bool:
    """Plan an errand; False when one of the verb exists already."""
    rows = db.query(
        "INSERT INTO errands (return_id, verb, args, changed_at)"
        " VALUES (:return_id, :verb, :args, :now)"
        " ON CONFLICT (return_id, verb) WHERE verb <> 'dispose' DO NOTHING"
        " RETURNING id",
        return_id=return_id,
        verb=verb,
        args=json.dumps(dict(args or {}), sort_keys=True),
        now=stamp(now),
    )
    if not rows:
        return False
    db.execute(
        "INSERT INTO outbox (subject, id, shop, due) SELECT 'errand', :id, shop, :now"
        " FROM returns WHERE id = :return_id",
        id=str(rows[0]["id"]),
        return_id=return_id,
        now=stamp(now),
    )
    return True


@atomic
def move(
    db: Database, errand_id: str, event: str, now: datetime, why: str = ""
) -> Errand:
    """Take one step through the errand's lifecycle."""
    row = get(db, errand_id)
    state = advance(ERRAND, row.state, event)
    db.execute(
        "UPDATE errands SET state = :state, changed_at = :now, why = :why"
        " WHERE id = :id",
        state=state.value,
        now=stamp(now),
        why=why,
        id=int(errand_id),
    )
    history.note(
        db,
        shop=row.shop,
        about="errand",
        about_id=errand_id,
        return_id=row.return_id,
        event=f"{row.verb}:{event}",
        state=state.value,
        why=why,
        now=now,
    )
    return state


@atomic
def drop(db: Database, return_id: str, now: datetime, why: str) -> None:
    """Ask the shop nothing of a return any more that was not asked yet."""
    for row in of_return(db, return_id):
        if row.state is Errand.PLANNED:
            move(db, row.id, "reject", now, why)
            outbox.done(db, "errand", row.id)


@atomic
def submit(
    db: Database, errand_id: str, preimage: Mapping[str, Any], now: datetime
) -> None:
    """Say, durably, that the shop is about to be asked."""
    db.execute(
        "UPDATE errands SET preimage = :preimage WHERE id = :id",
        preimage=json.dumps(dict(preimage), sort_keys=True),
        id=int(errand_id),
    )
    move(db, errand_id, "submit", now)


def get(db: Database, errand_id: str) -> ErrandRow:
    """Return one errand by id."""
    return _rows(db, "e.id = :value", int(errand_id))[0]


def of_return(db: Database, return_id: str) -> list[ErrandRow]:
    """List the errands of a return, oldest first."""
    return _rows(db, "e.return_id = :value", return_id)


def in_state(db: Database, state: Errand, shop: str) -> list[ErrandRow]:
    """List a shop's errands in one state."""
    return [
        row for row in _rows(db, "e.state = :value", state.value) if row.shop == shop
    ]


def unfinished(db: Database, return_id: str) -> list[ErrandRow]:
    """List what is still to be done at the shop before money may follow a return."""
    return [
        row
        for row in of_return(db, return_id)
        if row.verb in ("open", "approve") and row.state is not Errand.DONE
    ]


def opening(db: Database, shop: str, order_ref: str) -> list[ErrandRow]:
    """List unfinished `open` errands of an order: its new return may be ours."""
    return [
        row
        for row in _rows(db, "r.order_ref = :value AND e.verb = 'open'", order_ref)
        if row.shop == shop and row.state not in (Errand.DONE, Errand.REJECTED)
    ]


def _rows(db: Database, where: str, value: object) -> list[ErrandRow]:
    rows = db.query(
        "SELECT e.*, r.shop AS shop FROM errands e"  # noqa: S608 - `where` is written above
        f" JOIN returns r ON r.id = e.return_id WHERE {where} ORDER BY e.id",
        value=value,
    )
    return [_errand(row) for row in rows]


def _errand(row: Row) -> ErrandRow:
    return ErrandRow(
        id=str(row["id"]),
        return_id=row["return_id"],
        shop=row["shop"],
        verb=row["verb"],
        state=Errand(row["state"]),
        args=json.loads(row["args"]),
        preimage=json.loads(row["preimage"]) if row["preimage"] else None,
        changed_at=moment(row["changed_at"]),
        why=row["why"],
    )
