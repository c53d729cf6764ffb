"""vault: the keys that seal the shops' credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from connector import vault as vaults
from connector.store import connect, credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config


@click.group()
def vault() -> None:
    """Make and change the keys that seal the shops' credentials."""


@vault.command()
def key() -> None:
    """Print a new key, for RETOUR_VAULT_KEYS; nothing is changed."""
    click.echo(vaults.new_key())


@vault.command()
@click.pass_obj
def rotate(load: Callable[[], Config]) -> None:
    """Seal every credential again with the newest key.

    A key file gets a new key at its top first; keys of the environment are yours to
    set: put the new one before the old one, then run this, then drop the old one.
    """
    config = load()
    if not config.vault.keys:
        vaults.add_key(config.path(config.vault.file), vaults.keys(config))
    db = connect(config.store)
    count = credentials.reseal(db, vaults.load(config))
    db.close()
    click.echo(f"{count} secrets sealed with the newest key.")
    if not config.vault.keys:
        click.echo("Keep the old lines of the key file while a backup needs them.")


COMMANDS = (vault,)
