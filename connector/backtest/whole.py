"""What a policy says of whole returns, as SQL over all past lines at once."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from connector.backtest.clauses import Text
from connector.backtest.given import MONEY, WAYS, Given, numbered, total_where, worded
from connector.backtest.lines import (
    APPROVED,
    ASKED,
    CLEAR,
    DECLINED,
    HELD,
    OPEN,
    REFUSED,
    Line,
)
from connector.backtest.mates import Mates
from connector.backtest.parts import Parts
from connector.backtest.sql import (
    NO,
    UNKNOWN,
    YES,
    Joined,
    both,
    by_kind,
    case,
    either,
    flag,
    is_one,
)
from connector.model import Kind, Resolution
from connector.policy.compiled import program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.backtest.clauses import Words
    from connector.policy import Policy

KEEP, REFUND = WAYS.index(Resolution.KEEP), WAYS.index(Resolution.REFUND)
# What is told of each line, by each policy.
TOLD = ("decision", "way", "bonus", "restocking", "fee", "given", "shipping")


class Verdicts:
    """One policy as two steps of SQL: each line by itself, then its whole return.

    `key` begins the names of its columns, so that two policies stand side by side.
    """

    def __init__(
        self,
        policy: Policy,
        words: Words,
        key: str,
        kinds: Iterable[Kind] = Kind,
    ) -> None:
        self.policy = policy
        self.key = key
        self.lines = {kind: Line(policy, Text(policy, words, kind)) for kind in kinds}
        # What approved lines may be made good with.
        self.ways = {way for line in self.lines.values() for way in line.ways}
        self.has_amounts = program(policy).needs_amounts or policy.has_amounts

    def only(self, kind: Kind) -> Verdicts:
        """Return the same of returns of one kind."""
        found = copy(self)
        found.lines = {kind: self.lines[kind]}
        return found

    def plainly(self) -> Verdicts:
        """Return the same of returns that bring money alone, whatever is approved."""
        found = copy(self)
        found.ways = self.ways & MONEY
        return found

    @property
    def text(self) -> Text:
        """How values are written, whatever the kind."""
        return next(iter(self.lines.values())).text

    @property
    def weighs(self) -> tuple[object, ...]:
        """Return all that looks at a return as a whole."""
        policy = self.policy
        below = (policy.automatic_below, policy.keep.below, policy.levels)
        return (policy.currency, *below, self.has_amounts, self._charges)

    def by_line(self) -> list[tuple[str, str]]:
        """Return the columns of the second step: each line by itself."""
        told = {
            kind: {**line.told, "way": numbered(line.way)}
            for kind, line in self.lines.items()
        }
        return [
            (f"{self.key}_{name}", by_kind({kind: told[kind][name] for kind in told}))
            for name in next(iter(told.values()))
        ]

    def _said(self, name: str) -> str:
        """Name a column of `by_line`, a number; or write what it always is."""
        numbers = {line.told[name] for line in self.lines.values()}
        [only, *others] = numbers
        return f"{self.key}_{name}" if others or not only.isdecimal() else only

    def over_whole(self, one: str) -> list[tuple[str, str]]:
        """Return the sums over a return; `one` is how the store takes any value of it.

        A fee that is not taken is 0 there: one such line frees the whole return.
        `rest` leaves out the lines that may stay with the customer.
        """
        key = self.key
        found: list[tuple[str, str]] = []
        if self._speaks_of_shipping:
            says = f"count(*) FILTER (WHERE {key}_ships = %d AND {self._stands})"
            found += [(f"{key}_gives", says % 1), (f"{key}_keeps", says % 0)]
        if self.policy.automatic_below is not None:
            found.append((f"{key}_approved", total_where(self._passes, "worth")))
        if self.policy.levels:
            found.append((f"{key}_standing", total_where(self._stands, "worth")))
        if self._charges:
            comes = f"{self._stands} AND {key}_way <> {KEEP}"
            least = f"min({key}_fee) FILTER (WHERE {comes}"
            found.append((f"{key}_least", f"{least})"))
            if self.keeps_little:
                cheap, *stays = self._might_stay
                rest = f"min({key}_fee) FILTER (WHERE {cheap} AND {comes}"
                rest = f"{rest} AND NOT ({' AND '.join(stays)}))"
                found.append((f"{key}_rest", rest))
        if self._charges:
            found.append((f"{key}_taken", one % f"{key}_taken"))
        for name in ("freight", "law", "whole"):
            found.append((f"{key}_{name}", one % f"{key}_{name}"))
        return found + self._mates.sums() + self._given.sums()

    def _has(self, name: str) -> bool:
        """Say whether something of a line is ever said."""
        return any(line.told[name] != "0" for line in self.lines.values())

    @property
    def _are_mates(self) -> bool:
        """Whether lines of a return must fare alike, or else a person looks at all."""
        return self._mates.are_some

    @property
    def _mates(self) -> Mates:
        return Mates(self.key, self._has("own"), self._has("claimed"))

    @property
    def _passes(self) -> str:
        """Say that the policy approves a line, whatever is made of that."""
        return f"{self.key}_decision <= {HELD}"

    @property
    def _stands(self) -> str:
        """Say that the policy does not decline a line, whatever is made of that."""
        return f"{self.key}_decision <= {OPEN}"

    @property
    def _given(self) -> Given:
        return Given(
            key=self.key,
            approved=f"{self.key}_decision = {CLEAR}",
            by_law=is_one(self._said("law")),
            stays=self._might_stay if self.keeps_little else (),
            ways=self.ways,
            charges=self._charges,
            adds=any(line.bonus != "0" for line in self.lines.values()),
            ships=self._may_ship,
        )

    def gives(self) -> str:
        """Write what goes back of a whole return, by its sums and what is asked of it.

        It pays for the way back once, and brings the outbound shipping once, where it
        is paid in money or credit. Nothing goes back that a person must look at.
        """
        key = self.key
        asks = [f"{key}_asks = 1"] if self._asks != NO else []
        asks += [f"{key}_mixed = 1"] if self._are_mates else []
        fee = "0"
        if self._charges:
            fee = f"COALESCE({key}_charge, 0)"
            fee = case((is_one(self._said("taken")), fee), otherwise="0")
        back, short = f"{key}_back", f"{key}_short"
        brings = self._beside(back, short)
        # Other articles and credit are first: what the rest brings is not there yet.
        alone = case((f"{key}_first = {back}", short), otherwise="1")
        given = self._given
        first = self._beside(f"{key}_first", alone) if given.rewards else brings
        total = given.total(brings, first, fee, f"{key}_little = 1")
        return case((either(asks), "0"), otherwise=total)

    def _beside(self, back: str, short: str) -> str:
        """Write what goes back of shipping and surcharges with so much of the goods."""
        if not self._may_ship:
            return "0"
        parts = Parts(self.policy, self.text, self._said("law"), back, short)
        found = (self._shipping(parts.shipping()), parts.surcharges(self._ships))
        some = [one for one in found if one != "0"]
        return f"({' + '.join(some)})" if some else "0"

    @property
    def _may_ship(self) -> bool:
        """Whether shipping and surcharges ever go back with goods."""
        return self._said("law") != "0" or self._gives_shipping != NO

    @property
    def keeps_little(self) -> bool:
        """Whether goods of little worth may stay with the customer."""
        return self.policy.keep.below is not None

    @property
    def _might_stay(self) -> tuple[str, ...]:
        """Say that goods may stay: tests, the first of what few lines are.

        Where a return is worth little, no line of it is worth more.
        """
        key, below = self.key, self.policy.keep.below
        return (
            f"worth < {below.minor if below else 0}",
            f"{key}_way = {REFUND}",
            f"{key}_stays = 1",
            self._passes,
        )

    def of_whole(self) -> list[tuple[str, str]]:
        """Return what the sums come to, once for all the lines of a return.

        `asks`: amounts ask about each line that stands, or about none. `mixed`: lines
        that must fare alike do not, so a person looks at all. `little`: it is worth so
        little that goods may stay. `charge`: the fee for its way back. `brings`: the
        outbound shipping comes with it.
        """
        key = self.key
        found: list[tuple[str, str]] = []
        if self._asks != NO:
            found.append((f"{key}_asks", flag(self._asks)))
        if self._are_mates:
            found.append((f"{key}_mixed", flag(self._mates.mixed)))
        if self.keeps_little:
            found.append((f"{key}_little", flag(self._little)))
        if self._charges:
            least = f"{key}_least"
            if self.keeps_little:
                least = case((self._little, f"{key}_rest"), otherwise=least)
            found.append((f"{key}_charge", f"NULLIF({least}, 0)"))
        if self._speaks_of_shipping:
            plain = YES if self.policy.refund_shipping else NO
            gives = either((f"{key}_gives > 0", both((plain, f"{key}_keeps = 0"))))
            found.append((f"{key}_brings", flag(gives)))
        return found

    @property
    def _is_same(self) -> str:
        return f"currency = {self.text.value(self.policy.currency)}"

    @property
    def _asks(self) -> str:
        """Tell that the worth of the return wants a person."""
        key, policy = self.key, self.policy
        tests = []
        is_same = self._is_same
        if self.has_amounts:  # where it is another currency, the rest does not matter
            tests.append(f"currency <> {self.text.value(policy.currency)}")
            is_same = YES
        limit = policy.automatic_below
        if limit is not None:
            tests.append(both((is_same, f"{key}_approved >= {limit.minor}")))
        if policy.levels:
            tests.append(both((is_same, f"{key}_standing > {self._level}")))
        return either(tests)

    @property
    def _level(self) -> int:
        return min(level.above.minor for level in self.policy.levels)

    @property
    def _little(self) -> str:
        """Tell that the return is worth little, and that amounts ask about no line."""
        key, policy = self.key, self.policy
        below = policy.keep.below
        if below is None:
            return NO
        tests = [f"whole_worth < {below.minor}", self._is_same]
        if policy.automatic_below is not None:
            tests.append(f"{key}_approved < {policy.automatic_below.minor}")
        if policy.levels:
            tests.append(f"{key}_standing <= {self._level}")
        return Joined("AND", tests)  # few are worth so little

    @property
    def _speaks_of_shipping(self) -> bool:
        return "refund_shipping" in program(self.policy).actions

    def decided(self) -> list[str]:
        """Return the columns of the next step: decision, and whether goods stay."""
        key = self.key
        decision = f"{key}_decision"
        kept = NO
        if self.keeps_little:
            kept = " AND ".join((f"{key}_little = 1", *self._might_stay))
        clear = [f"{decision} = {CLEAR}"]
        if self._asks != NO:
            clear.append(f"{key}_asks = 0")
        decided = case(
            (f"{key}_mixed = 1" if self._are_mates else NO, str(ASKED)),
            (both(clear), str(APPROVED)),
            (f"{decision} = {REFUSED}", str(DECLINED)),
            otherwise=str(ASKED),
        )
        names = ["way", "bonus", "restocking"]
        names += ["freight"] if f"{key}_freight" in self._shipping() else []
        names += ["charge"] if self._charges else []
        names += ["brings"] if self._speaks_of_shipping else []
        return [
            f"{decided} AS {key}_decision",
            f"{flag(kept)} AS {key}_kept",
            *(f"{key}_{name}" for name in names),
        ]

    def told(self) -> list[str]:
        """Return the columns of the last step: what is given, and on which terms.

        `given` is what one line brings in minor units, a bonus with it and its fee
        taken off, once it is approved; the fee of the way back is the return's.
        """
        key = self.key
        kept = f"{key}_kept = 1" if self.keeps_little else NO
        way = f"{key}_way"
        bp = case((kept, "0"), otherwise=f"{key}_restocking")
        declined = f"{key}_decision <> {APPROVED}"
        given = case((declined, "0"), otherwise=self._given.brings(bp))
        return [
            f"{key}_decision",
            f"{worded(case((kept, str(KEEP)), otherwise=way))} AS {way}",
            f"{key}_bonus",
            f"{bp} AS {key}_restocking",
            f"{f'{key}_charge' if self._charges else UNKNOWN} AS {key}_fee",
            f"{given} AS {key}_given",
            f"{self._shipping()} AS {key}_shipping",
        ]

    def _shipping(self, part: str = "0") -> str:
        """Write what goes back of the outbound shipping, `part` where not all does."""
        paid = f"{self.key}_freight"
        by_law = NO if self._said("law") == "0" else f"{paid} < 0"
        gives = (self._gives_shipping, paid)
        return case((by_law, f"-{paid}"), gives, otherwise=part)

    @property
    def _gives_shipping(self) -> str:
        """Say that the policy gives the outbound shipping back, or a rule of it."""
        if self._speaks_of_shipping:
            return f"{self.key}_brings = 1"
        return YES if self.policy.refund_shipping else NO

    @property
    def _ships(self) -> str:
        """Say that all of the outbound shipping goes back, if there was any."""
        return either((is_one(self._said("whole")), self._gives_shipping))

    def same(self, other: Verdicts) -> set[str]:
        """Return what is told alike wherever the lines by themselves are alike."""
        found = {"bonus"}
        if not (self._charges or other._charges):
            found.add("fee")
        if not (self.keeps_little or other.keeps_little):
            found |= {"way", "restocking"}
        speaks = self._speaks_of_shipping or other._speaks_of_shipping
        plain = self.policy.refund_shipping == other.policy.refund_shipping
        if plain and not speaks:
            found.add("shipping")
        return found

    @property
    def _charges(self) -> bool:
        policy = self.policy
        fees = [policy.return_fee]
        fees += [one.return_fee for one in policy.fees.special]
        fees += [one.then.return_fee for one in policy.rules]
        return any(fees)
