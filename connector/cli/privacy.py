"""privacy: what a customer may ask, for any shop: a copy, or to be forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.compliance import DATA_REQUEST, REDACT
from connector.steps import privacy as step
from connector.store import privacy as requests
from connector.wiring import open_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config

ACTOR = "command line"
SHOP = click.option("--shop", required=True, help="The shop that they bought from.")
EMAIL = click.option("--email", required=True, help="The address they bought with.")


@click.group()
def privacy() -> None:
    """Hand out, or erase, what is held on a customer."""


@privacy.command(name="list")
@click.pass_obj
def list_requests(load: Callable[[], Config]) -> None:
    """List what was asked, and what was done."""
    office = open_office(load())
    for one in requests.recent(office.db):
        erased = ", ".join(f"{n} {name}" for name, n in one.erased.items())
        click.echo(
            f"{one.id}  {one.shop}  {one.kind}  {one.state}"
            f"  due={one.due_at:%Y-%m-%d}  {erased}".rstrip()
        )
    office.db.close()


@privacy.command()
@SHOP
@EMAIL
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here instead of printing it.",
)
@click.pass_obj
def export(
    load: Callable[[], Config], shop: str, email: str, output: Path | None
) -> None:
    """Print all that is held on a customer, as JSON."""
    office = open_office(load())
    asked = step.by_email(
        office.db, shop, DATA_REQUEST, email, actor=ACTOR, now=office.work.clock()
    )
    step.run(office.db, office.work.shops, office.work.clock)
    text = requests.export(office.db, asked.id)
    office.db.close()
    if output:
        output.write_text(text, "utf-8")
    else:
        click.echo(text)


@privacy.command()
@SHOP
@EMAIL
@click.confirmation_option(prompt="Erase this customer's personal data for good?")
@click.pass_obj
def erase(load: Callable[[], Config], shop: str, email: str) -> None:
    """Erase a customer's personal data; figures and books stay whole."""
    office = open_office(load())
    asked = step.by_email(
        office.db, shop, REDACT, email, actor=ACTOR, now=office.work.clock()
    )
    step.run(office.db, office.work.shops, office.work.clock)
    done = requests.get(office.db, asked.id)
    if done.state == "done":
        office.db.engine.tidy()
        click.echo("Erased.")
    else:
        click.echo("Part of it waits for an open return or refund; it goes by itself.")
    office.db.close()


COMMANDS = (privacy,)
