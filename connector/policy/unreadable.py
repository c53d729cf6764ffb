"""What is wrong with a text that is no TOML, in words that a merchant understands."""

from __future__ import annotations

import re

from connector.saying import N_, Saying, saying

# How `tomllib` puts it, as it begins, and how we do; the first that fits.
_TWICE = N_("the same key or table is there twice")
_QUOTES = N_(
    "a text in quotes is not closed, or holds a character that TOML does not allow"
)
_SLASH = N_("a backslash in a text stands for itself where it is written twice")
_OPEN = N_("a bracket is not closed")
_KEY = N_("a key, = and a value are expected here, or a [table]")
_SAID = (
    ("Invalid value", N_("this is no value; a text stands in quotes")),
    ("Invalid date", N_("there is no such date or time")),
    ("Invalid hex", _SLASH),
    ("Unescaped", _SLASH),
    ("Escaped", _SLASH),
    ("Invalid", _KEY),
    ("Expected '='", _KEY),
    ("Expected newline", N_("something stands behind the end of a value")),
    ("Expected ']", _OPEN),
    ("Unclosed", _OPEN),
    ("Unterminated", _QUOTES),
    ("Illegal", _QUOTES),
    ("Found invalid", _QUOTES),
    ("Cannot", _TWICE),
    ("Duplicate", _TWICE),
)
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def unreadable(error: Exception) -> Saying:
    """Say what the reader of TOML found, and where; what is new in its own words."""
    own = str(error)
    place = _PLACE.search(own)
    told = next((text for begin, text in _SAID if own.startswith(begin)), "")
    what = saying(told) if told else own
    if told and place:
        line, column = place.groups()
        text = N_("not valid TOML, line %(line)s, column %(column)s: %(what)s")
        return saying(text, line=line, column=column, what=what)
    return saying("not valid TOML: %(what)s", what=what)
