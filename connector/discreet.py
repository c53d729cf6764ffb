"""Keep personal data out of what is never changed: history, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connector.saying import mapped

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+\.\w{2,}")
HIDDEN = "[…]"
SHORTEST = 3  # a shorter word hides too much else


def discreet(text: str, names: Iterable[str] = ()) -> str:
    """Return a sentence without e-mail addresses, and without these names."""
    known = tuple(names)
    return mapped(text, lambda words: _discreet(words, known))


def _discreet(text: str, names: tuple[str, ...]) -> str:
    said = ADDRESS.sub(HIDDEN, text) if "@" in text else text
    for name in names:
        for part in {name, *name.split()}:
            if len(part) >= SHORTEST:
                said = re.sub(re.escape(part), HIDDEN, said, flags=re.IGNORECASE)
    return said
