"""webhooks: list, make, repair, remove and re-sign the webhooks at a shop."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from connector.errors import NotFound
from connector.steps import hooks, watchdog
from connector.store import hooks as made
from connector.wiring import open_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.config import Config
    from connector.wiring import Office

COPY = "this database may be a copy: `retour resume` first, then its webhooks are ours"
NOT_NOW = "nothing was changed: the shop does not answer, or another process is at it"


@contextmanager
def _office(load: Callable[[], Config], shop: str) -> Iterator[Office]:
    office = open_office(load())
    try:
        if shop not in office.branches.shops:
            msg = "no connected shop has this name"
            raise NotFound(msg, name=shop)
        yield office
    finally:
        office.db.close()


@click.group()
def webhooks() -> None:
    """Look after the webhooks that tell Retour what happens in a shop."""


@webhooks.command(name="list")
@click.argument("shop")
@click.pass_obj
def list_hooks(load: Callable[[], Config], shop: str) -> None:
    """List the webhooks of a shop, and when each topic was last heard."""
    with _office(load, shop) as office:
        ours = {hook.ref for hook in made.of(office.db, shop)}
        heard = made.heard(office.db, shop)
        for one in office.branches.shops[shop].subscriptions():
            whose = "ours" if one.ref in ours else "other"
            at = heard.get(one.topic) if whose == "ours" else None
            last = f"{at:%Y-%m-%d %H:%M}" if at else "-"
            click.echo(f"{whose:6}{one.status:10}{one.topic}  {one.address}  {last}")


@webhooks.command()
@click.argument("shop")
@click.pass_obj
def register(load: Callable[[], Config], shop: str) -> None:
    """Make the webhooks that are missing; the same as `repair`."""
    _repair(load, shop)


@webhooks.command()
@click.argument("shop")
@click.pass_obj
def repair(load: Callable[[], Config], shop: str) -> None:
    """Make what is missing, replace what is out of order; exit 1 if some stays so."""
    _repair(load, shop)


def _repair(load: Callable[[], Config], shop: str) -> None:
    with _office(load, shop) as office:
        if hooks.is_copy(office.db, shop):
            click.echo(COPY, err=True)
            sys.exit(1)
        wish = office.branches.wish(shop)
        at = office.branches.shops[shop]
        done = watchdog.watch(office.db, at, wish, office.branches.now)
    if done is None:
        click.echo(NOT_NOW, err=True)
        sys.exit(1)
    for topic, why in done.made:
        click.echo(f"made {topic} ({why})")
    for topic, why in done.refused:
        click.echo(f"refused {topic}: {why}", err=True)
    for topic in done.unclear:
        click.echo(f"{topic}: no clear answer; repair once more", err=True)
    for topic in done.tired:
        click.echo(f"{topic} breaks again and again; look at the desk", err=True)
    if wish.doubt:
        click.echo(wish.doubt, err=True)
    click.echo(f"{len(done.kept) + len(done.made)} webhooks in order")
    if done.refused or done.tired or done.unclear:
        sys.exit(1)


@webhooks.command()
@click.argument("shop")
@click.pass_obj
def remove(load: Callable[[], Config], shop: str) -> None:
    """Take our webhooks out of a shop; the jobs make them again while it is connected.

    To part for good, use `retour shop remove`.
    """
    with _office(load, shop) as office:
        wish = office.branches.wish(shop)
        is_done = hooks.remove_all(office.db, office.branches.shops[shop], wish)
    click.echo("removed" if is_done else "the shop does not answer")
    if not is_done:
        sys.exit(1)


@webhooks.command()
@click.argument("shop")
@click.pass_obj
def rotate(load: Callable[[], Config], shop: str) -> None:
    """Sign a shop's webhooks with a new secret; the old one is taken meanwhile."""
    config = load()
    if any(one.name == shop and one.webhook_secret for one in config.shops):
        click.echo("the configuration sets this secret; change it there", err=True)
        sys.exit(1)
    with _office(lambda: config, shop) as office:
        office.branches.rotate_hooks(shop)
    click.echo("The jobs replace the webhooks within minutes.")


COMMANDS = (webhooks,)
