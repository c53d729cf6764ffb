"""The house's limits: a file is read in one sitting, a function seen at a glance."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("adapters", "bench", "connector", "jobs", "tests", "webhooks")
MOST_LINES, MOST_OF_A_FUNCTION = 400, 60


def sources() -> list[Path]:
    return [path for part in PARTS for path in sorted((ROOT / part).rglob("*.py"))]


def long_functions(text: str) -> list[str]:
    """Name the functions of a file that are too long, decorators left out."""
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= MOST_OF_A_FUNCTION
    ]


def test_no_file_is_too_long() -> None:
    lengths = {
        path.relative_to(ROOT): path.read_text("utf-8").count("\n")
        for path in sources()
    }
    assert len(lengths) > len(PARTS)
    assert {k: v for k, v in lengths.items() if v > MOST_LINES} == {}


def test_no_function_is_too_long() -> None:
    texts = {path.relative_to(ROOT): path.read_text("utf-8") for path in sources()}
    assert {k: n for k, text in texts.items() if (n := long_functions(text))} == {}


def test_a_function_of_a_line_too_many_is_found() -> None:
    body = "    x = 1\n" * (MOST_OF_A_FUNCTION - 1)
    assert long_functions(f"def f():\n{body}") == []
    assert long_functions(f"def f():\n{body}    x = 1\n") == ["f"]
