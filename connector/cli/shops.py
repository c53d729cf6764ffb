"""shop: list and check the connected shops."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from connector.cli.backfill import backfill
from connector.errors import NotFound, PlatformError
from connector.store import connect, shops
from connector.wiring import adapter, clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config


@click.group()
def shop() -> None:
    """List and check the connected shops."""


@shop.command(name="list")
@click.pass_obj
def list_shops(load: Callable[[], Config]) -> None:
    """List the shops that the database knows."""
    config = load()
    for row in shops.every(connect(config.store)):
        state = "paused" if row.is_paused else "running"
        click.echo(f"{row.name}  {row.platform}  {row.address}  {state}")


@shop.command(name="check")
@click.argument("name")
@click.pass_obj
def check_shop(load: Callable[[], Config], name: str) -> None:
    """Prove the connection to a shop by a harmless read."""
    known = {one.name: one for one in load().shops}
    if name not in known:
        msg = "no shop of the configuration has this name"
        raise NotFound(msg, name=name)
    try:
        found = adapter(known[name], clock).probe()
    except PlatformError as error:
        click.echo(f"{name}: {error}", err=True)
        sys.exit(1)
    click.echo("  ".join(f"{key}={value}" for key, value in found.items()))


shop.add_command(backfill)
COMMANDS = (shop,)
