"""Parts of the past lines are asked side by side, and come to the same as one."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.backtest.aside import Aside, Round, Task
from connector.backtest.rows import of_return
from connector.backtest.shared import shared
from connector.model import Customer, Kind, Line, Order, OrderStatus
from connector.money import Money
from connector.policy import Case, Wanted
from connector.store import connect, pasts, shops
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.store import Database

RETURNS = 6
PARTS = [{"low": 0, "high": 2}, {"low": 2, "high": 3}, {"low": 3, "high": RETURNS}]


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    """A file of SQLite: PostgreSQL has processes of its own."""
    opened = connect(str(tmp_path / "retour.sqlite"))
    fill(opened)
    yield opened
    opened.close()


def fill(opened: Database) -> None:
    shops.put(opened, "boots", "woocommerce", "x", NOON)
    price = Money(1250, "EUR")
    order = Order(
        ref="1", number="#1", currency="EUR", total=price, placed_at=NOON,
        status=OrderStatus.OPEN, updated_at=NOON, lines=(
            Line(ref="l0", title="Boots", quantity=1, gross=price),
        ), customer=Customer(email="ada@example.test"),
    )  # fmt: skip
    wanted = (Wanted(line_ref="l0", quantity=1, reason="too-small"),)
    case = Case(kind=Kind.VOLUNTARY, asked_at=NOON, lines=wanted)
    for number in range(RETURNS):
        rows = of_return(replace(order, ref=str(number)), case)
        pasts.keep(opened, "boots", rows, f"return-{number}")


def task(path: str) -> Task:
    """Name the orders of a part, by way of tables as the real ones are, twice."""
    one = Round(
        prepared=["CREATE TEMP TABLE past_round AS SELECT order_ref FROM past_part"],
        queries={"orders": "SELECT order_ref FROM past_round"},
        tables=["past_round"],
        values={},
    )
    return Task(
        path=path,
        prepared=[
            (
                "CREATE TEMP TABLE past_part AS SELECT order_ref FROM past_lines"
                " WHERE case_no > :low AND case_no <= :high ORDER BY case_no"
            )
        ],
        rounds=[one, one],
        tables=["past_part"],
        values={},
    )


def orders(db: Database, path: str) -> list[str]:
    found = shared(db, lambda: task(path), PARTS)
    return [row["order_ref"] for part in found for row in part["orders"]]


def test_every_line_is_in_one_part_and_no_table_is_left(db: Database) -> None:
    expected = sorted([str(number) for number in range(RETURNS)] * 2)
    assert sorted(orders(db, db.path)) == expected
    assert sorted(orders(db, db.path)) == expected


def test_what_another_process_cannot_give_is_asked_here(
    file: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = str(tmp_path / "none.sqlite")
    with caplog.at_level(logging.WARNING):
        assert set(orders(file, missing)) == {str(number) for number in range(RETURNS)}
    assert "asked here again" in caplog.text


def test_rounds_are_written_while_others_work(file: Database) -> None:
    """What is prepared is told first; each round as soon as it is written."""
    known = task(file.path)
    written = []

    def rounds() -> Iterator[Round]:
        for one in known["rounds"]:
            written.append(one)
            yield one

    found = list(shared(file, lambda: {**known, "rounds": rounds()}, PARTS))
    told = [row["order_ref"] for part in found for row in part["orders"]]
    assert len(written) == 2
    assert sorted(told) == sorted([str(number) for number in range(RETURNS)] * 2)


def test_rounds_that_are_gone_through_once_are_asked_here_again(
    file: Database, tmp_path: Path
) -> None:
    known = task(str(tmp_path / "none.sqlite"))
    lazy: Task = {**known, "rounds": iter(list(known["rounds"]))}
    found = list(shared(file, lambda: lazy, PARTS))
    assert [len(part["orders"]) for part in found] == [4, 2, 6]


def test_another_process_reads_what_is_not_in_the_file_yet(file: Database) -> None:
    """The last transactions lie in SQLite's log beside it."""
    with Aside() as process:
        process.ask({**task(file.path), "values": {"low": 0, "high": RETURNS}})
        found = process.rows()
    assert found is not None
    assert len(found["orders"]) == 2 * RETURNS
