"""shop backfill: read a shop's order history now, with a progress bar."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from connector.errors import NotFound
from connector.steps import backfill as reading
from connector.steps import reach
from connector.store import backfills
from connector.store.backfills import DONE, STOPPED
from connector.wiring import clock, open_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.backfills import Backfill

LONGEST_PAUSE = 5.0  # seconds between two looks at a shop that is not ready


@click.command(name="backfill")
@click.argument("name")
@click.option("--anew", is_flag=True, help="From the first order, though it was read.")
@click.pass_obj
def backfill(load: Callable[[], Config], name: str, *, anew: bool) -> None:
    """Read the order history of a shop; break off whenever you like, it goes on."""
    office = open_office(load())
    with closing(office.db) as db:
        shop = office.work.shops.get(name)
        if shop is None:
            msg = "no shop of the configuration has this name"
            raise NotFound(msg, name=name)
        _begin(db, shop, anew=anew)
        _run(db, shop)
        sys.exit(_say(db, name))


def _begin(db: Database, shop: Shop, *, anew: bool) -> None:
    known = backfills.state(db, shop.name)
    if anew or known is None:
        since = reach.tell(db, shop, clock())
        backfills.begin(db, shop.name, since, clock())
    else:
        backfills.resume(db, shop.name, clock())


def _run(db: Database, shop: Shop) -> None:
    """Read until it is done or stopped, and draw how far it has come."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[why]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(shop.name, total=None, why="")

        def tell(row: Backfill) -> None:
            progress.update(
                task, completed=row.done, total=row.total or None, why=row.why
            )

        while True:
            reading.run(db, shop, clock, tell=tell)
            row = backfills.state(db, shop.name)
            if row is None:
                return
            tell(row)
            if row.state in (DONE, STOPPED):
                return
            wait = (row.due - clock()).total_seconds()
            time.sleep(max(0.0, min(wait, LONGEST_PAUSE)))


def _say(db: Database, name: str) -> int:
    row = backfills.state(db, name)
    if row is None or row.state != DONE:
        click.echo(f"{name}: stopped: {row.why if row else 'not begun'}", err=True)
        return 1
    reaches = f", back to {row.reaches_to:%Y-%m-%d}" if row.reaches_to else ""
    click.echo(f"{name}: {row.done} orders read{reaches}")
    return 0
