"""Returns and their lines; quantities and decisions change, history remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from connector.errors import NotFound, Refused
from connector.saying import plain, saying
from connector.states import DECISION, RECEPTION, Decision, Reception, advance
from connector.store import filing, history
from connector.store.database import atomic, stamp
from connector.store.return_rows import a_return

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connector.model import (
        Answer,
        NewGoods,
        Resolution,
        Return,
        ReturnLine,
        ShopReturn,
        Terms,
    )
    from connector.store.database import Database, Row


def get(db: Database, return_id: str) -> Return:
    """Return one return by our id; raises NotFound."""
    return _one(db, "id = :value", return_id)


def by_number(db: Database, number: str) -> list[Return]:
    """List the returns called `number`: one a shop at most."""
    return _many(db, "number = :value", number)


def by_platform_ref(db: Database, shop: str, ref: str) -> Return | None:
    """Return the return that the shop calls `ref`, if it is one of ours."""
    found = _many(db, "platform_ref = :value AND shop = :shop", ref, shop=shop)
    return found[0] if found else None


def by_event(db: Database, shop: str, event_key: str) -> Return | None:
    """Return what an inbound event opened, so that it never opens two."""
    found = _many(db, "event_key = :value AND shop = :shop", event_key, shop=shop)
    return found[0] if found else None


def of_order(db: Database, shop: str, order_ref: str) -> list[Return]:
    """List the returns of an order, oldest first."""
    return _many(db, "order_ref = :value AND shop = :shop", order_ref, shop=shop)


def recent(db: Database, shop: str | None = None, limit: int = 50) -> list[Return]:
    """List the newest returns first."""
    rows = db.query(
        "SELECT id FROM returns WHERE :shop = '' OR shop = :shop"
        " ORDER BY opened_at DESC, id DESC LIMIT :limit",
        shop=shop or "",
        limit=limit,
    )
    return [get(db, row["id"]) for row in rows]


def undecided(db: Database, shop: str) -> list[str]:
    """List the ids of live returns with a line that no rule has spoken on."""
    rows = db.query(
        "SELECT DISTINCT r.id, r.opened_at FROM returns r"
        " JOIN return_lines l ON l.return_id = r.id"
        " WHERE r.shop = :shop AND l.decision = 'pending' AND r.cancelled_at IS NULL"
        " ORDER BY r.opened_at, r.id",
        shop=shop,
    )
    return [row["id"] for row in rows]


def live(db: Database, shop: str) -> list[str]:
    """List the ids of returns that are neither closed nor cancelled."""
    rows = db.query(
        "SELECT id FROM returns WHERE shop = :shop AND closed_at IS NULL"
        " AND cancelled_at IS NULL ORDER BY opened_at, id",
        shop=shop,
    )
    return [row["id"] for row in rows]


def orders_at_shop(db: Database, shop: str) -> list[str]:
    """List the orders with a live return that the shop holds too."""
    rows = db.query(
        "SELECT DISTINCT order_ref FROM returns WHERE shop = :shop"
        " AND platform_ref <> '' AND closed_at IS NULL AND cancelled_at IS NULL"
        " ORDER BY order_ref",
        shop=shop,
    )
    return [row["order_ref"] for row in rows]


def decision_counts(db: Database, shop: str) -> dict[str, int]:
    """Count a shop's returns by the gravest decision among their lines."""
    rows = db.query(
        "SELECT worst, count(*) AS n FROM (SELECT r.id, CASE"
        "  WHEN sum(CASE l.decision WHEN 'needs_person' THEN 1 ELSE 0 END) > 0"
        "  THEN 'needs_person'"
        "  WHEN sum(CASE l.decision WHEN 'pending' THEN 1 ELSE 0 END) > 0"
        "  THEN 'pending'"
        "  WHEN sum(CASE l.decision WHEN 'approved' THEN 1 ELSE 0 END) > 0"
        "  THEN 'approved'"
        "  ELSE 'declined' END AS worst FROM returns r"
        "  JOIN return_lines l ON l.return_id = r.id WHERE r.shop = :shop GROUP BY r.id"
        " ) AS t GROUP BY worst",
        shop=shop,
    )
    return {row["worst"]: row["n"] for row in rows}


