"""Try a changed policy on what was asked and bought, before it goes live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connector import policy
from connector.backtest.diff import SHOWN, compare
from connector.errors import BadRequest
from connector.steps import pasts
from connector.store import shops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connector.backtest.diff import Flip, Report
    from connector.store import Database

MONTH = timedelta(days=30.4375)  # a twelfth of a year
MOST_MONTHS = 120


def run(db: Database, shop: str, text: str, now: datetime, months: int) -> Report:
    """Compare the policy in force with `text`; what is not written down yet, is first.

    Raises PolicyError for a text that cannot be read, BadRequest for a shop without
    a policy, or for a length of time that makes no sense.
    """
    policy.load(text)
    live = shops.get(db, shop).policy_hash
    if not live:
        msg = f"{shop} has no policy yet: there is nothing to compare with"
        raise BadRequest(msg)
    if not 0 < months <= MOST_MONTHS:
        msg = f"look back between 1 and {MOST_MONTHS} months"
        raise BadRequest(msg, months=months)
    pasts.run(db, shop)
    old = shops.policy_text(db, live)
    return compare(db, shop, old, text, now, months * MONTH)


def told(report: Report) -> Iterator[str]:
    """Say a report in lines of English."""
    yield f"{report.lines} lines asked back, {report.open_lines} that still could be"
    yield f"verdicts that flip: {sum(report.flips.values())}, on {report.orders} orders"
    for (old, new), count in sorted(report.flips.items()):
        yield f"  {old} -> {new}: {count}"
    yield f"same verdict, other terms: {report.others}"
    for (old, new), count in sorted(report.open_flips.items()):
        yield f"not asked yet, {old} -> {new}: {count}"
    for amount in report.cost.values():
        word = "costs" if amount.minor > 0 else "saves"
        yield f"it {word} {amount if amount.minor > 0 else -amount}"
    for one in report.shown:
        yield f"  {one.number} line {one.line_ref}: {_said(one)}"
    if len(report.shown) == SHOWN:
        yield f"  ... only the {SHOWN} that cost most are named"


def _said(one: Flip) -> str:
    old, new = one.old, one.new
    names = {"decision": "", "way": "", "restocking": "fee ", "bonus": "bonus "}
    changes = [
        f"{word}{old[name]} -> {new[name]}"
        for name, word in names.items()
        if old[name] != new[name]
    ]
    if old["fee"] != new["fee"]:
        changes.append(f"way back {old['fee'] or 0} -> {new['fee'] or 0}")
    return f"{', '.join(changes)} ({one.cost})"


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
        "shown": [
            {
                "order": one.order_ref,
                "number": one.number,
                "line": one.line_ref,
                "return": one.return_id,
                "cost_minor": one.cost.minor,
                "currency": one.cost.currency,
                "old": one.old,
                "new": one.new,
            }
            for one in report.shown
        ],
    }


def _pairs(flips: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {"old": old, "new": new, "lines": count}
        for (old, new), count in sorted(flips.items())
    ]
