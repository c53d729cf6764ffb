"""Where in a TOML text a key is: `tomllib` reads it, and forgets the lines."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

# A path names tables, keys, and the place in an array counted from 0.
Path = tuple[str | int, ...]

BOM = "\ufeff"  # what some editors of Windows begin a text with
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[\w-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^,\]}\s#]+|[^,\]}\s#]+")


class Lines:
    """The line numbers of a text that is known to be valid TOML, counted from 1.

    Every table, key and element of an array has one; a line ends with a line feed.
    """

    def __init__(self, text: str) -> None:
        self._text = text.removeprefix(BOM)
        self._feeds = [place for place, x in enumerate(self._text) if x == "\n"]
        self._at = 0
        self._found: dict[Path, int] = {(): 1}
        self._read()

    def of(self, path: Path) -> int:
        """Return the line of a key, else of the nearest table around it."""
        for length in range(len(path), 0, -1):
            line = self._found.get(path[:length])
            if line is not None:
                return line
        return 1

    def _read(self) -> None:
        counts: dict[Path, int] = {}
        table: Path = ()
        while self._ahead(_GAP):
            table = self._header(counts) if self._is("[") else self._pair(table)

    def _ahead(self, what: re.Pattern[str]) -> bool:
        """Pass over what matches; say whether anything is left."""
        found = what.match(self._text, self._at)
        self._at = found.end() if found else len(self._text)
        return self._at < len(self._text)

    def _is(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _here(self, path: Path) -> None:
        self._found.setdefault(path, bisect_left(self._feeds, self._at) + 1)

    def _header(self, counts: dict[Path, int]) -> Path:
        """Read a header; return its path, with the places in the arrays it is in."""
        is_array, begin = self._is("[["), self._at
        self._at += 2 if is_array else 1
        path: Path = ()
        names = self._key()
        for place, name in enumerate(names, start=1):
            path = (*path, name)
            if place == len(names) and is_array:
                counts[path] = counts.get(path, -1) + 1
            if path in counts:
                path = (*path, counts[path])
        end, self._at = self._at + (2 if is_array else 1), begin
        self._here(path)
        self._at = end
        return path

    def _key(self) -> tuple[str, ...]:
        """Read a key, dotted or not."""
        found: list[str] = []
        while True:
            self._ahead(_BLANK)
            begin = self._at
            is_quoted = self._is('"') or self._is("'")
            self._ahead(_STRING if is_quoted else _BARE)
            part = self._text[begin : self._at]
            found.append(tomllib.loads(f"x={part}")["x"] if is_quoted else part)
            self._ahead(_BLANK)
            if not self._is("."):
                return tuple(found)
            self._at += 1

    def _pair(self, table: Path) -> Path:
        """Read `key = value`; return the table that it is in."""
        begin = self._at
        names = self._key()
        value, self._at = self._at + 1, begin
        for length in range(1, len(names) + 1):
            self._here((*table, *names[:length]))
        self._at = value
        self._value((*table, *names))
        return table

    def _value(self, path: Path) -> None:
        self._ahead(_BLANK)
        if self._is("[") or self._is("{"):
            self._inside(path, is_table=self._is("{"))
        elif self._is('"') or self._is("'"):
            self._ahead(_STRING)
        else:
            self._ahead(_PLAIN)

    def _inside(self, path: Path, *, is_table: bool) -> None:
        """Read an array, or an inline table, from its bracket to the closing one."""
        self._at += 1
        place = 0
        while self._ahead(_GAP) and not self._is("}" if is_table else "]"):
            if self._is(","):
                self._at += 1
            elif is_table:
                self._pair(path)
            else:
                self._here((*path, place))
                self._value((*path, place))
                place += 1
        self._at += 1