@atomic
def decide(
    db: Database,
    case: Return,
    line_id: int,
    event: str,
    *,
    approved: int,
    trace: Sequence[Answer],
    actor: str,
    now: datetime,
    why: str = "",
    resolution: Resolution | None = None,
) -> None:
    """Move a line's decision; a declined line frees its units.

    `resolution` is what it is made good with, where that was decided too. Raises
    Refused for a cancelled return: its units may be in another one (I1).
    """
    if case.cancelled_at:
        msg = saying("this return was cancelled; open another")
        raise Refused(msg, number=case.number)
    line = line_of(case, line_id)
    state = advance(DECISION, Decision(line.decision), event)
    db.execute(
        "UPDATE return_lines SET decision = :state, approved = :approved,"
        " trace = :trace, decided = CASE WHEN :resolution = '' THEN decided"
        " ELSE :resolution END WHERE id = :id",
        state=state.value,
        resolution=resolution.value if resolution else "",
        approved=approved,
        trace=msgspec.json.encode(tuple(trace), enc_hook=plain).decode(),
        id=line_id,
    )
    if state is Decision.DECLINED:
        filing.free(db, line_id)
    history.note_line(
        db, case, line_id, event, actor=actor, now=now, why=why, state=state.value
    )


@atomic
def resolve(
    db: Database,
    case: Return,
    line_id: int,
    resolution: Resolution,
    *,
    actor: str,
    why: str,
    now: datetime,
    goods: NewGoods | None = None,
) -> None:
    """Decide anew what a line is made good with; raises NotFound.

    A replacement forgets the article that an exchange was for.
    """
    line_of(case, line_id)
    db.execute(
        "UPDATE return_lines SET decided = :resolution,"
        " goods = CASE WHEN :goods <> '' THEN :goods WHEN :forget = 1 THEN NULL"
        " ELSE goods END WHERE id = :id",
        resolution=resolution.value,
        forget=int(resolution.value == "replacement"),
        goods=msgspec.json.encode(goods).decode() if goods else "",
        id=line_id,
    )
    history.note_line(
        db, case, line_id, f"resolve:{resolution.value}", actor=actor, now=now, why=why
    )


@atomic
def place_goods(
    db: Database, line_id: int, *, restock: bool | None, place: str, handed_back: int
) -> None:
    """Say where units of a line go: to a shelf, nowhere, back to the customer."""
    db.execute(
        "UPDATE return_lines SET place = CASE WHEN :place = '' THEN place"
        " ELSE :place END, handed_back = handed_back + :handed_back WHERE id = :id",
        place=place,
        handed_back=handed_back,
        id=line_id,
    )
    if restock is not None:
        db.execute(
            "UPDATE return_lines SET restock = :restock WHERE id = :id",
            restock=int(restock),
            id=line_id,
        )


@atomic
def choose(db: Database, return_id: str, method: str) -> None:
    """Keep the way back that the customer chose, before any rule speaks."""
    db.execute(
        "UPDATE returns SET method = :method WHERE id = :id",
        method=method,
        id=return_id,
    )


@atomic
def judged(
    db: Database, return_id: str, policy_hash: str, terms: Terms, *, shipping: bool
) -> None:
    """Remember by which policy version a return was judged, and what it fixed."""
    db.execute(
        "UPDATE returns SET policy_hash = :hash, terms = :terms,"
        " refund_shipping = :shipping WHERE id = :id",
        hash=policy_hash,
        terms=msgspec.json.encode(terms).decode(),
        shipping=int(shipping),
        id=return_id,
    )


