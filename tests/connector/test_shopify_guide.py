"""The merchant's guide to Shopify agrees with the checks and with the commands."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import click
import pytest

from adapters.shopify import checks
from connector.cli.main import cli
from connector.diagnoses import WORDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "connect-shopify.md").read_text("utf-8")
CHECKS = Path(checks.__file__).read_text("utf-8")
USED = sorted(
    code for code in WORDS if re.search(rf'"{code}"', CHECKS) and WORDS[code][1]
)
TROUBLE = GUIDE.split("## When something is wrong")[1]
ROWS = re.findall(r"^\| ((?!it says|---).+?) \| .+ \|$", TROUBLE, re.MULTILINE)
# What pages say that are no checks: `connector.admission` and the console's frame.
PAGES = ("This did not work: ", "This session is over.")
COMMANDS = sorted(
    {
        line.split(">")[0].strip()
        for line in re.findall(r"(?:^ *|`)(retour [a-z][^`\n]*)", GUIDE, re.MULTILINE)
    }
)


def pieces(said: str) -> list[str]:
    """Return the parts of a sentence around what differs from shop to shop."""
    return [one.strip(" .:") for one in re.split(r"%\(\w+\)s|…", said) if one.strip()]


def shown(row: str) -> bool:
    """Say whether all parts of a row are in one sentence of the checks."""
    known = [re.sub(r"%\(\w+\)s", "…", what) for what, _ in WORDS.values()]
    return any(all(part in what for part in pieces(row)) for what in known)


def test_there_is_something_to_compare() -> None:
    assert len(USED) > 15
    assert len(ROWS) > 15
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("code", USED)
def test_a_sentence_that_wants_a_cure_is_in_the_guide(code: str) -> None:
    first = re.split(r"%\(\w+\)s|[:,;] ", WORDS[code][0])[0].strip()
    # One row leaves out what is in the middle of its sentence.
    assert first in TROUBLE or any(
        row.partition(" …")[0] in WORDS[code][0] for row in ROWS if " …" in row
    ), first


@pytest.mark.parametrize("row", [one for one in ROWS if not one.startswith(PAGES)])
def test_the_guide_says_nothing_that_no_check_says(row: str) -> None:
    for said in row.split(" / "):
        assert shown(said), said


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_exists_with_its_options(line: str) -> None:
    found: click.Command = cli
    words = shlex.split(line)[1:]
    while isinstance(found, click.Group) and words:
        found = found.commands[words.pop(0)]
    known = {name for one in found.params for name in one.opts}
    assert {one for one in words if one.startswith("--")} <= known
    places = [one for one in found.params if isinstance(one, click.Argument)]
    options = [one for one in found.params if isinstance(one, click.Option)]
    choices = {one for option in options for one in getattr(option.type, "choices", ())}
    for option, value in pairwise(words):
        if option in ("--way", "--secret"):
            assert value in choices
    assert bool(places) == bool(words and not words[0].startswith("--"))
