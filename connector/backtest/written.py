"""Two policies as statements over past lines: which could differ, and what is told.

Each line is judged by itself into a table of its own, in the order of the returns;
then the returns as a whole, and what the policies say differently is what is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connector.backtest.fees import NOTHING
from connector.backtest.reasons import COLUMNS
from connector.backtest.sql import (
    among,
    both,
    by_kind,
    case,
    either,
    flag,
    tells_apart,
    values_apart,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.backtest.clauses import Text, Words
    from connector.backtest.lines import Line
    from connector.backtest.whole import Verdicts

WHOLE = "past_whole"
BASE = ("case_no", "position", "is_asked", "currency", "worth")
# What is made in a step is not made again wherever a later one names it.
FENCE = f"LIMIT {2**63 - 1} OFFSET 0"
Columns = Mapping[str, str]  # expressions by the column that each becomes


class Lines:
    """Which past lines are asked, and when.

    `source` is a WHERE of `past_lines x`; `now` is when lines are asked that nobody
    has asked back, in microseconds since 1970. `reasons` made tables before.
    """

    def __init__(self, source: str, now: int) -> None:
        self.source = source
        self.now = now

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
            f" FROM past_lines x WHERE {self.source}"
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


def maybe(old: Verdicts, new: Verdicts, lines: Lines, is_not: str) -> str | None:
    """Write which returns could fare differently, as a query of number and kind.

    Only what the policies say in other words is looked at: where all of that comes
    to the same, so does the verdict. None where they weigh whole returns otherwise;
    then every line is asked about. `is_not` is how the store tells two values apart.
    """
    if old.weighs != new.weighs:
        return None
    kinds: dict[str, list[str]] = {}
    for kind, line in old.lines.items():
        differs = _lines_apart(line, new.lines[kind], is_not)
        kinds.setdefault(differs, []).append(repr(kind.value))
    differs = either(
        both((among("p.kind", some), test)) for test, some in kinds.items()
    )
    steps = lines.held(old.text, {"differs": differs, "kind": "p.kind"})
    found = f"SELECT p.case_no, p.kind FROM held p WHERE {differs}"
    return f"WITH {steps} {found} ON CONFLICT DO NOTHING"


def _lines_apart(old: Line, new: Line, is_not: str) -> str:
    """Write a test that holds wherever a line by itself fares differently."""
    tests = [_decided_apart(old, new, is_not)]
    told = new.told
    for name, value in old.told.items():
        if name == "decision":  # the first test is of it
            continue
        apart = values_apart(value, told[name], is_not)
        if name == "fee":
            # Nobody pays for the way back of what both decline, told apart above.
            apart = both((apart, f"{flag(old.declined)} = 0"))
        tests.append(apart)
    return either(tests)


def _decided_apart(old: Line, new: Line, is_not: str) -> str:
    """Write a test that holds wherever a line by itself is decided differently."""
    parts = new.parts
    return either(
        tells_apart(test, parts[name], is_not) for name, test in old.parts.items()
    )


def _decided_anew(old: Line, new: Line, is_not: str) -> str:
    """Weigh a decision again only where it could be another; NULL where it is not."""
    made, apart = new.decision, _decided_apart(old, new, is_not)
    if made == old.decision:
        return "NULL"
    return case((apart, made)) if len(apart) * 2 < len(made) else made


class SideBySide:
    """What policies say of the same lines: `by_line` first, then `told` upon it.

    `is_not` is how the store tells two values apart.
    """

    def __init__(
        self, verdicts: Sequence[Verdicts], is_not: str, table: str = "past_told"
    ) -> None:
        self.verdicts = verdicts
        self.table = table
        self._once: dict[str, str] = {}  # columns by what is written in them
        self._names: dict[str, str] = {}  # what each is called by the policy of it
        for one in verdicts:
            for name, text in one.by_line():
                if name != f"{one.key}_decision":
                    self._names[name] = self._column(name, text)
            self._names |= self._decided(one, is_not)
        self._upon: dict[str, str] = {}  # columns by what is made of those before
        for one in verdicts:
            self._names |= {name: self._later(text) for name, text in one.upon_line()}

    def _decided(self, one: Verdicts, is_not: str) -> dict[str, str]:
        """Weigh a decision again only where the policies could decide differently."""
        first = self.verdicts[0].lines
        known = by_kind({kind: line.decision for kind, line in first.items()})
        anew = by_kind(
            {
                kind: _decided_anew(first[kind], line, is_not)
                for kind, line in one.lines.items()
            }
        )
        told = self._column("decision", known)
        if anew != "NULL":
            told = f"COALESCE({self._column('decision', anew)}, {told})"
        return {f"{one.key}_decision": told}

    def _column(self, name: str, text: str) -> str:
        """Name what is written; what they say alike is one column."""
        if text.isdecimal():
            return text
        if text == "NULL":
            return NOTHING  # a number that is none: PostgreSQL asks of what kind
        kind = "word" if name.endswith("_way") else "number"
        return f"p.{self._once.setdefault(text, f'{kind}_{len(self._once)}')}"

    def _later(self, text: str) -> str:
        """Name what is made of columns that have names; what is one is one column."""
        made = re.sub(r"[a-z]\w*", lambda one: self._names.get(one[0], one[0]), text)
        return f"p.{self._upon.setdefault(made, f'upon_{len(self._upon)}')}"

    def table_made(self, word: Mapping[str, str]) -> str:
        """Write the table of what is said of each line; `word` is the store's."""
        kinds = {
            name: "TEXT" if name.startswith("word_") else word["int"]
            for name in self._once.values()
        }
        kinds |= dict.fromkeys(BASE, word["int"]) | {"currency": "TEXT"}
        kinds |= dict.fromkeys(self._upon.values(), word["int"])
        names = (*BASE, *self._once.values(), *self._upon.values())
        columns = ", ".join(f"{name} {kinds[name]}" for name in names)
        return f"CREATE TEMP TABLE {self.table} ({columns}, {key(word)}"

    def by_line(self, lines: Lines) -> str:
        """Write what is said of each line by itself, into that table."""
        made = {name: text for text, name in self._once.items()}
        base = {name: f"p.{name}" for name in BASE}
        steps = lines.held(self.verdicts[0].text, made)
        order = f"ORDER BY case_no, position {FENCE}"
        judged = f"judged AS (SELECT {_columns(base | made)} FROM held p {order})"
        upon = ", ".join(("p.*", *_as({name: x for x, name in self._upon.items()})))
        query = f"WITH {steps}, {judged} SELECT {upon} FROM judged p"
        return f"INSERT INTO {self.table} {query}"

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
        return f"SELECT {base}, {_columns(self._names)} FROM {self.table} p"

    def _flags(self) -> dict[str, str]:
        """Return what is said of whole returns, and bears upon each of their lines."""
        return {name: text for one in self.verdicts for name, text in one.of_whole()}

    def whole_made(self, word: Mapping[str, str]) -> tuple[str, str]:
        """Write the table of what is said of whole returns, and what that costs.

        `cost` is what more the last policy gives than the first, in minor units.
        """
        flags, number = self._flags(), word["int"]
        sums = {name: text for one in self.verdicts for name, text in one.over_whole()}
        if any(one.keeps_little for one in self.verdicts):
            sums["whole_worth"] = "sum(worth)"
        cost = f"{self.verdicts[-1].gives()} - {self.verdicts[0].gives()}"
        asked = set(re.findall(r"\w+", " ".join((cost, *flags.values()))))
        sums = {name: text for name, text in sums.items() if name in asked}
        sums |= {"currency": "min(currency)", "is_asked": "min(is_asked)"}
        known = ", ".join(("case_no", *sums, *_as(flags)))
        columns = "".join(f", {name} {number}" for name in flags)
        told = ("case_no", "currency", "is_asked", cost, *flags)
        return (
            (
                f"CREATE TEMP TABLE {WHOLE} (case_no {number} PRIMARY KEY,"
                f" currency TEXT, is_asked {number}, cost {number}{columns})"
            ),
            (
                f"INSERT INTO {WHOLE} WITH lines AS NOT MATERIALIZED ({self._lines()}),"
                f" summed AS (SELECT case_no, {_columns(sums)} FROM lines"
                f" GROUP BY case_no), whole AS (SELECT {known} FROM summed {FENCE})"
                f" SELECT {', '.join(told)} FROM whole"
            ),
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


def _as(found: Columns) -> Iterator[str]:
    return (f"{text} AS {name}" for name, text in found.items())


def _columns(found: Columns) -> str:
    return ", ".join(_as(found))


def _kept(name: str) -> str:
    """Say which steps only rename: none of them is worth a table of its own."""
    return "NOT MATERIALIZED " if name == "lines" else ""
