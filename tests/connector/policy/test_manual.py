"""The page of the vocabulary is what the code knows."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from connector.law import SWITCHES
from connector.policy import manual
from connector.policy.facts import FACTS, OPERATORS
from connector.policy.keys import ACTIONS, KEYS
from connector.policy.seen import FORMS
from connector.policy.sentences import SENTENCES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "policy.md").read_text()
EXAMPLE = (ROOT / "policy.example.toml").read_text()


def test_the_page_is_what_the_command_prints() -> None:
    assert PAGE.endswith(manual.vocabulary())


def test_every_word_of_the_vocabulary_is_explained() -> None:
    for keys in (*KEYS.values(), ACTIONS):
        assert all(key.says and key.takes and key.default for key in keys)
    assert all(fact.says for fact in FACTS.values())
    assert all(one.says for found in OPERATORS.values() for one in found)
    assert set(FORMS) == set(FACTS)
    for word in (*FACTS, *SENTENCES, *(key.name for key in ACTIONS)):
        assert f"| `{word}` |" in PAGE


def used(data: Any, table: str = "") -> set[str]:
    """Return the keys of a policy file as `table.key`, what `when` holds left out."""
    found = set()
    for key, value in data.items():
        name = f"{table}.{key}" if table else key
        found.add(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and key not in ("when", "labels", "why"):
                found |= used(one, name)
    return found


@pytest.mark.parametrize("table", KEYS)
def test_the_example_shows_every_key(table: str) -> None:
    shown = used(tomllib.loads(EXAMPLE))
    keys = [key.name for key in KEYS[table] if table != "window.countries"]
    keys = [key for key in keys if key not in SWITCHES]  # docs/law.md lists those
    assert {f"{table}.{key}" if table else key for key in keys} <= shown


def test_the_example_shows_every_action() -> None:
    shown = used(tomllib.loads(EXAMPLE))
    assert {f"rules.then.{key.name}" for key in ACTIONS} <= shown
