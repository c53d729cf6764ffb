"""statement: withdrawals that customers declared, and their receipts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from connector import notice, withdrawal
from connector.cli.show import AS_JSON, OF_SHOP, _print
from connector.errors import BadRequest
from connector.steps import statements as step
from connector.store import desk, letters, notices, statements
from connector.wiring import open_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config
    from connector.store import Database
    from connector.store.statements import Statement
    from connector.wiring import Office

ACTOR = "command line"
SHOP = click.option("--shop", required=True, help="The shop it was declared to.")
LANGUAGE = click.option(
    "--language", type=click.Choice(notice.LANGUAGES), default="en", show_default=True
)
WHEN = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.group(name="statement")
def statement_group() -> None:
    """Write down, list and match withdrawals."""


@statement_group.command()
@SHOP
@click.option("--name", required=True, help="Who withdraws.")
@click.option("--contract", required=True, help="The order number, or what names it.")
@click.option(
    "--channel",
    required=True,
    type=click.Choice([one for one in withdrawal.CHANNELS if one != "page"]),
)
@click.option("--email", default="", help="Where the receipt goes; else on paper.")
@click.option("--part", default="", help="Which goods, where not all.")
@click.option("--words", default="", help="What the customer wrote or said.")
@click.option("--sent", type=WHEN, help="When it was sent, in the shop's time.")
@click.option("--received", type=WHEN, help="When it arrived; now unless given.")
@LANGUAGE
@click.pass_obj
def add(
    load: Callable[[], Config],
    /,
    shop: str,
    channel: str,
    language: str,
    sent: datetime | None,
    received: datetime | None,
    **particulars: str,
) -> None:
    """Write down a withdrawal that came by e-mail, telephone or letter."""
    office = open_office(load())
    seller = _seller(office, shop)
    said = _said(particulars)
    zone, now = ZoneInfo(seller.zone), office.work.clock()
    arrived = received.replace(tzinfo=zone) if received else now
    kept = step.take(
        office.db,
        shop=shop,
        said=said,
        seller=seller,
        channel=channel,
        language=language,
        moments=withdrawal.Moments(
            sent=sent.replace(tzinfo=zone) if sent else arrived, received=arrived
        ),
        sent_key=f"{channel} {arrived.astimezone(UTC).isoformat()}",
        actor=ACTOR,
        now=now,
    )
    click.echo(step.receipt(kept, seller))
    office.db.close()


def _said(given: dict[str, str]) -> withdrawal.Said:
    """Read the particulars; raises BadRequest with a sentence."""
    try:
        return withdrawal.read(
            name=given["name"],
            contract=given["contract"],
            reach=given["email"],
            part=given["part"],
            words=given["words"],
        )
    except BadRequest as error:
        msg = f"that is no {error.args[0]} of a statement"
        raise BadRequest(msg) from error


def _seller(office: Office, shop: str) -> withdrawal.Seller:
    if shop not in office.branches.storefronts:
        msg = "there is no such shop"
        raise BadRequest(msg, shop=shop)
    return office.branches.storefronts[shop].seller


@statement_group.command(name="list")
@OF_SHOP
@AS_JSON
@click.pass_obj
def list_statements(
    load: Callable[[], Config], shop: str | None, *, as_json: bool
) -> None:
    """List the newest withdrawals; names are not printed."""
    office = open_office(load())
    rows = [_row(office.db, one) for one in statements.recent(office.db, shop)]
    office.db.close()
    _print(rows, as_json=as_json)


def _row(db: Database, kept: Statement) -> dict[str, Any]:
    return {
        "received": kept.moments.received.isoformat(timespec="seconds"),
        "shop": kept.shop,
        "channel": kept.channel,
        "receipt": ",".join(x.state for x in letters.of_statement(db, kept.id)),
        "order": kept.order_ref or "",
        "return": kept.return_id or "",
        "waits": len(desk.about(db, kept.id)),
        "id": kept.id,
    }


@statement_group.command()
@click.argument("statement_id")
@click.pass_obj
def show(load: Callable[[], Config], statement_id: str) -> None:
    """Print the receipt of a withdrawal: personal data."""
    office = open_office(load())
    kept = statements.get(office.db, statement_id)
    click.echo(step.receipt(kept, _seller(office, kept.shop)))
    for one in letters.of_statement(office.db, kept.id):
        click.echo(f"{one.state} after {one.attempts} attempts. {one.why}".rstrip())
    for matter in desk.about(office.db, kept.id):
        click.echo(f"waits: {matter.why}")
    office.db.close()


@statement_group.command()
@click.argument("statement_id")
@click.argument("order_number")
@click.pass_obj
def match(load: Callable[[], Config], statement_id: str, order_number: str) -> None:
    """Open the return of a withdrawal, of all that can come back of an order."""
    office = open_office(load())
    kept = statements.get(office.db, statement_id)
    case = step.by_person(
        office.db,
        office.work.shops[kept.shop],
        statement_id,
        order_number,
        None,
        actor=ACTOR,
        clock=office.work.clock,
    )
    click.echo(f"return {case.number}")
    office.db.close()


@statement_group.command()
@click.argument("statement_id")
@click.option("--order", default="", help="The order it is about, where known.")
@click.pass_obj
def settle(load: Callable[[], Config], statement_id: str, order: str) -> None:
    """Take a withdrawal off the desk without a return."""
    office = open_office(load())
    now = office.work.clock()
    step.settle(office.db, statement_id, order, actor=ACTOR, now=now)
    office.db.close()


@statement_group.command(name="notice")
@SHOP
@LANGUAGE
@click.pass_obj
def print_notice(load: Callable[[], Config], shop: str, language: str) -> None:
    """Print what the shop must tell before it sells, and the model form."""
    config = load()
    office = open_office(config)
    seller = _seller(office, shop)
    office.db.close()
    click.echo(notice.sentence(language, _function(config, shop)))
    click.echo(f"\n----\n\n{notice.model_form(language, seller)}")


@statement_group.command()
@SHOP
@click.option("--since", type=WHEN, help="Since when customers are told.")
@click.option("--no", "is_not", is_flag=True, help="They are not told any more.")
@click.pass_obj
def informed(
    load: Callable[[], Config], shop: str, since: datetime | None, *, is_not: bool
) -> None:
    """Say that customers are told of their right before they buy, and since when."""
    config = load()
    office = open_office(config)
    zone = ZoneInfo(_seller(office, shop).zone)
    if (since is None) != is_not:
        msg = "say --since or --no, one of them"
        raise BadRequest(msg)
    notices.say(
        office.db,
        shop,
        digest=notice.digest(_function(config, shop)),
        since=since.replace(tzinfo=zone) if since else None,
        actor=ACTOR,
        now=office.work.clock(),
    )
    office.db.close()


def _function(config: Config, shop: str) -> str:
    """Return the address of the shop's withdrawal function."""
    return f"{config.server.public_url.rstrip('/')}/returns/{shop}/withdraw"


COMMANDS = (statement_group,)
