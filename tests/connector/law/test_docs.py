"""docs/law.md tells of every statement and switch, and names tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector import law

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/law.md").read_text("utf-8")
STATUS = ("enforced", "asked", "shown", "data", "switch", "information")
DONE = {"enforced", "asked", "shown"}  # what a return, or a reader, has of it
STATEMENTS = range(1, 80)


def table(width: int) -> list[list[str]]:
    rows = [line.strip("|").split(" | ") for line in PAGE.splitlines()]
    return [[cell.strip() for cell in row] for row in rows if len(row) == width]


ROWS = {int(row[0]): row for row in table(6) if row[0].isdigit()}
# A test of a statement begins with its number, or with several.
NUMBERS = re.compile(r"test((?:_\d\d)+)_")
OWN = re.compile(r"^def (test_\d\d\w+)", re.MULTILINE)
PATHS = re.compile(r"`(connector/[\w/.]+)`")


def _collected(path: Path) -> Iterator[str]:
    """List the tests that pytest finds in a file; none that is always skipped."""
    for one in ast.parse(path.read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
            marks = " ".join(ast.unparse(mark) for mark in one.decorator_list)
            if "mark.skip" not in marks and "mark.xfail" not in marks:
                yield one.name


@cache
def known() -> dict[str, set[Path]]:
    """Return the files of each test by its name."""
    found: dict[str, set[Path]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in _collected(path):
            found.setdefault(name, set()).add(path)
    return found


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
    missing = [one for one in named(row) if one not in known()]
    assert not missing
    if statuses(status) - {"information"}:
        assert named(row)


def statuses(cell: str) -> set[str]:
    parts = [re.sub(r"switch `.*", "switch", one) for one in cell.split(", ")]
    found = {one for one in parts if not one.startswith("`")}
    assert found <= set(STATUS)
    assert found == {"information"} or "information" not in found
    return found


@pytest.mark.parametrize("number", STATEMENTS)
def test_what_is_done_is_done_outside_of_the_law_and_tested_there(number: int) -> None:
    row = ROWS[number]
    if not statuses(row[3]) & DONE:
        return
    places = [one for one in PATHS.findall(row[4]) if "connector/law" not in one]
    assert places
    assert all((ROOT / one).exists() for one in places)
    here = Path(__file__).parent
    files = {path for name in named(row) for path in known()[name]}
    own = {here / "test_undercuts.py"}  # loads policies, and judges by them
    assert any(path.parent != here or path in own for path in files)


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
