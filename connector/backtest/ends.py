"""When a withdrawal ends, where the kept day does not say: a table of days.

What is kept with a line counts from a known delivery, by switches as they are
delivered. Without one the policy's days of grace are added, and a policy may read an
open point of the law otherwise; then the end depends on where the customer lives and
on which day there the period began, and on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from connector import law
from connector.backtest.rows import ticks
from connector.backtest.sql import case
from connector.policy import Policy
from connector.policy.periods import NEVER, WITHDRAWAL_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime


KEPT = "p.withdraw_ends"
MARGIN = timedelta(days=31)  # a shop's clock may say that it sent before it sold
ROWS = 1_000  # of one statement


@dataclass(slots=True)
class Ends:
    """The tables that policies need, by name; each is of days of grace and switches.

    `has_unknown`: the delivery of some past line never showed.
    """

    has_unknown: bool
    tables: dict[str, Policy] = field(default_factory=dict)

    def moment(self, policy: Policy) -> str:
        """Write a withdrawal's last moment by a policy, in microseconds since 1970."""
        is_plain = policy.switches == law.DEFAULTS
        if is_plain and not self.has_unknown:
            return KEPT
        name = self._table(policy)
        known = KEPT if is_plain else _looked_up(name, "known")
        return case(
            (f"{KEPT} = {ticks(NEVER)}", KEPT),
            ("p.is_all_delivered = 1", known),
            otherwise=_looked_up(name, "unknown"),
        )

    def _table(self, policy: Policy) -> str:
        for name, known in self.tables.items():
            if _terms(known) == _terms(policy):
                return name
        name = f"past_ends_{len(self.tables)}"
        self.tables[name] = policy
        return name

    def made(
        self,
        word: Mapping[str, str],
        countries: Sequence[str],
        first: datetime,
        last: datetime,
    ) -> Iterator[str]:
        """Write the tables; `word` is how the store says things.

        `countries` are those of past lines, whose periods begin from `first` to `last`.
        """
        number = word["int"]
        for name, policy in self.tables.items():
            yield (
                f"CREATE TEMP TABLE {name} (country TEXT, since {number},"
                f" known {number}, unknown {number},"
                f" PRIMARY KEY (country, since)){word['clustered']}"
            )
            rows = [
                row
                for country in countries
                for row in _rows(country, policy, first - MARGIN, last)
            ]
            for at in range(0, len(rows), ROWS):
                yield f"INSERT INTO {name} VALUES {', '.join(rows[at : at + ROWS])}"


def _rows(
    country: str, policy: Policy, first: datetime, last: datetime
) -> Iterator[str]:
    """Write a row a day on which a period may begin, where the customer lives."""
    days = law.withdrawal_days(country, policy.switches) or WITHDRAWAL_DAYS
    grace, quoted = policy.window.grace_days, country.replace("'", "''")
    # A day that ends one period by grace ends a later one without it.
    end = cache(partial(_end, country, policy))
    begin, final = (law.local_day(moment, country) for moment in (first, last))
    for number in range((final - begin).days + 1):
        day = begin + timedelta(days=number)
        since = ticks(law.end_of(day - timedelta(days=1), country))
        known, unknown = (end(day + timedelta(days=days + more)) for more in (0, grace))
        yield f"('{quoted}', {since}, {known}, {unknown})"


def _terms(policy: Policy) -> tuple[object, ...]:
    return policy.window.grace_days, policy.switches


def _looked_up(name: str, column: str) -> str:
    return (
        f"(SELECT e.{column} FROM {name} e WHERE e.country = p.country"
        " AND e.since <= p.withdraws ORDER BY e.since DESC LIMIT 1)"
    )


def _end(country: str, policy: Policy, counted: date) -> int:
    """Return the last moment of a period whose last day is `counted`, or moves from it.

    As `periods` does.
    """
    last = law.accepted_until(counted, country, switches=policy.switches)
    return ticks(law.end_of(last, country) - timedelta(microseconds=1))
