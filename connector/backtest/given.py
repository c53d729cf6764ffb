"""What goes back of a whole return by one policy, as SQL over its lines.

As `connector.steps.promise` pays it: other articles first, then credit, then money.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.backtest.sql import (
    NO,
    YES,
    Joined,
    among,
    both,
    case,
    either,
    flag,
    leaves,
    no,
)
from connector.model import CREDITS, Resolution
from connector.settlement import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Collection

EXCHANGE, SAME_AGAIN = Resolution.EXCHANGE, Resolution.REPLACEMENT
REFUND, REPAIR, KEEP = Resolution.REFUND, Resolution.REPAIR, Resolution.KEEP
HALF = BASIS_POINTS // 2
# Ways have the numbers of their places here, so that some of them lie side by side.
WAYS = (
    REFUND, Resolution.MANUAL, Resolution.NONE, KEEP,
    Resolution.STORE_CREDIT, Resolution.GIFT_CARD, Resolution.COURTESY,
    EXCHANGE, SAME_AGAIN, REPAIR,
)  # fmt: skip
UNPAID = frozenset({EXCHANGE, SAME_AGAIN, REPAIR})  # another article, or none at all
MONEY = frozenset(WAYS) - UNPAID - CREDITS


@dataclass(frozen=True, kw_only=True)
class Given:
    """Sums over a return's lines, and what all of it comes to, in minor units.

    `key` begins the policy's columns; `approved` is a test of a line, `stays` are those
    of goods that stay where the return is worth little, `by_law` one that the law has a
    word in it. `ways`: what an approved line can be made good with. `charges`: there is
    a fee for the way back; `adds`: credit has a bonus; `ships`: other charges of the
    order may go back.
    """

    key: str
    approved: str
    by_law: str
    stays: Sequence[str]
    ways: AbstractSet[Resolution]
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

    def _is(self, ways: Collection[Resolution]) -> str:
        """Say that an approved line is made good with one of these."""
        name = f"{self.key}_way"
        numbers = [n for n, way in enumerate(WAYS) if way in ways and way in self.ways]
        others = [n for n, way in enumerate(WAYS) if way in self.ways - set(ways)]
        if not numbers or not others:
            return YES if numbers else NO
        first, last = numbers[0], numbers[-1]
        if last < others[0]:
            return f"{name} <= {last}"
        if first > others[-1]:
            return f"{name} >= {first}"
        return among(name, [str(one) for one in numbers])

    def _gives(self, ways: Collection[Resolution], *tests: str) -> str:
        """Say that a line is approved, made good with one of these, and passes tests.

        What few lines are is weighed first.
        """
        some = self._is(ways)
        found = [some, self.approved] if REFUND not in ways else [self.approved, some]
        found = [one for one in (*tests, *found) if one != YES]
        return NO if NO in found else Joined("AND", found)

    @property
    def swaps(self) -> bool:
        """Whether some line may be exchanged."""
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
    def _of_money(self) -> str:
        """Say that a fee may be taken of money: some of it is for what comes back."""
        if KEEP not in self.ways and not self.stays:
            return YES  # nothing is taken of nothing
        return f"{self.key}_coming > 0"

    def sums(self) -> list[tuple[str, str]]:
        """Write the sums, by their names.

        `points` are basis points of what was paid for what is `stored` as credit;
        `spared` is what more goods bring that stay. `pays` counts what is paid in money
        or credit, with which the outbound shipping goes back; `coming` what of that is
        money for goods that come back, `coming_rest` without those that stay.
        Where the law has a word, `back` is what was paid for what goes back, `first` of
        it for what is not paid in money; `short`: some line does not.
        """
        net = _less(f"{self.key}_restocking")
        money = MONEY if self.stores else MONEY | CREDITS
        back = self._gives(frozenset(WAYS) - {REPAIR})
        found = {
            "money": total_where(self._gives(money), net),
            "exchanged": total_where(self._gives([EXCHANGE]), net),
            "replaced": total_where(self._gives([SAME_AGAIN]), "worth"),
            "stored": total_where(self._gives(CREDITS), net),
            "points": total_where(self._gives(CREDITS), f"worth * {self.key}_bonus"),
            "paid": total_where(self._gives(CREDITS), "worth"),
            "pays": _count(self._gives(MONEY | CREDITS)),
            "coming": _count(self._gives(money - {KEEP})),
            "back": total_where(both((self.by_law, back)), "worth"),
            "short": _any(both((self.by_law, no(back)))),
            "first": total_where(
                both((self.by_law, self._gives(CREDITS | {EXCHANGE, SAME_AGAIN}))),
                "worth",
            ),
        }
        if self.stays:
            stays = self._gives(WAYS, *self.stays)
            found["spared"] = total_where(stays, f"worth - {net}")
            found["coming_rest"] = _count(
                self._gives(money - {KEEP}, self.stays[0], f"NOT {stays}")
            )
        return [(f"{self.key}_{name}", text) for name, text in found.items()]

    def total(self, shipping: str, of_credit: str, fee: str, little: str) -> str:
        """Write what goes back in all, with `shipping` and less `fee`, if they do.

        `of_credit` is what of the shipping goes back with credit, where there is some;
        `little` is a test that goods stay.
        """
        key = self.key
        money, pays = f"{key}_money", self._of_money
        if self.stays:
            money = f"({money} + {case((little, f'{key}_spared'), otherwise='0')})"
            rest = f"{key}_coming_rest > 0"
            pays = either((both((little, rest)), both((no(little), pays))))
        swapped, stored = f"{key}_exchanged", f"{key}_stored"
        parts = [swapped] if self.swaps else []
        parts += [f"{key}_replaced"] if SAME_AGAIN in self.ways else []
        parts += [money, *([stored] if self.stores else [])]
        if self.ships:
            parts.append(case((f"{key}_pays > 0", shipping), otherwise="0"))
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


def numbered(way: str) -> str:
    """Write the number of a way in place of its word."""

    def number(one: str) -> str:
        if one.startswith("'"):
            return str(WAYS.index(Resolution(one.strip("'"))))
        arms = " ".join(f"WHEN '{way}' THEN {n}" for n, way in enumerate(WAYS))
        return f"CASE {one} {arms} END"

    return leaves(way, number)


def worded(number: str) -> str:
    """Write the word of a way in place of its number."""
    arms = " ".join(f"WHEN {n} THEN '{way}'" for n, way in enumerate(WAYS))
    return f"CASE {number} {arms} END"


def _count(test: str) -> str:
    return f"count(*) FILTER (WHERE {test})"


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
