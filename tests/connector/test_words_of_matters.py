"""What a person is told by the desk and the timelines stands in the catalogues.

Each sentence of ours there is a `saying`: one that is written as plain English would be
shown so to every merchant. This reads the code, as `why` is often passed on.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PLACES = ("connector/steps", "connector/store", "connector/settlement", "adapters")
TOP = ("connector/admission.py", "connector/branches.py", "connector/registrar.py")
HOLE = re.compile(r"%\((\w+)\)s")
# Codes, no sentences: why a shop is paused, and what breaks the laws of the store.
CODES = frozenset({"pause", "_function", "_abort", "refused"})
REFUSING = frozenset({"BadRequest", "Refused", "Unavailable", "Rejected"})
# What is kept of it is the shop's word on another matter than the merchant's desk.
APART = frozenset({"connector/store/laws.py", "connector/store/pace.py"})


@cache
def files() -> tuple[tuple[str, ast.Module], ...]:
    found = [ROOT / one for one in TOP]
    for place in PLACES:
        found += [x for x in (ROOT / place).rglob("*.py") if "standin" not in x.parts]
    named = {str(path.relative_to(ROOT)): path for path in found}
    return tuple(
        (name, ast.parse(path.read_text("utf-8")))
        for name, path in named.items()
        if name not in APART
    )


def is_english(node: ast.AST) -> bool:
    """Say whether an expression is a sentence, or part of one, that nobody gathers."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and " " in node.value.strip()
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(x, ast.Constant) for x in node.values)
    if isinstance(node, ast.BinOp):
        return is_english(node.left) or is_english(node.right)
    if isinstance(node, ast.BoolOp):
        return any(is_english(x) for x in node.values)
    if isinstance(node, ast.IfExp):
        return is_english(node.body) or is_english(node.orelse)
    return False


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def takers() -> dict[str, list[int]]:
    """Return by the name of a function at which places it takes a `why`."""
    found: dict[str, list[int]] = {}
    for _, tree in files():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name not in CODES:
                names = [one.arg for one in node.args.args]
                if "why" in names:
                    found.setdefault(node.name, []).append(names.index("why"))
    return found


def plain(tree: ast.Module, places: dict[str, list[int]]) -> Iterator[ast.AST]:
    """Yield each English sentence that becomes a `why`, where it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {getattr(one, "id", "") for one in targets}
            if names & {"why", "ask"} and node.value and is_english(node.value):
                yield node
        if isinstance(node, ast.Call) and name_of(node) not in CODES:
            at = places.get(name_of(node), ())
            given = [one for n, one in enumerate(node.args) if n in at]
            given += [one.value for one in node.keywords if one.arg in ("why", "ask")]
            if any(is_english(one) for one in given):
                yield node


def test_what_a_person_is_told_is_gathered_for_translation() -> None:
    places = takers()
    found = [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in files()
        for node in plain(tree, places)
    ]
    assert not found, "\n".join(found)


def refusals(tree: ast.Module) -> Iterator[ast.Raise]:
    """Yield where somebody is refused what he asked in English that nobody gathers."""
    for made in ast.walk(tree):
        if not isinstance(made, ast.FunctionDef):
            continue
        plain_names = {
            getattr(target, "id", "")
            for node in ast.walk(made)
            if isinstance(node, ast.Assign) and is_english(node.value)
            for target in node.targets
        }
        for node in ast.walk(made):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                given = node.exc.args[:1] if name_of(node.exc) in REFUSING else []
                if any(is_english(x) for x in given) or any(
                    getattr(x, "id", "") in plain_names for x in given
                ):
                    yield node


def test_what_is_refused_to_a_person_is_gathered_for_translation() -> None:
    found = [
        f"{name}:{node.lineno}" for name, tree in files() for node in refusals(tree)
    ]
    assert found == []


def test_such_a_refusal_is_found() -> None:
    tree = ast.parse(
        "def a():\n    msg = 'not so'\n    raise BadRequest(msg)\n"
        "def b():\n    raise Refused(saying('not so'))\n"
        "def c():\n    raise Refused(f'not {so}')\n"
    )
    assert [node.lineno for node in refusals(tree)] == [3, 7]


def sayings() -> Iterator[tuple[str, ast.Call]]:
    for name, tree in files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node) == "saying":
                yield f"{name}:{node.lineno}", node


def test_every_sentence_has_facts_for_its_holes() -> None:
    wrong = [
        where
        for where, call in sayings()
        if isinstance(call.args[0], ast.Constant)
        and set(HOLE.findall(str(call.args[0].value)))
        != {one.arg for one in call.keywords}
    ]
    assert wrong == []


def test_such_a_sentence_is_found() -> None:
    tree = ast.parse(
        "def _ask(db, why): ...\n"
        "_ask(1, 'somebody must look')\n"
        "_ask(1, saying('somebody must look'))\n"
        "why = f'{number} is gone'\n"
        "put(why=bare)\n"
    )
    found = {getattr(x, "lineno", 0) for x in plain(tree, {"_ask": [1]})}
    assert found == {2, 4}
