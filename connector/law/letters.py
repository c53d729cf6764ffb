"""The exceptions to withdrawal: each has a letter, and facts that it needs.

Directive 2011/83/EU, article 16, and its national lists; statement 20 of docs/law.md.
What has no letter is no exception: "sale item", "opened box" are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.errors import PolicyError
from connector.law.profiles import profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One exception: its words, the facts it needs, and its place in national law.

    `needs` are facts about this very line; the exception holds when all are there.
    """

    letter: str
    what: str
    needs: frozenset[str]
    places: Mapping[str, str] = field(default_factory=dict)


def _letter(letter: str, what: str, needs: str, *places: str) -> Letter:
    return Letter(
        letter=letter,
        what=what,
        needs=frozenset(needs.split()),
        places=dict(zip(("FR", "DE", "ES", "IT"), places, strict=True)),
    )


LETTERS: Mapping[str, Letter] = {
    one.letter: one
    for one in (
        Letter(letter="a", what="a service, done in full", needs=frozenset({"done"})),
        _letter("b", "price follows the financial market", "", "2°", "8", "b", "b"),
        _letter("c", "made to order or clearly personal", "", "3°", "1", "c", "c"),
        _letter("d", "perishable", "", "4°", "2", "d", "d"),
        _letter(
            "e", "sealed for hygiene, and unsealed", "unsealed", "5°", "3", "e", "e"
        ),
        _letter("f", "mixed inseparably", "mixed", "6°", "4", "f", "f"),
        _letter(
            "g",
            "alcohol, price agreed, delivered after 30 days",
            "price_agreed after_30_days",
            "7°", "5", "g", "g",
        ),
        _letter("h", "urgent repair on request", "requested", "8°", "11", "h", "h"),
        _letter(
            "i",
            "sealed audio, video or software, and unsealed",
            "unsealed",
            "9°", "6", "i", "i",
        ),
        _letter("j", "press, no subscription", "single_issue", "10°", "7", "j", "l"),
        _letter("k", "public auction", "", "11°", "10", "k", "m"),
        _letter(
            "l", "dated leisure, transport, catering", "dated", "12°", "9", "l", "n"
        ),
        _letter(
            "m",
            "digital content, begun with consent",
            "begun consent acknowledged confirmed",
            "13°", "§ 356(6)", "m", "o",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """A line that the shop holds to be an exception.

    `shown` says that the customer could read so before he bought; without that the
    exception is ignored (CA Douai, 8 January 2026). `facts` are those known of it.
    Raises PolicyError for a letter that the law does not have.
    """

    letter: str
    shown: bool = False
    facts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.letter not in LETTERS:
            known = ", ".join(LETTERS)
            msg = f"an exception needs its letter of article 16: {known}"
            raise PolicyError(msg)

    @property
    def missing(self) -> frozenset[str]:
        """The facts that somebody must still establish before it holds."""
        return LETTERS[self.letter].needs - self.facts

    @property
    def holds(self) -> bool:
        """Whether the customer has no right of withdrawal from this line."""
        return self.shown and not self.missing


def is_plain(letter: str) -> bool:
    """Say whether an exception holds for an article whatever became of it.

    Made to order, or perishable, it is from the start; a broken seal somebody has to
    have seen.
    """
    return letter in LETTERS and not LETTERS[letter].needs


def place_of(letter: str, country: str) -> str:
    """Name an exception in a country's law, else in the directive's."""
    known = profile(country)
    own = LETTERS[letter].places.get(known.country)
    if own is None:
        return f"Directive 2011/83/EU art. 16({letter})"
    if own.startswith("§"):
        return f"BGB {own}"
    number = "no. " if known.country == "DE" else ""
    return f"{known.article('exceptions')} {number}{own}"
