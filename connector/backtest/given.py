"""What goes back of a whole return by one policy, as SQL over its lines.

As `connector.steps.promise` pays it: other articles first, then credit, then money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.backtest.sql import NO, among, both, case, either, flag, no
from connector.model import CREDITS, Resolution
from connector.settlement import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterable

EXCHANGE, SAME_AGAIN = Resolution.EXCHANGE, Resolution.REPLACEMENT
HALF = BASIS_POINTS // 2
# What an approved line brings, as a number; one that is not approved is 0. The highest
# of a return says whether some of it is paid, and in money for goods that come back.
SWAPPED, SAME, REPAIRED, NOT_GIVEN, STAYS, STORED, PAID = -3, -2, -1, 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Given:
    """Sums over a return's lines, and what all of it comes to, in minor units.

    `key` begins the policy's columns; `approved` is a test of a line, `stays` one of
    goods that stay where the return is worth little, `by_law` one that the law has a
    word in it. `charges`: there is a fee for
    the way back; `adds`: credit has a bonus.
    """

    key: str
    approved: str
    by_law: str
    stays: str
    charges: bool
    adds: bool

    def brings(self, bp: str) -> str:
        """Write what a line brings less its restocking fee, with its bonus."""
        net = self._net(bp)
        if not self.adds:
            return net
        bonus = f"({net} * {self.key}_bonus + {HALF}) / {BASIS_POINTS}"
        return f"({net} + {case((self._is(CREDITS), bonus), otherwise='0')})"

    def _net(self, bp: str) -> str:
        """Write what a line brings less that fee; a repair brings nothing.

        The same again is for nothing: it brings all that was paid.
        """
        fee = f"(worth * {bp} + {HALF}) / {BASIS_POINTS}"
        free = (self._is([Resolution.REPAIR]), "0")
        same = (self._is([SAME_AGAIN]), "worth")
        return case(free, same, otherwise=f"(worth - {fee})")

    def _is(self, ways: Iterable[Resolution]) -> str:
        return either(f"{self.key}_way = '{one.value}'" for one in sorted(ways))

    def of_line(self) -> list[tuple[str, str]]:
        """Write what a line by itself adds to the sums: which of them, and how much."""
        ways = [
            ([Resolution.REFUND], PAID),
            ([EXCHANGE], SWAPPED),
            ([SAME_AGAIN], SAME),
            ([Resolution.REPAIR], REPAIRED),
            ([Resolution.KEEP], STAYS),
        ]
        ways += [(sorted(CREDITS), STORED)] if self._parts_credit else []
        which = [(self._is(some), str(number)) for some, number in ways]
        got = case((no(self.approved), "0"), *which, otherwise=str(PAID))
        return [
            (f"{self.key}_got", got),
            (f"{self.key}_net", self._net(f"{self.key}_restocking")),
        ]

    @property
    def _parts_credit(self) -> bool:
        """Whether credit is summed apart: for its bonus, or what is taken of it."""
        return self.charges or self.adds

    def sums(self) -> list[tuple[str, str]]:
        """Write the sums, by their names.

        `points` are basis points of what was paid for what is `stored` as credit;
        `spared` is what more goods bring that stay. `pays`: some of it is money or
        credit, with which the outbound shipping goes back, if it is above 0; PAID: for
        goods that come back.
        Where the law has a word, `back` is what was paid for what goes back, `first` of
        it for what is not paid in money; `short`: some line does not.
        """
        by_law, got, net = self.by_law, f"{self.key}_got", f"{self.key}_net"
        found = {
            "exchanged": total_where(self._got(SWAPPED), net),
            "replaced": total_where(self._got(SAME), "worth"),
            "money": total_where(self._got(PAID, STAYS), net),
            "pays": f"max({got})",
            "back": total_where(
                both((by_law, no(self._got(NOT_GIVEN, REPAIRED)))), "worth"
            ),
            "short": _any(both((by_law, self._got(NOT_GIVEN, REPAIRED)))),
        }
        if self._parts_credit:
            found["stored"] = total_where(self._got(STORED), net)
        if self.adds:
            points = f"worth * {self.key}_bonus"
            found["points"] = total_where(self._got(STORED), points)
            found["paid"] = total_where(self._got(STORED), "worth")
            first = both((by_law, self._got(SWAPPED, SAME, STORED)))
            found["first"] = total_where(first, "worth")
        if self.stays != NO:
            spared = both((f"{got} <> {NOT_GIVEN}", self.stays))
            found["spared"] = total_where(spared, f"worth - {net}")
            if self.charges:
                stays = both((self._got(PAID), self.stays))
                rest = case((stays, str(STAYS)), otherwise=got)
                found["pays_rest"] = f"max({rest})"
        return [(f"{self.key}_{name}", text) for name, text in found.items()]

    def _got(self, *numbers: int) -> str:
        return among(f"{self.key}_got", [str(one) for one in numbers])

    def total(self, shipping: str, of_credit: str, fee: str, little: str) -> str:
        """Write what goes back in all, with `shipping` and less `fee`, if they do.

        `of_credit` is what of the shipping goes back with credit, where there is some;
        `little` is a test that goods stay.
        """
        key = self.key
        money, pays = f"{key}_money", f"{key}_pays"
        if self.stays != NO:
            money = f"({money} + {case((little, f'{key}_spared'), otherwise='0')})"
            rest = f"{pays}_rest" if self.charges else pays
            pays = case((little, rest), otherwise=pays)
        swapped, stored = f"{key}_exchanged", f"{key}_stored"
        parts = [swapped, f"{key}_replaced", money]
        parts += [stored] if self._parts_credit else []
        brings = case((f"{key}_pays > 0", shipping), otherwise="0")
        total = f"{' + '.join(parts)} + {brings}"
        if not self._parts_credit:
            return f"({total})"
        of_stored = least(fee, stored)
        of_money = case((f"({pays}) = {PAID}", least(fee, money)), otherwise="0")
        first = (f"{swapped} > 0", least(fee, swapped))
        taken = case(first, (f"{stored} > 0", of_stored), otherwise=of_money)
        if self.adds:
            less = case((f"{swapped} > 0", "0"), otherwise=of_stored)
            total += f" + {self._bonus(f'({stored} - {less} + {of_credit})')}"
        return f"({total} - {taken})"

    def _bonus(self, credit: str) -> str:
        """Write what is added to credit, rounded once as it is when it is given."""
        whole = f"({self.key}_paid * {BASIS_POINTS})"
        twice = f"({credit} * {self.key}_points * 2 + {whole})"
        # Only whole numbers are divided: a sum is no whole number on PostgreSQL.
        added = f"(({twice} - {twice} % (2 * {whole})) / (2 * {whole}))"
        return case((f"{self.key}_points > 0", added), otherwise="0")


def least(one: str, other: str) -> str:
    """Write the lesser of two numbers, on either store."""
    if one == "0":
        return one
    return case((f"{one} > {other}", other), otherwise=one)


def total_where(test: str, value: str) -> str:
    """Write a sum over the lines of which a test holds, 0 where it is of none."""
    return f"COALESCE(sum({value}) FILTER (WHERE {test}), 0)"


def _any(test: str) -> str:
    return f"max({flag(test)})"
