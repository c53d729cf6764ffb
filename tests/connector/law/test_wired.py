"""Nothing of the law is code for its own sake: what it says, somebody asks for."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from connector import law

ROOT = Path(__file__).parents[3]
LAW = ROOT / "connector/law"
OUTSIDE = [
    path.read_text("utf-8")
    for path in (ROOT / "connector").rglob("*.py")
    if LAW not in path.parents
]
INSIDE = {path: path.read_text("utf-8") for path in LAW.glob("*.py")}
GIVEN = [name for name in law.__all__ if inspect.isfunction(getattr(law, name))]
OWN = [
    one.name
    for text in INSIDE.values()
    for one in ast.parse(text).body
    if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
]


@pytest.mark.parametrize("name", GIVEN)
def test_what_the_law_gives_away_is_used_outside_of_it(name: str) -> None:
    called = re.compile(rf"\blaw\.{name}\(|connector\.law import [^\n]*\b{name}\b")
    assert any(called.search(text) for text in OUTSIDE)


@pytest.mark.parametrize("name", OWN)
def test_no_function_of_the_law_is_for_its_test_alone(name: str) -> None:
    called = re.compile(rf"(?<!def )\b{name}\(")
    inside = any(called.search(text) for text in INSIDE.values())
    assert name in GIVEN or inside


@pytest.mark.parametrize("key", list(law.SWITCHES))
def test_every_switch_changes_something(key: str) -> None:
    asked = re.compile(rf'(switches|given)\["{key}"\]|"{key}"[,)]')
    sources = [text for path, text in INSIDE.items() if path.name != "switches.py"]
    assert any(asked.search(text) for text in (*sources, *OUTSIDE))
