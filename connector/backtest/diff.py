"""A changed policy before it goes live: how many verdicts flip, and what that costs.

Both policies are asked about the same past lines in one query, on either store.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector import policy as policies
from connector.backtest.clauses import Text
from connector.backtest.lines import APPROVED, ASKED, DECLINED
from connector.backtest.rows import UNSUITED, ticks
from connector.backtest.whole import TOLD, Verdicts, side_by_side
from connector.money import Money
from connector.store import pasts

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from connector.store import Database

WORDS = {APPROVED: "approved", ASKED: "needs_person", DECLINED: "declined"}
OLD, NEW = "old", "new"
SHOWN = 100  # lines that are named one by one, those that cost most first


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One line of which the policies say different things.

    `return_id` is empty for a line that nobody has asked back. `old` and `new` are
    decision, way, bonus and restocking (basis points), the return's fee, and what
    the line brings, both in minor units.
    """

    order_ref: str
    number: str
    line_ref: str
    return_id: str
    cost: Money
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Report:
    """What would have been otherwise.

    `flips` counts lines by (old decision, new decision), `others` those whose decision
    stays and whose money does not; both once for what was asked, and in `open_flips`
    for what could still be asked. `cost` is by currency: above zero the new policy
    pays more. `orders` are how many are touched.
    """

    lines: int = 0
    flips: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: int = 0
    open_lines: int = 0
    open_flips: Counter[tuple[str, str]] = field(default_factory=Counter)
    cost: dict[str, Money] = field(default_factory=dict)
    orders: int = 0
    shown: list[Flip] = field(default_factory=list)


def compare(
    db: Database, shop: str, old: str, new: str, now: datetime, since: timedelta
) -> Report:
    """Ask both policies, given as texts, of all that was asked or bought `since`.

    Raises PolicyError where one of them cannot be read.
    """
    query, values = _written(db, shop, old, new, now)
    values |= {"shop": shop, "since": ticks(now - since)}
    differs = " OR ".join(
        f"{OLD}_{name} IS DISTINCT FROM {NEW}_{name}"
        if db.engine.name != "sqlite"
        else f"{OLD}_{name} IS NOT {NEW}_{name}"
        for name in TOLD
    )
    report = _counted(db, shop, values["since"])
    db.execute("DROP TABLE IF EXISTS past_diff")
    db.execute(
        f"CREATE TEMP TABLE past_diff AS WITH {query}"
        f" SELECT * FROM told WHERE {differs}",
        **values,
    )
    try:
        _sum(db, report)
        _costs(db, report)
        _show(db, report)
    finally:
        db.execute("DROP TABLE past_diff")
    return report


def _written(
    db: Database, shop: str, old: str, new: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    contains = "instr" if db.engine.name == "sqlite" else "strpos"
    both = []
    for key, text in ((OLD, old), (NEW, new)):
        policy = policies.load(text)
        both.append(Verdicts(policy, Text(policy, contains, key), key))
    where = "x.shop = :shop AND COALESCE(x.asked, x.placed) >= :since"
    raw = pasts.reasons(db, shop) or [UNSUITED]
    query = side_by_side(both, where, raw, UNSUITED, str(ticks(now)))
    values: dict[str, Any] = {}
    for one in both:
        values |= one.text.values
    return query, values


def _counted(db: Database, shop: str, since: int) -> Report:
    rows = db.query(
        "SELECT count(*) AS lines, count(asked) AS asked FROM past_lines"
        " WHERE shop = :shop AND COALESCE(asked, placed) >= :since",
        shop=shop,
        since=since,
    )
    asked = rows[0]["asked"]
    return Report(lines=asked, open_lines=rows[0]["lines"] - asked)


def _sum(db: Database, report: Report) -> None:
    rows = db.query(
        "SELECT is_asked, old_decision, new_decision, count(*) AS lines"
        " FROM past_diff GROUP BY is_asked, old_decision, new_decision"
    )
    for row in rows:
        pair = (WORDS[row["old_decision"]], WORDS[row["new_decision"]])
        if not row["is_asked"]:
            if pair[0] != pair[1]:
                report.open_flips[pair] += row["lines"]
        elif pair[0] == pair[1]:
            report.others += row["lines"]
        else:
            report.flips[pair] += row["lines"]
    found = db.query(
        "SELECT count(DISTINCT p.order_ref) AS orders FROM past_diff d"
        " JOIN past_lines p ON p.case_no = d.case_no AND p.position = d.position"
    )
    report.orders = found[0]["orders"]


def _costs(db: Database, report: Report) -> None:
    """Add up what more, or less, goes back of what was asked; fees once a return."""
    rows = db.query(
        "SELECT currency, sum(new_given - old_given) AS lines FROM past_diff"
        " WHERE is_asked = 1 GROUP BY currency"
    )
    fees = db.query(
        "SELECT currency, sum(old_paid - new_paid) AS fees FROM (SELECT case_no,"
        " currency, COALESCE(max(CASE WHEN old_given > 0 THEN old_fee END), 0)"
        " AS old_paid, COALESCE(max(CASE WHEN new_given > 0 THEN new_fee END), 0)"
        " AS new_paid FROM past_diff WHERE is_asked = 1"
        " GROUP BY case_no, currency) f GROUP BY currency"
    )
    by_fees = {row["currency"]: row["fees"] for row in fees}
    for row in rows:
        currency = row["currency"]
        minor = int(row["lines"]) + int(by_fees.get(currency, 0))
        report.cost[currency] = Money(minor, currency)


def _show(db: Database, report: Report) -> None:
    rows = db.query(
        "SELECT d.*, p.order_ref, p.number, p.line_ref, p.return_id FROM past_diff d"
        " JOIN past_lines p ON p.case_no = d.case_no AND p.position = d.position"
        " WHERE d.is_asked = 1 ORDER BY abs(d.new_given - d.old_given) DESC,"
        f" d.case_no, d.position LIMIT {SHOWN}"  # noqa: S608 - a number of ours
    )
    for row in rows:
        report.shown.append(
            Flip(
                order_ref=row["order_ref"],
                number=row["number"],
                line_ref=row["line_ref"],
                return_id=row["return_id"] or "",
                cost=Money(row["new_given"] - row["old_given"], row["currency"]),
                old=_told(row, OLD),
                new=_told(row, NEW),
            )
        )


def _told(row: dict[str, Any], key: str) -> dict[str, Any]:
    found = {name: row[f"{key}_{name}"] for name in TOLD}
    return {**found, "decision": WORDS[found["decision"]]}
