"""`retour reconcile --report`, `audit`, `resume`: run as an operator runs them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapters.woocommerce.standin import Shop, serve
from connector import config
from connector.cli.main import cli
from connector.store import connect, orders, refunds, shops
from connector.wiring import open_office
from tests.contract.conftest import request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

CONFIG = """
database = "{database}"
[network]
allow = ["127.0.0.0/8"]
[server]
secret_key = "a key for cookies that is surely long enough for tests"
[[shops]]
name = "boots"
platform = "woocommerce"
address = "{url}"
policy = "policy.toml"
allow_http = true
consumer_key = "ck_standin"
consumer_secret = "cs_standin"
webhook_secret = "hush"
"""
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def books() -> Shop:
    return Shop(clock=lambda: NOW)


@pytest.fixture
def path(tmp_path: Path, address: str, books: Shop) -> Iterator[Path]:
    """A configuration of one shop, with an order whose refund was pushed."""
    with serve(books) as url:
        policy = 'currency = "EUR"\n[[reasons]]\ncode = "*"\n'
        (tmp_path / "policy.toml").write_text(policy, "utf-8")
        written = tmp_path / "config.toml"
        written.write_text(CONFIG.format(database=address, url=url), "utf-8")
        yield written


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(path), *arguments])


def refunded(path: Path, books: Shop) -> int:
    order_id = books.place_order([(books.add_product("Mug", "10.00"), 3)])
    promised(path, order_id, "0192-key")
    assert run(path, "work", "--once").exit_code == 0
    return order_id


def promised(path: Path, order_id: int, key: str) -> None:
    office = open_office(config.load(path))
    order = office.work.shops["boots"].order(str(order_id))
    orders.keep(office.db, "boots", order)
    refunds.reserve(
        office.db,
        shop="boots",
        return_id=None,
        request=request(order, key),
        units={},
        due=NOW,
        now=NOW,
    )
    office.db.close()


def rows(found: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.stdout)))


def test_the_report_matches_explains_and_flags(path: Path, books: Shop) -> None:
    order_id = refunded(path, books)
    books.staff_refund(order_id, "2.00")
    sound = run(path, "reconcile", "--csv", "-")
    assert sound.exit_code == 0
    assert [row["verdict"] for row in rows(sound)] == ["matched", "explained"] or [
        row["verdict"] for row in rows(sound)
    ] == ["explained", "matched"]
    assert {row["unexplained_minor"] for row in rows(sound)} == {"0"}
    assert "0 flagged, 0 minor units unexplained" in sound.stderr
    table = run(path, "reconcile", "--report")
    assert "1 matched, 1 explained, 0 flagged" in table.stdout


def test_an_order_that_is_gone_is_flagged_with_exit_1(path: Path, books: Shop) -> None:
    order_id = refunded(path, books)
    del books.orders[order_id]
    found = run(path, "reconcile", "--report")
    assert found.exit_code == 1
    assert "1 flagged" in found.stdout


def test_a_moved_installation_is_resumed_after_the_report(
    path: Path, books: Shop
) -> None:
    refunded(path, books)
    text = path.read_text("utf-8")
    moved = 'public_url = "https://staging.example.com"\nsecret_key'
    path.write_text(text.replace("secret_key", moved, 1), "utf-8")
    open_office(config.load(path)).db.close()  # any start notices
    early = run(path, "resume", "boots")
    assert early.exit_code == 1
    assert "reconcile first" in str(early.exception)
    assert run(path, "reconcile", "--report").exit_code == 0
    assert run(path, "resume", "boots").exit_code == 0
    db = connect(config.load(path).store)
    assert not shops.get(db, "boots").is_paused
    db.close()


def test_the_audit_has_a_line_and_an_exit_for_each_breach(
    path: Path, books: Shop
) -> None:
    order_id = refunded(path, books)
    assert run(path, "audit").stdout == "The books are sound.\n"
    promised(path, order_id, "0193-key")
    db = connect(config.load(path).store)
    db.transact(lambda: db.execute("DELETE FROM outbox"))
    db.close()
    found = run(path, "audit")
    assert found.exit_code == 1
    assert found.stdout == "a planned refund is in the outbox: 0193-key\n"
