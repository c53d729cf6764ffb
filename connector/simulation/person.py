"""A person who answers what lies on the desk, by what the gateway's books say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.states import Refund
from connector.steps import byhand, decide
from connector.store import desk, refunds, returns

if TYPE_CHECKING:
    from connector.simulation.world import World
    from connector.store.desk import Matter

ACTOR = "person"
HOUR = 3600


def clear_desk(world: World) -> int:
    """Answer what can be answered; return how many matters lay there.

    A person takes an hour: what was under way at the gateway has ended by then.
    """
    matters = desk.open_matters(world.db)
    if matters:
        world.time.pass_by(HOUR)
    for matter in matters:
        if matter.about == "refund":
            _refund(world, matter)
        elif matter.about == "return" and matter.code == "decide":
            _decide(world, matter)
    return len(matters)


def _refund(world: World, matter: Matter) -> None:
    """Say what the gateway shows, and let what moved no money be made again."""
    db, now = world.db, world.now()
    row = refunds.get(db, matter.about_id)
    paid = world.shop.books.paid_for(row.id) > 0
    world.tell(f"a person sees {matter.code}: {row.state.value}, paid: {paid}")
    if row.state is Refund.UNKNOWN:
        byhand.found_out(
            db, row.id, money_moved=paid, why="the gateway", actor=ACTOR, now=now
        )
    elif row.state is Refund.PLANNED and not paid:
        byhand.withdraw(db, row.id, why="plan it anew", actor=ACTOR, now=now)
        return
    row = refunds.get(db, row.id)
    ended = (Refund.FAILED, Refund.REJECTED)
    if row.state in ended and row.units and not paid:
        byhand.again(db, row.id, why="nothing was paid", actor=ACTOR, now=now)


def _decide(world: World, matter: Matter) -> None:
    """Approve what the policy left open."""
    case = returns.get(world.db, matter.about_id)
    for line in case.lines:
        if line.decision == "needs_person":
            decide.by_person(
                world.db,
                world.watched,
                case.id,
                line.id,
                "approve",
                actor=ACTOR,
                why="granted",
                now=world.now(),
            )
