"""Evidence that goods were sent back, as a customer types it: carrier and number. Pure.

A tracking number is personal data: it stands in no log, address, or timeline.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from connector.withdrawal import line

MOST = 60  # characters of a carrier's name, or of a number
FEWEST = 4  # letters and digits of a number, one of them a digit
READ = 2000  # characters that are looked at
# The longest in use are 30 to 40 signs; the brackets are those of a GS1 label.
SIGNS = re.compile(r"[A-Za-z0-9 ./_:#()+-]+")
LINK = re.compile(r"://|^www\.|^[a-z0-9.-]+\.[a-z]{2,}/", re.IGNORECASE)
# What phones write instead of a hyphen: hyphen, figure, en and em dash, minus.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2012\u2013\u2014\u2212", "-"))


class Unfit(StrEnum):
    """Why what was typed is not taken."""

    TOO_LONG = "too_long"
    LINK = "link"  # the address of a page instead of a number
    NO_NUMBER = "no_number"


def carrier(text: str) -> str | Unfit:
    """Return the name of a carrier on one line, "" for none."""
    name = _line(text)
    return name if len(name) <= MOST else Unfit.TOO_LONG


def number(text: str) -> str | Unfit:
    """Return a tracking number on one line, "" for none.

    Signs that nobody sees, which are often copied along with one, are left out.
    """
    found = _line(text).translate(DASHES)
    if not found:
        return ""
    if LINK.search(found):
        return Unfit.LINK
    if len(found) > MOST:
        return Unfit.TOO_LONG
    known = sum(one.isalnum() for one in found)
    has_digit = any(one.isdigit() for one in found)
    is_one = SIGNS.fullmatch(found) and known >= FEWEST and has_digit
    return found if is_one else Unfit.NO_NUMBER


def same(one: str, other: str) -> bool:
    """Say whether two numbers are one, however they are spaced and written."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return "".join(one for one in text.upper() if one.isalnum())


def _line(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:READ])
    seen = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return line(seen, READ)
