"""A table of days ends a withdrawal where the law does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import law
from connector import policy as policies
from connector.backtest.ends import Ends
from connector.backtest.rows import of_return, ticks
from connector.backtest.sql import flag
from connector.model import Kind
from connector.policy.periods import NEVER, withdrawal_ends
from connector.store import connect, pasts, shops
from tests.connector.backtest import drawn
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order
    from connector.store import Database

READINGS: tuple[dict[str, bool], ...] = (
    {},
    {"roll_over": False},
    {"home_visit": True},
    {"uk_goodwill": False},
)
PLAIN = (Path(__file__).parents[3] / "connector/policy/plain.toml").read_text()
COUNTRIES = ("FR", "DE", "ES", "IT", "AT", "GB", "US", "")
DAY = 86_400_000_000  # microseconds
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "woocommerce", "x", NOON)
    yield opened
    opened.close()


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(
    orders=st.lists(drawn.orders(), min_size=1, max_size=4),
    data=st.data(),
    grace=st.integers(0, 12),
    reading=st.sampled_from(READINGS),
)
def test_a_withdrawal_ends_where_the_law_says(
    db: Database,
    orders: list[Order],
    data: st.DataObject,
    grace: int,
    reading: dict[str, bool],
) -> None:
    plain = policies.load(PLAIN)
    policy = replace(
        plain,
        window=replace(plain.window, grace_days=grace),
        switches={**law.DEFAULTS, **reading},
    )
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    expected: dict[str, int] = {}
    for number, drawn_one in enumerate(orders):
        country = data.draw(st.sampled_from(COUNTRIES))
        customer = replace(drawn_one.customer, country=country)
        order = replace(drawn_one, customer=customer)
        case = data.draw(drawn.cases(order))
        rows = of_return(order, case)
        name = f"return-{number}"
        pasts.keep(db, "boots", rows, name)
        if rows and case.kind in (Kind.VOLUNTARY, Kind.WITHDRAWAL):
            ends_at = withdrawal_ends(order, grace, policy.switches)[2]
            expected[name] = ticks(ends_at)
    off = data.draw(st.integers(0, 60 * DAY))
    asked = (-off, 0, 1, off + 1)  # from the period's end, in microseconds
    ends = Ends(pasts.has_unknown(db, "boots"), pasts.spans(db, "boots"))
    runs = ends.runs(policy)
    for statement in ends.made(db.engine.words):
        db.execute(statement)
    found = [
        (name, one, _runs(db, runs, name, end, one))
        for name, end in expected.items()
        for one in asked
    ]
    for table in ends.tables:
        db.execute(f"DROP TABLE {table}")
    assert found == [
        (name, one, one <= 0 or end == ticks(NEVER))
        for name, end in expected.items()
        for one in asked
    ]


def _runs(db: Database, runs: str, name: str, end: int, off: int) -> bool:
    """Say whether a return's period runs so long after its end, by SQL."""
    at = min(end + off, ticks(NEVER))
    [row, *_] = db.query(
        f"SELECT {flag(runs)} AS runs FROM (SELECT x.*, {at} AS asked_at"  # noqa: S608 - ours
        " FROM past_lines x WHERE x.return_id = :name) p",
        name=name,
    )
    return bool(row["runs"])
