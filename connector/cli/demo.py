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
# What was given, by its name in the report: the head of its column.
GIVEN = {
    "money": "money back",
    "by_hand": "paid by hand",
    "credit": "store credit",
    "cards": "gift card",
    "asked": "paid on top",
}
WIDTH = 156
PAUSE = 2.0  # seconds between runs of the jobs, while you look around


@click.command()
@click.option("--seed", default=1, show_default=True, help="Another one, another play.")
@click.option("--orders", default=120, show_default=True, help="How many orders.")
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
            _stay(world, result.report)
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
        amounts = [_amount(one[key]) for key, _ in AMOUNTS]
        table.add_row(f"{shop} ({one['platform']})", *counts, *amounts)
    screen = Console(width=max(Console().width, WIDTH))
    screen.print(table)
    screen.print(_ways(report))


def _ways(report: dict[str, Any]) -> Table:
    """Show each way to make good: what the shops gave, and whether it is right."""
    table = Table("way", "shop", "return", *GIVEN.values(), "sent", "balances")
    for name in report["shops"]["tee"]["ways"]:
        for shop, books in report["shops"].items():
            one = books["ways"].get(name)
            if one is None:
                continue
            given = one["given"] | {"by_hand": one["by_hand_minor"]}
            table.add_row(
                name,
                shop,
                ", ".join(one["returns"]),
                *(_amount(given[key]) if given[key] else "" for key in GIVEN),
                ", ".join(given["goods"]),
                "yes" if one["balances"] else "NO",
            )
    return table


def _amount(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _stay(world: World, report: dict[str, Any]) -> None:
    """Leave console and portals open, and the jobs at work, until Ctrl-C."""
    from connector.demo import leave, tick  # noqa: PLC0415 - only the demo needs it
    from connector.demo.world import PASSWORD  # noqa: PLC0415 - as above

    orders = leave(world)
    click.echo(f"\nConsole      {world.url}/console/   (password: {PASSWORD})")
    for name, order in orders.items():
        click.echo(f"Portal       {world.url}/returns/{name}/")
        click.echo(f"             try it with order {order.number}, {order.email}")
        click.echo(f"Policy       {world.url}/policy/{name}")
        click.echo(f"Withdrawal   {world.url}/returns/{name}/withdraw")
    click.echo(f"Letters      {world.letters}   (nothing is mailed)")
    click.echo("\nOf each way to make good, a return in the console:")
    _point(world, report)
    click.echo("\nCtrl-C ends it.")
    ended = threading.Event()
    try:
        while not ended.wait(PAUSE):
            tick(world)
    except KeyboardInterrupt:
        click.echo("\nGoodbye.")


def _point(world: World, report: dict[str, Any]) -> None:
    """Say where each way can be looked at, and what there is to see."""
    from connector.demo.scenes import SCENES  # noqa: PLC0415 - as above
    from connector.store import returns  # noqa: PLC0415 - as above

    for scene in SCENES:
        click.echo(f"\n  {scene.words}")
        for shop, books in report["shops"].items():
            for number in books["ways"].get(scene.name, {}).get("returns", ()):
                for case in returns.by_number(world.office.db, number):
                    if case.shop == shop:
                        link = f"{world.url}/console/returns/{case.id}"
                        click.echo(f"    {shop:6} {number:9} {link}")
