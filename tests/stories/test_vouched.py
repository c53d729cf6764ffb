"""What a person says of money stands; above his level somebody else must look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.demo.world import BOOTS
from connector.errors import LevelNeeded
from connector.model import Resolution
from connector.states import Refund
from connector.steps import amends, byhand
from connector.steps.levels import NOBODY, Approval
from connector.store import history, refunds
from tests.stories.test_levels import approve, matters, strict
from tests.stories.way import arrived, asked, run, the_return

if TYPE_CHECKING:
    from connector.demo import World
    from connector.store.refunds import RefundRow

GRACE = Approval(levels=("manager",), by="Grace")
BOB = Approval(levels=("clerk",), by="Bob")


@pytest.fixture
def by_hand(world: World) -> RefundRow:
    """A refund that a manager approved, for a person to pay."""
    purchase = strict(world, BOOTS)
    asked(world, purchase)
    approve(world, purchase, GRACE)
    case = the_return(world, purchase)
    amends.instead(
        world.office.db,
        world.office.work.shops[BOOTS].abilities,
        case.id,
        case.lines[0].id,
        Resolution.MANUAL,
        actor="test",
        why="no gateway",
        now=world.clock(),
        approval=GRACE,
    )
    arrived(world, purchase)
    run(world)
    [row] = refunds.of_return(world.office.db, case.id)
    assert row.state is Refund.MANUAL
    return row


@pytest.mark.parametrize("by", [NOBODY, BOB, GRACE])
def test_a_payment_stands_whoever_says_it_and_without_the_level_is_looked_at(
    world: World, by_hand: RefundRow, by: Approval
) -> None:
    db, now = world.office.db, world.clock()
    byhand.paid(db, by_hand.id, proof="SEPA 1", actor="test", now=now, approval=by)
    assert refunds.get(db, by_hand.id).paid_by_hand == by_hand.amount
    found = matters(world, "vouched")
    assert len(found) == (by is not GRACE)
    assert all("SEPA 1; that needs manager" in one.why for one in found)
    said = [x.why for x in history.of(db, by_hand.id) if x.event == "paid"]
    as_whom = "approved as manager by Grace: " if by is GRACE else ""
    assert said == [f"{as_whom}SEPA 1"]


def test_what_was_found_out_is_looked_at_too_and_nothing_said_is_lost(
    world: World, by_hand: RefundRow
) -> None:
    db, now = world.office.db, world.clock()
    byhand.paid(db, by_hand.id, proof="SEPA 1", actor="test", now=now)
    byhand.found_out(
        db, by_hand.id, money_moved=True, why="seen it", actor="test", now=now
    )
    assert refunds.get(db, by_hand.id).state is Refund.CONFIRMED
    [matter] = matters(world, "vouched")
    assert "SEPA 1" in matter.why
    assert "seen it" in matter.why


def test_nothing_is_made_again_without_the_level(
    world: World, by_hand: RefundRow
) -> None:
    db, now = world.office.db, world.clock()
    byhand.paid(db, by_hand.id, proof="SEPA 1", actor="test", now=now, approval=GRACE)
    run(world)
    assert refunds.get(db, by_hand.id).state is Refund.CONFIRMED
    byhand.found_out(
        db, by_hand.id, money_moved=False, why="it came back", actor="test", now=now
    )
    assert refunds.get(db, by_hand.id).state is Refund.REVERSED
    for by in (NOBODY, BOB):
        with pytest.raises(LevelNeeded):
            byhand.again(
                db, by_hand.id, why="again", actor="test", now=now, approval=by
            )
    assert refunds.get(db, by_hand.id).units
    byhand.again(db, by_hand.id, why="again", actor="test", now=now, approval=GRACE)
    assert not refunds.get(db, by_hand.id).units
