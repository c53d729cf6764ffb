"""quote: explain a refund offline, from an order as the platform's API gives it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from adapters.shopify import translate as shopify
from adapters.woocommerce import translate as woocommerce
from connector import policy
from connector import quote as quoting
from connector.errors import BadRequest
from connector.model import CREDITS
from connector.money import Money
from connector.wiring import clock

if TYPE_CHECKING:
    from connector.model import Order
    from connector.steps.offers import Outcome

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--platform", type=click.Choice(["shopify", "woocommerce"]), required=True
)
@click.option("--order", "order_file", type=FILE, required=True, help="ORDER.json")
@click.option("--return", "return_file", type=FILE, required=True, help="RETURN.json")
@click.option("--policy", "policy_file", type=FILE, help="A policy file.")
@click.option("--now", "moment", help="ISO time to judge at; now where left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def quote(
    *,
    platform: str,
    order_file: Path,
    return_file: Path,
    policy_file: Path | None,
    moment: str | None,
    as_json: bool,
) -> None:
    """Explain a refund before anything exists; changes nothing anywhere."""
    order = _order(platform, order_file)
    wanted = quoting.parse(return_file.read_bytes())
    rules = _policy(policy_file, order.currency)
    now = _moment(moment) if moment else clock()
    quoted = quoting.quote(order, wanted, rules, now)
    figures = quoting.figures(quoted, wanted)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        _table(order, quoted, figures)


def _policy(path: Path | None, currency: str) -> policy.Policy:
    """Return the policy given; without one, a bare one that adds no fee."""
    if path:
        return policy.load(policy.read(path), str(path))
    text = (files("connector.policy") / "plain.toml").read_text("utf-8")
    text = text.replace('currency = "EUR"', f'currency = "{currency}"')
    return policy.stored(text)  # whatever the order's currency is


def _order(platform: str, path: Path) -> Order:
    """Read ORDER.json; raises BadRequest with what to do."""
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        msg = f"{path.name} is not JSON: {error}"
        raise BadRequest(msg) from None
    try:
        return _translate(platform, data)
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"{path.name} is no order as {platform}'s API gives it; missing: {error}"
        raise BadRequest(msg) from None


def _translate(platform: str, data: Any) -> Order:  # noqa: ANN401 - JSON
    if platform == "woocommerce":
        return woocommerce.order(data, list(data.get("refunds") or ()), {})
    inner = data.get("data", data)
    return shopify.order(inner.get("order", inner))


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        msg = "--now must be an ISO time, as 2026-11-24T12:00:00Z"
        raise BadRequest(msg) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _table(order: Order, quoted: quoting.Quote, figures: dict[str, Any]) -> None:
    table = Table("line", "units", "gross", "tax", "way", "verdict", "why")
    for one in figures["lines"]:
        line = order.line(one["line"])
        table.add_row(
            line.title if line else one["line"],
            str(one["quantity"]),
            str(Money(one["gross_minor"], order.currency)),
            str(Money(one["tax_minor"], order.currency)),
            one["resolution"],
            one["verdict"],
            "\n".join(one["why"]),
        )
    Console().print(table)
    for one in quoted.outcomes:
        _outcome(order, one)
    if figures["is_sent_unknown"]:
        click.echo("note      the shop does not say what of this order was sent yet")


def _outcome(order: Order, one: Outcome) -> None:
    """Print what one way brings."""
    settled = one.settled
    name = one.way.value
    if settled is None:
        click.echo(f"{name:<9} no money")
        return
    for share in settled.shipping:
        is_fee = any(share.ref == one.ref for one in order.fees)
        click.echo(f"{'surcharge' if is_fee else 'shipping':<9} {share.gross}")
    for fee in settled.deductions:
        click.echo(f"kept      {fee.amount} ({fee.code})")
    for why in settled.ask:
        click.echo(f"ask       {why}")
    click.echo(f"{name:<9} {settled.amount}")
    if one.bonus:
        click.echo(f"bonus     {one.bonus}")
    if settled.owed:
        click.echo(f"owed      {settled.owed}")
    for tender in () if one.way in CREDITS else settled.tenders:
        click.echo(f"          {tender.amount} on {tender.gateway}")
