"""Where in a TOML text a key is: `tomllib` reads it, and forgets the lines."""

from __future__ import annotations

import re

# A path names tables, keys, and the place in an array counted from 0.
Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*[\w"'-]+)*)\s*=""")
_PART = re.compile(r"""\s*("[^"]*"|'[^']*'|[^.\s]+)\s*""")
_STRINGS = re.compile(r"""\"\"\"|'''|"(?:\\.|[^"\\])*"|'[^']*'|#.*""")


class Lines:
    """The line numbers of a text that is known to be valid TOML."""

    def __init__(self, text: str) -> None:
        self.text = text.splitlines()
        self.found: dict[Path, int] = {(): 1}
        self._read()

    def of(self, path: Path) -> int:
        """Return the line of a key, else of the nearest table around it."""
        for length in range(len(path), -1, -1):
            line = self.found.get(path[:length])
            if line is not None:
                return self._inside(path[length:], line)
        return 1

    def _inside(self, rest: Path, line: int) -> int:
        """Look for a key that an inline table holds, from its line on."""
        if not rest or not isinstance(rest[0], str):
            return line
        word = re.compile(rf"""(?<![\w-])["']?{re.escape(rest[0])}["']?\s*=""")
        last = min((n for n in self.found.values() if n > line), default=None)
        for number in range(line, last or len(self.text) + 1):
            if word.search(self.text[number - 1]):
                return number
        return line

    def _read(self) -> None:
        counts: dict[Path, int] = {}
        table: Path = ()
        depth, quote = 0, ""
        for number, raw in enumerate(self.text, start=1):
            if not depth and not quote:
                header = _HEADER.match(raw)
                if header:
                    table = _table(header, counts)
                    self.found.setdefault(table, number)
                    continue
                key = _KEY.match(raw)
                if key:
                    self.found.setdefault((*table, *_parts(key[1])), number)
            depth, quote = _open(raw, depth, quote)


def _table(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """Return the path of a header, with the places in the arrays that it is in."""
    path: Path = ()
    names = _parts(header[2])
    for place, name in enumerate(names, start=1):
        path = (*path, name)
        if place == len(names) and header[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _open(raw: str, depth: int, quote: str) -> tuple[int, str]:
    """Say how many brackets, and which long string, a line leaves open."""
    rest = raw
    while rest:
        if quote:
            _, closing, rest = rest.partition(quote)
            if not closing:
                return depth, quote
            quote = ""
            continue
        match = _STRINGS.search(rest)
        plain = rest[: match.start()] if match else rest
        depth += sum(plain.count(c) for c in "[{") - sum(plain.count(c) for c in "]}")
        if match is None:
            break
        rest = rest[match.end() :]
        if match[0] in ('"""', "'''"):
            quote = match[0]
    return depth, quote
