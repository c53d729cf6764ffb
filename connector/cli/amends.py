"""returns resolve, returns courtesy: make a return good in another way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from connector.cli.show import cases
from connector.errors import BadRequest
from connector.model import Resolution
from connector.money import Money
from connector.steps import amends
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
        yield branches, case, shop
    finally:
        branches.db.close()


@click.command(name="resolve")
@click.argument("number")
@click.argument("line", type=int)
@click.argument("way", type=click.Choice(WAYS))
@click.option("--ware", default="", help="The shop's id of what is sent instead.")
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
            has_agreed=agreed,
        )
        click.echo(f"{case.number} line {line}: {way}")
        if goods:
            click.echo(f"  {goods.quantity} x {goods.title} for {goods.price}")


@click.command(name="courtesy")
@click.argument("number")
@click.argument("amount")
@WHY
@click.pass_obj
def courtesy(load: Callable[[], Config], number: str, amount: str, *, why: str) -> None:
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
        )
        click.echo(f"{case.number}: {given} will be given")


OF_RETURNS = (resolve, courtesy)
