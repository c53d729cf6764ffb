"""simulate: a seeded world in which everything goes wrong, and what it came to."""

from __future__ import annotations

import json
import logging
import sys

import click
from rich.progress import Progress

from connector.simulation.report import Report
from connector.simulation.run import PLATFORMS, one, run
from connector.simulation.wire import run as over_http


@click.command()
@click.option("--seed", default=1, show_default=True, help="The first case's seed.")
@click.option("--cases", default=300, show_default=True, help="How many cases.")
@click.option("--shop", type=click.Choice(PLATFORMS), help="Only this platform.")
@click.option("--replay", help="Play one case again, by its name: seed:platform.")
@click.option("--wire", is_flag=True, help="Over HTTP: real adapters, stand-ins.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def simulate(
    seed: int,
    cases: int,
    shop: str | None,
    replay: str | None,
    *,
    wire: bool,
    as_json: bool,
) -> None:
    """Prove the money way: every cent where it belongs, whatever goes wrong.

    Shops, time and misfortune come from the seed; steps and store are the real
    ones. Exits 0 only if nothing was paid twice, lost, or off by a cent.
    """
    logging.disable(logging.CRITICAL)  # the world's mishaps are not the machine's
    if replay:
        report = Report()
        one(replay, report)
    elif wire:
        report = over_http(seed, cases)
    else:
        platforms = (shop,) if shop else PLATFORMS
        with Progress(disable=as_json, transient=True) as shown:
            bar = shown.add_task("cases", total=cases)
            report = run(seed, cases, platforms, lambda n: _tell(shown, bar, n))
    for story in () if as_json else report.stories[:3]:
        click.echo(story + "\n")
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        for name, value in report.as_json().items():
            click.echo(f"{name:18} {value}")
    sys.exit(0 if report.is_sound else 1)


def _tell(shown: Progress, bar: object, done: int) -> None:
    shown.update(bar, completed=done)  # type: ignore[arg-type]
