"""What the customer reads of his goods: when they came and left, and what is refused.

Dated at hand-in and at hand-back (TRLGDCU 123.2), with the reason of a refusal
(L217-12 Code de la consommation): statements 44 and 37 of docs/law.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connector import law
from connector.policy import LAW_BOUND
from connector.store import history
from connector.store.history import MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model import Order, Return
    from connector.store import Database
    from connector.store.history import Event

CAME, BACK = frozenset({"receive_some", "receive_all"}), frozenset({"hand_back"})
JUDGED = CAME | {"inspect"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The days of one line where the customer lives, and why units are refused."""

    came: tuple[date, ...] = ()
    back: tuple[date, ...] = ()
    why: tuple[str, ...] = ()


def of_return(db: Database, case: Return, order: Order) -> dict[int, Receipt]:
    """Return what the customer has in writing of each line, by its id."""
    events = [one for one in history.timeline(db, case.id) if one.about == "line"]
    country = order.customer.country
    return {
        line.id: Receipt(
            came=_days(mine, CAME, country),
            back=_days(mine, BACK, country),
            why=_why(mine) if line.rejected and case.kind in LAW_BOUND else (),
        )
        for line in case.lines
        if (mine := [one for one in events if one.about_id == str(line.id)])
    }


def _days(
    events: Iterable[Event], wanted: frozenset[str], country: str
) -> tuple[date, ...]:
    found = [law.local_day(x.at, country) for x in events if x.event in wanted]
    return tuple(dict.fromkeys(found))


def _why(events: Iterable[Event]) -> tuple[str, ...]:
    """Return what persons said as they judged goods; each reason once."""
    said = [
        one.why.strip()
        for one in events
        if one.event in JUDGED and one.actor not in MACHINES
    ]
    return tuple(dict.fromkeys(one for one in said if one))
