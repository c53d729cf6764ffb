"""What goes back of a whole return by one policy, as SQL over its lines.

As `connector.steps.promise` pays it: other articles first, then credit, then money.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from connector.backtest.sql import NO, YES, both, case, either, flag, no
from connector.model import CREDITS, Resolution
from connector.settlement import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterable

EXCHANGE, SAME_AGAIN = Resolution.EXCHANGE, Resolution.REPLACEMENT
HALF = BASIS_POINTS // 2


@dataclass(frozen=True, kw_only=True)
class Given:
    """Sums over a return's lines, and what all of it comes to, in minor units.

    `key` begins the policy's columns; `approved` is a test of a line, `stays` one of
    goods that stay where the return is worth little. `charges`: there is a fee for
    the way back; `adds`: credit has a bonus.
    """

    key: str
    approved: str
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

    @cached_property
    def _in_money(self) -> str:
        """Say that a line is approved and paid in money, or stays paid for."""
        others = [EXCHANGE, SAME_AGAIN, Resolution.REPAIR]
        others += CREDITS if self._parts_credit else []
        return both((self.approved, no(self._is(others))))

    @property
    def _parts_credit(self) -> bool:
        """Whether credit is summed apart: for its bonus, or what is taken of it."""
        return self.charges or self.adds

    def sums(self) -> list[tuple[str, str]]:
        """Write the sums, by their names.

        `points` are basis points of what was paid for what is `stored` as credit;
        `spared` is what more goods bring that stay. `pays`: some of it is money or
        credit, with which the outbound shipping goes back; 2: for goods that come back.
        Where the law has a word, `back` is what was paid for what goes back, `first` of
        it for what is not paid in money; `short`: some line does not.
        """
        law = f"{self.key}_law = 1"
        net = self._net(f"{self.key}_restocking")
        swapped = both((self.approved, self._is([EXCHANGE])))
        goods = both((self.approved, self._is([EXCHANGE, SAME_AGAIN])))
        stored = both((self.approved, self._is(CREDITS)))
        money, repaired = self._in_money, self._is([Resolution.REPAIR])
        found = {
            "exchanged": _sum(swapped, net),
            "replaced": _sum(both((self.approved, self._is([SAME_AGAIN]))), "worth"),
            "money": _sum(money, net),
            "pays": self._pays(money, stored),
            "back": _sum(both((law, self.approved, no(repaired))), "worth"),
            "short": _any(both((law, either((no(self.approved), repaired))))),
        }
        if self._parts_credit:
            found["stored"] = _sum(stored, net)
        if self.adds:
            found["points"] = _sum(stored, f"worth * {self.key}_bonus")
            found["paid"] = _sum(stored, "worth")
            found["first"] = _sum(both((law, either((goods, stored)))), "worth")
        if self.stays != NO:
            spared = both((self.approved, self.stays))
            found["spared"] = _sum(spared, f"worth - {net}")
            if self.charges:
                found["pays_rest"] = self._pays(money, stored, no(self.stays))
        return [(f"{self.key}_{name}", text) for name, text in found.items()]

    def _pays(self, money: str, stored: str, moved: str = YES) -> str:
        comes = both((money, no(self._is([Resolution.KEEP])), moved))
        some = either((stored, money)) if self._parts_credit else money
        return f"max({case((comes, '2'), (some, '1'), otherwise='0')})"

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
        of_money = case((f"({pays}) = 2", least(fee, money)), otherwise="0")
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


def _sum(test: str, value: str) -> str:
    return f"sum({case((test, value), otherwise='0')})"


def _any(test: str) -> str:
    return f"max({flag(test)})"
