"""Ways in which a shop sends nothing new: what is kept, repaired, or paid by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from connector.model import Resolution
from connector.states import Refund
from connector.steps import amends, byhand
from connector.store import desk
from tests.stories.test_making_good_killed import Killed, Mortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.model import Return
    from tests.stories.making_good import Counter

QUIET = (Resolution.KEEP, Resolution.REPAIR, Resolution.MANUAL)


def by_person(counter: Counter, case: Return) -> None:
    """Do what a person does for these ways: repair and hand back, or pay."""
    for row in counter.rows(case):
        if row.state is Refund.MANUAL:
            byhand.paid(
                counter.db, row.id, proof="SEPA 1", actor="console", now=counter.now
            )
    for line in counter.case(case.id).lines:
        left = line.received - line.handed_back
        if line.resolution is Resolution.REPAIR and left:
            amends.hand_back(
                counter.db, case.id, line.id, left, actor="console", now=counter.now
            )


def dies(
    counter: Counter, commit: int, *, is_after: bool, at: Callable[[], None]
) -> None:
    """Let the process die around its n-th commit of some work, if it has so many."""
    assert isinstance(counter.db, Mortal)
    counter.db.commits_left, counter.db.is_after = commit, is_after
    with suppress(Killed):
        at()
    counter.db.commits_left = -1


def settled(counter: Counter, case: Return, way: Resolution) -> None:
    """Expect one promise, confirmed, or none for a repair; and nobody asked."""
    wanted = [] if way is Resolution.REPAIR else [("refund", Refund.CONFIRMED)]
    assert counter.states(case) == wanted
    assert counter.case(case.id).status == "closed"
    assert [one.why for one in desk.open_matters(counter.db)] == []
