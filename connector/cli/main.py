"""The group of commands, and what they share: the configuration, and plain errors."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector import config
from connector.cli import (
    amends,
    demo,
    init,
    policy,
    privacy,
    quote,
    reconcile,
    run,
    shopify,
    shops,
    show,
    simulate,
    statement,
    vault,
    webhooks,
)
from connector.cli.run import CONFIG_VARIABLE
from connector.errors import RetourError

if TYPE_CHECKING:
    from connector.config import Config

DEFAULT = Path("config.toml")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="RETOUR_CONFIG",
    help="The configuration file; config.toml where there is one.",
)
@click.version_option(package_name="retour")
@click.pass_context
def cli(context: click.Context, path: Path | None) -> None:
    """Run the returns and refunds of Shopify and WooCommerce shops."""
    context.obj = lambda: _load(path)


def _load(path: Path | None) -> Config:
    """Read the configuration when a command needs it; children read the same."""
    chosen = path or (DEFAULT if DEFAULT.exists() else None)
    if chosen:
        os.environ[CONFIG_VARIABLE] = str(chosen.resolve())
    return config.load(chosen)


for command in (
    *init.COMMANDS,
    *run.COMMANDS,
    *reconcile.COMMANDS,
    *show.COMMANDS,
    *shops.COMMANDS,
    *shopify.COMMANDS,
    *privacy.COMMANDS,
    *policy.COMMANDS,
    *statement.COMMANDS,
    *vault.COMMANDS,
    *webhooks.COMMANDS,
    quote.quote,
    demo.demo,
    simulate.simulate,
):
    cli.add_command(command)
for command in amends.OF_RETURNS:
    show.returns_group.add_command(command)
for command in amends.OF_REFUNDS:
    show.refunds_group.add_command(command)


def main() -> None:
    """Run the command; an error of ours is a sentence, not a traceback."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        cli(standalone_mode=True)
    except RetourError as error:
        click.echo(f"retour: {error}", err=True)
        sys.exit(1)
