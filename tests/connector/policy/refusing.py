"""A text that no new policy may have, and that a stored one is read with."""

from __future__ import annotations

import pytest

from connector import policy
from connector.errors import PolicyError


def refused(text: str, line: int, said: str) -> None:
    """Expect one problem of a new text, at its line."""
    with pytest.raises(PolicyError) as caught:
        policy.load(text, "p.toml")
    (problem,) = str(caught.value).splitlines()
    assert said in problem
    assert problem.startswith(f"p.toml:{line}: ")


def still_read(text: str) -> None:
    """Expect that the same text is read where orders are bound to it."""
    assert policy.stored(text).digest == policy.digest(text)
