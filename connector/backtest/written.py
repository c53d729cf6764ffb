"""Two policies as statements over past lines: what is told of each, side by side.

Each line is judged by itself into a table of its own, in the order of the returns;
then the returns as a whole, and what the policies say differently is what is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from connector.backtest.given import MONEY
from connector.backtest.known import shorter
from connector.backtest.lines import STATES
from connector.backtest.maybe import decided_anew
from connector.backtest.reasons import COLUMNS
from connector.backtest.sql import UNKNOWN, WIDE, abreast, by_kind, flag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.backtest.clauses import Text, Words
    from connector.backtest.whole import Verdicts

WHOLE = "past_whole"
BASE = ("case_no", "position", "is_asked", "currency", "worth")
Columns = Mapping[str, str]  # expressions by the column that each becomes


class Lines:
    """Which past lines are asked, and when.

    `source` is a WHERE of `past_lines x` and `tables` before it; `now` is when lines
    are asked that nobody has asked back, in microseconds since 1970. `reasons` made
    tables before.
    """

    def __init__(self, source: str, now: int, tables: str = "") -> None:
        self.source = source
        self.now = now
        self.tables = tables

    def held(self, text: Text, columns: Columns) -> str:
        """Write the steps that bring facts and conditions to `columns`, for a WITH.

        Nothing is looked up that those do not name.
        """
        flags = {name: flag(test) for test, name in text.words.flags.items()}
        held = {name: test for name, test in flags.items() if name in _named(columns)}
        known = _reasons(text.words)
        named = {*BASE, *_named(columns), *_named(held)} - held.keys()
        facts = {name: known.get(name, f"p.{name}") for name in sorted(named)}
        step = (
            f"SELECT x.*, COALESCE(x.asked, {self.now}) AS asked_at,"
            " CASE WHEN x.asked IS NULL THEN 0 ELSE 1 END AS is_asked"
            f" FROM {self.tables}past_lines x WHERE {self.source}"
        )
        # An outer join, so that no planner begins with the few reasons.
        joins = " ".join(
            f"LEFT JOIN {name}r ON {name}r.raw = p.reason"
            for name in text.words.reasons
            if any(f"{name}_{column}" in named for column in COLUMNS)
        )
        return (
            f"step AS ({step}),"
            f" known AS (SELECT {_columns(facts)} FROM step p {joins}),"
            f" held AS (SELECT {', '.join(('p.*', *_as(held)))} FROM known p)"
        )


class SideBySide:
    """What two policies say of the same lines: `by_line` first, then `told` upon it.

    `is_not` is how the store tells two values apart.
    """

    def __init__(
        self, verdicts: Sequence[Verdicts], is_not: str, table: str = "past_told"
    ) -> None:
        self.verdicts = verdicts
        self.table = table
        self._once: dict[str, str] = {}  # columns by what is written in them
        self._names: dict[str, str] = {}  # what each is called by the policy of it
        old, new = verdicts
        for (first, one), (second, other) in zip(
            old.by_line(), new.by_line(), strict=True
        ):
            if first != f"{old.key}_decision":
                self._names |= self._beside((first, one), (second, other))
        self._names |= self._decided(is_not)

    def _beside(self, old: tuple[str, str], new: tuple[str, str]) -> dict[str, str]:
        """Name two values that the same tests choose by one column of both."""
        (first, one), (second, other) = old, new
        two = abreast(one, other)
        if one == other or two is None or two.isdecimal():
            return {first: self._column(*old), second: self._column(*new)}
        column = self._column(first, two)
        return {first: f"({column} / {WIDE})", second: f"({column} % {WIDE})"}

    def _decided(self, is_not: str) -> dict[str, str]:
        """Name the decisions, one column for both."""
        old, new = self.verdicts
        first, second = f"{old.key}_decision", f"{new.key}_decision"
        alike = all(old.lines[x].decision == new.lines[x].decision for x in old.lines)
        if alike:
            made = by_kind({kind: line.decision for kind, line in old.lines.items()})
            return dict.fromkeys((first, second), self._column(first, made))
        made = by_kind(
            {
                kind: decided_anew(line, new.lines[kind], is_not)
                for kind, line in old.lines.items()
            }
        )
        column = self._column(first, made)
        return {first: f"({column} / {STATES})", second: f"({column} % {STATES})"}

    def _column(self, name: str, text: str) -> str:
        """Name what is written; what they say alike is one column."""
        text = shorter(text)
        if text.isdecimal():
            return text
        if text == "NULL":
            return UNKNOWN
        return f"p.{self._once.setdefault(text, f'{name}_{len(self._once)}')}"

    @cached_property
    def _cost(self) -> str:
        return _cost(self.verdicts)

    @cached_property
    def _said(self) -> dict[str, str]:
        """Return what is asked of a line later, and the columns that say it."""
        texts = [*_sums(self.verdicts, self._cost, "%s").values()]
        for one in self.verdicts:
            texts += [*one.decided(), *one.told()]
        asked = _words(*texts)
        return {name: text for name, text in self._names.items() if name in asked}

    @cached_property
    def _kept(self) -> dict[str, str]:
        """Return what is kept of a line: what is written, by column."""
        asked = _words(*self._said.values())
        return {name: text for text, name in self._once.items() if name in asked}

    def table_made(self, word: Mapping[str, str]) -> str:
        """Write the table of what is said of each line; `word` is the store's."""
        kinds = dict.fromkeys((*BASE, *self._kept), word["int"]) | {"currency": "TEXT"}
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        return f"CREATE TEMP TABLE {self.table} ({columns}, {key(word)}"

    def by_line(self, lines: Lines) -> str:
        """Write what is said of each line by itself, into that table."""
        base = {name: f"p.{name}" for name in BASE}
        steps = lines.held(self.verdicts[0].text, self._kept)
        return (
            f"INSERT INTO {self.table} WITH {steps}"
            f" SELECT {_columns(base | self._kept)} FROM held p"
        )

    def told(self, which: str = "") -> str:
        """Write the steps that end in `told`, for a WITH; of `which` returns only."""
        base = ", ".join(f"p.{name}" for name in BASE)
        decided = ", ".join(text for one in self.verdicts for text in one.decided())
        told = ", ".join(text for one in self.verdicts for text in one.told())
        flags = "".join(f", g.{name}" for name in self._flags())
        # A cross join keeps SQLite's order: what is said of a return, then its lines.
        joined = f"FROM {WHOLE} g CROSS JOIN lines p WHERE g.case_no = p.case_no"
        steps = {
            "lines": self._lines(),
            "sums": f"SELECT p.*{flags} {joined}{which and f' AND g.{which}'}",
            "decided": f"SELECT {base}, {decided} FROM sums p",
            "told": f"SELECT {base}, {told} FROM decided p",
        }
        return ", ".join(f"{name} AS {_kept(name)}({x})" for name, x in steps.items())

    def _lines(self) -> str:
        base = ", ".join(f"p.{name}" for name in BASE)
        return f"SELECT {base}, {_columns(self._said)} FROM {self.table} p"

    def _flags(self) -> dict[str, str]:
        """Return what is said of whole returns, and bears upon each of their lines."""
        return {name: text for one in self.verdicts for name, text in one.of_whole()}

    def whole_made(self, word: Mapping[str, str]) -> tuple[str, ...]:
        """Write the table of what is said of whole returns, and what that costs.

        `cost` is what more the last policy gives than the first, in minor units. Most
        returns bring money and nothing else: those are summed by themselves.
        """
        number = word["int"]
        columns = "".join(f", {name} {number}" for name in self._flags())
        made = (
            f"CREATE TEMP TABLE {WHOLE} (case_no {number} PRIMARY KEY,"
            f" currency TEXT, is_asked {number}, cost {number}{columns})"
        )
        if all(one.ways <= MONEY for one in self.verdicts):
            return made, self._summed(self.verdicts, word["one"])
        ways = {self._names[f"{one.key}_way"] for one in self.verdicts}
        plain = [one.plainly() for one in self.verdicts]
        most = " AND ".join(f"max({way}) < {len(MONEY)}" for way in ways)
        others = " OR ".join(f"{way} >= {len(MONEY)}" for way in ways)
        which = f"SELECT p.case_no FROM {self.table} p WHERE {others}"
        return (
            made,
            self._summed(plain, word["one"], having=f" HAVING {most}"),
            self._summed(
                self.verdicts, word["one"], where=f" WHERE p.case_no IN ({which})"
            ),
        )

    def _summed(
        self, verdicts: Sequence[Verdicts], one: str, where: str = "", having: str = ""
    ) -> str:
        """Sum lines up by return, and write what is said of each; of some only."""
        is_all = verdicts is self.verdicts
        flags, cost = self._flags(), self._cost if is_all else _cost(verdicts)
        sums = {**_sums(verdicts, cost, one), "currency": one % "p.currency"}
        sums["is_asked"] = one % "p.is_asked"
        # What is said of a line stands for its name, and a sum for its: the store
        # knows which sums are one.
        sums = {name: _state(_put(text, self._names)) for name, text in sums.items()}
        firsts: dict[str, str] = {}
        alike = {name: firsts.setdefault(text, name) for name, text in sums.items()}
        cost = _put(cost, alike)
        asked = _words(cost)
        said = {name: _put(text, sums) for name, text in flags.items()}
        known = {
            name: text
            for name, text in sums.items()
            if alike[name] == name and name in {"currency", "is_asked", *asked}
        }
        told = ("case_no", "currency", "is_asked", cost, *flags)
        return (
            f"INSERT INTO {WHOLE} WITH whole AS (SELECT p.case_no,"
            f" {_columns(known | said)} FROM {self.table} p{where} GROUP BY p.case_no"
            f"{having}) SELECT {', '.join(told)} FROM whole"
        )

    def alike(self) -> set[str]:
        """Return what both of two policies are known to say alike of every line."""
        old, new = self.verdicts
        by_line = {"shipping": "freight"}
        return {
            name
            for name in old.same(new)
            if self._is_one(by_line.get(name, name)) or name == "fee"
        }

    def _is_one(self, name: str) -> bool:
        old, new = (self._names[f"{one.key}_{name}"] for one in self.verdicts)
        return old == new


