"""returns, refunds, inbox: list and show, as tables or JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from connector.cli import made
from connector.model import GOODS
from connector.saying import plain
from connector.steps import clocks
from connector.store import connect, evidence, history, inbox, refunds, returns
from connector.wiring import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connector.config import Config
    from connector.model import Return, ReturnLine
    from connector.steps.clocks import Reading
    from connector.store import Database
    from connector.store.evidence import Given

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
OF_SHOP = click.option("--shop", help="Only this shop.")


def _open(load: Callable[[], Config]) -> Database:
    """Open the database; it closes as the command ends."""
    config = load()
    db = connect(config.store)
    click.get_current_context().call_on_close(db.close)
    return db


def _print(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON with exact figures."""
    if as_json:
        click.echo(
            msgspec.json.format(msgspec.json.encode(rows, enc_hook=plain)).decode()
        )
        return
    if not rows:
        click.echo("None.")
        return
    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


@click.group(name="returns")
def returns_group() -> None:
    """List and show returns."""


@returns_group.command(name="list")
@OF_SHOP
@AS_JSON
@click.pass_obj
def list_returns(
    load: Callable[[], Config], shop: str | None, *, as_json: bool
) -> None:
    """List the newest returns."""
    rows = [
        {
            "number": case.number,
            "shop": case.shop,
            "opened": case.opened_at.isoformat(timespec="minutes"),
            "kind": case.kind.value,
            "status": case.status,
            "units": sum(line.asked for line in case.lines),
            "id": case.id,
        }
        for case in returns.recent(_open(load), shop)
    ]
    _print(rows, as_json=as_json)


@returns_group.command(name="show")
@click.argument("number")
@AS_JSON
@click.pass_obj
def show_return(load: Callable[[], Config], number: str, *, as_json: bool) -> None:
    """Show a return, its lines, its refunds and its timeline; by number or id."""
    db = _open(load)
    for case in cases(db, number):
        if as_json:
            click.echo(msgspec.json.encode(_whole(db, case), enc_hook=plain).decode())
            continue
        click.echo(f"{case.number} at {case.shop}: {case.status}, {case.kind}")
        for said in _clock(clocks.of(db, case, clock())):
            click.echo(f"  {said}")
        for given in evidence.of_return(db, case.id):
            click.echo(f"  {_given(given)}")
        for line in case.lines:
            click.echo(f"  line {line.id}: {_line(line)}")
            for answer in line.trace:
                click.echo(f"      {answer.rule} {answer.says}: {answer.why}")
        for row in refunds.of_return(db, case.id):
            click.echo(f"  {row.amount} {row.state.value} {row.why}".rstrip())
            for text in made.of_refund(db, row):
                click.echo(f"      {text}")
        for event in history.timeline(db, case.id):
            at = event.at.isoformat(timespec="seconds")
            said = f"{event.about} {event.event} {event.state} {event.why}"
            click.echo(f"  {at} {said}".rstrip())


def cases(db: Database, number: str) -> list[Return]:
    """Return the returns of that number, one a shop, or the one of that id."""
    found = returns.by_number(db, number)
    return found or [returns.get(db, number)]


def _clock(reading: Reading | None) -> list[str]:
    """Say who waits for whom, until when, and what lateness costs."""
    if reading is None or reading.clock.what == "nothing":
        return []
    known = reading.clock
    until = f" until {known.until:%Y-%m-%d}" if known.until else ""
    by = f" ({known.article})" if known.article else ""
    late = f", {reading.days_late} days late" if reading.days_late else ""
    said = [f"{known.waits} waits for {known.on}: {known.what}{until}{by}{late}"]
    if known.late.article:
        cost = "a rate is not set" if reading.cost is None else str(reading.cost)
        contested = ", contested" if known.late.is_contested else ""
        said.append(f"lateness costs so far: {cost} ({known.late.article}{contested})")
    if reading.supplied:
        seen = ": look at it" if reading.is_unseen else ""
        said.append(f"evidence of sending was supplied on {reading.supplied}{seen}")
    return said


def _given(one: Given) -> str:
    """Say what the customer gave as evidence that he sent the goods."""
    at = one.at.isoformat(timespec="minutes")
    parts = (one.carrier, one.number, f"{one.photos} photos" if one.photos else "")
    return f"given of the sending at {at}: {', '.join(x for x in parts if x)}"


