"""SQL says of every line what the deciding function says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import policy as policies
from connector.backtest.clauses import Text
from connector.backtest.rows import UNSUITED, of_return
from connector.backtest.told import Told, tell
from connector.backtest.told import _told as told_of
from connector.backtest.whole import Verdicts, side_by_side
from connector.store import connect, pasts, shops
from tests.connector.backtest import drawn
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.store import Database

NOW = drawn.START + timedelta(days=400)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "woocommerce", "x", NOON)
    yield opened
    opened.close()


def by_sql(db: Database, *texts: str) -> dict[tuple[int, int], list[Told]]:
    """Ask the database what each policy says of every past line."""
    contains = "instr" if db.engine.name == "sqlite" else "strpos"
    values: dict[str, object] = {}
    found = []
    for key, text in zip("ab", texts, strict=False):
        written = Text(policies.load(text), contains, key)
        found.append(Verdicts(policies.load(text), written, key))
        values = {**values}
    now = str(int(NOW.timestamp()) * 1_000_000)
    query = side_by_side(
        found, "shop = 'boots'", pasts.reasons(db, "boots"), UNSUITED, now
    )
    for one in found:
        values |= one.text.values
    told = {}
    for row in db.query(query, **values):
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
                    )
                )
            )
            for one in found
        ]
    return told


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(data=st.data(), one=drawn.policies(), other=drawn.policies())
def test_sql_says_what_the_deciding_function_says(
    db: Database, data: st.DataObject, one: str, other: str
) -> None:
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    expected: dict[tuple[int, int], list[Told]] = {}
    for number in range(1, data.draw(st.integers(1, 4)) + 1):
        order = data.draw(drawn.orders())
        case = data.draw(drawn.cases(order))
        rows = of_return(order, case)
        pasts.keep(db, "boots", rows, f"return-{number}")
        for text in (one, other):
            verdict = policies.judge(policies.load(text), order, case)
            for place, (row, said) in enumerate(zip(rows, verdict.lines, strict=True)):
                told = expected.setdefault((number, place), [])
                told.append(told_of(row, said, verdict))
    assert by_sql(db, one, other) == expected
    rows = list(pasts.read(db, "boots", 0))
    for index, text in enumerate((one, other)):
        again = tell(policies.load(text), rows, "boots", NOW, {})
        assert {(n, p): said for n, p, said in again} == {
            key: told[index] for key, told in expected.items()
        }
