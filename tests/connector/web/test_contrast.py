"""Whatever is written can be read: WCAG 2.1 AA, 1.4.3 and 1.4.11, light and dark.

The style sheet is read as it is served: its tokens, and each rule that sets a colour.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector import web

SHEET = (Path(web.__file__).parent / "static/retour.css").read_text("utf-8")
PLAIN = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)
RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
TOKEN = re.compile(r"(--[\w-]+):\s*(#[0-9a-fA-F]+)")
TEXT, PARTS = 4.5, 3.0
# What other things are written on, and what stands there by itself.
SURFACES = ("--ground", "--card", "--warn-ground")
INHERITED = ("--ink", "--warn")  # of the page, and of what is said to the reader
NONE = {"", "none", "transparent"}


def rules(selector: str = "") -> list[tuple[str, dict[str, str]]]:
    """Return the rules of the sheet, or those of one selector, as they stand."""
    found = []
    for name, body in RULE.findall(PLAIN):
        parts = (one.partition(":") for one in body.split(";") if ":" in one)
        given = {key.strip(): value.strip() for key, _, value in parts}
        found.append((" ".join(name.split()), given))
    return [one for one in found if selector in ("", one[0])]


def tokens() -> dict[str, dict[str, str]]:
    """Return each scheme's colours; what dark does not say it has of light."""
    light, dark = (
        {key: value for key, value in given.items() if TOKEN.match(f"{key}:{value}")}
        for _, given in rules(":root")
    )
    return {"light": light, "dark": light | dark}


def light_of(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb, 0 to 1."""
    digits = colour.lstrip("#")
    full = digits if len(digits) == 6 else "".join(one * 2 for one in digits)
    parts = [int(full[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((light_of(one), light_of(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def token(value: str) -> str:
    """Return the token that a value names; "" for nothing of its own."""
    found = re.search(r"var\((--[\w-]+)\)", value)
    return found[1] if found else ""


def written() -> set[tuple[str, str, str]]:
    """Return who writes what on what: selector, colour, ground."""
    found = set()
    for selector, given in rules():
        ground = token(given.get("background", ""))
        own = given.get("color", "")
        inks = list(INHERITED) if own == "inherit" else [token(own)]
        if not own:
            inks = ["--ink"] if ground else []
        for ink in inks:
            found |= {(selector, ink, x) for x in ([ground] if ground else SURFACES)}
    return found


def parts() -> set[tuple[str, str, str]]:
    """Return what is no text and must be seen: fields, buttons, the focus, ticks."""
    found = set()
    for selector, given in rules():
        is_field = selector.startswith(("input", "button", "a.button"))
        seen = [given.get("outline", ""), given.get("accent-color", "")]
        if is_field:
            seen.append(given.get("border", given.get("background", "")))
        found |= {(selector, token(x), y) for x in seen if token(x) for y in SURFACES}
    return found


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert round(contrast("#000", "#ffffff"), 2) == 21
    assert round(contrast("#777", "#fff"), 2) == 4.48  # the known example just below


def test_the_sheet_names_its_colours_once() -> None:
    others = [(name, given) for name, given in rules() if name != ":root"]
    for name, given in others:
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", str(given)), name
        for key in ("color", "background"):
            value = given.get(key, "")
            assert token(value) or value in NONE | {"inherit"}, (name, value)
        assert "opacity" not in given, name
    assert len(rules(":root")) == len(tokens())
    used = set(re.findall(r"var\((--[\w-]+)\)", PLAIN))
    assert used - set(tokens()["light"]) <= {"--gap", "--round"}


def test_all_is_looked_at() -> None:
    seen = written()
    assert ("a", "--accent", "--warn-ground") in seen
    assert (".said", "--warn", "--warn-ground") in seen
    assert ("pre.letter", "--ink", "--calm-ground") in seen
    assert ("input, select, textarea", "--ink", "--card") in seen
    assert ("button", "--on-accent", "--accent") in seen
    assert (":focus-visible", "--accent", "--ground") in parts()
    assert ("input, select, textarea", "--quiet", "--card") in parts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(written, TEXT), (parts, PARTS)])
def test_what_is_written_can_be_read(scheme: str, pairs: object, least: float) -> None:
    assert callable(pairs)
    known = tokens()[scheme]
    weak = {
        (who, ink, ground): round(ratio, 2)
        for who, ink, ground in pairs()
        if (ratio := contrast(known[ink], known[ground])) < least
    }
    assert weak == {}


def test_what_is_printed_from_the_dark_is_as_in_the_light() -> None:
    dark = PLAIN.index("prefers-color-scheme: dark")
    assert PLAIN[:dark].rstrip(" (").endswith("@media screen and")
