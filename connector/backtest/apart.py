"""Where two policies say different things: line by line, return by return, and named.

They are told of side by side first (`connector.backtest.written`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from connector.backtest.part import PAID_IN_GOODS
from connector.backtest.sql import either, flag
from connector.backtest.whole import TOLD
from connector.backtest.written import key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.backtest.written import SideBySide

SHOWN = 100  # lines that are named one by one, those that cost most first
# A cross join keeps SQLite's order: what was found, then the line of each.
OF_LINE = "past_lines p WHERE p.case_no = d.case_no AND p.position = d.position"


class Apart:
    """Two policies' word on the same lines, as tables and what is read of them.

    `past_diff` has a row a line, `past_cost` one a return. Lines of which they say the
    same are there too: a fee that one line of a return bears is paid once. `word` is
    how the store says things, `is_not` how it tells two values apart.
    """

    def __init__(self, told: SideBySide, word: Mapping[str, str], is_not: str) -> None:
        self.told = told
        self.word = word
        self.is_not = is_not
        self.old, self.new = (one.key for one in told.verdicts)

    @cached_property
    def _alike(self) -> set[str]:
        return self.told.alike()

    def _column(self, whose: str, name: str) -> str:
        """Name a column of `past_diff`; what both say alike has one."""
        return f"{self.old if name in self._alike else whose}_{name}"

    def _columns(self) -> dict[str, str]:
        """Return what is told by either, and the column that has it."""
        return {
            f"{whose}_{name}": self._column(whose, name)
            for whose in (self.old, self.new)
            for name in TOLD
        }

    @property
    def _differs(self) -> str:
        """Write that the two policies say different things of a line.

        Where it brings the same once approved, what it brings is as it is decided.
        """
        brings = {"way", "bonus", "restocking"}
        alike = self._alike | ({"given"} if brings <= self._alike else set())
        return either(
            f"{self.old}_{name} {self.is_not} {self.new}_{name}"
            for name in TOLD
            if name not in alike
        )

    def made(self) -> tuple[str, ...]:
        """Write both tables and fill them.

        Columns have kinds of their own, whatever a policy's words come to.
        """
        word, number = self.word, self.word["int"]
        base = ("case_no", "position", "is_asked", "differs")
        names = {**dict.fromkeys(base, number), "currency": "TEXT"}
        for column in dict.fromkeys(self._columns().values()):
            names[column] = "TEXT" if column.endswith("_way") else number
        columns = ", ".join(f"{name} {kind}" for name, kind in names.items())
        told = {name: name for name in names} | {"differs": flag(self._differs)}
        return (
            f"CREATE TEMP TABLE past_diff ({columns}, {key(word)}",
            (
                f"INSERT INTO past_diff WITH {self.told.told()}"
                f" SELECT {', '.join(told.values())} FROM told"
            ),
            (
                f"CREATE TEMP TABLE past_cost (case_no {number} PRIMARY KEY,"
                f" currency TEXT, is_asked {number}, differs {number},"
                f" cost {number}){word['clustered']}"
            ),
            (
                "INSERT INTO past_cost SELECT case_no, min(currency), min(is_asked),"
                f" max(differs), {self._cost()} FROM past_diff GROUP BY case_no"
            ),
        )

    def _cost(self) -> str:
        """Write what more, or less, goes back with each return.

        A return pays for the way back once, and brings the outbound shipping once,
        where it is paid in money or credit.
        """
        goods = ", ".join(map(repr, PAID_IN_GOODS))
        old, new = (self._column(one, "given") for one in (self.old, self.new))
        sums = [f"sum({new} - {old})"]
        for whose, fee, shipping in ((self.old, "+", "-"), (self.new, "-", "+")):
            has = {name: self._column(whose, name) for name in TOLD}
            paid = f"max(CASE WHEN {has['given']} > 0 THEN {has['fee']} END)"
            money = f"{has['given']} > 0 AND {has['way']} NOT IN ({goods})"
            brings = f"max(CASE WHEN {money} THEN {has['shipping']} END)"
            sums.append(f"{fee} COALESCE({paid}, 0) {shipping} COALESCE({brings}, 0)")
        return " ".join(sums)

    def queries(self) -> dict[str, str]:
        """Write what is read of the tables; `orders` is one text, a list in JSON."""
        listed = self.word["listed"] % "p.order_ref"
        pair = f"is_asked, {self.old}_decision, {self.new}_decision"
        return {
            "orders": (
                f"SELECT {listed} AS refs FROM (SELECT case_no, 0 AS position"
                f" FROM past_cost WHERE differs = 1) d CROSS JOIN {OF_LINE}"
            ),
            "flips": (
                f"SELECT {pair}, count(*) AS lines FROM past_diff WHERE differs = 1"
                f" GROUP BY {pair}"
            ),
            "costs": (
                "SELECT currency, sum(cost) AS cost FROM past_cost WHERE is_asked = 1"
                " GROUP BY currency"
            ),
            "shown": self._named("d.differs = 1", 1),
            "open_shown": self._named(
                f"d.{self.old}_decision <> d.{self.new}_decision", 0
            ),
        }

    def _named(self, which: str, is_asked: int) -> str:
        """Write which lines are named: of the returns that cost or save most first.

        `cost` is the whole return's: a fee for its way back belongs to no line of it.
        """
        told = ", ".join(f"d.{has} AS {name}" for name, has in self._columns().items())
        order = "abs(r.cost) DESC, r.case_no"
        return (
            f"SELECT d.case_no, d.is_asked, d.currency, {told}, r.cost, p.order_ref,"
            " p.number, p.line_ref, p.return_id FROM"
            " (SELECT case_no, cost FROM past_cost r WHERE differs = 1"
            f" AND is_asked = {is_asked} ORDER BY {order} LIMIT {SHOWN}) r"
            f" CROSS JOIN past_diff d CROSS JOIN {OF_LINE} AND d.case_no = r.case_no"
            f" AND ({which}) ORDER BY {order}, d.position LIMIT {SHOWN}"
        )
