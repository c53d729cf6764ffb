"""The GraphQL documents that we send; each is checked against the real schema.

A document names its fragments; each stands once, in `fragments/`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

SPREAD = re.compile(r"\.\.\.(\w+)")


@cache
def document(name: str) -> str:
    """Return one document by its file's name, whole with its fragments."""
    folder = files(__package__)
    text = (folder / f"{name}.graphql").read_text("utf-8")
    parts = {"": text}
    missing = _spreads(text)
    while missing:
        one = missing.pop()
        part = (folder / "fragments" / f"{one}.graphql").read_text("utf-8")
        parts[one] = part
        missing |= _spreads(part) - parts.keys()
    return "\n".join(parts.values())


def _spreads(text: str) -> set[str]:
    """Return the fragments that a text names; `... on Type` has a space."""
    return set(SPREAD.findall(text))
