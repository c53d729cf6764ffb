"""The merchant: decides what the policy leaves open, and asks the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.demo import books
from connector.model import CREDITS, Resolution
from connector.money import Money
from connector.states import Refund
from connector.steps import amends, byhand, decide, made
from connector.store import desk, orders, refunds, returns

if TYPE_CHECKING:
    from connector.demo.world import World
    from connector.model import Return
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
    """Ask the shop's own books what became of a refund, and say so."""
    db, now = world.office.db, world.clock()
    if row.state is Refund.MANUAL:
        proof = f"bank transfer {row.request.return_number}"
        byhand.paid(db, row.id, proof=proof, actor=ACTOR, now=now)
        return
    if row.state is Refund.UNKNOWN:
        byhand.found_out(
            db,
            row.id,
            money_moved=_was_made(world, row),
            why="looked it up at the shop",
            actor=ACTOR,
            now=now,
        )
        row = refunds.get(db, row.id)
    is_dead = row.state in (Refund.FAILED, Refund.REJECTED, Refund.REVERSED)
    if is_dead and row.units and not made.stands(world.office.db, row):
        byhand.again(
            db, row.id, why="the shop shows nothing of it", actor=ACTOR, now=now
        )


def _was_made(world: World, row: RefundRow) -> bool:
    """Say whether the shop gave what no confirmed refund of its customer explains."""
    db, way = world.office.db, row.request.way
    email = orders.get(db, row.shop, row.order_ref).customer.email
    known = [
        one
        for one in refunds.recent(db, row.shop, limit=10**6)
        if one.state is Refund.CONFIRMED
        and orders.get(db, row.shop, one.order_ref).customer.email == email
    ]
    given = books.of_customer(world, row.shop, email)
    if way in CREDITS:
        credit = (one.request.credit.minor for one in known)
        return given.credit + given.cards > sum(credit)
    if row.request.goods:
        return len(given.goods) > sum(
            x.quantity for y in known for x in y.request.goods
        )
    ours = (one for one in known if one.order_ref == row.order_ref)
    paid = sum(
        one.amount.minor
        for one in ours
        if one.request.way not in CREDITS and one.request.by_gateway
    )
    return books.money(world, row.shop, row.order_ref) > paid


def is_kind(world: World, case: Return, minor: int) -> None:
    """Give credit on top of a return, as a kindness."""
    amends.courtesy(
        world.office.db,
        world.office.work.shops[case.shop].abilities,
        case.id,
        Money(minor, "EUR"),
        actor=ACTOR,
        why="it took us so long",
        now=world.clock(),
    )


def pays_by_hand(world: World, case: Return) -> None:
    """Say that a return is paid by bank transfer."""
    for line in case.lines:
        amends.instead(
            world.office.db,
            world.office.work.shops[case.shop].abilities,
            case.id,
            line.id,
            Resolution.MANUAL,
            actor=ACTOR,
            why="the card has expired",
            now=world.clock(),
        )


def hands_back(world: World, case: Return) -> None:
    """Give what was repaired back to its customer."""
    for line in case.lines:
        amends.hand_back(
            world.office.db,
            case.id,
            line.id,
            line.received,
            actor=ACTOR,
            now=world.clock(),
        )
