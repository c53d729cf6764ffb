"""The merchant: decides what the policy leaves open, and asks the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.demo.world import TEE
from connector.states import Refund
from connector.steps import byhand, decide
from connector.store import desk, refunds, returns

if TYPE_CHECKING:
    from connector.demo.world import World
    from connector.store.desk import Matter
    from connector.store.refunds import RefundRow

ACTOR = "demo merchant"


def clear_desk(world: World, approvable: set[str]) -> None:
    """Settle what a person can: `approvable` are reasons that he grants."""
    for matter in desk.open_matters(world.office.db):
        if matter.about == "return" and matter.code == "decide":
            _decide(world, matter, approvable)
        elif matter.about == "refund":
            _settle(world, refunds.get(world.office.db, matter.about_id))


def _decide(world: World, matter: Matter, approvable: set[str]) -> None:
    """Approve what came for a reason that needed a person; leave the rest waiting."""
    db = world.office.db
    case = returns.get(db, matter.about_id)
    for line in case.lines:
        only_person = {one.rule for one in line.trace if one.says == "ask"} == {
            "person"
        }
        if (
            line.decision == "needs_person"
            and only_person
            and line.reason in approvable
        ):
            decide.by_person(
                db,
                world.office.work.shops[case.shop],
                case.id,
                line.id,
                "approve",
                actor=ACTOR,
                why="the customer was right",
                now=world.clock(),
            )


def _settle(world: World, row: RefundRow) -> None:
    """Ask the gateway's own books what became of a refund, and say so."""
    db, now = world.office.db, world.clock()
    if row.state is Refund.UNKNOWN:
        moved = _paid_at_gateway(world, row) > 0
        byhand.found_out(
            db,
            row.id,
            money_moved=moved,
            why="looked it up at the gateway",
            actor=ACTOR,
            now=now,
        )
        row = refunds.get(db, row.id)
    if row.state in (Refund.FAILED, Refund.REJECTED, Refund.REVERSED) and row.units:
        byhand.again(
            db, row.id, why="the gateway shows no payment", actor=ACTOR, now=now
        )


def _paid_at_gateway(world: World, row: RefundRow) -> int:
    """Return what the gateway paid of this order that no confirmed refund explains."""
    if row.shop == TEE:
        paid = world.tee.paid_out_minor(row.order_ref)
    else:
        paid = world.boots.paid_out_minor(int(row.order_ref))
    known = sum(
        one.amount.minor
        for one in refunds.of_order(world.office.db, row.shop, row.order_ref)
        if one.state is Refund.CONFIRMED
    )
    return paid - known
