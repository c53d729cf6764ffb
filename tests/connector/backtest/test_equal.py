"""SQL says of every line what the deciding function says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import policy as policies
from connector.backtest import reasons
from connector.backtest.clauses import PLAIN, Words
from connector.backtest.diff import compare
from connector.backtest.ends import Ends
from connector.backtest.reasons import FEW
from connector.backtest.rows import of_return, ticks
from connector.backtest.shared import Round, Task, shared
from connector.backtest.whole import Verdicts
from connector.backtest.written import WHOLE, Lines, SideBySide
from connector.model import Kind
from connector.money import Money
from connector.policy import Past
from connector.store import connect, notices, pasts, shops
from tests.connector.backtest import drawn
from tests.connector.backtest.changes import changed
from tests.connector.backtest.told import Told, told_of
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order
    from connector.policy import Case
    from connector.store import Database
    from tests.connector.backtest.told import Row

NOW = drawn.START + timedelta(days=400)
LONG = "".join(
    f"""
[[rules]]
name = "long {number}"
priority = {number + 2}
when = {{ tag = "long-{number}" }}
then = {{ decide = "ask" }}
why = "so"
"""
    for number in range(PLAIN)
)
SINCE = timedelta(days=4000)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "woocommerce", "x", NOON)
    since = NOON - SINCE  # so customers who withdraw bear what the policy says
    notices.say(opened, "boots", digest="", since=since, actor="x", now=NOON)
    yield opened
    opened.close()


def by_sql(
    db: Database, *texts: str, by_kind: bool
) -> dict[tuple[int, int], list[Told]]:
    """Ask the database what each policy says of every past line."""
    contains = "instr" if db.engine.name == "sqlite" else "strpos"
    ends = Ends(pasts.has_unknown(db, "boots"), pasts.spans(db, "boots"))
    came = pasts.channels(db, "boots")
    informed = ticks(NOON - SINCE)
    words = Words(contains, pasts.reasons(db, "boots"), ends, came, None, informed)
    found = [
        Verdicts(policies.stored(text), words, key)
        for key, text in zip("ab", texts, strict=False)
    ]
    is_not = "IS NOT" if db.engine.name == "sqlite" else "IS DISTINCT FROM"
    sides = _sides(found, is_not, by_kind=by_kind)
    task = Task(
        path=db.path,
        prepared=[
            *reasons.tables(
                words.reasons, words.given, found[0].text.value, db.engine.words
            ),
            *ends.made(db.engine.words),
        ],
        rounds=[_round(db, *side) for side in sides],
        tables=[*(f"{x}r" for x in words.reasons), *ends.tables],
        values=words.values,
    )
    told = {}
    for row in next(shared(db, lambda: task, [{}]))["told"]:
        told[row["case_no"], row["position"]] = [
            Told(
                *(
                    row[f"{one.key}_{name}"]
                    for name in (
                        "decision",
                        "way",
                        "bonus",
                        "restocking",
                        "fee",
                        "given",
                        "shipping",
                    )
                )
            )
            for one in found
        ]
    return told


def _sides(
    found: list[Verdicts], is_not: str, *, by_kind: bool
) -> list[tuple[SideBySide, Lines]]:
    """Ask of one kind of return after another, as `compare` can, or all at once."""
    now = int(NOW.timestamp()) * 1_000_000
    if not by_kind:
        return [(SideBySide(found, is_not), Lines("x.shop = 'boots'", now))]
    return [
        (
            SideBySide([one.only(kind) for one in found], is_not),
            Lines(f"x.shop = 'boots' AND x.kind = '{kind}'", now),
        )
        for kind in Kind
    ]


def _round(db: Database, side: SideBySide, lines: Lines) -> Round:
    return Round(
        prepared=[
            side.table_made(db.engine.words),
            side.by_line(lines),
            *side.whole_made(db.engine.words),
        ],
        queries={"told": f"WITH {side.told()} SELECT * FROM told"},  # noqa: S608 - ours
        tables=[side.table, WHOLE],
        values={},
    )


def with_many_reasons(db: Database, row: Row) -> None:
    """Keep a return from before all others whose lines have many reasons."""
    asked = ticks(NOW - SINCE) - 1
    old = {**row, "asked": asked, "placed": asked, "customer": "", "order_ref": "old"}
    rows = [{**old, "reason": f"reason {number}"} for number in range(FEW + 1)]
    pasts.keep(db, "boots", rows, "return-old")


def before(
    order: Order, case: Case, asked: list[tuple[Order, Case, list[Row]]]
) -> tuple[Past, ...]:
    """Return what the same customer asked back besides, as of now."""
    return tuple(
        Past(
            asked_at=other.asked_at,
            worth=Money(sum(row["worth"] for row in rows), bought.currency),
        )
        for bought, other, rows in asked
        if other is not case
        and order.customer.email
        and bought.customer.email == order.customer.email
        and other.asked_at <= case.asked_at
    )


def asked_back(
    db: Database, data: st.DataObject
) -> list[tuple[Order, Case, list[Row]]]:
    """Keep the lines of some returns, and of no other."""
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    asked = []
    for number in range(1, data.draw(st.integers(1, 4)) + 1):
        order = data.draw(drawn.orders())
        case = data.draw(drawn.cases(order))
        rows = of_return(order, case)
        pasts.keep(db, "boots", rows, f"return-{number}")
        asked.append((order, case, rows))
    return asked


def told_by_judging(
    asked: list[tuple[Order, Case, list[Row]]], *texts: str
) -> dict[tuple[int, int], list[Told]]:
    """Ask the deciding function what each policy says of every line."""
    expected: dict[tuple[int, int], list[Told]] = {}
    for number, (order, case, rows) in enumerate(asked, start=1):
        seen = replace(case, past=before(order, case, asked))
        for text in texts:
            verdict = policies.judge(policies.stored(text), order, seen)
            for place, (row, said) in enumerate(zip(rows, verdict.lines, strict=True)):
                told = expected.setdefault((number, place), [])
                told.append(told_of(row, said, verdict))
    return expected


def by_hand(
    expected: dict[tuple[int, int], list[Told]],
) -> tuple[Counter[tuple[str, str]], int]:
    """Count flips, and lines whose terms alone differ, from what is told of each."""
    words = ("approved", "needs_person", "declined")
    flips: Counter[tuple[str, str]] = Counter()
    others = 0
    for old, new in expected.values():
        if old.decision != new.decision:
            flips[words[old.decision], words[new.decision]] += 1
        elif old != new:
            others += 1
    return flips, others


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(
    data=st.data(),
    one=drawn.policies(),
    other=drawn.policies(),
    given_so=st.sampled_from(("near", "many reasons", "long", "")),
)
def test_sql_says_what_the_deciding_function_says(
    db: Database,
    data: st.DataObject,
    one: str,
    other: str,
    given_so: str,
) -> None:
    if given_so:  # most changes are small; then only what they touch is asked about
        other = data.draw(changed(one))
    if given_so == "long":  # what has no room as it is becomes a column
        one, other = one + LONG, other + LONG
    asked = asked_back(db, data)
    if given_so == "many reasons":  # few reasons are told apart without a table
        with_many_reasons(db, asked[0][2][0])
    expected = told_by_judging(asked, one, other)
    found = by_sql(db, one, other, by_kind=data.draw(st.booleans()))
    assert {key: found[key] for key in expected} == expected
    report = compare(db, "boots", one, other, NOW, SINCE)
    assert (report.flips, report.others) == by_hand(expected)
    # What each costs is proved by paying it (`test_real`); here, that it is added up.
    costs = {one.return_id: one.cost for one in report.shown}
    more: Counter[str] = Counter()
    for one_cost in costs.values():
        more[one_cost.currency] += one_cost.minor
    assert Counter({name: one.minor for name, one in report.cost.items()}) == more
    assert [(one.return_id, one.cost) for one in report.shown] == sorted(
        (
            (f"return-{number}", costs[f"return-{number}"])
            for (number, _), (old, new) in expected.items()
            if old != new
        ),
        key=lambda pair: (-abs(pair[1].minor), pair[0]),
    )


def test_a_policy_with_another_priority_for_its_only_rule_changes_nothing(
    db: Database,
) -> None:
    rule = """
[[rules]]
name = "red"
priority = 1
when = { tag = "red" }
then = { decide = "ask" }
why = "so"
"""
    old = 'currency = "EUR"\n[window]\ndays = 30\n[[reasons]]\ncode = "small"\n' + rule
    report = compare(db, "boots", old, old.replace("= 1", "= 2"), NOW, SINCE)
    assert (report.flips, report.others, report.cost) == (Counter(), 0, {})
    assert (report.shown, report.orders, report.unseen) == ([], 0, [])
