"""Where two policies say different things: line by line, return by return, and named.

They are told of side by side first (`connector.backtest.written`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from connector.backtest.sql import NO, Joined
from connector.backtest.whole import TOLD
from connector.backtest.written import WHOLE, key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.backtest.written import SideBySide

SHOWN = 100  # lines that are named one by one, those that cost most first
# What is told of a line, what takes little to compare first.
BY_EFFORT = ("fee", "decision", "shipping", "bonus", "way", "restocking", "given")
# A cross join keeps SQLite's order: what was found, then the line of each.
OF_LINE = "past_lines p WHERE p.case_no = d.case_no AND p.position = d.position"


class Apart:
    """Two policies' word on the same lines, as a table and what is read of it.

    `word` is how the store says things, `is_not` how it tells two values apart;
    `orders` is a table of returns with the order of each.
    """

    def __init__(
        self, told: SideBySide, word: Mapping[str, str], is_not: str, orders: str
    ) -> None:
        self.told = told
        self.orders = orders
        self.word = word
        self.is_not = is_not
        self.old, self.new = (one.key for one in told.verdicts)

    @cached_property
    def _alike(self) -> set[str]:
        return self.told.alike()

    @property
    def _differs(self) -> str:
        """Write that the two policies say different things of a line.

        What is one for all of a return is compared first. Where a line brings the same
        once approved, what it brings is as it is decided.
        """
        brings = {"way", "bonus", "restocking"}
        alike = self._alike | ({"given"} if brings <= self._alike else set())
        tests = [
            f"{self.old}_{name} {self.is_not} {self.new}_{name}"
            for name in BY_EFFORT
            if name not in alike
        ]
        return Joined("OR", tests) if tests else NO

    def made(self) -> tuple[str, ...]:
        """Write the table of the lines of which different things are said.

        `code` is one number of whether it was asked back and of both decisions.
        """
        number = self.word["int"]
        names = ("case_no", "position", "code")
        columns = ", ".join(f"{name} {number}" for name in names)
        code = f"is_asked * 9 + {self.old}_decision * 3 + {self.new}_decision"
        return (
            f"CREATE TEMP TABLE past_diff ({columns}, {key(self.word)}",
            (
                f"INSERT INTO past_diff WITH {self.told.told()}"
                f" SELECT case_no, position, {code} FROM told WHERE {self._differs}"
            ),
        )

    def queries(self) -> dict[str, str]:
        """Write what is read of the tables; `orders` is one text, a list in JSON."""
        listed = self.word["listed"] % "p.order_ref"
        pair = f"code % 9 / 3 AS {self.old}_decision, code % 3 AS {self.new}_decision"
        return {
            "orders": (
                f"SELECT {listed} AS refs FROM (SELECT DISTINCT case_no FROM past_diff)"
                f" d CROSS JOIN {self.orders} p WHERE p.case_no = d.case_no"
            ),
            "flips": (
                f"SELECT code / 9 AS is_asked, {pair}, lines FROM (SELECT code,"
                " count(*) AS lines FROM past_diff GROUP BY code) d"
            ),
            "costs": (
                f"SELECT currency, sum(cost) AS cost FROM {WHOLE} WHERE is_asked = 1"
                " GROUP BY currency"
            ),
            "shown": self._named(self._differs, 1),
            "open_shown": self._named(f"{self.old}_decision <> {self.new}_decision", 0),
        }

    def _named(self, which: str, is_asked: int) -> str:
        """Write which lines are named: of the returns that cost or save most first.

        `cost` is the whole return's: a fee for its way back belongs to no line of it.
        """
        order = "abs(r.cost) DESC, r.case_no"
        most = (
            f"case_no IN (SELECT r.case_no FROM {WHOLE} r WHERE r.is_asked = {is_asked}"
            " AND EXISTS (SELECT 1 FROM past_diff d WHERE d.case_no = r.case_no)"
            f" ORDER BY {order} LIMIT {SHOWN})"
        )
        told = ", ".join(f"d.{who}_{x}" for who in (self.old, self.new) for x in TOLD)
        return (
            f"WITH {self.told.told(most)}, named AS (SELECT * FROM told WHERE {which})"
            f" SELECT d.case_no, d.is_asked, d.currency, {told}, r.cost, p.order_ref,"
            f" p.number, p.line_ref, p.return_id FROM named d CROSS JOIN {WHOLE} r"
            f" CROSS JOIN {OF_LINE} AND r.case_no = d.case_no"
            f" ORDER BY {order}, d.position LIMIT {SHOWN}"
        )
