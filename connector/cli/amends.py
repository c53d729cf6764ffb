"""returns approve, decline, resolve, courtesy, refunds again: what a person decides."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from connector.cli.show import cases
from connector.errors import BadRequest, LevelNeeded
from connector.model import Resolution
from connector.money import Money
from connector.steps import amends, byhand, decide
from connector.steps.levels import Approval
from connector.store import orders, returns
from connector.wiring import open_branches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.branches import Branches
    from connector.config import Config
    from connector.model import Return
    from connector.platform import Shop

ACTOR = "command"
WAYS = [way.value for way in Resolution if way is not Resolution.COURTESY]
WHY = click.option("--why", required=True, help="Why; it stays in the timeline.")
AS = click.option(
    "--as",
    "levels",
    multiple=True,
    metavar="LEVEL",
    help="As what you approve, where the policy demands it; again for a second one.",
)
BY = click.option("--by", default="", metavar="NAME", help="Who approves; recorded.")


@contextmanager
def _opened(
    load: Callable[[], Config], number: str
) -> Iterator[tuple[Branches, Return, Shop]]:
    """Open the database, the return, by number or id, and its shop."""
    branches = open_branches(load())
    try:
        found = cases(branches.db, number)
        if len(found) > 1:
            known = ", ".join(f"{case.id} at {case.shop}" for case in found)
            msg = f"several shops have a return {number}; name it by its id: {known}"
            raise BadRequest(msg)
        case = found[0]
        shop = branches.shops.get(case.shop)
        if shop is None:
            msg = "this shop is not connected"
            raise BadRequest(msg, shop=case.shop)
        with _levels_asked():
            yield branches, case, shop
    finally:
        branches.db.close()


@contextmanager
def _levels_asked() -> Iterator[None]:
    """Say how a level is given where the policy wants one; raises BadRequest."""
    try:
        yield
    except LevelNeeded as error:
        msg = f"{error}: --as LEVEL --by NAME; nothing was changed"
        raise BadRequest(msg) from None


def approval(config: Config, levels: tuple[str, ...], by: str) -> Approval:
    """Return who approves, as the command line says; raises BadRequest.

    Where [[console.people]] says who has which level it is held to that. Whoever
    runs commands has the configuration with its passwords, so none is asked for.
    """
    people = config.console.people
    if not people or not (by or levels):
        return Approval(levels=levels, by=by)
    person = config.console.person(by)
    if person is None:
        known = ", ".join(one.name for one in people)
        msg = f"name one of [[console.people]] with --by: {known}"
        raise BadRequest(msg)
    more = [level for level in levels if level not in person.levels]
    if more:
        has = ", ".join(person.levels) or "none"
        msg = f"{person.name} has not the level {', '.join(more)}; his are: {has}"
        raise BadRequest(msg)
    return Approval(levels=levels or person.levels, by=person.name)


@click.command(name="approve")
@click.argument("number")
@click.argument("line", type=int)
@click.option("--units", type=int, help="How many; all that were asked without it.")
@AS
@BY
@WHY
@click.pass_obj
def approve(
    load: Callable[[], Config],
    number: str,
    line: int,
    *,
    units: int | None,
    levels: tuple[str, ...],
    by: str,
    why: str,
) -> None:
    """Approve a LINE of a return that waits for a person.

    NUMBER is the return's number or id, LINE the number that `returns show` gives
    its line.
    """
    _decide(load, number, line, "approve", why, units, approval(load(), levels, by))


@click.command(name="decline")
@click.argument("number")
@click.argument("line", type=int)
@WHY
@click.pass_obj
def decline(load: Callable[[], Config], number: str, line: int, *, why: str) -> None:
    """Decline a LINE of a return that waits for a person.

    Of a withdrawal, or of goods said to be faulty or damaged, the customer reads WHY.
    """
    _decide(load, number, line, "decline", why, None, Approval())


def _decide(
    load: Callable[[], Config],
    number: str,
    line: int,
    event: str,
    why: str,
    units: int | None,
    given: Approval,
) -> None:
    with _opened(load, number) as (branches, case, shop):
        decide.by_person(
            branches.db,
            shop,
            case.id,
            line,
            event,
            actor=ACTOR,
            why=why,
            now=branches.now(),
            approved=units,
            approval=given,
        )
        stands = returns.line_of(returns.get(branches.db, case.id), line)
        said = f", {stands.approved} of {stands.asked}" if stands.approved else ""
        click.echo(f"{case.number} line {line}: {stands.decision}{said}")


@click.command(name="resolve")
@click.argument("number")
@click.argument("line", type=int)
@click.argument("way", type=click.Choice(WAYS))
@click.option("--ware", default="", help="The shop's id of what is sent instead.")
@AS
@BY
@click.option("--agreed", is_flag=True, help="The customer agreed to credit.")
@WHY
@click.pass_obj
def resolve(
    load: Callable[[], Config],
    number: str,
    line: int,
    way: str,
    *,
    ware: str,
    levels: tuple[str, ...],
    by: str,
    agreed: bool,
    why: str,
) -> None:
    """Make a LINE of a return good in another WAY.

    NUMBER is the return's number or id, LINE the number that `returns show` gives
    its line. An exchange takes a --ware, whose price and stock are read at the shop.
    Credit for what the law pays back in money needs --agreed.
    """
    with _opened(load, number) as (branches, case, shop):
        asked = returns.line_of(case, line).asked
        if ware and way != Resolution.EXCHANGE:
            msg = "only an exchange takes a --ware"
            raise BadRequest(msg)
        goods = amends.choose(shop, case.order_ref, ware, asked) if ware else None
        amends.instead(
            branches.db,
            shop.abilities,
            case.id,
            line,
            Resolution(way),
            actor=ACTOR,
            why=why,
            now=branches.now(),
            goods=goods,
            approval=approval(load(), levels, by),
            has_agreed=agreed,
        )
        click.echo(f"{case.number} line {line}: {way}")
        if goods:
            click.echo(f"  {goods.quantity} x {goods.title} for {goods.price}")


@click.command(name="courtesy")
@click.argument("number")
@click.argument("amount")
@AS
@BY
@WHY
@click.pass_obj
def courtesy(
    load: Callable[[], Config],
    number: str,
    amount: str,
    *,
    levels: tuple[str, ...],
    by: str,
    why: str,
) -> None:
    """Give credit of an AMOUNT, in the order's currency, on top of a return."""
    with _opened(load, number) as (branches, case, shop):
        currency = orders.get(branches.db, case.shop, case.order_ref).currency
        given = Money.parse(amount, currency)
        amends.courtesy(
            branches.db,
            shop.abilities,
            case.id,
            given,
            actor=ACTOR,
            why=why,
            now=branches.now(),
            approval=approval(load(), levels, by),
        )
        click.echo(f"{case.number}: {given} will be given")


@click.command(name="again")
@click.argument("refund_id")
@click.option("--void", is_flag=True, help="What was made of it is good no more.")
@AS
@BY
@WHY
@click.pass_obj
def again(
    load: Callable[[], Config],
    refund_id: str,
    *,
    void: bool,
    levels: tuple[str, ...],
    by: str,
    why: str,
) -> None:
    """Let a refund that moved no money, or a withdrawn bonus, be made again.

    REFUND_ID is its id in `refunds list`. The next one has a key of its own.
    """
    branches = open_branches(load())
    with closing(branches.db) as db, _levels_asked():
        byhand.again(
            db,
            refund_id,
            why=why,
            actor=ACTOR,
            now=branches.now(),
            is_void=void,
            approval=approval(load(), levels, by),
        )
        click.echo(f"{refund_id}: will be made again")


OF_RETURNS = (approve, decline, resolve, courtesy)
OF_REFUNDS = (again,)
