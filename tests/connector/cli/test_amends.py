"""`retour returns resolve`, `courtesy`, `show`: as an operator types them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapters.woocommerce.standin import Shop, serve
from connector import config
from connector.cli.main import cli
from connector.model import Kind, Resolution
from connector.states import Refund
from connector.steps import byhand, inspect, promise
from connector.steps import request as opening
from connector.steps.inspect import Counted
from connector.steps.observe import observe
from connector.store import connect, credit, filing, returns
from connector.store.filing import Wish
from connector.wiring import open_office
from tests.connector.cli.test_reconcile import CONFIG
from tests.connector.web.sandbox_world import CONFIG as SANDBOX
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    standing,
)
from tests.stories.making_good import wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from connector.model import Return

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, address: str) -> Iterator[Path]:
    """A configuration of one shop, with a return of a mug."""
    books = Shop(clock=lambda: NOW)
    with serve(books) as url:
        rules = 'currency = "EUR"\n[[reasons]]\ncode = "*"\n'
        (tmp_path / "policy.toml").write_text(rules, "utf-8")
        written = tmp_path / "config.toml"
        written.write_text(CONFIG.format(database=address, url=url), "utf-8")
        ref = str(books.place_order([(books.add_product("Mug", "10.00"), 3)]))
        office = open_office(config.load(written))
        order = observe(office.db, office.work.shops["boots"], ref, lambda: NOW)
        opening.open_return(
            office.db,
            shop="boots",
            order=order,
            kind=Kind.FAULTY,
            wishes=[Wish(line_ref=order.lines[0].ref, quantity=1, reason="*")],
            filed_by="console",
            now=NOW,
        )
        office.db.close()
        yield written


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(path), *arguments])


def case(address: str) -> Return:
    db = connect(address)
    (found,) = returns.recent(db)
    db.close()
    return found


def test_a_line_is_made_good_in_another_way(path: Path, address: str) -> None:
    known = case(address)
    line = str(known.lines[0].id)
    said = run(path, "returns", "resolve", known.number, line, "repair", "--why", "ok")
    assert said.exit_code == 0, said.output
    assert case(address).lines[0].resolution is Resolution.REPAIR
    shown = run(path, "returns", "show", known.number).output
    assert f"line {line}: 1 x " in shown
    assert "repair (asked for: refund)" in shown


@pytest.mark.parametrize(
    ("way", "more", "says"),
    [
        ("gold", (), "gold"),
        ("courtesy", (), "courtesy"),
        ("repair", ("--ware", "7"), "only an exchange takes a --ware"),
        ("gift_card", (), "gift_card"),
    ],
)
def test_what_cannot_be_is_said(
    path: Path, address: str, way: str, more: tuple[str, ...], says: str
) -> None:
    known = case(address)
    line = str(known.lines[0].id)
    found = run(
        path, "returns", "resolve", known.number, line, way, "--why", "so", *more
    )
    assert found.exit_code != 0
    assert says in f"{found.output} {found.exception}"
    assert case(address).lines[0].decided is None


def test_a_reason_must_be_given(path: Path, address: str) -> None:
    known = case(address)
    line = str(known.lines[0].id)
    found = run(path, "returns", "resolve", known.number, line, "repair")
    assert found.exit_code == 2


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    (tmp_path / "config.toml").write_text(SANDBOX.format(database=address), "utf-8")
    with standing(tmp_path, address) as made:
        yield made


def received(stand: Stand) -> None:
    """Take two shirts back for store credit; nothing of it is promised yet."""
    asked = wish("a", 2, Resolution.STORE_CREDIT)
    filing.add(
        stand.db,
        return_id="r-1",
        shop=NAME,
        order=stand.shop.order("29"),
        kind=Kind.VOLUNTARY,
        filed_by="console",
        language="en",
        wishes=[replace(asked, reason="changed-my-mind")],
        now=stand.clock(),
    )
    stand.work(1)
    counted = {line.id: Counted(received=2, accepted=2) for line in stand.case().lines}
    inspect.receive(stand.db, "r-1", counted, actor="console", now=stand.clock())


def credited(stand: Stand) -> None:
    """Promise that credit, with a bonus of its own row."""
    stand.shop.abilities = replace(stand.shop.abilities, bonus_apart=True)
    received(stand)
    promise.run(stand.db, stand.shop, stand.clock)


def test_a_withdrawn_bonus_is_given_once_more(stand: Stand, tmp_path: Path) -> None:
    credited(stand)
    _, bonus = stand.rows()
    byhand.withdraw(stand.db, bonus.id, why="slip", actor="ann", now=stand.clock())
    path = tmp_path / "config.toml"
    said = run(path, "refunds", "again", bonus.id, "--why", "it was a slip")
    assert said.exit_code == 0, said.output
    twice = run(path, "refunds", "again", bonus.id, "--why", "twice")
    assert "nothing of this bonus is missing" in str(twice.exception)
    assert [row.state for row in stand.rows()].count(Refund.PLANNED) == 2


def test_new_goods_and_credits_are_shown_and_no_code_of_theirs(
    stand: Stand, tmp_path: Path
) -> None:
    received(stand)
    stand.work()
    [row] = stand.rows()
    [one] = credit.of_order(stand.db, NAME, "29")
    path = tmp_path / "config.toml"
    for arguments in (
        ("returns", "show", "29-R1"),
        ("returns", "show", "29-R1", "--json"),
        ("refunds", "show", row.id),
        ("refunds", "show", row.id, "--json"),
        ("refunds", "list"),
    ):
        shown = run(path, *arguments)
        assert shown.exit_code == 0, shown.output
        assert one.code not in shown.output
        if "show" in arguments:
            assert one.code[-4:] in shown.output
    assert "of it 6.00 EUR on top" in run(path, "returns", "show", "29-R1").output
