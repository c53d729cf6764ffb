"""shop: connect, list, check, give new keys to, and disconnect shops."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from connector.cli.backfill import backfill
from connector.config import Secret, ShopConfig
from connector.diagnoses import FAIL, STEPS, found
from connector.errors import BadRequest
from connector.keys import way_of
from connector.store import shops, standing
from connector.ways import WAYS, name_for, tidy_address
from connector.wiring import open_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connector.config import Config
    from connector.platform import Check

ACTOR = "command line"
INSTALL = "at /install/shopify?shop=… or from Shopify's admin"
MARKS = {"ok": "  ok  ", "warn": " note ", "fail": " FAIL "}
PROMPTS = {
    "client_id": "Client ID",
    "client_secret": "Client secret (API secret key)",
    "token": "Access token (shpat_…)",
    "consumer_key": "Consumer key (ck_…)",
    "consumer_secret": "Consumer secret (cs_…)",
}


@click.group()
def shop() -> None:
    """Connect, list, check and disconnect shops."""


@shop.command(name="list")
@click.pass_obj
def list_shops(load: Callable[[], Config]) -> None:
    """List the connected shops and how they stand."""
    office = open_office(load())
    for row in shops.every(office.db):
        stands = standing.of(office.db, row.name)
        state = "paused" if row.is_paused else "running"
        last = f"{stands.last_delivery:%Y-%m-%d %H:%M}" if stands.last_delivery else "-"
        click.echo(
            f"{row.name}  {row.platform}  {row.address}  {state}"
            f"  orders={stands.orders}  last_delivery={last}  unread={stands.unread}"
            f"  desk={stands.matters}"
        )
    office.db.close()


def say(steps: Iterable[Check]) -> bool:
    """Print the steps of a check; False when one of them failed."""
    is_good = True
    for one in steps:
        what, cure = found(one)
        click.echo(f"[{MARKS[one.verdict]}] {STEPS.get(one.step, one.step)}: {what}")
        if cure:
            click.echo(f"         {cure}")
        is_good = is_good and one.verdict != FAIL
    return is_good


def _secret(name: str, *, is_needed: bool = True) -> Secret:
    """Take a secret from RETOUR_<NAME>, or ask for it without showing it."""
    given = os.environ.get(f"RETOUR_{name.upper()}")
    if given is not None:
        return Secret(given.strip())
    default = None if is_needed else ""
    typed = click.prompt(
        PROMPTS[name], hide_input=True, default=default, show_default=False
    )
    return Secret(str(typed).strip())


@shop.command()
@click.argument("address")
@click.option("--way", type=click.Choice(sorted(WAYS)), required=True)
@click.option("--name", default="", help="The shop's name in Retour.")
@click.option("--client-id", default="", help="Of your Shopify app.")
@click.option("--policy", default="", help="A policy file; without one, a careful one.")
@click.option("--title", default="", help="What customers read.")
@click.option("--allow-http", is_flag=True, help="Only for a shop on a test machine.")
@click.option(
    "--keys-in-query", is_flag=True, help="Where the host drops the header with keys."
)
@click.option("--api-url", default="", help="Only to talk to a test server.")
@click.pass_obj
def add(
    load: Callable[[], Config],
    /,
    *,
    address: str,
    way: str,
    name: str,
    client_id: str,
    **more: Any,  # noqa: ANN401 - settings of ShopConfig by their names
) -> None:
    """Check the shop at ADDRESS and connect it.

    Secrets are asked for, or taken from RETOUR_CLIENT_SECRET, RETOUR_TOKEN,
    RETOUR_CONSUMER_KEY and RETOUR_CONSUMER_SECRET; never from the command line.
    """
    asked = WAYS[way]
    tidy = tidy_address(asked.platform, address)
    if "client_id" in asked.settings and not client_id:
        client_id = click.prompt(PROMPTS["client_id"])
    secrets = {
        key: _secret(key, is_needed=key not in asked.optional) for key in asked.secrets
    }
    given = ShopConfig(
        name=name or name_for(tidy),
        platform=asked.platform,
        address=tidy,
        client_id=client_id,
        **more,
    )
    office = open_office(load())
    is_good = say(office.registrar.add(replace(given, **_named(secrets)), ACTOR))
    office.db.close()
    if not is_good:
        click.echo("Nothing was kept. Mend it, and try again.", err=True)
        sys.exit(1)
    click.echo(f"{given.name} is connected.")


def _named(secrets: dict[str, Secret]) -> dict[str, Any]:
    return dict(secrets)


@shop.command(name="check")
@click.argument("name")
@click.pass_obj
def check_shop(load: Callable[[], Config], name: str) -> None:
    """Examine the connection to a shop step by step; exit 1 when a step fails."""
    office = open_office(load())
    is_good = say(office.registrar.check(name))
    office.db.close()
    if not is_good:
        sys.exit(1)


@shop.command()
@click.argument("name")
@click.option(
    "--secret", "names", multiple=True, type=click.Choice(sorted(PROMPTS)[1:]),
    help="Which one is new; may be given twice. All of the shop's, where left out.",
)  # fmt: skip
@click.pass_obj
def rotate(load: Callable[[], Config], name: str, names: tuple[str, ...]) -> None:
    """Try new keys, and use them when they work; the old ones stay otherwise."""
    office = open_office(load())
    row = shops.get(office.db, name)
    way = way_of(row)
    if way is None:
        office.db.close()
        msg = f"this shop has installed the app: install it again, {INSTALL}"
        raise BadRequest(msg, shop=row.address)
    given = {
        key: _secret(key, is_needed=key not in way.optional or key in names)
        for key in names or way.secrets
    }
    given = {key: one for key, one in given.items() if one}
    is_good = say(office.registrar.rotate(name, given, ACTOR))
    office.db.close()
    if not is_good:
        click.echo("The old keys stay in use.", err=True)
        sys.exit(1)
    click.echo("The new keys are in use.")


@shop.command()
@click.argument("name")
@click.option("--leave-open", is_flag=True, help="Although refunds are under way.")
@click.confirmation_option(prompt="Disconnect this shop? Its books stay.")
@click.pass_obj
def remove(load: Callable[[], Config], name: str, *, leave_open: bool) -> None:
    """Disconnect a shop: its webhooks and keys go; orders, returns, books stay."""
    office = open_office(load())
    say(office.registrar.remove(name, ACTOR, leave_open=leave_open))
    office.db.close()
    click.echo(f"{name} is disconnected.")


shop.add_command(backfill)
COMMANDS = (shop,)
