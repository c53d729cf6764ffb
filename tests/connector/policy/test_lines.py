"""A problem stands at the line that it is in, however the file is written."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import policy
from connector.errors import PolicyError
from connector.policy.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.policy.lines import Path

BARE = 'currency = "EUR"\n[[reasons]]\ncode = "other"\n'


def refused(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        policy.load(text, "p.toml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('reasons = [\n {code = "x"},\n {code = "y", fault = "?"},\n]\n', 4),
        ('reasons = [{code = "x"}, # [\n {code = "y",\tfault = "?"}]\n', 3),
        (
            '[[reasons]]\ncode = "]"\nwords=["[", "\\"{", \'"\',\n"#"]\nfault = "?"\n',
            6,
        ),
        ('[[reasons]]\ncode = "a\u2028b"\n\nfault = "?"\n', 5),
        ('[[reasons]]\r\ncode = "x"\r\nfault = "?"\r\n', 4),
        ('[[reasons]]\ncode = """\nx\\"""\n[["""\n"fault" = "?"\n', 6),
        ("[[reasons]]\ncode = '''\n[[reasons]]\n''''\nfault = '?'\n", 6),
        ('reasons = [\n {code = "x"},\n {code = "y", "f\\u0061ult" = "?"},\n]\n', 4),
    ],
)
def test_a_word_is_named_at_its_own_line(text: str, line: int) -> None:
    (said,) = refused(f'currency = "EUR"\n{text}')
    assert said.startswith(f"p.toml:{line}: ")
    assert "unknown word '?'" in said


def test_what_begins_with_a_mark_of_byte_order_is_read() -> None:
    assert policy.load("\ufeff" + BARE).currency == "EUR"
    (said,) = refused("\ufeff" + BARE + "[window]\ndays = -1")
    assert said.startswith("p.toml:5: ")


def test_switches_of_the_law_stand_at_their_own_lines() -> None:
    text = BARE + (
        '[law]\ncountries = ["FR"]\nfr_legal_rate_bp = -4\nroll_over = 3\n'
        'notice_names_function = [\n"FR",\n"XX"]\nfunction_from = "then"\n'
    )
    assert refused(text) == [
        "p.toml:6: [law] fr_legal_rate_bp must be a whole number, 0 or more, not -4",
        "p.toml:7: [law] roll_over must be true or false, not 3",
        (
            "p.toml:10: [law] notice_names_function: unknown country 'XX';"
            ' countries are written as ISO codes, as "FR"'
        ),
        "p.toml:11: [law] function_from must be a date, as 2026-06-19, not 'then'",
    ]


WORDS = st.text("ab#[]{}=,\"'\\ \u2028", max_size=6)
KEYS = st.text("abc.-\"' \\", min_size=1, max_size=4)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


def quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(value: Any, path: Path, at: list[int], found: dict[Path, int]) -> str:
    """Write a value as TOML; note in `found` where each part of it is."""
    found[path] = at[0]
    if isinstance(value, dict):
        parts = []
        for key, inner in value.items():
            parts.append(f"{quoted(key)} = {written(inner, (*path, key), at, found)}")
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        text = "["
        for place, inner in enumerate(value):
            at[0] += 1
            text += "\n" + written(inner, (*path, place), at, found) + ", # ]"
        at[0] += 1
        return text + "\n]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else str(value)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        yield from paths(one, (*path, key))


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_part_of_a_text_has_its_line(data: dict[str, Any]) -> None:
    at, found, text = [1], dict[Any, int](), ""
    for key, value in data.items():
        text += f"{quoted(key)} = {written(value, (key,), at, found)}\n"
        at[0] += 1
    assert tomllib.loads(text) == data
    lines = Lines(text)
    for path in paths(data):
        assert lines.of(path) == found.get(path, 1)
