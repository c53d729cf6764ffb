"""docs/law.md tells of every statement and switch, and names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector import law

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/law.md").read_text("utf-8")
STATUS = (
    "implemented",
    "data",
    "switch",
    "shown to a person",
    "pages",
    "not Retour's business",
)
STATEMENTS = range(1, 80)


def table(width: int) -> list[list[str]]:
    rows = [line.strip("|").split(" | ") for line in PAGE.splitlines()]
    return [[cell.strip() for cell in row] for row in rows if len(row) == width]


ROWS = {int(row[0]): row for row in table(6) if row[0].isdigit()}
# A test of a statement begins with its number, or with several.
NUMBERS = re.compile(r"test((?:_\d\d)+)_")
OWN = re.compile(r"^def (test_\d\d\w+)", re.MULTILINE)
ANY = re.compile(r"^def (test_\w+)", re.MULTILINE)
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in ANY.findall(path.read_text("utf-8"))
}


def _numbers(name: str) -> list[str]:
    found = NUMBERS.match(name)
    return found[1].split("_")[1:] if found else []


def named(row: list[str]) -> list[str]:
    return re.findall(r"`(test_\w+)`", row[5])


def test_every_statement_is_there_once_and_in_order() -> None:
    numbers = [int(row[0]) for row in table(6) if row[0].isdigit()]
    assert numbers == list(STATEMENTS)


@pytest.mark.parametrize("number", STATEMENTS)
def test_a_statement_says_its_source_its_status_and_its_tests(number: int) -> None:
    _, words, source, status, where, _ = row = ROWS[number]
    assert words.endswith(".")
    assert source
    assert where
    parts = [re.sub(r"switch `.*", "switch", one) for one in status.split(", ")]
    parts = [one for one in parts if not one.startswith("`")]
    assert set(parts) <= set(STATUS)
    missing = [one for one in named(row) if one not in TESTS]
    assert not missing
    if status.startswith(("switch", "data")):
        assert named(row)


def test_every_test_of_a_statement_is_named_at_its_statement() -> None:
    own = Path(__file__).parent.glob("test_*.py")
    for path in own:
        for name in OWN.findall(path.read_text("utf-8")):
            for number in _numbers(name):
                assert name in named(ROWS[int(number)]), f"{name} at {number}"


def test_every_switch_stands_there_with_its_default_and_at_its_statement() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table(3) if row[0].startswith("`")}
    assert list(rows) == list(law.SWITCHES)
    for key, one in law.SWITCHES.items():
        assert rows[key] == [one.stands_at, str(one.statement)]
        assert f"`{key}`" in ROWS[one.statement][3]


def test_the_modules_that_it_names_are_there() -> None:
    for row in ROWS.values():
        for name in re.findall(r"`([\w/]+\.py)`", row[4]):
            at = ROOT / name if "/" in name else ROOT / "connector/law" / name
            assert at.exists(), name


def test_it_says_that_it_is_no_legal_advice() -> None:
    assert "**This is no legal advice.**" in PAGE
