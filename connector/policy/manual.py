"""The vocabulary as a page of documentation, out of the tables of the loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.policy.facts import FACTS, OPERATORS
from connector.policy.keys import ACTIONS, KEYS
from connector.policy.sentences import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.policy.facts import Fact
    from connector.policy.keys import Key

BEGIN = (
    "<!-- What follows is printed by `retour policy manual`; a test holds it so. -->"
)
ARRAYS = frozenset(
    {
        "windows", "exclude", "customer_groups", "reason_groups", "reasons",
        "questions", "questions.answers", "approve.levels", "methods", "limits",
        "fees.special", "offers", "rules",
    }
)  # fmt: skip


def vocabulary() -> str:
    """Return every key, fact, operator, action and sentence, in Markdown."""
    return "\n".join(
        [BEGIN, *_keys(), *_facts(), *_operators(), *_actions(), *_codes()]
    )


def _keys() -> Iterator[str]:
    yield "## Keys"
    for table, keys in KEYS.items():
        name = f"[[{table}]]" if table in ARRAYS else f"[{table}]"
        yield ""
        yield f"### `{name}`" if table else "### Above all tables"
        yield ""
        yield from _table(keys)
    yield ""


def _table(keys: Sequence[Key]) -> Iterator[str]:
    yield "| key | takes | without it | |"
    yield "|---|---|---|---|"
    for key in keys:
        yield f"| `{key.name}` | {key.takes} | {key.default} | {key.says} |"


def _facts() -> Iterator[str]:
    yield "## Facts that `when` may look at"
    yield ""
    yield "| fact | kind | |"
    yield "|---|---|---|"
    for fact in FACTS.values():
        yield f"| `{fact.name}` | {fact.kind} | {_about(fact)} |"
    yield ""


def _about(fact: Fact) -> str:
    words = ", ".join(f"`{word}`" for word in fact.words if word)
    return f"{fact.says}: {words}" if words else fact.says


def _operators() -> Iterator[str]:
    yield "## Operators"
    yield ""
    yield "| kind of fact | operator | takes | |"
    yield "|---|---|---|---|"
    for kind, found in OPERATORS.items():
        for one in found:
            yield f"| {kind} | `{one.name}` | {one.takes} | {one.says} |"
    yield ""


def _actions() -> Iterator[str]:
    yield "## Actions that `then` may hold"
    yield ""
    yield from _table(ACTIONS)
    yield ""


def _codes() -> Iterator[str]:
    yield "## Sentences"
    yield ""
    yield "| code | said to the customer, in his language |"
    yield "|---|---|"
    for code, text in SENTENCES.items():
        yield f"| `{code}` | {text} |"
    yield ""
