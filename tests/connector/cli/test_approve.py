"""`retour returns approve`, `decline`: as an operator types them, and as whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import Shop, serve
from connector import config
from connector.model import Kind
from connector.steps import decide
from connector.steps import request as opening
from connector.steps.observe import observe
from connector.store import connect, history
from connector.store.filing import Wish
from connector.wiring import open_office
from tests.connector.cli.test_amends import case, run
from tests.connector.cli.test_reconcile import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
RULES = """
currency = "EUR"
[[reasons]]
code = "*"
fault = "merchant"
[[approve.levels]]
above = "5.00"
who = "manager"
[[approve.levels]]
above = "500.00"
who = "director"
"""
PEOPLE = """
[console]
password = "sesame"
[[console.people]]
name = "Ada"
password = "lovelace"
levels = ["manager"]
[[console.people]]
name = "Bob"
password = "builder"
"""


@pytest.fixture
def path(tmp_path: Path, address: str) -> Iterator[Path]:
    """A configuration of one shop, and a return that waits for a manager."""
    books = Shop(clock=lambda: NOW)
    with serve(books) as url:
        (tmp_path / "policy.toml").write_text(RULES, "utf-8")
        written = tmp_path / "config.toml"
        written.write_text(CONFIG.format(database=address, url=url), "utf-8")
        ref = str(books.place_order([(books.add_product("Mug", "10.00"), 3)]))
        office = open_office(config.load(written))
        shop = office.work.shops["boots"]
        order = observe(office.db, shop, ref, lambda: NOW)
        opening.open_return(
            office.db,
            shop="boots",
            order=order,
            kind=Kind.FAULTY,
            wishes=[Wish(line_ref=order.lines[0].ref, quantity=2, reason="*")],
            filed_by="console",
            now=NOW,
        )
        assert decide.run(office.db, shop, lambda: NOW) == 1
        office.db.close()
        yield written


def approve(path: Path, address: str, *more: str) -> tuple[int, str]:
    """Type the command; return its exit code and what it said."""
    known = case(address)
    words = ("approve", known.number, str(known.lines[0].id), "--why", "it is torn")
    found = run(path, "returns", *words, *more)
    return found.exit_code, f"{found.output}{found.exception or ''}"


def decision(address: str) -> tuple[str, int]:
    (line,) = case(address).lines
    return line.decision, line.approved


def noted(address: str) -> list[str]:
    """Return how the timeline says that something was approved."""
    db = connect(address)
    found = [
        x.why for x in history.timeline(db, case(address).id) if x.event == "approve"
    ]
    db.close()
    return found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "must be approved as manager or as director: --as LEVEL --by NAME"),
        (("--as", "clerk", "--by", "Ada"), "as manager or as director"),
        (("--as", "manager"), "say who approves as manager"),
        (("--as", "manager", "--by", "  "), "say who approves as manager"),
    ],
)
def test_without_the_level_nothing_is_approved(
    path: Path, address: str, given: tuple[str, ...], says: str
) -> None:
    code, said = approve(path, address, *given)
    assert code != 0
    assert says in said
    assert "nothing was changed" in said
    assert decision(address) == ("needs_person", 0)
    assert noted(address) == []


@pytest.mark.parametrize("level", ["manager", "director"])
def test_the_level_or_a_higher_one_approves_and_is_recorded(
    path: Path, address: str, level: str
) -> None:
    given = ("--as", level, "--by", "Grace", "--units", "1")
    code, said = approve(path, address, *given)
    assert (code, decision(address)) == (0, ("approved", 1)), said
    assert "approved, 1 of 2" in said
    assert noted(address) == [f"approved as {level} by Grace: it is torn"]
    (line,) = case(address).lines
    assert line.trace[-1].facts == (("as", level), ("by", "Grace"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--as", "manager", "--by", "Eve"), "--by: Ada, Bob"),
        (("--as", "manager"), "--by: Ada, Bob"),
        (("--as", "manager", "--by", "bob"), "Bob has not the level manager"),
        (("--by", "Bob"), "as manager or as director"),
        (("--as", "director", "--by", "Ada"), "his are: manager"),
    ],
)
def test_where_people_are_named_a_command_is_held_to_them(
    path: Path, address: str, given: tuple[str, ...], says: str
) -> None:
    path.write_text(path.read_text("utf-8").replace("[server]", f"{PEOPLE}[server]"))
    code, said = approve(path, address, *given)
    assert code != 0
    assert says in said
    assert decision(address) == ("needs_person", 0)
    code, said = approve(path, address, "--by", "ada")
    assert code == 0, said
    assert noted(address) == ["approved as manager by Ada: it is torn"]


def test_anybody_may_decline(path: Path, address: str) -> None:
    known = case(address)
    words = ("decline", known.number, str(known.lines[0].id), "--why", "worn")
    found = run(path, "returns", *words)
    assert found.exit_code == 0, found.output
    assert decision(address) == ("declined", 0)


def test_a_claim_is_declined_with_words_or_not_at_all(path: Path, address: str) -> None:
    known = case(address)
    words = ("decline", known.number, str(known.lines[0].id), "--why", "  ")
    found = run(path, "returns", *words)
    assert found.exit_code != 0
    assert "the customer reads" in f"{found.output}{found.exception}"
    assert decision(address) == ("needs_person", 0)


def test_another_way_of_an_approved_line_needs_the_level_too(
    path: Path, address: str
) -> None:
    assert approve(path, address, "--as", "manager", "--by", "Ada")[0] == 0
    known = case(address)
    words = ("resolve", known.number, str(known.lines[0].id), "keep", "--why", "cheap")
    found = run(path, "returns", *words)
    assert "as manager or as director" in str(found.exception)
    assert case(address).lines[0].resolution.value == "refund"
    found = run(path, "returns", *words, "--as", "director", "--by", "Ada")
    assert found.exit_code == 0, found.output
    assert case(address).lines[0].resolution.value == "keep"
