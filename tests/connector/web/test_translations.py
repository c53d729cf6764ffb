from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from connector.web.face import LANGUAGES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[3]
WEB = ROOT / "connector" / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
HOLE = re.compile(r"%\(\w+\)s")
GATHERED = [("connector/**.py", "python"), ("adapters/**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


@cache
def said() -> frozenset[str]:
    """Return every text of the pages."""
    found = [
        *extract_from_dir(WEB, METHODS, keywords=KEYWORDS),
        *extract_from_dir(ROOT, GATHERED, keywords={"N_": None, "saying": None}),
    ]
    return frozenset(
        message if isinstance(message, str) else message[0]
        for _, _, message, _, _ in found
    )


def catalog(language: str) -> Catalog:
    path = WEB / "translations" / language / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def is_translated(known: Catalog, text: str) -> bool:
    """Say whether a text, and its plural where it has one, stands in a catalogue."""
    found = getattr(known.get(text), "string", "")
    return all(found) if isinstance(found, tuple) else bool(found)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated(language: str) -> None:
    known = catalog(language)
    assert [text for text in said() if not is_translated(known, text)] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    path = WEB / "translations" / language / "LC_MESSAGES" / "messages.mo"
    compiled = read_mo(io.BytesIO(path.read_bytes()))
    fresh = io.BytesIO()
    write_mo(fresh, catalog(language))
    again = read_mo(io.BytesIO(fresh.getvalue()))
    assert texts(compiled) == texts(again)


def texts(known: Catalog) -> dict[str, object]:
    return {str(one.id): one.string for one in known if one.id}


def holes(text: str) -> list[str]:
    return sorted(HOLE.findall(text))


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_placeholders_survive_translation(language: str) -> None:
    wrong = [
        message.id
        for message in catalog(language)
        if isinstance(message.id, str)
        and holes(message.id) != holes(str(message.string))
    ]
    assert wrong == []
