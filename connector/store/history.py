"""What happened, in order: no state changes without a row here (I14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from connector.discreet import discreet
from connector.model import Customer  # noqa: TC001 - msgspec reads it
from connector.saying import heard, kept
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.model import Return
    from connector.store.database import Database, Row
    from connector.store.refunds import RefundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a timeline; `why` is a sentence without personal data."""

    about: str  # return, line, refund, errand
    about_id: str
    event: str
    state: str
    actor: str
    why: str
    at: datetime


# What a person said of the way back of a withdrawal.
FETCHED, LABELLED = "fetched", "label_given"
SHOWN = "evidence"  # the customer gave evidence that he sent the goods
MACHINES = frozenset({"retour", "policy", "shop"})  # their words are ours


def _names(db: Database, about_id: str, return_id: str | None) -> list[str]:
    """Return how the customer of a return or refund is called, as far as we know.

    The tracking numbers that he gave are his as well.
    """
    given = db.query(
        "SELECT number FROM evidence WHERE return_id = :case AND number <> ''",
        case=return_id or "",
    )
    rows = db.query(
        "SELECT o.snapshot FROM returns r JOIN orders o ON o.shop = r.shop"
        " AND o.ref = r.order_ref WHERE r.id = :case"
        " UNION ALL SELECT o.snapshot FROM refunds f JOIN orders o"
        " ON o.shop = f.shop AND o.ref = f.order_ref WHERE f.id = :about",
        case=return_id or "",
        about=about_id,
    )
    names = [
        msgspec.json.decode(row["snapshot"], type=_Named).customer.name for row in rows
    ]
    return [*names, *(row["number"] for row in given)]


class _Named(msgspec.Struct):
    """The part of a snapshot that names somebody."""

    customer: Customer


@atomic
def note(
    db: Database,
    *,
    shop: str,
    about: str,
    about_id: str,
    event: str,
    state: str,
    now: datetime,
    return_id: str | None = None,
    actor: str = "retour",
    why: str = "",
) -> None:
    """Write one event; it is never changed or removed, so it names no customer."""
    names = () if actor in MACHINES or not why else _names(db, about_id, return_id)
    db.execute(
        "INSERT INTO history"
        " (shop, about, about_id, return_id, event, state, actor, why, at)"
        " VALUES (:shop, :about, :about_id, :return_id, :event, :state, :actor,"
        " :why, :at)",
        shop=shop,
        about=about,
        about_id=about_id,
        return_id=return_id,
        event=event,
        state=state,
        actor=actor,
        why=kept(discreet(why, names)),
        at=stamp(now),
    )


def note_line(
    db: Database,
    case: Return,
    line_id: int,
    event: str,
    *,
    actor: str,
    now: datetime,
    why: str = "",
    state: str = "",
) -> None:
    """Write what happened to a line into the timeline of its return."""
    note(
        db,
        shop=case.shop,
        about="line",
        about_id=str(line_id),
        return_id=case.id,
        event=event,
        state=state,
        actor=actor,
        why=why,
        now=now,
    )


def note_refund(
    db: Database, row: RefundRow, event: str, actor: str, why: str, now: datetime
) -> None:
    """Write what happened to a refund into its timeline, and into its return's."""
    note(
        db,
        shop=row.shop,
        about="refund",
        about_id=row.id,
        return_id=row.return_id,
        event=event,
        state=row.state.value,
        actor=actor,
        why=why,
        now=now,
    )


def timeline(db: Database, return_id: str) -> list[Event]:
    """List everything that happened to a return, oldest first."""
    return _events(db, "return_id", return_id)


def of(db: Database, about_id: str) -> list[Event]:
    """List everything that happened to one line, refund or errand."""
    return _events(db, "about_id", about_id)


def _events(db: Database, column: str, value: str) -> list[Event]:
    rows = db.query(
        f"SELECT about, about_id, event, state, actor, why, at FROM history"  # noqa: S608 - the column is ours
        f" WHERE {column} = :value ORDER BY id",
        value=value,
    )
    return [_event(row) for row in rows]


def _event(row: Row) -> Event:
    return Event(**(row | {"at": moment(row["at"]), "why": heard(row["why"])}))


def happened(db: Database, about_id: str, event: str) -> bool:
    """Say whether something ever happened to a return, line, refund or errand."""
    rows = db.query(
        "SELECT count(*) AS n FROM history WHERE about_id = :id AND event = :event",
        id=about_id,
        event=event,
    )
    return bool(rows[0]["n"])


def events(
    db: Database, about_id: str, prefix: str, since: datetime | None = None
) -> list[Event]:
    """List the events about one thing whose names begin so, oldest first."""
    rows = db.query(
        "SELECT about, about_id, event, state, actor, why, at FROM history"
        " WHERE about_id = :about_id AND substr(event, 1, :length) = :prefix"
        " AND at > :since ORDER BY id",
        about_id=about_id,
        prefix=prefix,
        length=len(prefix),
        since=stamp(since) if since else "",
    )
    return [_event(row) for row in rows]
