"""Take a matter off the desk: what lets held money go is held to its level.

Whether money of a return went back already, or is disputed, is asked because another
payment may be one too many. Who says that it is not makes it leave, so he is held to
whatever level that money needed; so is who looks at a proof, or at an approval, that
lacked the level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.saying import joined
from connector.steps import levels
from connector.steps.events import DISPUTE
from connector.steps.follow import WITHOUT_LEVEL
from connector.steps.promise import HOLDS
from connector.store import atomic, desk, returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.store import Database
    from connector.store.desk import Matter

SETTLED = "settled"  # in the timeline
RELEASING = frozenset({*HOLDS, levels.VOUCHED, WITHOUT_LEVEL})


def to_settle(db: Database, matter: Matter) -> levels.Demand:
    """Return who must take a matter off the desk."""
    if matter.about == "order" and matter.code == DISPUTE:
        return levels.to_release(db, matter.shop, matter.about_id)
    if matter.about == "return" and matter.code in RELEASING:
        try:
            return levels.to_vouch(db, returns.get(db, matter.about_id))
        except NotFound:  # a return of the shop's that is not ours
            return levels.ANYBODY
    return levels.ANYBODY


def demanded(db: Database, matters: Sequence[Matter]) -> levels.Demand:
    """Return who must take all of these off the desk, of one thing, at once."""
    found = (to_settle(db, one) for one in matters)
    return next((one for one in found if one.names), levels.ANYBODY)


@atomic
def settle(
    db: Database,
    about: str,
    about_id: str,
    *,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Take every matter about something off the desk.

    Raises LevelNeeded where one of them holds money that needs another `approval`.
    """
    matters = [one for one in desk.about(db, about_id) if one.about == about]
    _note(db, matters, demanded(db, matters).hold(approval), actor, now)
    desk.close(db, about, about_id, actor, now)


@atomic
def settle_one(
    db: Database,
    matter: Matter,
    *,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Take one matter off the desk; raises LevelNeeded as `settle` does."""
    how = to_settle(db, matter).hold(approval)
    _note(db, [matter], how, actor, now)
    desk.close_one(db, matter.id, actor, now)


def _note(
    db: Database, matters: Sequence[Matter], how: str, actor: str, now: datetime
) -> None:
    """Keep in the timeline of each return as whom somebody let its money go."""
    if not how:
        return
    why = levels.said(how, joined("; ", [one.why for one in matters]))
    for one in matters[:1]:
        cases = (
            [returns.get(db, one.about_id)]
            if one.about == "return"
            else returns.of_order(db, one.shop, one.about_id)
        )
        for case in cases:
            returns.note(db, case, SETTLED, actor, why, now)
