"""A table of a policy file that collects problems instead of stopping at one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from connector.errors import BadAmount
from connector.money import Money
from connector.policy import keys
from connector.policy.closed import closed
from connector.saying import N_, Saying, joined, saying

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connector.policy.lines import Lines, Path

MOST_DAYS = 3650
MOST_COUNT = 100_000
BASIS_POINTS = 100
LANGUAGE = len("fr")


def nearest(word: str, words: Collection[str]) -> Saying:
    """Name the nearest known word, else all of them, as the end of a sentence."""
    known = [str(one) for one in words if one]  # "" stands for none at all
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return saying("; did you mean %(word)s?", word=repr(near[0]))
    if known:
        return saying("; known are %(words)s", words=", ".join(known))
    return saying("; none is known")


def unknown_key(key: str, names: Collection[str]) -> Saying:
    """Say that no table of its kind has such a key."""
    near = nearest(key, names)
    return saying("unknown key %(key)s%(near)s", key=repr(key), near=near)


def unknown_word(key: str, word: str, words: Collection[str]) -> Saying:
    """Say that a key holds a word that is none of these."""
    text, near = N_("unknown word %(word)s%(near)s"), nearest(word, words)
    return of_key(key, saying(text, word=repr(word), near=near))


def twice(code: str) -> Saying:
    """Say that what has this name is there already."""
    return saying("%(name)s is there twice", name=repr(code))


def of_key(key: str, what: Saying) -> Saying:
    """Put the key that a sentence is about before it."""
    return saying("%(key)s: %(what)s", key=key, what=what)


@dataclass(slots=True)
class Problems:
    """What is wrong with a file: (line, sentence).

    `always` keeps any text from being read, `new` one that is to come into force: what
    was refused only later is no reason not to read a version that returns are bound to.
    """

    always: list[tuple[int, str]] = field(default_factory=list)
    new: list[tuple[int, str]] = field(default_factory=list)


class Reader:
    """A table, where it is, and the problems of the whole file."""

    def __init__(
        self,
        data: Mapping[str, Any],
        lines: Lines,
        path: Path = (),
        problems: Problems | None = None,
    ) -> None:
        self.data = data
        self.lines = lines
        self.path = path
        self.problems = Problems() if problems is None else problems

    @property
    def line(self) -> int:
        """The line that the table begins at."""
        return self.lines.of(self.path)

    @property
    def where(self) -> str:
        """The table's name for people: `rules 2.then`."""
        said = ""
        for part in self.path:
            if isinstance(part, int):
                said += f" {part + 1}"
            else:
                said += f".{part}" if said else part
        return said

    def say(self, what: Saying, *keys: str | int) -> None:
        """Note a problem of this table, or of what is in it under these keys."""
        self.problems.always.append(self._problem(what, keys))

    def refuse(self, what: Saying, *keys: str | int) -> None:
        """Note a problem that keeps a new policy out; a stored one is read as it is."""
        self.problems.new.append(self._problem(what, keys))

    def _problem(self, what: Saying, keys: Path) -> tuple[int, str]:
        line = self.lines.of((*self.path, *keys))
        return line, joined(" ", [f"[{self.where}]", what]) if self.where else what

    def _unfit(self, text: str, key: str) -> None:
        """Say, in a text with `key` and `value`, that a key holds what it cannot."""
        self.say(saying(text, key=key, value=repr(self.data[key])), key)

    def known(self, table: str) -> None:
        """Refuse keys that no rule reads: a misspelt rule must not be lost."""
        self.only(keys.names(table))

    def only(self, names: Collection[str]) -> None:
        """Refuse keys other than these."""
        for key in self.data:
            if key not in names:
                self.say(unknown_key(key, names), key)

    def table(self, key: str) -> Reader:
        """Return a table inside this one; empty when it is absent."""
        data = self.data.get(key, {})
        if not isinstance(data, dict):
            self.say(saying("%(key)s must be a table", key=key), key)
            data = {}
        return Reader(data, self.lines, (*self.path, key), self.problems)

    def tables(self, key: str) -> list[Reader]:
        """Return the tables of an array, `[[key]]`."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            name = f"{self.where}.{key}" if self.where else key
            what = saying(
                "%(key)s must be written as [[%(table)s]]", key=key, table=name
            )
            self.say(what, key)
            return []
        return [
            Reader(data, self.lines, (*self.path, key, place), self.problems)
            for place, data in enumerate(found)
        ]

    def whole(self, key: str, default: int, most: int = MOST_DAYS) -> int:
        """Read a whole number between 0 and `most`."""
        found = self.maybe_whole(key, most)
        return default if found is None else found

    def maybe_whole(
        self, key: str, most: int = MOST_DAYS, least: int = 0
    ) -> int | None:
        """Read a whole number between `least` and `most`; None when it is absent."""
        if key not in self.data:
            return None
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self._unfit(N_("%(key)s must be a whole number, not %(value)s"), key)
            return None
        if not least <= value <= most:
            what = N_("%(key)s must be between %(least)s and %(most)s")
            self.say(saying(what, key=key, least=least, most=most), key)
            return None
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self._unfit(N_("%(key)s must be true or false, not %(value)s"), key)
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        """Read a string."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self._unfit(N_("%(key)s must be text in quotes, not %(value)s"), key)
            return default
        return value

    def required(self, key: str, what: Saying) -> str:
        """Read a string that may not be empty."""
        value = self.text(key)
        if not value and isinstance(self.data.get(key, ""), str):
            self.say(what, key)
        return value

    def chosen(self, key: str, words: Collection[str], default: str) -> str:
        """Read one of a closed set of words."""
        value = self.text(key, default)
        if value not in words:
            self.say(unknown_word(key, value, words), key)
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of strings, in order."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            self.say(saying("%(key)s must be a list of texts", key=key), key)
            return ()
        for place, one in enumerate(value):
            if not one.strip():
                empty = saying("%(key)s holds an empty text", key=key)
                self.refuse(empty, key, place)
        return tuple(dict.fromkeys(value))

    def codes(self, key: str, kind: str) -> frozenset[str]:
        """Read a list of codes of a closed kind, as country, in capital letters."""
        found = [one.upper() for one in self.texts(key)]
        for place, one in enumerate(found):
            if one and one not in closed(kind).codes:
                self.refuse(of_key(key, closed(kind).unknown(one)), key, place)
        return frozenset(found)

    def choices(self, key: str, words: Collection[str]) -> tuple[str, ...]:
        """Read a list of words out of a closed set."""
        found = self.texts(key)
        for one in found:
            if one not in words:
                self.say(unknown_word(key, one, words), key)
        return tuple(one for one in found if one in words)

    def folded(self, key: str) -> frozenset[str]:
        """Read a list of strings that are compared without case."""
        return frozenset(word.casefold() for word in self.texts(key))

    def words(self, key: str) -> dict[str, str]:
        """Read the merchant's own words: one text, or a table of texts by language."""
        value = self.data.get(key)
        if isinstance(value, str):
            return {"": value} if value else {}
        table = self.table(key)
        for language in table.data:
            if len(language) != LANGUAGE or not language.isalpha():
                none = N_('%(code)s is no language, as "fr"')
                table.say(saying(none, code=repr(language)), language)
            elif language.casefold() not in closed("language").codes:
                table.refuse(closed("language").unknown(language), language)
            if isinstance(table.data[language], str) and not table.data[language]:
                empty = N_("%(language)s: say it in words, or leave it out")
                table.refuse(saying(empty, language=language), language)
        return {one.casefold(): table.text(one) for one in table.data}

    def day(self, key: str) -> date | None:
        """Read a date, written as TOML writes it: 2027-01-31."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            what = N_("%(key)s must be a date, as 2027-01-31, not %(value)s")
            self._unfit(what, key)
            return None
        return value

    def amount(self, key: str, currency: str) -> Money | None:
        """Read an amount, written as text so that no cent is lost: "4.90"."""
        if key not in self.data:
            return None
        money = amount(self.data[key], currency)
        if money is None:
            what = N_('%(key)s must be an amount in quotes, as "4.90", not %(value)s')
            self._unfit(what, key)
            return None
        if money.minor < 0:
            self.say(saying("%(key)s must not be negative", key=key), key)
            return None
        return money

    def percent(self, key: str) -> int | None:
        """Read a percentage with up to two decimals, as text, in basis points."""
        if key not in self.data:
            return None
        found = amount(self.data[key], "EUR")  # two decimals, as a percentage has
        if found is None or not 0 <= found.minor <= BASIS_POINTS * 100:
            what = N_('%(key)s must be a percentage in quotes, as "15" or "12.5"')
            self.say(saying(what, key=key), key)
            return None
        return found.minor


def amount(value: object, currency: str) -> Money | None:
    """Read an amount that is written as text; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return Money.parse(value, currency)
    except BadAmount:
        return None
