"""What a person says of the way back: proof of sending, a label, or a pick-up.

Directive 2011/83/EU, article 13(3): the money may be held until the goods or proof of
sending came, and not at all where the shop offered to collect them. A policy may wait
for proof of other returns, too (decision 0029).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.model import Kind
from connector.policy import When
from connector.saying import saying
from connector.steps import inspect
from connector.store import atomic, desk, history, returns
from connector.store.history import FETCHED, LABELLED, SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

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
FREE = (When.REQUESTED, When.ON_WORD)  # what waits for these waits for no proof


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What a person said last, and since when evidence of the customer's counts.

    His bare word is none of it. `supplied`: the first evidence since a person last
    said that there is no proof; None: there is none.
    """

    is_proven: bool = False
    is_refused: bool = False  # what he gave is no proof, and he gave no more since
    was_refused: bool = False  # some earlier word or evidence of his was no proof
    is_fetched: bool = False  # the shop offered to collect: nothing is held
    is_labelled: bool = False  # the customer sent them with a label of the shop's
    supplied: datetime | None = None

    @property
    def is_unseen(self) -> bool:
        """Whether there is evidence that a person has yet to look at."""
        return self.supplied is not None and not self.is_proven


def read(events: Sequence[Event]) -> WayBack:
    """Read a return's timeline; of proof, the last word counts."""
    said = [one.event for one in events if one.event in WORDS.values()]
    proof = [one for one in said if one in (TAKEN, REFUSED)]
    last = proof[-1] if proof else ""
    refused = [place for place, one in enumerate(events) if one.event == REFUSED]
    since = events[refused[-1] :] if refused else events
    shown = [one.at for one in since if one.event == SHOWN]
    return WayBack(
        is_proven=last == TAKEN,
        is_refused=last == REFUSED and not shown,
        was_refused=bool(refused),
        is_fetched=FETCHED in said,
        is_labelled=LABELLED in said,
        supplied=shown[0] if shown else None,
    )


def of(db: Database, case: Return) -> WayBack:
    """Return what a person said of the way back of a return."""
    return read(history.timeline(db, case.id))


def matters(case: Return) -> bool:
    """Say whether the money of a return may hang on proof of sending.

    Once all goods are here nothing hangs on it any more.
    """
    is_away = case.status in ("awaited", "in_transit", "partly_received")
    is_withdrawn = case.kind is Kind.WITHDRAWAL
    is_lost = any(line.lost for line in case.lines) and not case.closed_at
    is_open = (is_withdrawn or waits(case)) and not case.cancelled_at
    return is_open and (is_away or (is_lost and is_withdrawn))


def hangs(case: Return) -> bool:
    """Say whether something is held that proof of sending lets go, or will.

    Of a withdrawal on its last day; where the customer's word is enough, nothing is.
    """
    when = case.terms.when if case.terms else When.INSPECTED
    is_held = case.kind is Kind.WITHDRAWAL and when not in FREE
    return matters(case) and (waits(case) or is_held)


def waits(case: Return) -> bool:
    """Say whether the policy waits for proof of sending, with money or new goods."""
    terms = case.terms
    return terms is not None and When.SHIPPED in (terms.when, terms.goods_when)


@atomic
def told(db: Database, return_id: str, *, now: datetime) -> None:
    """Keep the customer's word that the parcel has left; twice is no error.

    Where the policy waits for proof, a person is asked to look: nothing is paid by it.
    """
    is_new = returns.get(db, return_id).shipped_at is None
    inspect.ship(db, return_id, actor="customer", now=now)
    case = returns.get(db, return_id)
    if not (is_new and case.shipped_at and waits(case) and matters(case)):
        return
    desk.put_return(
        db,
        case,
        inspect.SAID_SENT,
        saying(
            "the customer says that he has sent the goods of %(number)s, and your"
            " policy pays once that is proven: look at what he shows, and say here"
            " whether it is proof; else it is paid when the goods come",
            number=case.number,
        ),
        now,
    )


@atomic
def say(
    db: Database, return_id: str, word: str, *, actor: str, why: str, now: datetime
) -> None:
    """Keep a word of WORDS; proof that is taken means that the parcel has left.

    Raises BadRequest for another word, for a return that is over, or whose money hangs
    on no such word, and for proof that is refused without a reason.
    """
    case = returns.get(db, return_id)
    if word not in WORDS:
        msg = saying("say one of %(words)s", words=list(WORDS))
        raise BadRequest(msg)
    if case.closed_at or case.cancelled_at:
        msg = saying("this return is over")
        raise BadRequest(msg, number=case.number)
    is_proof = word in ("taken", "refused")
    if case.kind is not Kind.WITHDRAWAL and not (is_proof and waits(case)):
        msg = saying("nothing of this return hangs on proof of sending")
        raise BadRequest(msg, number=case.number)
    if word == "refused" and not why.strip():
        msg = saying("say why it is no proof; it stays in the timeline")
        raise BadRequest(msg)
    if word == "taken":
        inspect.ship(db, return_id, actor=actor, now=now)
    if is_proof:
        returns.prove(db, return_id, now if word == "taken" else None)
        desk.settle(db, "return", return_id, inspect.SAID_SENT, actor, now)
    returns.note(db, case, WORDS[word], actor, why.strip(), now)
