"""shopify: what is Shopify's alone; writes the description of the app."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from adapters.shopify.manifest import Manifest, text
from connector.errors import BadRequest
from connector.store import connect, shops

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config


@click.group()
def shopify() -> None:
    """Describe your app to Shopify."""


@shopify.command(name="app-toml")
@click.option("--url", help="How the world reaches Retour; server.public_url if not.")
@click.option("--name", help="The app's name; shopify.name if not.")
@click.option("--client-id", help="Of the app; shopify.client_id, or the shop's.")
@click.option("--all-topics", is_flag=True, help="Also the topics made in each shop.")
@click.pass_obj
def app_toml(
    load: Callable[[], Config],
    url: str | None,
    name: str | None,
    client_id: str | None,
    *,
    all_topics: bool,
) -> None:
    """Write the shopify.app.toml to the standard output."""
    config = load()
    app = Manifest(
        client_id=client_id or _client_id(config),
        name=name or config.shopify.name,
        url=_address(url or config.server.public_url),
        scopes=config.shopify.scopes,
        subpath=config.shopify.subpath,
    )
    click.echo(text(replace(app, has_all_topics=all_topics)), nl=False)


def _client_id(config: Config) -> str:
    """Return the app's client ID, where it is clear which one is meant."""
    if config.shopify.client_id:
        return config.shopify.client_id
    found = {shop.client_id for shop in config.shops} | _connected(config)
    found.discard("")
    if len(found) != 1:
        msg = "say which app: --client-id, as the Dev Dashboard shows it"
        raise BadRequest(msg)
    return found.pop()


def _connected(config: Config) -> set[str]:
    """Return the client IDs of the connected shops' own apps."""
    db = connect(config.store)
    try:
        return {str(row.settings.get("client_id", "")) for row in shops.every(db)}
    finally:
        db.close()


def _address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "https" or not parts.hostname:
        msg = "Shopify asks https addresses alone: set server.public_url, or --url"
        raise BadRequest(msg)
    return given.rstrip("/")


COMMANDS = (shopify,)
