"""demo: two stand-in shops and Retour, played out in fast time."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.demo import Result, World

COLUMNS = (
    ("orders", "orders"),
    ("webhooks_received", "webhooks"),
    ("webhooks_duplicate", "doubled"),
    ("returns", "returns"),
    ("approved", "approved"),
    ("declined", "declined"),
    ("needs_person", "for a person"),
    ("refunds", "refunds"),
)
AMOUNTS = (
    ("refunds_due_minor", "due"),
    ("refunds_at_shop_minor", "paid at shop"),
    ("external_minor", "by staff"),
    ("difference_minor", "difference"),
)


@click.command()
@click.option("--seed", default=1, show_default=True, help="Another one, another play.")
@click.option("--orders", default=200, show_default=True, help="How many orders.")
@click.option("--port", default=8080, show_default=True, help="Where Retour answers.")
@click.option("--once", is_flag=True, help="Play, report and end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(*, seed: int, orders: int, port: int, once: bool, as_json: bool) -> None:
    """Play customers at two stand-in shops; exit 0 only if all balances."""
    from connector.demo import build, play  # noqa: PLC0415 - only the demo needs it

    logging.getLogger().setLevel(logging.ERROR)  # its misfortunes are wanted
    quiet = once or as_json
    with (
        tempfile.TemporaryDirectory(prefix="retour-demo-") as folder,
        build(Path(folder), seed, 0 if quiet else port) as world,
    ):
        if as_json:
            result = play(world, orders, seed)
            click.echo(json.dumps(result.report))
        else:
            result = _watched(lambda tell: play(world, orders, seed, tell))
            _table(result.report)
        if not quiet:
            _stay(world)
    sys.exit(0 if result.is_sound else 1)


def _watched(work: Callable[[Callable[[float], None]], Result]) -> Result:
    with Progress() as progress:
        task = progress.add_task("Three months at two shops", total=1.0)
        return work(lambda done: progress.update(task, completed=min(1.0, done)))


def _table(report: dict[str, Any]) -> None:
    names = [name for _, name in COLUMNS + AMOUNTS]
    table = Table("shop", *names)
    for shop, one in report["shops"].items():
        counts = [str(one[key]) for key, _ in COLUMNS]
        amounts = [f"{one[key] / 100:.2f}" for key, _ in AMOUNTS]
        table.add_row(f"{shop} ({one['platform']})", *counts, *amounts)
    Console(width=max(Console().width, 150)).print(table)


def _stay(world: World) -> None:
    """Leave console and portals running until Ctrl-C."""
    from connector.demo.world import PASSWORD  # noqa: PLC0415 - as above

    click.echo(f"\nConsole  {world.url}/console/   (password: {PASSWORD})")
    for name in world.office.work.shops:
        click.echo(f"Portal   {world.url}/returns/{name}/")
    order = next(iter(world.boots.orders.values()))
    told = f"{order['number']}, {order['billing']['email']}"
    click.echo(f"\nTry the second portal with order {told}")
    click.echo("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("\nGoodbye.")
