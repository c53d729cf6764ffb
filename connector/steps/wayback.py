"""What a person says of the way back: proof of sending, a label, or a pick-up.

Directive 2011/83/EU, article 13(3): the money may be held until the goods or proof of
sending came, and not at all where the shop offered to collect them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.model import Kind
from connector.saying import saying
from connector.steps import inspect
from connector.store import atomic, history, returns
from connector.store.history import FETCHED, LABELLED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database
    from connector.store.history import Event

TAKEN, REFUSED = "proof_taken", "proof_refused"
# What is heard, and by which event it is kept in the timeline.
WORDS = {
    "taken": TAKEN,
    "refused": REFUSED,
    "fetched": FETCHED,
    "labelled": LABELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What a person said last; the customer's own word is none of it."""

    is_proven: bool = False
    is_refused: bool = False  # what he gave is no proof
    is_fetched: bool = False  # the shop offered to collect: nothing is held
    is_labelled: bool = False  # the customer sent them with a label of the shop's


def read(events: Iterable[Event]) -> WayBack:
    """Read a return's timeline; of proof, the last word counts."""
    said = [one.event for one in events if one.event in WORDS.values()]
    proof = [one for one in said if one in (TAKEN, REFUSED)]
    last = proof[-1] if proof else ""
    return WayBack(
        is_proven=last == TAKEN,
        is_refused=last == REFUSED,
        is_fetched=FETCHED in said,
        is_labelled=LABELLED in said,
    )


def of(db: Database, case: Return) -> WayBack:
    """Return what a person said of the way back of a return."""
    return read(history.timeline(db, case.id))


def matters(case: Return) -> bool:
    """Say whether the money of a return may hang on proof of sending: a withdrawal's.

    Once all goods are here nothing hangs on it any more.
    """
    is_away = case.status in ("awaited", "in_transit", "partly_received")
    is_lost = any(line.lost for line in case.lines) and not case.closed_at
    is_open = case.kind is Kind.WITHDRAWAL and not case.cancelled_at
    return is_open and (is_away or is_lost)


@atomic
def say(
    db: Database, return_id: str, word: str, *, actor: str, why: str, now: datetime
) -> None:
    """Keep a word of WORDS; proof that is taken means that the parcel has left.

    Raises BadRequest for another word, for a return that is over or is no withdrawal,
    and for proof that is refused without a reason.
    """
    case = returns.get(db, return_id)
    if word not in WORDS:
        msg = f"say one of {', '.join(WORDS)}"
        raise BadRequest(msg)
    if case.closed_at or case.cancelled_at:
        msg = saying("this return is over")
        raise BadRequest(msg, number=case.number)
    if case.kind is not Kind.WITHDRAWAL:
        msg = saying("only the money of a withdrawal hangs on proof of sending")
        raise BadRequest(msg, number=case.number)
    if word == "refused" and not why.strip():
        msg = saying("say why it is no proof; it stays in the timeline")
        raise BadRequest(msg)
    if word == "taken":
        inspect.ship(db, return_id, actor=actor, now=now)
    returns.note(db, case, WORDS[word], actor, why.strip(), now)
