"""When a withdrawal ends, where the kept day does not say: a table of days.

What is kept with a line counts from a known delivery, by switches as they are
delivered. Without one the policy's days of grace are added, and a policy may read an
open point of the law otherwise; then the end depends on where the customer lives and
on which day there the period began, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from connector import law
from connector.backtest.rows import ticks
from connector.backtest.sql import both, choice, either, no
from connector.policy.periods import NEVER, WITHDRAWAL_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from connector.policy import Policy


ASKED, SINCE, KEPT = "p.asked_at", "p.withdraws", "p.withdraw_ends"
ROWS = 1_000  # of one statement
Span = tuple["datetime", "datetime"]  # the first moment and the last


@dataclass(slots=True)
class Ends:
    """The tables that policies need, by name; each is of days of grace and switches.

    `has_unknown`: the delivery of some past line never showed. `spans` are when the
    periods of past lines begin, by the country of the customer.
    """

    has_unknown: bool
    spans: Mapping[str, Span]
    tables: dict[str, Table] = field(default_factory=dict)

    def runs(self, policy: Policy) -> str:
        """Write that a period to withdraw still runs by a policy as it is asked.

        Days of grace are only ever added: what is in time without them is with them.
        A period that has not begun is kept as one that never ends.
        """
        is_plain = _is_plain(policy)
        kept = f"{ASKED} <= {KEPT}"
        if is_plain and not (self.has_unknown and policy.window.grace_days):
            return kept
        name = self._table(policy)
        table, at_hand = self.tables[name], "p.is_all_delivered = 1"
        unknown = table.runs(name, "unknown")
        if is_plain:
            return either((kept, both((no(at_hand), unknown))))
        known = table.runs(name, "known")
        found = choice((at_hand, known), otherwise=unknown)
        return either((f"{KEPT} = {ticks(NEVER)}", found))

    def _table(self, policy: Policy) -> str:
        for name, known in self.tables.items():
            if known.terms == _terms(policy):
                return name
        name = f"past_ends_{len(self.tables)}"
        self.tables[name] = Table.of(policy, self.spans)
        return name

    def made(self, word: Mapping[str, str]) -> Iterator[str]:
        """Write the tables; `word` is how the store says things."""
        number = word["int"]
        for name, table in self.tables.items():
            yield (
                f"CREATE TEMP TABLE {name} (country TEXT, since {number},"
                f" known {number}, unknown {number},"
                f" PRIMARY KEY (country, since)){word['clustered']}"
            )
            rows = [one.written for one in table.days]
            for at in range(0, len(rows), ROWS):
                yield f"INSERT INTO {name} VALUES {', '.join(rows[at : at + ROWS])}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which a period may begin, where the customer lives.

    `since` and `until` are its first moment and that of the next; `known` and
    `unknown` the period's last, from a delivery that showed (0 where the kept day says
    that) and from one that did not: all in microseconds since 1970.
    """

    country: str
    since: int
    until: int
    known: int
    unknown: int

    @property
    def written(self) -> str:
        """Write it as a row."""
        quoted = self.country.replace("'", "''")
        return f"('{quoted}', {self.since}, {self.known}, {self.unknown})"


@dataclass(frozen=True, slots=True)
class Table:
    """The days of one reading of the law."""

    terms: tuple[object, ...]
    days: Sequence[Day]

    @classmethod
    def of(cls, policy: Policy, spans: Mapping[str, Span]) -> Self:
        """Reckon every day on which the periods of past lines begin."""
        days = [
            one
            for country, (first, last) in spans.items()
            for one in _days(country, policy, first, last)
        ]
        return cls(_terms(policy), days)

    def runs(self, name: str, column: str) -> str:
        """Write that a period still runs; a day is only looked up where that decides.

        So long after its beginning none has ended yet, and so long every one has.
        """
        ends = [(one, getattr(one, column)) for one in self.days]
        least = min((end - one.until for one, end in ends), default=0)
        most = max((end - one.since for one, end in ends), default=0)
        passed = f"{ASKED} - {SINCE}"
        looked_up = f"{ASKED} <= {_looked_up(name, column)}"
        surely = either((f"{passed} <= {least}", looked_up))
        return both((f"{passed} <= {most}", surely))


def _days(
    country: str, policy: Policy, first: datetime, last: datetime
) -> Iterator[Day]:
    day = law.local_day(first, country)
    since = law.end_of(day - timedelta(days=1), country)
    while since <= last:
        until = law.end_of(day, country)
        known = 0 if _is_plain(policy) else _end(day, country, policy, 0)
        unknown = _end(day, country, policy, policy.window.grace_days)
        yield Day(country, ticks(since), ticks(until), known, unknown)
        day, since = day + timedelta(days=1), until


def _is_plain(policy: Policy) -> bool:
    """Say whether the day that is kept with a line is that of a known delivery."""
    return policy.switches == law.DEFAULTS


def _terms(policy: Policy) -> tuple[object, ...]:
    return policy.window.grace_days, policy.switches


def _looked_up(name: str, column: str) -> str:
    return (
        f"(SELECT e.{column} FROM {name} e WHERE e.country = p.country"
        f" AND e.since <= {SINCE} ORDER BY e.since DESC LIMIT 1)"
    )


def _end(day: date, country: str, policy: Policy, grace: int) -> int:
    """Return the last moment of a period that began on a day, as `periods` does."""
    switches = policy.switches
    days = law.withdrawal_days(country, switches) or WITHDRAWAL_DAYS
    last = law.accepted_until(
        day + timedelta(days=days + grace), country, switches=switches
    )
    return ticks(law.end_of(last, country) - timedelta(microseconds=1))
