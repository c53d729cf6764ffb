"""What goes back of a whole return by one policy, as SQL over its lines.

As `connector.steps.promise` pays it: other articles first, then credit, then money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.backtest.sql import NO, YES, Joined, both, case, either, flag, no
from connector.model import CREDITS, Resolution
from connector.settlement import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from connector.backtest.sql import Arm

EXCHANGE, SAME_AGAIN = Resolution.EXCHANGE, Resolution.REPLACEMENT
REPAIR, KEEP = Resolution.REPAIR, Resolution.KEEP
HALF = BASIS_POINTS // 2
# What an approved line brings, as a number; one that is not approved is 0. The highest
# of a return says whether some of it is paid, and in money for goods that come back.
NOT_GIVEN, STAYS, PAID = 0, 1, 3
UNPAID, STORED = -1, 2


@dataclass(frozen=True, kw_only=True)
class Given:
    """Sums over a return's lines, and what all of it comes to, in minor units.

    `key` begins the policy's columns; `approved` is a test of a line, `stays` one of
    goods that stay where the return is worth little, `by_law` one that the law has a
    word in it. `ways`: what an approved line can be made good with. `charges`: there is
    a fee for the way back; `adds`: credit has a bonus; `ships`: other charges of the
    order may go back.
    """

    key: str
    approved: str
    by_law: str
    stays: str
    ways: Collection[Resolution]
    charges: bool
    adds: bool
    ships: bool

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
        free = (self._is([REPAIR]), "0")
        same = (self._is([SAME_AGAIN]), "worth")
        return case(free, same, otherwise=_less(bp))

    def _is(self, ways: Iterable[Resolution]) -> str:
        return either(f"{self.key}_way = '{one.value}'" for one in sorted(ways))

    def _gives(self, ways: Iterable[Resolution]) -> str:
        """Say that a line is approved, and made good with one of these: few are."""
        some = self._is(set(ways) & set(self.ways))
        return NO if some == NO else Joined("AND", (some, self.approved))

    def _gives_others(self, ways: Iterable[Resolution]) -> str:
        """Say that a line is approved, and made good with none of these."""
        return both((self.approved, no(self._is(set(ways) & set(self.ways)))))

    def _got(self, *stays: Arm) -> str:
        """Number what a line brings, of those that a return is asked about."""
        ways = [
            ([EXCHANGE, SAME_AGAIN, REPAIR], UNPAID),
            ([KEEP], STAYS),
            (CREDITS if self.stores else [], STORED),
        ]
        which = [
            (self._is(set(some) & set(self.ways)), str(number)) for some, number in ways
        ]
        unapproved = (no(self.approved), str(NOT_GIVEN))
        return case(unapproved, *stays, *which, otherwise=str(PAID))

    @property
    def swaps(self) -> bool:
        """Whether some line may bring another article."""
        return EXCHANGE in self.ways

    @property
    def stores(self) -> bool:
        """Whether credit is summed apart: for its bonus, or what is taken of it."""
        return (self.charges or self.adds) and bool(CREDITS & set(self.ways))

    @property
    def rewards(self) -> bool:
        """Whether some of what goes back is credit with a bonus."""
        return self.adds and self.stores

    @property
    def _pays(self) -> str:
        """Say that something is paid of which a fee may be taken, goods coming back."""
        if KEEP not in self.ways and self.stays == NO:
            return YES  # nothing is taken of nothing
        return f"{self.key}_pays = {PAID}"

    def sums(self) -> list[tuple[str, str]]:
        """Write the sums, by their names.

        `points` are basis points of what was paid for what is `stored` as credit;
        `spared` is what more goods bring that stay. `pays`: some of it is money or
        credit, with which the outbound shipping goes back, if it is above 0; PAID: for
        goods that come back.
        Where the law has a word, `back` is what was paid for what goes back, `first` of
        it for what is not paid in money; `short`: some line does not.
        """
        net = _less(f"{self.key}_restocking")
        credits = CREDITS if self.stores else ()
        back = self._gives_others([REPAIR])
        found = {
            "money": total_where(
                self._gives_others([EXCHANGE, SAME_AGAIN, REPAIR, *credits]), net
            ),
            "pays": f"max({self._got()})",
            "back": total_where(both((self.by_law, back)), "worth"),
            "short": _any(both((self.by_law, no(back)))),
        }
        if self.swaps:
            found["exchanged"] = total_where(self._gives([EXCHANGE]), net)
        if SAME_AGAIN in self.ways:
            found["replaced"] = total_where(self._gives([SAME_AGAIN]), "worth")
        if self.stores:
            found["stored"] = total_where(self._gives(CREDITS), net)
        if self.rewards:
            points = f"worth * {self.key}_bonus"
            found["points"] = total_where(self._gives(CREDITS), points)
            found["paid"] = total_where(self._gives(CREDITS), "worth")
            first = both((self.by_law, self._gives([EXCHANGE, SAME_AGAIN, *CREDITS])))
            found["first"] = total_where(first, "worth")
        if self.stays != NO:
            spared = both((self.approved, self.stays))
            found["spared"] = total_where(spared, f"worth - ({net})")
            if self.charges:
                found["pays_rest"] = f"max({self._got((self.stays, str(STAYS)))})"
        return [(f"{self.key}_{name}", text) for name, text in found.items()]

    def total(self, shipping: str, of_credit: str, fee: str, little: str) -> str:
        """Write what goes back in all, with `shipping` and less `fee`, if they do.

        `of_credit` is what of the shipping goes back with credit, where there is some;
        `little` is a test that goods stay.
        """
        key = self.key
        money, pays = f"{key}_money", self._pays
        if self.stays != NO:
            money = f"({money} + {case((little, f'{key}_spared'), otherwise='0')})"
            rest = f"{key}_pays_rest = {PAID}" if self.charges else pays
            pays = either((both((little, rest)), both((no(little), pays))))
        swapped, stored = f"{key}_exchanged", f"{key}_stored"
        parts = [swapped] if self.swaps else []
        parts += [f"{key}_replaced"] if SAME_AGAIN in self.ways else []
        parts += [money, *([stored] if self.stores else [])]
        if self.ships:
            parts.append(case((f"{key}_pays > {NOT_GIVEN}", shipping), otherwise="0"))
        total = " + ".join(parts)
        of_stored = least(fee, stored)
        of_money = case((pays, least(fee, money)), otherwise="0")
        taken = of_money
        if self.stores:
            taken = case((f"{stored} > 0", of_stored), otherwise=taken)
        if self.swaps:
            taken = case((f"{swapped} > 0", least(fee, swapped)), otherwise=taken)
        if self.rewards:
            less = of_stored
            if self.swaps:
                less = case((f"{swapped} > 0", "0"), otherwise=less)
            total += f" + {self._bonus(f'({stored} - {less} + {of_credit})')}"
        return f"({total})" if taken == "0" else f"({total} - {taken})"

    def _bonus(self, credit: str) -> str:
        """Write what is added to credit, rounded once as it is when it is given."""
        whole = f"({self.key}_paid * {BASIS_POINTS})"
        twice = f"({credit} * {self.key}_points * 2 + {whole})"
        # Only whole numbers are divided: a sum is no whole number on PostgreSQL.
        added = f"(({twice} - {twice} % (2 * {whole})) / (2 * {whole}))"
        return case((f"{self.key}_points > 0", added), otherwise="0")


def _less(bp: str) -> str:
    """Write what was paid for a line less its restocking fee, rounded half up."""
    if bp == "0":
        return "worth"
    return f"(worth - (worth * {bp} + {HALF}) / {BASIS_POINTS})"


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
