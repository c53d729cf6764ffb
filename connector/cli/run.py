"""serve, web, work, check, config, audit, pause, resume."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from granian import Granian
from granian.constants import Interfaces

from connector import config as configuration
from connector.findings import findings
from connector.steps import audit as auditing
from connector.steps import place
from connector.store import connect, shops
from connector.wiring import clock, open_office
from jobs.schedule import once
from jobs.worker import scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from connector.config import Config
    from connector.wiring import Office

log = logging.getLogger(__name__)

CONFIG_VARIABLE = "RETOUR_CONFIG"


@click.command()
@click.pass_obj
def serve(load: Callable[[], Config]) -> None:
    """Run web and jobs with one command; either's end is the end of both."""
    config = load()
    portals = _refuse_early(config)
    jobs = subprocess.Popen([sys.executable, "-m", "connector.cli", "work"])
    watch = threading.Thread(target=_end_with, args=(jobs,), daemon=True)
    watch.start()
    try:
        _listen(config, portals)
    finally:
        jobs.terminate()
        jobs.wait()


def _end_with(jobs: subprocess.Popen[bytes]) -> None:
    """Stop serving when the jobs have died: half of Retour must not look whole."""
    if jobs.wait() > 0:
        log.error("the jobs have stopped; serving stops too")
        os.kill(os.getpid(), signal.SIGTERM)


@click.command()
@click.pass_obj
def web(load: Callable[[], Config]) -> None:
    """Run the web pages and webhooks alone; `retour work` does the rest."""
    config = load()
    _listen(config, _refuse_early(config))


def _refuse_early(config: Config) -> list[str]:
    """Refuse here what could not start; return the shops' names."""
    office = open_office(config)
    names = list(office.branches.shops)
    office.db.close()
    return names


@click.command()
@click.option("--once", "only_once", is_flag=True, help="One pass, for cron.")
@click.option("--nightly", is_flag=True, help="With --once: compare and audit too.")
@click.pass_obj
def work(load: Callable[[], Config], *, only_once: bool, nightly: bool) -> None:
    """Run the jobs: read the inbox, sync, decide, refund, reconcile, audit."""
    office = open_office(load())
    try:
        if only_once:
            click.echo(f"{once(office.work, nightly=nightly)} things done")
        else:
            _until_stopped(office)
    finally:
        office.db.close()


def _until_stopped(office: Office) -> None:
    worker = scheduler(office.work)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    worker.start()
    stop.wait()
    worker.shutdown(wait=True)


def _listen(config: Config, portals: list[str]) -> None:
    """Serve the app with Granian until a signal comes; its worker builds its own."""
    server = config.server
    click.echo(f"Console: {server.public_url}/console/")
    for shop in portals:
        click.echo(f"Portal:  {server.public_url}/returns/{shop}/")
    Granian(
        "connector.cli.run:application",
        address=server.host,
        port=server.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=8,
        log_access=False,
    ).serve()


def application() -> Flask:
    """Build the app inside a worker, from the configuration of the parent."""
    path = os.environ.get(CONFIG_VARIABLE)
    return open_office(configuration.load(Path(path) if path else None)).app


@click.command()
@click.pass_obj
def check(load: Callable[[], Config]) -> None:
    """Say what is wrong with the configuration, before anything starts."""
    found = findings(load())
    for one in found:
        click.echo(f"{one.code} [{one.where}] {one.what}\n      {one.cure}")
    if any(one.is_error for one in found):
        sys.exit(1)
    click.echo("The configuration can be used.")


@click.command(name="config")
@click.pass_obj
def show_config(load: Callable[[], Config]) -> None:
    """Print what is in force, secrets masked."""
    click.echo(configuration.describe(load()))


@click.command()
@click.pass_obj
def audit(load: Callable[[], Config]) -> None:
    """Restate the law of the books; exit 1 with a line for each breach."""
    config = load()
    db = connect(config.store)
    breaches = auditing.run(db)
    for one in breaches:
        click.echo(f"{one.rule}: {one.which}")
    db.close()
    if breaches:
        sys.exit(1)
    click.echo("The books are sound.")


@click.command()
@click.argument("shop")
@click.pass_obj
def pause(load: Callable[[], Config], shop: str) -> None:
    """Hold back every refund of a shop."""
    with closing(connect(load().store)) as db:
        shops.pause(db, shop, is_paused=True)
    click.echo(f"{shop} is paused")


@click.command()
@click.argument("shop")
@click.pass_obj
def resume(load: Callable[[], Config], shop: str) -> None:
    """Let the refunds of a shop go again."""
    with closing(connect(load().store)) as db:
        place.resume(db, shop, actor="command line", now=clock())
    click.echo(f"{shop} is running")


COMMANDS = (serve, web, work, check, show_config, audit, pause, resume)
