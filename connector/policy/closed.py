"""Lists of codes that are closed for the whole world: countries, languages, money.

They are those of the CLDR, as Babel brings it; a word that is none of them is told the
nearest, found by its name too: `France` means `FR`, and `UK` means `GB`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies

from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Iterable

SPEAKING = ("en", "fr", "de", "es", "it", "nl")  # whose names of them are known
LETTERS = len("FR")
# Groups of countries, tests, and places for which no shop has a code.
NO_COUNTRIES = frozenset(
    {"CP", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"}
)
GREECE = {"el": "GR"}  # as the European Union writes it
SHORT = 3  # letters of a word that may be a code itself
SURE = 0.8  # how alike two names are of which one is surely meant


@dataclass(frozen=True, slots=True)
class Closed:
    """Codes; the code of each name, folded; and two texts.

    `no` says that a `word` is none of them, `what`, as its end, what they look like.
    """

    codes: frozenset[str]
    no: str
    what: str
    names: Mapping[str, str]

    def unknown(self, word: str) -> Saying:
        """Say that a word is no such code, and which is meant."""
        return saying(self.no, word=repr(word), near=self.nearest(word))

    def nearest(self, word: str) -> Saying:
        """Say which code is meant, as the end of a sentence; else what codes are."""
        folded = word.strip().casefold()
        begins = folded.replace("_", "-").partition("-")[0]
        near = self.names.get(folded) or self.names.get(begins)
        if near is None:
            close = difflib.get_close_matches(folded, self.names, n=1, cutoff=SURE)
            is_name = len(folded) > SHORT
            near = self.names[close[0]] if close and is_name else None
        if near:
            return saying("; did you mean %(word)s?", word=repr(near))
        return saying(self.what)


@cache
def closed(kind: str) -> Closed:
    """Return the codes of a kind: country, language or currency."""
    return _KINDS[kind]()


def _countries() -> Closed:
    locales = [Locale(one) for one in SPEAKING]
    codes = frozenset(_two_letters(locales[0].territories)) - NO_COUNTRIES
    aliases = {
        old.casefold(): new[0]
        for old, new in get_global("territory_aliases").items()
        if new[0] in codes
    }
    named = _named(codes, [one.territories for one in locales])
    names = {**aliases, **GREECE, **named}
    no = N_("unknown country %(word)s%(near)s")
    what = N_('; countries are written as ISO codes, as "FR"')
    return Closed(codes, no, what, names)


def _languages() -> Closed:
    locales = [Locale(one) for one in SPEAKING]
    codes = frozenset(_two_letters(locales[0].languages))
    aliases = {
        old: new for old, new in get_global("language_aliases").items() if new in codes
    }
    names = {**aliases, **_named(codes, [one.languages for one in locales])}
    no = N_("unknown language %(word)s%(near)s")
    what = N_('; languages are written in two letters, as "fr"')
    return Closed(codes, no, what, names)


def _currencies() -> Closed:
    locales = [Locale(one) for one in SPEAKING]
    codes = frozenset(list_currencies())
    names = _named(codes, [one.currencies for one in locales])
    no = N_("unknown currency %(word)s%(near)s")
    what = N_('; currencies are written as ISO codes, as "EUR"')
    return Closed(codes, no, what, names)


_KINDS = {"country": _countries, "language": _languages, "currency": _currencies}


def _two_letters(codes: Iterable[str]) -> Iterable[str]:
    return (one for one in codes if len(one) == LETTERS and one.isalpha())


def _named(
    codes: frozenset[str], spoken: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Return the code of each name and of each code itself, folded."""
    found = {
        name.casefold(): code
        for names in spoken
        for code, name in names.items()
        if code in codes
    }
    return found | {one.casefold(): one for one in codes}
