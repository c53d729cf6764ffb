"""The GraphQL documents that we send; each is checked against the real schema."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def document(name: str) -> str:
    """Return one document by its file's name."""
    return (files(__package__) / f"{name}.graphql").read_text("utf-8")
