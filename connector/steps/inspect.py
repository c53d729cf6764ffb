"""Book what came back: sent, received, accepted, rejected, lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import handed
from connector.errors import BadRequest
from connector.saying import saying
from connector.states import Decision
from connector.steps import papers, rejecting, shelving
from connector.store import atomic, desk, returns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.model import Return, ReturnLine
    from connector.store import Database


SAID_SENT = "said_sent"  # on the desk: the customer says so, and proof is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Units of one return line counted now; `accepted` + `rejected` <= received."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where goods that came back go, once accepted; `restock` None: as said before.

    `place` is one of the shop's, empty where they came from.
    """

    restock: bool | None = None
    place: str = ""

    def changes(self, line: ReturnLine) -> bool:
        """Say whether a line's goods go another way from here on."""
        is_other = self.restock is not None and self.restock is (line.restock is False)
        return is_other or self.place not in ("", line.place)


@atomic
def ship(db: Database, return_id: str, *, actor: str, now: datetime) -> None:
    """Note that the customer has sent the parcel; twice is no error."""
    case = returns.get(db, return_id)
    if case.shipped_at or case.cancelled_at:
        return
    returns.ship(db, case, actor, now)
    for line in case.lines:
        is_away = line.received + line.lost == 0
        if line.decision == Decision.APPROVED and is_away:
            returns.move_goods(db, case, line.id, "ship", {}, actor=actor, now=now)


@atomic
def receive(
    db: Database,
    return_id: str,
    counted: Mapping[int, Counted],
    *,
    actor: str,
    now: datetime,
    why: str = "",
    shelves: Mapping[int, Shelf] | None = None,
    before: Mapping[int, Counted] | None = None,
) -> None:
    """Add what was counted, by return line id; raises BadRequest and changes nothing.

    `before` is what the lines had in all when somebody counted: two who book the same
    goods, or one twice, are told so.

    Units of a line that was not approved are not booked: decide first. Nor are
    those of a cancelled return: another one may hold them by now (I15). What of a
    claim is rejected needs a reason, of a withdrawal a person too (`rejecting`).
    """
    case = returns.get(db, return_id)
    if case.cancelled_at:
        msg = saying("this return was cancelled; open another for what came back")
        raise BadRequest(msg, number=case.number)
    for line_id, known in (before or {}).items():
        _hold_to_seen(case, returns.line_of(case, line_id), known)
    for line_id, shelf in (shelves or {}).items():
        line = returns.line_of(case, line_id)
        if shelf.changes(line):
            shelving.flush(db, case, line, now)
    for line_id, count in counted.items():
        line = returns.line_of(case, line_id)
        _check(line, count)
        if count.rejected:
            rejecting.check(db, case, why)
        event = _event(line, count)
        quantities = {
            "received": count.received,
            "accepted": count.accepted,
            "rejected": count.rejected,
            "lost": count.lost,
        }
        returns.move_goods(
            db, case, line_id, event, quantities, actor=actor, now=now, why=why
        )
        if event != "inspect" and count.accepted + count.rejected > 0:
            returns.move_goods(
                db, case, line_id, "inspect", {}, actor=actor, now=now, why=why
            )
    _forget_word(db, return_id, actor, now)
    came = {line_id: count.received for line_id, count in counted.items()}
    papers.write(db, return_id, came, handed.CAME, now)
    if bad := sum(count.rejected for count in counted.values()):
        rejecting.ask(db, case, bad, why, now)
    for line_id, shelf in (shelves or {}).items():
        _shelve(db, case, line_id, shelf, actor=actor, now=now)
    shelving.plan(db, case.id, now)


def _forget_word(db: Database, return_id: str, actor: str, now: datetime) -> None:
    """Ask no more for proof of sending once all goods are here."""
    if returns.get(db, return_id).status == "received":
        desk.settle(db, "return", return_id, SAID_SENT, actor, now)


def _shelve(
    db: Database, case: Return, line_id: int, shelf: Shelf, *, actor: str, now: datetime
) -> None:
    """Keep what a person said of the shelf; nothing said is nothing written."""
    if shelf == Shelf():
        return
    returns.place_goods(
        db, line_id, restock=shelf.restock, place=shelf.place, handed_back=0
    )
    said = {
        None: saying("as accepted"),
        True: saying("on the shelf"),
        False: saying("not on the shelf"),
    }
    why = said[shelf.restock]
    if shelf.place:
        why = saying("%(what)s %(place)s", what=why, place=shelf.place)
    returns.note(db, case, "shelve", actor, why, now)


def _hold_to_seen(case: Return, line: ReturnLine, known: Counted) -> None:
    there = Counted(
        received=line.received,
        accepted=line.accepted,
        rejected=line.rejected,
        lost=line.lost,
    )
    if there != known:
        msg = saying("goods of this line were booked meanwhile; look at it again")
        raise BadRequest(msg, number=case.number)


def _check(line: ReturnLine, count: Counted) -> None:
    if line.decision != Decision.APPROVED:
        msg = saying("decide on this line before its goods are booked")
        raise BadRequest(msg, line=line.id)
    numbers = (count.received, count.accepted, count.rejected, count.lost)
    if min(numbers) < 0 or not any(numbers):
        msg = saying("quantities must not be negative, nor all zero")
        raise BadRequest(msg, line=line.id)
    arrived = line.received + count.received
    judged = line.accepted + line.rejected + count.accepted + count.rejected
    if arrived + line.lost + count.lost > line.approved:
        msg = saying(
            "%(units)s units were approved; ask a person about the others",
            units=line.approved,
        )
        raise BadRequest(msg, line=line.id, received=arrived)
    if judged > arrived:
        msg = saying("more units are accepted or rejected than have arrived")
        raise BadRequest(msg, line=line.id)


def _event(line: ReturnLine, count: Counted) -> str:
    if count.received:
        full = line.received + count.received >= line.approved
        return "receive_all" if full else "receive_some"
    return "lose" if count.lost else "inspect"
