from __future__ import annotations

from importlib.resources import files

import pytest
from graphql import build_schema, parse, validate
from graphql.validation import NoDeprecatedCustomRule, specified_rules

from adapters.shopify.documents import document

SCHEMA = build_schema(
    (files("adapters.shopify.standin") / "admin-2026-10-returns.graphql").read_text()
)
NAMES = sorted(
    entry.name.removesuffix(".graphql")
    for entry in files("adapters.shopify.documents").iterdir()
    if entry.name.endswith(".graphql")
)


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_valid_on_the_real_schema(name: str) -> None:
    rules = [*specified_rules, NoDeprecatedCustomRule]
    assert validate(SCHEMA, parse(document(name)), rules) == []
