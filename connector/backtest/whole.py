"""What a policy says of whole returns, as SQL over all past lines at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.fees import NOTHING
from connector.backtest.lines import APPROVED, ASKED, DECLINED, Line
from connector.backtest.sql import NO, YES, both, case, either, flag, no
from connector.model import CREDITS, Resolution
from connector.policy.compiled import program

if TYPE_CHECKING:
    from connector.backtest.clauses import Text
    from connector.policy import Policy

KEEP, REFUND = Resolution.KEEP.value, Resolution.REFUND.value
LATER = ("least", "rest", "gives", "keeps")  # sums that the last step looks at
# What is told of each line, by each policy.
TOLD = ("decision", "way", "bonus", "restocking", "fee", "given", "shipping")


class Verdicts:
    """One policy as two steps of SQL: each line by itself, then its whole return.

    `key` begins the names of its columns, so that two policies stand side by side.
    """

    def __init__(self, policy: Policy, text: Text, key: str) -> None:
        self.policy = policy
        self.text = text
        self.key = key
        self.line = Line(policy, text)
        self.has_amounts = program(policy).needs_amounts or policy.has_amounts

    @property
    def weighs(self) -> tuple[object, ...]:
        """Return all that looks at a return as a whole."""
        policy = self.policy
        below = (policy.automatic_below, policy.keep.below, policy.levels)
        return (policy.currency, *below, self.has_amounts, self._charges)

    def by_line(self) -> list[tuple[str, str]]:
        """Return the columns of the second step: each line by itself."""
        return [(f"{self.key}_{name}", text) for name, text in self.line.told.items()]

    def over_whole(self) -> list[tuple[str, str]]:
        """Return the columns of the third step: sums over the return.

        A fee that is not taken is -1 there: one such line frees the whole return.
        `rest` leaves out the lines that may stay with the customer.
        """
        key = self.key
        found: list[tuple[str, str]] = []
        if self._speaks_of_shipping:
            found.append((f"{key}_gives", f"max({key}_ships)"))
            found.append((f"{key}_keeps", f"min({key}_ships)"))
        if self._looks_at_worth:
            approved = f"CASE {key}_decision WHEN {APPROVED} THEN worth ELSE 0 END"
            standing = f"CASE {key}_decision WHEN {DECLINED} THEN 0 ELSE worth END"
            found.append((f"{key}_approved", f"sum({approved})"))
            found.append((f"{key}_standing", f"sum({standing})"))
        if self._charges:
            comes = f"{key}_decision <> {DECLINED} AND {key}_way <> '{KEEP}'"
            fee = f"THEN COALESCE({key}_fee, -1) END"
            found.append((f"{key}_least", f"min(CASE WHEN {comes} {fee})"))
            if self.policy.keep.below is not None:
                rest = f"{comes} AND NOT ({self._might_stay})"
                found.append((f"{key}_rest", f"min(CASE WHEN {rest} {fee})"))
        return found

    @property
    def _looks_at_worth(self) -> bool:
        return self.policy.automatic_below is not None or bool(self.policy.levels)

    @property
    def _might_stay(self) -> str:
        key = self.key
        return (
            f"{key}_way = '{REFUND}' AND {key}_stays = 1"
            f" AND {key}_decision = {APPROVED}"
        )

    def decided(self) -> list[str]:
        """Return the columns of the fourth step: decision, and whether goods stay."""
        key, policy = self.key, self.policy
        currency = self.text.value(policy.currency)
        is_same, decision = f"currency = {currency}", f"{key}_decision"
        asks: list[tuple[str, str]] = []
        if self.has_amounts:
            stands = f"{decision} <> {DECLINED}"
            asks.append((f"currency <> {currency} AND {stands}", str(ASKED)))
        limit = policy.automatic_below
        if limit is not None:
            above = f"{key}_approved >= {limit.minor} AND {decision} = {APPROVED}"
            asks.append((f"{is_same} AND {above}", str(ASKED)))
        if policy.levels:
            least = min(level.above.minor for level in policy.levels)
            above = f"{key}_standing > {least} AND {decision} <> {DECLINED}"
            asks.append((f"{is_same} AND {above}", str(ASKED)))
        # Amounts ask about every approved line of a return, or about none.
        is_asked = either(f"({test})" for test, _ in asks)
        little = NO
        if policy.keep.below is not None:
            below = f"{is_same} AND whole_worth < {policy.keep.below.minor}"
            little = both((below, self._is_sure))
        return [
            f"{case(*asks, otherwise=decision)} AS {key}_decision",
            f"{flag(both((little, self._might_stay, no(is_asked))))} AS {key}_kept",
            f"{flag(little)} AS {key}_little",
            *(f"{key}_{name}" for name in ("way", "bonus", "restocking")),
            f"{key}_freight",
            *self._kept_over_whole(),
        ]

    @property
    def _is_sure(self) -> str:
        """Tell that amounts ask about no line of the return that would be approved."""
        key, policy = self.key, self.policy
        tests = []
        if policy.automatic_below is not None:
            limit = policy.automatic_below.minor
            tests.append(f"{key}_approved < {limit}")
        if policy.levels:
            least = min(level.above.minor for level in policy.levels)
            tests.append(f"{key}_standing <= {least}")
        return both(tests)

    def _kept_over_whole(self) -> list[str]:
        names = [name for name, _ in self.over_whole()]
        return [name for name in names if name.rpartition("_")[2] in LATER]

    @property
    def _speaks_of_shipping(self) -> bool:
        return "refund_shipping" in program(self.policy).actions

    def told(self) -> list[str]:
        """Return the columns of the last step: the fee of the whole, what is given.

        `given` is what one line brings in minor units, a bonus with it and its fee
        taken off, once it is approved; the fee of the way back is the return's.
        """
        key = self.key
        kept, way = f"{key}_kept = 1", f"{key}_way"
        bp = f"(CASE WHEN {kept} THEN 0 ELSE {key}_restocking END)"
        credits_ = ", ".join(f"'{one.value}'" for one in sorted(CREDITS))
        net = f"(worth - (worth * {bp} + 5000) / 10000)"
        bonus = (
            f"CASE WHEN {way} IN ({credits_})"
            f" THEN ({net} * {key}_bonus + 5000) / 10000 ELSE 0 END"
        )
        none = f"{key}_decision <> {APPROVED} OR {way} = 'repair'"
        return [
            f"{key}_decision",
            f"CASE WHEN {kept} THEN '{KEEP}' ELSE {way} END AS {key}_way",
            f"{key}_bonus",
            f"{bp} AS {key}_restocking",
            f"{self._fee()} AS {key}_fee",
            f"CASE WHEN {none} THEN 0 ELSE {net} + {bonus} END AS {key}_given",
            f"{self._shipping()} AS {key}_shipping",
        ]

    def _shipping(self) -> str:
        """Write what goes back of the outbound shipping with the whole return."""
        key, plain = self.key, YES if self.policy.refund_shipping else NO
        gives = plain
        if self._speaks_of_shipping:
            kept = f"COALESCE({key}_keeps, 1) = 1"
            gives = either((f"COALESCE({key}_gives, 0) = 1", both((plain, kept))))
        paid = f"{key}_freight"
        return case((f"{paid} < 0", f"-{paid}"), (gives, paid), otherwise="0")

    def _fee(self) -> str:
        """Write the fee of the whole return: the least, unless a line bears none."""
        key = self.key
        if not self._charges:
            return NOTHING
        least = f"{key}_least"
        if self.policy.keep.below is not None:
            least = f"(CASE WHEN {key}_little = 1 THEN {key}_rest ELSE {least} END)"
        return f"CASE WHEN {least} > 0 THEN {least} END"

    @property
    def _charges(self) -> bool:
        policy = self.policy
        fees = [policy.return_fee]
        fees += [one.return_fee for one in policy.fees.special]
        fees += [one.then.return_fee for one in policy.rules]
        return any(fees)
