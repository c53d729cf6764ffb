"""A changed policy before it goes live: how many verdicts flip, and what that costs.

Both policies are asked about the same past lines in one query, on either store.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from connector import policy as policies
from connector.backtest import reasons
from connector.backtest.apart import SHOWN, Apart
from connector.backtest.clauses import Words
from connector.backtest.ends import Ends
from connector.backtest.lines import APPROVED, ASKED, DECLINED
from connector.backtest.maybe import maybe
from connector.backtest.part import NEW, OLD, Part
from connector.backtest.rows import UNSUITED, ticks
from connector.backtest.shared import Round, Task, shared
from connector.backtest.sql import flag
from connector.backtest.whole import TOLD, Verdicts
from connector.backtest.written import WHOLE, Lines, SideBySide
from connector.model import Kind
from connector.money import Money
from connector.policy.claims import kind_of
from connector.store import notices, pasts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from connector.model import Resolution
    from connector.policy import Policy
    from connector.store import Database

WORDS = {APPROVED: "approved", ASKED: "needs_person", DECLINED: "declined"}
LITTLE = 10_000  # returns that are not worth a second process
# What happens after a verdict: tables, and what a policy holds of them.
NOT_COMPARED = {
    "refund.when": ("refund_when",),
    "exchange": ("goods_when", "fallback"),
    "credit": ("credit_days",),
    "expiry": ("expiry_days",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One line of which the policies say different things.

    `return_id` is empty for a line that nobody has asked back. `cost` is what more the
    new policy pays for its whole return, the way back and the shipping with it. `old`
    and `new` are decision, way, bonus and restocking (basis points), the return's fee
    and shipping, and what the line brings, all three in minor units.
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
    pays more. `orders` are how many are touched. `shown` are lines that were asked
    back, `open_shown` some that could be and would be decided otherwise. `unseen`
    names tables that changed and whose effect is not in it.
    """

    lines: int = 0
    flips: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: int = 0
    open_lines: int = 0
    open_flips: Counter[tuple[str, str]] = field(default_factory=Counter)
    cost: dict[str, Money] = field(default_factory=dict)
    orders: int = 0
    shown: list[Flip] = field(default_factory=list)
    open_shown: list[Flip] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def compare(
    db: Database,
    shop: str,
    old: str,
    new: str,
    now: datetime,
    since: timedelta,
    ways: frozenset[Resolution] | None = None,
) -> Report:
    """Ask both policies, given as texts, of all that was asked or bought `since`.

    `ways` are what the shop can make good with, None where nobody knows. Raises
    PolicyError where a policy cannot be read.
    """
    sides = {OLD: policies.stored(old), NEW: policies.load(new)}
    first = ticks(now - since)
    parts = [
        {"shop": shop, "since": first, "low": low, "high": high}
        for low, high in _parts(db)
    ]
    report = Report()

    def written() -> Task:
        return _written(db, shop, sides, now, ways)

    def counted() -> None:
        report.lines, report.open_lines = pasts.counts(db, shop, first)

    found = [Part.of(rows) for rows in shared(db, written, parts, counted)]
    _add(report, found)
    report.unseen = list(_unseen(db, shop, sides))
    return report


def _unseen(db: Database, shop: str, sides: Mapping[str, Policy]) -> Iterator[str]:
    """Name what the policies hold differently, and whose effect is not reckoned.

    A past return stays of the kind that it was opened as, by the reasons of then.
    """
    old, new = sides[OLD], sides[NEW]
    for table, names in NOT_COMPARED.items():
        if any(getattr(old, x) != getattr(new, x) for x in names):
            yield table
    given = (one for one in pasts.reasons(db, shop) if one != UNSUITED)
    if any(kind_of(old, one) is not kind_of(new, one) for one in given):
        yield "reasons.fault"


def _is_not(db: Database) -> str:
    return "IS NOT" if db.engine.name == "sqlite" else "IS DISTINCT FROM"


def _of_shop(db: Database) -> str:
    """Say whose lines they are, in words that no index of shops is looked up for."""
    if db.engine.name == "sqlite":
        return "+x.shop = :shop"
    return f"{flag('x.shop = :shop')} = 1"


