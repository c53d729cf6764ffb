"""What policies make of the reasons that were given, in the customers' own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.backtest.rows import UNSUITED
from connector.backtest.sql import among, both, case, either, no
from connector.policy import claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from connector.policy import Policy

    Made = dict[str, str | int | None]

COLUMNS = (
    "code", "grouped", "fault", "photos", "person", "restocked", "known", "claimed",
    "unsure", "open",
)  # fmt: skip
FEW = 8  # reasons that are told one from the other without a table


def made_of(policy: Policy, words: str) -> Made:
    """Return what a policy makes of one reason, by the names of COLUMNS."""
    known = policy.reason(policy.unsuited if words == UNSUITED else words)
    return {
        "code": known.code if known else "",
        "grouped": known.group if known else "",
        "fault": known.fault.value if known else "customer",
        "photos": known.photos if known else 0,
        "person": int(known.needs_person) if known else 0,
        "restocked": known.restocking_bp if known else None,
        "known": int(known is not None),
        "claimed": int(claims.is_claim(policy, words)),
        "unsure": int(claims.is_unsure(policy, words)),
        "open": int(claims.may_be_one(policy, words)),
    }


class Reasons:
    """What one policy makes of them, as SQL of a past line.

    Of `given` reasons, if they are few, each is named where it is asked about;
    otherwise, and where nobody knows them, a table is joined, and `prefix` begins its
    columns. `value` writes a value.
    """

    def __init__(
        self,
        policy: Policy,
        given: Iterable[str] | None,
        prefix: str,
        value: Callable[[str | int], str],
    ) -> None:
        self._made: dict[str, Made] | None = None
        if given is not None:
            words = sorted({*given, UNSUITED})
            if len(words) <= FEW:
                self._made = {one: made_of(policy, one) for one in words}
        self._prefix = prefix
        self._value = value

    def are(self, column: str, values: Iterable[str | int]) -> str:
        """Say that what is made of the reason is one of these values."""
        wanted = sorted(set(values), key=str)
        if self._made is None:
            return among(self.column(column), [self._value(one) for one in wanted])
        held = [word for word, made in self._made.items() if made[column] in wanted]
        others = [word for word in self._made if word not in held]
        if len(others) < len(held):
            return no(self._named(others))
        return self._named(held)

    def tell(self, column: str, write: Callable[[str], str]) -> str:
        """Write a test of what is made of the reason, a number in SQL."""
        if self._made is None:
            return write(self.column(column))
        numbers = self._numbers(column)
        if len(numbers) == 1:
            return write(*numbers)
        return either(
            both((self._named(words), write(number)))
            for number, words in numbers.items()
        )

    def number(self, column: str) -> str:
        """Write the number that is made of the reason, NULL for none."""
        if self._made is None:
            return self.column(column)
        found = [
            (self._named(words), number)
            for number, words in self._numbers(column).items()
        ]
        *arms, (_, last) = sorted(found, key=lambda one: len(one[0]))
        return case(*arms, otherwise=last)

    def column(self, column: str) -> str:
        """Name the column of the joined table."""
        return f"p.{self._prefix}_{column}"

    def _named(self, words: Iterable[str]) -> str:
        return among("p.reason", [self._value(one) for one in words])

    def _numbers(self, column: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word, made in (self._made or {}).items():
            number = "NULL" if made[column] is None else str(made[column])
            found.setdefault(number, []).append(word)
        return found


def tables(
    policies: Mapping[str, Policy],
    given: Iterable[str],
    value: Callable[[str | int], str],
    word: Mapping[str, str],
) -> Iterator[str]:
    """Write the tables of what policies make of each reason, by their names.

    `given` are the reasons in their own words, `word` is how the store says things.
    """
    kinds: dict[str, Any] = dict.fromkeys(COLUMNS, word["int"])
    kinds |= dict.fromkeys(("code", "grouped", "fault"), "TEXT")
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    words = sorted({*given, UNSUITED})
    for name, policy in policies.items():
        key = f"raw TEXT PRIMARY KEY, {columns}){word['clustered']}"
        yield f"CREATE TEMP TABLE {name}r ({key}"
        rows = ", ".join(_row(made_of(policy, one), one, value) for one in words)
        yield f"INSERT INTO {name}r VALUES {rows}"


def _row(made: Made, words: str, value: Callable[[str | int], str]) -> str:
    told = (words, *(made[column] for column in COLUMNS))
    return f"({', '.join('NULL' if one is None else value(one) for one in told)})"
