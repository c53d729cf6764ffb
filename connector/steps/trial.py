"""Try a changed policy on what was asked and bought, before it goes live."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import policy
from connector.backtest.apart import SHOWN
from connector.backtest.diff import compare
from connector.errors import BadRequest
from connector.money import Money
from connector.saying import saying
from connector.steps import pasts
from connector.steps.amends import possible
from connector.store import shops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from connector.backtest.diff import Flip, Report
    from connector.platform import Abilities
    from connector.store import Database

MONTH = timedelta(days=30.4375)  # a twelfth of a year
MOST_MONTHS = 120
PERCENT = 100  # basis points


def run(
    db: Database,
    shop: str,
    text: str,
    now: datetime,
    months: int,
    able: Abilities | None = None,
) -> Report:
    """Compare the policy in force with `text`; what is not written down yet, is first.

    Without what the shop is `able` to do, it is taken to be able to do all. Raises
    PolicyError for a text that cannot be read, BadRequest for a shop without a policy,
    or for a length of time that makes no sense.
    """
    policy.load(text)
    live = shops.get(db, shop).policy_hash
    if not live:
        msg = saying(
            "%(shop)s has no policy yet: there is nothing to compare with", shop=shop
        )
        raise BadRequest(msg)
    if not 0 < months <= MOST_MONTHS:
        msg = saying("look back between 1 and %(most)s months", most=MOST_MONTHS)
        raise BadRequest(msg, months=months)
    pasts.run(db, shop)
    old = shops.policy_text(db, live)
    ways = possible(able) if able else None
    return compare(db, shop, old, text, now, months * MONTH, ways)


def told(report: Report) -> Iterator[str]:
    """Say a report in lines of English."""
    yield f"{report.lines} lines asked back, {report.open_lines} that still could be"
    yield f"verdicts that flip: {sum(report.flips.values())}"
    yield from _pairs_said(report.flips)
    yield f"same verdict, other terms: {report.others}"
    yield f"not asked yet, would be decided otherwise: {report.open_flips.total()}"
    yield from _pairs_said(report.open_flips)
    yield f"orders that any of this touches: {report.orders}"
    yield from _cost_said(report)
    for table in report.unseen:
        yield f"[{table}] differs too: what that changes is not reckoned here"
    for one in report.shown:
        yield f"  {one.number} line {one.line_ref}: {_said(one)}"
    for one in report.open_shown:
        yield f"  {one.number} line {one.line_ref}, not asked yet: {_said(one)}"
    if SHOWN in (len(report.shown), len(report.open_shown)):
        yield f"  ... only the {SHOWN} that matter most are named"


def _pairs_said(flips: Mapping[tuple[str, str], int]) -> Iterator[str]:
    for (old, new), count in sorted(flips.items()):
        yield f"  {old} -> {new}: {count}"


def _cost_said(report: Report) -> Iterator[str]:
    amounts = [one for one in report.cost.values() if one.minor]
    if not amounts:
        yield "it costs nothing, and saves nothing"
    for amount in amounts:
        word = "costs" if amount.minor > 0 else "saves"
        yield f"it {word} {amount if amount.minor > 0 else -amount}"


def _said(one: Flip) -> str:
    """Say what changes of a line; of its return, what more goes back."""
    old, new, currency = one.old, one.new, one.cost.currency
    said: dict[str, tuple[str, Callable[[Any], str]]] = {
        "decision": ("", str),
        "way": ("", str),
        "restocking": ("restocking fee ", _percent),
        "bonus": ("bonus ", _percent),
        "fee": ("way back ", partial(_amount, currency)),
        "shipping": ("shipping ", partial(_amount, currency)),
    }
    changes = [
        f"{word}{write(old[name])} -> {write(new[name])}"
        for name, (word, write) in said.items()
        if old[name] != new[name]
    ]
    cost = f" (its return: {one.cost})" if one.return_id else ""
    return f"{', '.join(changes)}{cost}"


def _percent(basis_points: int) -> str:
    return f"{basis_points / PERCENT:g} %"


def _amount(currency: str, minor: int | None) -> str:
    return str(Money(minor or 0, currency))


def as_json(report: Report) -> dict[str, Any]:
    """Write a report as plain data; amounts are minor units."""
    return {
        "lines": report.lines,
        "open_lines": report.open_lines,
        "flips": _pairs(report.flips),
        "open_flips": _pairs(report.open_flips),
        "others": report.others,
        "orders": report.orders,
        "cost_minor": {name: one.minor for name, one in report.cost.items()},
        "not_compared": report.unseen,
        "shown": [_plain(one) for one in report.shown],
        "open_shown": [_plain(one) for one in report.open_shown],
    }


def _plain(one: Flip) -> dict[str, Any]:
    return {
        "order": one.order_ref,
        "number": one.number,
        "line": one.line_ref,
        "return": one.return_id,
        "cost_minor": one.cost.minor,
        "currency": one.cost.currency,
        "old": one.old,
        "new": one.new,
    }


def _pairs(flips: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {"old": old, "new": new, "lines": count}
        for (old, new), count in sorted(flips.items())
    ]