def _line(line: ReturnLine) -> str:
    """Say of a line how it stands and what it is made good with."""
    said = f"{line.asked} x {line.line_ref}: {line.decision}, {line.resolution.value}"
    if line.decided and line.decided is not line.wanted:
        said += f" (asked for: {line.wanted.value})"
    if line.goods and line.resolution in GOODS:
        goods = line.goods
        said += f", {goods.quantity} x {goods.title} for {goods.price}"
    return said


def _whole(db: Database, case: Return) -> dict[str, Any]:
    return {
        "return": case,
        "status": case.status,
        "clock": clocks.of(db, case, clock()),
        "evidence": evidence.of_return(db, case.id),
        "refunds": [
            {**_refund(row), "made": made.of_refund(db, row)}
            for row in refunds.of_return(db, case.id)
        ],
        "timeline": history.timeline(db, case.id),
    }


@click.group(name="refunds")
def refunds_group() -> None:
    """List and show refunds."""


@refunds_group.command(name="list")
@OF_SHOP
@AS_JSON
@click.pass_obj
def list_refunds(
    load: Callable[[], Config], shop: str | None, *, as_json: bool
) -> None:
    """List the newest refunds."""
    rows = [_refund(row) for row in refunds.recent(_open(load), shop)]
    _print(rows, as_json=as_json)


def _refund(row: refunds.RefundRow) -> dict[str, Any]:
    return {
        "return": row.request.return_number,
        "shop": row.shop,
        "planned": row.planned_at.isoformat(timespec="minutes"),
        "state": row.state.value,
        "amount": str(row.amount),
        "way": row.request.way.value,
        "at_shop": row.platform_ref,
        "id": row.id,
    }


@refunds_group.command(name="show")
@click.argument("refund_id")
@AS_JSON
@click.pass_obj
def show_refund(load: Callable[[], Config], refund_id: str, *, as_json: bool) -> None:
    """Show a refund: what was asked, and all that happened to it."""
    db = _open(load)
    row = refunds.get(db, refund_id)
    events = history.of(db, refund_id)
    if as_json:
        # Who knows the code of a credit can spend it: here it is only known by.
        request = replace(row.request, code=made.end_of(row.request.code))
        whole = {"refund": _refund(row), "request": request, "timeline": events}
        click.echo(msgspec.json.encode(whole, enc_hook=plain).decode())
        return
    click.echo(f"{row.amount} {row.state.value} {row.why}".rstrip())
    for share in row.request.lines:
        click.echo(f"  {share.quantity} x {share.ref}: {share.gross}")
    for one in row.request.deductions:
        click.echo(f"  kept ({one.code}): {one.amount}")
    for text in made.of_refund(db, row):
        click.echo(f"  {text}")
    for event in events:
        at = event.at.isoformat(timespec="seconds")
        click.echo(f"  {at} {event.event} {event.state} {event.why}".rstrip())


@click.group(name="inbox")
def inbox_group() -> None:
    """List and show deliveries."""


@inbox_group.command(name="list")
@OF_SHOP
@AS_JSON
@click.pass_obj
def list_inbox(load: Callable[[], Config], shop: str | None, *, as_json: bool) -> None:
    """List the newest deliveries."""
    rows = [
        {
            "id": one.id,
            "shop": one.shop,
            "topic": one.topic,
            "received": one.received_at.isoformat(timespec="seconds"),
            "state": one.state,
            "copies": one.copies,
            "note": one.note,
        }
        for one in inbox.recent(_open(load), shop)
    ]
    _print(rows, as_json=as_json)


@inbox_group.command(name="show")
@click.argument("delivery_id", type=int)
@click.option("--body", is_flag=True, help="Print the body too: personal data.")
@click.pass_obj
def show_delivery(load: Callable[[], Config], delivery_id: int, *, body: bool) -> None:
    """Show one delivery."""
    one = inbox.get(_open(load), delivery_id)
    click.echo(f"{one.topic} from {one.shop}, {one.state}, {one.copies} copies")
    click.echo(f"{len(one.body)} bytes, {one.attempts} attempts. {one.note}".rstrip())
    if body:
        click.echo(one.body.decode("utf-8", "replace"))


COMMANDS = (returns_group, refunds_group, inbox_group)
