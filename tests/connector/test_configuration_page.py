"""The page on configuration names the keys and codes that there are."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connector import findings
from connector.options import (
    Config,
    Jobs,
    Mail,
    Network,
    Privacy,
    Secret,
    Shopify,
    Vault,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
KEYS = {
    (table, key): default.strip(" `")
    for table, key, default in re.findall(
        r"^\| `\[(\w+)\]` \| `(\w+)` \|([^|]*)\|", PAGE, re.MULTILINE
    )
}
TABLES: dict[str, Any] = {
    "vault": Vault(),
    "network": Network(),
    "shopify": Shopify(),
    "privacy": Privacy(),
    "mail": Mail(),
    "jobs": Jobs(),
}


def known(table: str) -> set[str]:
    return {one.name for one in fields(TABLES[table])}


@pytest.mark.parametrize("table", [one for one in TABLES if one != "jobs"])
def test_every_key_of_the_table_is_on_the_page(table: str) -> None:
    assert {key for of, key in KEYS if of == table} == known(table)
    assert hasattr(Config(), table)


def test_what_asks_shops_by_itself_is_on_the_page() -> None:
    wanted = {"sweep_seconds", "watch_seconds"}
    assert wanted <= {key for of, key in KEYS if of == "jobs"} <= known("jobs")


def test_a_default_on_the_page_is_the_default() -> None:
    for (table, key), said in KEYS.items():
        real = getattr(TABLES[table], key)
        if isinstance(real, (Secret, tuple)) or not real:
            assert said in ("", "none") or isinstance(real, tuple), (table, key)
        else:
            assert said == str(real), (table, key)
    assert len(Shopify().scopes) == 8  # "the eight" of the page


def test_every_code_of_the_findings_is_on_the_page() -> None:
    text = Path(findings.__file__).read_text("utf-8")
    codes = set(re.findall(r'"([EW]\d{3})"', text))
    assert len(codes) > 15
    assert codes - set(re.findall(r"^\| ([EW]\d{3}) \|", PAGE, re.MULTILINE)) == set()
