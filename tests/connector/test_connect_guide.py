"""The merchant's guide says every sentence that a WooCommerce check may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.diagnoses import WORDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "connect-woocommerce.md").read_text("utf-8")
CHECKS = ROOT / "adapters" / "woocommerce" / "checks.py"
USED = sorted(
    code
    for code in WORDS
    if re.search(rf'"{code}"', CHECKS.read_text("utf-8")) and WORDS[code][1]
)
GENERAL = {"unreadable", "keys_refused", "version_aged"}  # they say all that is known


def test_the_check_has_codes_that_want_a_cure() -> None:
    assert len(USED) > 20


@pytest.mark.parametrize("code", [one for one in USED if one not in GENERAL])
def test_a_sentence_that_wants_a_cure_is_in_the_guide(code: str) -> None:
    said = re.split(r"%\(\w+\)s|[:,] ", WORDS[code][0])[0].strip()
    assert said in GUIDE, said
