"""Take evidence that a customer sent his goods, and have a person look at it.

Directive 2011/83/EU, article 13(3): the money of a withdrawal may be held until the
goods or evidence of sending came. By itself it moves no money (decision 0029).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from connector import evidence as typed
from connector import law
from connector.model import Kind
from connector.pictures import Picture
from connector.policy.tables import MOST_PHOTOS
from connector.saying import joined, saying
from connector.steps import inspect, wayback
from connector.store import atomic, desk, evidence, orders, photos, returns
from connector.store.history import SHOWN

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database
    from connector.store.evidence import Given

MOST = 10  # forms of a return that brought something
ENDED = frozenset({"closed", "cancelled", "declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What one form brings, as `connector.evidence` and `connector.pictures` took it.

    A carrier alone is kept and shown, and is no evidence.
    """

    carrier: str = ""
    number: str = ""
    photos: Sequence[Picture] = ()

    def __bool__(self) -> bool:
        return bool(self.carrier or self.number or self.photos)


class Taken(StrEnum):
    """What became of it."""

    NOTHING = "nothing"  # nothing was offered
    NEW = "new"
    KNOWN = "known"  # all of it was here already
    TOO_MUCH = "too_much"
    OVER = "over"  # the return is


def takes(case: Return) -> bool:
    """Say whether evidence may still be given."""
    return case.status not in ENDED


@atomic
def give(db: Database, return_id: str, offered: Offered, now: datetime) -> Taken:
    """Keep the customer's word that he sent it, and what he shows of it.

    A person is asked to look where something hangs on it; also where he said of
    earlier evidence that it is no proof.
    """
    case = returns.get(db, return_id)
    if not takes(case):
        return Taken.OVER
    wayback.told(db, return_id, now=now)
    if not offered:
        return Taken.NOTHING
    fresh = _fresh(db, case, offered)
    if not fresh:
        return Taken.KNOWN
    if _is_full(db, case, fresh):
        return Taken.TOO_MUCH
    _keep(db, case, fresh, now)
    if fresh.number or fresh.photos:
        _note(db, case, fresh, now)
        _ask(db, returns.get(db, return_id), now)
    return Taken.NEW


def _fresh(db: Database, case: Return, offered: Offered) -> Offered:
    """Return what of an offer is new.

    A number that is known is new with another carrier: there it may be found.
    """
    given = evidence.of_return(db, case.id)
    shown = {one.sha256 for one in photos.of_return(db, case.id) if one.evidence_id}
    fresh = {one.sha256: one for one in offered.photos if one.sha256 not in shown}
    is_known = _is_known(given, offered)
    return Offered(
        carrier="" if is_known else offered.carrier,
        number="" if is_known else offered.number,
        photos=tuple(fresh.values()),
    )


def _is_known(given: Sequence[Given], offered: Offered) -> bool:
    name = offered.carrier.casefold()
    return any(
        typed.same(one.number, offered.number or one.number)
        and name in ("", one.carrier.casefold())
        for one in given
    )


def _is_full(db: Database, case: Return, fresh: Offered) -> bool:
    given = evidence.of_return(db, case.id)
    count = sum(one.photos for one in given) + len(fresh.photos)
    return len(given) >= MOST or count > MOST_PHOTOS


def _keep(db: Database, case: Return, fresh: Offered, now: datetime) -> None:
    kept = evidence.add(
        db, case.id, carrier=fresh.carrier, number=fresh.number, now=now
    )
    for one in fresh.photos:
        photos.show(db, case, kept, one, now)


def _note(db: Database, case: Return, fresh: Offered, now: datetime) -> None:
    """Write into the timeline what kind of evidence came, and nothing of it."""
    parts = [saying("a tracking number")] if fresh.number else []
    if fresh.photos:
        parts.append(saying("photos: %(count)s", count=len(fresh.photos)))
    returns.note(db, case, SHOWN, "customer", joined(", ", parts), now)


def _ask(db: Database, case: Return, now: datetime) -> None:
    """Ask a person to look; once he took it for proof, or nothing hangs on it, not."""
    back = wayback.of(db, case)
    if back.supplied is None or back.is_proven or not wayback.hangs(case):
        return
    country = orders.get(db, case.shop, case.order_ref).customer.country
    said = [
        saying(
            "the customer supplied evidence on %(day)s that he has sent the goods of"
            " %(number)s: look at it, and say whether it is proof",
            day=law.local_day(back.supplied, country),
            number=case.number,
        )
    ]
    if wayback.waits(case):
        said.append(
            saying("your policy pays once that is proven, else when the goods come")
        )
    known = law.profile(country)
    if case.kind is Kind.WITHDRAWAL and known.withdrawal_days:
        said.append(
            saying(
                "of a withdrawal the money may be held until the goods or such"
                " evidence came, whichever is first (%(article)s)",
                article=known.article("hold"),
            )
        )
    desk.put_return(db, case, inspect.SAID_SENT, joined("; ", said), now)