@atomic
def move_goods(
    db: Database,
    case: Return,
    line_id: int,
    event: str,
    quantities: Mapping[str, int],
    *,
    actor: str,
    now: datetime,
    why: str = "",
) -> None:
    """Add received, accepted, rejected or lost units to a line (Medusa fault F1)."""
    row = db.query("SELECT * FROM return_lines WHERE id = :id", id=line_id)[0]
    state = advance(RECEPTION, Reception(row["reception"]), event)
    db.execute(
        "UPDATE return_lines SET reception = :state, received = received + :received,"
        " accepted = accepted + :accepted, rejected = rejected + :rejected,"
        " lost = lost + :lost WHERE id = :id",
        state=state.value,
        received=quantities.get("received", 0),
        accepted=quantities.get("accepted", 0),
        rejected=quantities.get("rejected", 0),
        lost=quantities.get("lost", 0),
        id=line_id,
    )
    history.note_line(
        db, case, line_id, event, actor=actor, now=now, why=why, state=state.value
    )


@atomic
def ship(db: Database, case: Return, actor: str, now: datetime) -> None:
    """Note that the customer has sent the parcel."""
    db.execute(
        "UPDATE returns SET shipped_at = :now WHERE id = :id AND shipped_at IS NULL",
        now=stamp(now),
        id=case.id,
    )
    note(db, case, "ship", actor, "", now)


@atomic
def prove(db: Database, return_id: str, at: datetime | None) -> None:
    """Keep since when there is proof that a parcel was sent; None: there is none."""
    db.execute(
        "UPDATE returns SET proven_at = :at WHERE id = :id",
        at=stamp(at) if at else None,
        id=return_id,
    )


@atomic
def finish(
    db: Database,
    case: Return,
    event: str,
    actor: str,
    now: datetime,
    why: str = "",
) -> None:
    """Close or cancel a return; a cancelled one frees its units.

    Raises Refused for a cancellation once goods came back (I15).
    """
    if event == "cancel" and any(line.received for line in case.lines):
        msg = saying("goods of this return came back; decide on them instead")
        raise Refused(msg, number=case.number)
    column = {"close": "closed_at", "cancel": "cancelled_at"}[event]
    db.execute(
        f"UPDATE returns SET {column} = :now WHERE id = :id",  # noqa: S608 - one of two columns of ours
        now=stamp(now),
        id=case.id,
    )
    if event == "cancel":
        for line in case.lines:
            filing.free(db, line.id)
    note(db, case, event, actor, why, now)


@atomic
def adopt(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Tie our return to the shop's, line by line."""
    db.execute(
        "UPDATE returns SET platform_ref = :ref WHERE id = :id",
        ref=found.ref,
        id=case.id,
    )
    left = list(found.lines)
    for line in case.lines:
        match = next(
            (
                x
                for x in left
                if (x.line_ref, x.quantity) == (line.line_ref, line.asked)
            ),
            None,
        )
        if match is None:
            msg = saying("the shop's return has other lines than ours")
            raise Refused(msg, return_number=case.number, shop_return=found.ref)
        left.remove(match)
        db.execute(
            "UPDATE return_lines SET platform_ref = :ref WHERE id = :id",
            ref=match.ref,
            id=line.id,
        )
    note(db, case, "made_at_shop", "retour", found.number, now)


def line_of(case: Return, line_id: int) -> ReturnLine:
    """Find a line of a return; raises NotFound."""
    for line in case.lines:
        if line.id == line_id:
            return line
    msg = saying("the return has no such line")
    raise NotFound(msg, number=case.number, line=line_id)


def note(
    db: Database, case: Return, event: str, actor: str, why: str, now: datetime
) -> None:
    """Write what happened to a return into its timeline."""
    history.note(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        return_id=case.id,
        event=event,
        state="",
        actor=actor,
        why=why,
        now=now,
    )


def _one(db: Database, where: str, value: str) -> Return:
    found = _many(db, where, value)
    if not found:
        msg = saying("there is no such return")
        raise NotFound(msg, return_id=value)
    return found[0]


def _many(db: Database, where: str, value: str, shop: str = "") -> list[Return]:
    rows = db.query(
        f"SELECT * FROM returns WHERE {where} ORDER BY opened_at, id",  # noqa: S608 - `where` is written above
        **({"value": value, "shop": shop} if shop else {"value": value}),
    )
    return [a_return(row, _lines(db, row["id"])) for row in rows]


def _lines(db: Database, return_id: str) -> list[Row]:
    return db.query(
        "SELECT * FROM return_lines WHERE return_id = :id ORDER BY id", id=return_id
    )