def _written(
    db: Database,
    shop: str,
    sides: Mapping[str, Policy],
    now: datetime,
    ways: frozenset[Resolution] | None,
) -> Task:
    words = _words(db, shop, ways)
    kinds = pasts.kinds(db, shop) or [Kind.VOLUNTARY]
    found = [Verdicts(policy, words, key, kinds) for key, policy in sides.items()]
    # Lines are read in the order of their returns: no index of shops tempts a planner.
    all_ = (
        "x.case_no > :low AND x.case_no <= :high"
        f" AND {_of_shop(db)}"
        " AND COALESCE(x.asked, x.placed) >= :since"
    )
    is_not, text = _is_not(db), found[0].text
    lines = Lines(all_, ticks(now))
    tables = [*(f"{name}r" for name in words.reasons), *words.ends.tables]
    word = db.engine.words
    prepared = list(reasons.tables(words.reasons, words.given, text.value, word))
    prepared += words.ends.made(db.engine.words)
    if some := maybe(found[0], found[1], lines, is_not):
        which_ones, those = some
        number = word["int"]
        columns = f"(case_no {number} PRIMARY KEY, kind TEXT, order_ref TEXT)"
        prepared += [
            f"CREATE TEMP TABLE past_maybe {columns}",
            f"INSERT INTO past_maybe {which_ones}",
        ]
        rounds = (
            _round(
                db,
                [one.only(kind) for one in found],
                _of(kind, ticks(now)),
                "past_maybe",
            )
            for kind in those
        )
    else:
        firsts = "(SELECT * FROM past_lines WHERE position = 0)"
        rounds = (_round(db, found, lines, firsts) for _ in range(1))
    return Task(
        path=db.path,
        prepared=prepared,
        rounds=rounds,
        tables=[*tables, "past_maybe"],
        values=dict(words.values),
    )


def _of(kind: Kind, now: int) -> Lines:
    """Name the lines of returns of one kind which could fare differently."""
    which = f"x.case_no = m.case_no AND m.kind = {kind.value!r}"
    return Lines(which, now, "past_maybe m CROSS JOIN ")


def _round(db: Database, found: Sequence[Verdicts], lines: Lines, orders: str) -> Round:
    word, is_not = db.engine.words, _is_not(db)
    told = SideBySide(found, is_not)
    apart = Apart(told, word, is_not, orders)
    return Round(
        prepared=[
            told.table_made(word),
            told.by_line(lines),
            *told.whole_made(word),
            *apart.made(),
        ],
        queries=apart.queries(),
        tables=[told.table, WHOLE, "past_diff"],
        values=dict(found[0].text.words.values),
    )


def _words(db: Database, shop: str, ways: frozenset[Resolution] | None) -> Words:
    contains = "instr" if db.engine.name == "sqlite" else "strpos"
    ends = Ends(pasts.has_unknown(db, shop), pasts.spans(db, shop))
    given, channels = pasts.reasons(db, shop), pasts.channels(db, shop)
    since = notices.since(db, shop)
    told = ticks(since) if since else None
    return Words(contains, given, ends, channels, ways, told)


def _parts(db: Database) -> list[tuple[int, int]]:
    """Return the parts that cores share: returns above one number, up to another."""
    [row] = db.query(
        "SELECT COALESCE((SELECT min(case_no) FROM past_lines), 1) - 1 AS low,"
        " COALESCE((SELECT max(case_no) FROM past_lines), 1) AS high"
    )
    low, high = row["low"], row["high"]
    parts = (os.cpu_count() or 1) if high - low > LITTLE else 1
    return list(pairwise(low + (high - low) * n // parts for n in range(parts + 1)))


def _add(report: Report, parts: Sequence[Part]) -> None:
    """Bring what the parts say together."""
    for part in parts:
        for row in part.flips:
            _count(report, row)
        for row in part.costs:
            currency = row["currency"]
            before = report.cost.get(currency, Money.zero(currency))
            report.cost[currency] = before + Money(int(row["cost"]), currency)
    report.orders = len(set().union(*(part.orders for part in parts)))
    report.shown = _most(row for part in parts for row in part.shown)
    report.open_shown = _most(row for part in parts for row in part.open_shown)


def _most(rows: Iterable[dict[str, Any]]) -> list[Flip]:
    found = sorted(rows, key=lambda row: (-abs(row["cost"]), row["case_no"]))
    return [_flip(row) for row in found[:SHOWN]]


def _count(report: Report, row: dict[str, Any]) -> None:
    pair = (WORDS[row["old_decision"]], WORDS[row["new_decision"]])
    if row["is_asked"] and pair[0] == pair[1]:
        report.others += row["lines"]
    elif row["is_asked"]:
        report.flips[pair] += row["lines"]
    elif pair[0] != pair[1]:
        report.open_flips[pair] += row["lines"]


def _flip(row: dict[str, Any]) -> Flip:
    return Flip(
        order_ref=row["order_ref"],
        number=row["number"],
        line_ref=row["line_ref"],
        return_id=row["return_id"] or "",
        cost=Money(int(row["cost"]), row["currency"]),
        old=_told(row, OLD),
        new=_told(row, NEW),
    )


def _told(row: dict[str, Any], key: str) -> dict[str, Any]:
    found = {name: row[f"{key}_{name}"] for name in TOLD}
    return {**found, "decision": WORDS[found["decision"]]}
