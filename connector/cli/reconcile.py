"""reconcile: settle what is unclear, and hold shop and books against each other."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.table import Table

from connector.steps import compare
from connector.wiring import open_office
from jobs.schedule import reconcile_refunds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connector.config import Config
    from connector.steps.compare import Line

COLUMNS = (
    "shop", "order", "refund_at_shop", "refund_here", "amount_at_shop",
    "amount_in_books", "verdict", "unexplained_minor", "why",
)  # fmt: skip


@click.command()
@click.option("--report", is_flag=True, help="Compare every refund, both ways.")
@click.option("--all", "every", is_flag=True, help="Also orders without a return here.")
@click.option("--csv", "csv_file", type=click.File("w"), help="Write it here (- too).")
@click.pass_obj
def reconcile(
    load: Callable[[], Config],
    *,
    report: bool,
    every: bool,
    csv_file: TextIO | None,
) -> None:
    """Look now at what became of refunds without a clear answer.

    With --report or --csv: every refund of shop and ledger, matched, explained or
    flagged. Exits 1 where one is flagged; nothing is ever corrected with money.
    """
    office = open_office(load())
    work = office.work
    done = sum(reconcile_refunds(work, name) for name in work.shops)
    if not (report or csv_file or every):
        click.echo(f"{done} settled")
        office.db.close()
        return
    lines = [
        line
        for shop in work.shops.values()
        for line in compare.run(work.db, shop, work.clock, every=every)
    ]
    office.db.close()
    if csv_file:
        _csv(lines, csv_file)
    else:
        _table(lines)
    counted = Counter(line.verdict for line in lines)
    unexplained = sum(line.unexplained_minor for line in lines)
    click.echo(
        f"{counted['matched']} matched, {counted['explained']} explained,"
        f" {counted['flagged']} flagged, {unexplained} minor units unexplained",
        err=csv_file is not None,
    )
    if counted["flagged"]:
        sys.exit(1)


def _row(line: Line) -> list[str]:
    return [
        line.shop,
        line.order_ref,
        line.at_shop,
        line.refund_id,
        str(line.shop_amount or ""),
        str(line.book_amount or ""),
        line.verdict,
        str(line.unexplained_minor),
        line.why,
    ]


def _csv(lines: Sequence[Line], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(text) for text in _row(line)] for line in lines)


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text of the shop for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _table(lines: Sequence[Line]) -> None:
    table = Table(*COLUMNS, box=None)
    for line in lines:
        table.add_row(*_row(line))
    if lines:
        Console(width=max(Console().width, 160)).print(table)


COMMANDS = (reconcile,)