def key(word: Mapping[str, str]) -> str:
    """Let lines lie in the order of their returns: sums over one read on and on."""
    return f"PRIMARY KEY (case_no, position)){word['clustered']}"


def _named(columns: Columns) -> set[str]:
    """Say which columns of `p` these expressions look at."""
    return set(re.findall(r"\bp\.(\w+)", " ".join(columns.values())))


def _reasons(words: Words) -> dict[str, str]:
    """Return the columns that policies make of a reason, by what they are made of."""
    return {
        f"{name}_{column}": f"{name}r.{column}"
        for name in words.reasons
        for column in COLUMNS
    }


def _cost(verdicts: Sequence[Verdicts]) -> str:
    old, new = verdicts
    return f"{new.gives()} - {old.gives()}"


def _sums(verdicts: Sequence[Verdicts], cost: str, one: str) -> dict[str, str]:
    """Return the sums over a return that its cost and its flags ask for."""
    found = {name: text for side in verdicts for name, text in side.over_whole(one)}
    if any(side.keeps_little for side in verdicts):
        found["whole_worth"] = "sum(worth)"
    flags = (text for side in verdicts for _, text in side.of_whole())
    asked = _words(cost, *flags)
    return {name: text for name, text in found.items() if name in asked}


def _put(text: str, known: Mapping[str, str]) -> str:
    """Put what is known in the place of names; no parameter is a name."""
    return re.sub(r"(?<!:)\b[a-z]\w*", lambda one: known.get(one[0], one[0]), text)


def _state(text: str) -> str:
    """Compare the first of two decisions within the number of both."""

    def below(one: re.Match[str]) -> str:
        return f"{one[1]} < {STATES * (int(one[2]) + 1)}"

    return re.sub(rf"\((p\.\w+) / {STATES}\) (?:<=|=(?= 0)) (\d)\b", below, text)


def _words(*texts: str) -> set[str]:
    """Say which names, and other words, are in these expressions."""
    return set(re.findall(r"\w+", " ".join(texts)))


def _as(found: Columns) -> Iterator[str]:
    return (f"{text} AS {name}" for name, text in found.items())


def _columns(found: Columns) -> str:
    return ", ".join(_as(found))


def _kept(name: str) -> str:
    """Say which steps only rename: none of them is worth a table of its own."""
    return "NOT MATERIALIZED " if name == "lines" else ""
