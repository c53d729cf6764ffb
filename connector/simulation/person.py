"""A person who answers what lies on the desk, by what the shop and its gateway show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.model import CREDITS, Resolution
from connector.simulation.goods import is_beside
from connector.simulation.wishes import GOODS
from connector.states import Refund
from connector.steps import amends, byhand, decide
from connector.store import desk, refunds, returns

if TYPE_CHECKING:
    from connector.simulation.world import World
    from connector.store.desk import Matter
    from connector.store.refunds import RefundRow

ACTOR = "person"
HOUR = 3600
ENDED = (Refund.FAILED, Refund.REJECTED, Refund.CANCELLED)


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
        elif matter.about == "return" and matter.code == "settlement":
            _instead(world, matter.about_id)
    return len(matters)


def _refund(world: World, matter: Matter) -> None:
    """Say what the shop shows, and let what was not made be made again."""
    db, now = world.db, world.now()
    row = refunds.get(db, matter.about_id)
    is_there = world.shop.books.stands(row.id)
    world.tell(f"a person sees {matter.code}: {row.state.value}, there: {is_there}")
    if row.state is Refund.UNKNOWN:
        if is_there:
            _complete(world, row)
        byhand.found_out(
            db, row.id, money_moved=is_there, why="the gateway", actor=ACTOR, now=now
        )
    elif row.state is Refund.MANUAL:
        _pay_rest(world, row)
        byhand.paid(db, row.id, proof="bank", actor=ACTOR, now=now)
    elif row.state is Refund.PENDING:
        is_there = not _never_paid(world, row)
    elif row.state is Refund.PLANNED and not is_there and not row.paid_by_hand:
        byhand.withdraw(db, row.id, why="plan it anew", actor=ACTOR, now=now)
        if row.request.goods and row.return_id:
            _instead(world, row.return_id)
    world.shop.tidy(row.id)
    row = refunds.get(db, row.id)
    if row.state in ENDED and not is_there:
        _again(world, row)


def _pay_rest(world: World, row: RefundRow) -> None:
    """Pay by hand what is left; what was paid of a promise before goes to this one."""
    books = world.shop.books
    for old in refunds.of_return(world.db, row.return_id or ""):
        if row.paid_by_hand and old.state is Refund.CANCELLED:
            books.rename(old.id, row.id)
    books.pay(row.order_ref, row.amount.minor - books.paid_for(row.id), row.id)


def _again(world: World, row: RefundRow) -> None:
    """Let what came to nothing be made again; a kindness by giving it once more."""
    db, now = world.db, world.now()
    is_ours = row.units or row.request.after
    if is_ours and row.state is not Refund.CANCELLED:
        byhand.again(
            db, row.id, why="nothing was made", actor=ACTOR, now=now, is_void=True
        )
    elif not row.units and row.return_id and row.request.bonus:
        amends.courtesy(
            db,
            world.shop.abilities,
            row.return_id,
            row.request.bonus,
            actor=ACTOR,
            why="the first came to nothing",
            now=now,
        )
        desk.close(db, "refund", row.id, ACTOR, now)


def _complete(world: World, row: RefundRow) -> None:
    """Do by hand what is missing of something half done."""
    books, asked = world.shop.books, row.request
    if is_beside(asked) and not books.goods.under(row.id):
        world.shop.make(asked, row.preimage or {})
    is_money = asked.amount and asked.way not in CREDITS
    if is_money and not books.paid_for(row.id):
        books.pay(row.order_ref, asked.amount.minor, row.id)


def _never_paid(world: World, row: RefundRow) -> bool:
    """Cancel new goods that nobody paid for, and give money instead."""
    made = world.shop.books.goods.under(row.id)
    if len(made) != 1 or made[0].is_paid:
        return False
    world.shop.cancel_new(made[0])
    try:
        amends.call_off(
            world.db,
            world.watched,
            row.id,
            Resolution.REFUND,
            actor=ACTOR,
            why="never paid",
            now=world.now(),
        )
    except BadRequest as error:  # what another promise sent by the same line hides it
        world.tell(f"it is not called off: {error}")
    return True


def _instead(world: World, return_id: str) -> None:
    """Give money for what cannot be made good as it was wanted."""
    case = returns.get(world.db, return_id)
    able = world.shop.abilities
    for line in case.lines:
        is_possible = line.resolution in amends.possible(able)
        if is_possible and line.resolution not in GOODS:
            continue
        try:
            amends.instead(
                world.db,
                able,
                case.id,
                line.id,
                Resolution.REFUND,
                actor=ACTOR,
                why="as the customer wants it",
                now=world.now(),
            )
        except BadRequest as error:
            world.tell(f"{case.number}: {error}")


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
