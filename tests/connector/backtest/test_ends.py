"""A table of days ends a withdrawal where the law does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import law
from connector import policy as policies
from connector.backtest.ends import Ends
from connector.backtest.rows import of_return, ticks
from connector.model import Kind
from connector.policy.periods import withdrawal_ends
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
LAST = drawn.START + timedelta(days=400)
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
    ends = Ends(pasts.has_unknown(db, "boots"))
    moment = ends.moment(policy)
    first = pasts.first(db, "boots") or LAST
    made = ends.made(db.engine.words, pasts.countries(db, "boots"), first, LAST)
    for statement in made:
        db.execute(statement)
    rows = db.query(f"SELECT p.return_id, {moment} AS ends FROM past_lines p")  # noqa: S608 - ours
    for name in ends.tables:
        db.execute(f"DROP TABLE {name}")
    found = {row["return_id"]: row["ends"] for row in rows}
    assert {name: found[name] for name in expected} == expected
