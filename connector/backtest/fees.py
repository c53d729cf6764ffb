"""A policy's fees on one line, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from connector.backtest.clauses import Text
from connector.backtest.owns import Own
from connector.backtest.parts import granting
from connector.backtest.sql import (
    NO,
    YES,
    Chosen,
    both,
    case,
    either,
    equals,
    flag,
    leaves,
    no,
)
from connector.model import Fault, Kind, Resolution
from connector.money import Money
from connector.policy import Policy
from connector.store.history import FETCHED, LABELLED

NOTHING = "0"  # no fee: there is none of nothing


def period_runs(text: Text) -> str:
    """Whether the law's period still runs for a plain request."""
    return both(
        (
            text.is_kind(Kind.VOLUNTARY),
            text.runs,
            text.is_country(*granting()),
        )
    )


@dataclass(frozen=True)
class Fees:
    """What a policy charges on one line; `way` is the SQL of what makes it good."""

    policy: Policy
    text: Text
    own: Own
    way: str

    @cached_property
    def is_waived(self) -> str:
        """Whether the policy lets the line off its fees."""
        waiver = self.policy.fees.waiver
        ways = sorted(waiver.resolutions)
        above = waiver.order_above
        reasons = self.text.reasons
        known = reasons.are("known", [1])
        tests = [
            either(equals(self.way, one) for one in ways),
            both((known, reasons.are("code", waiver.reasons))),
            either(self.text.in_group(one) for one in sorted(waiver.customer_groups)),
        ]
        if above is not None:
            currency = self.text.value(self.policy.currency)
            tests.append(both((f"p.currency = {currency}", f"p.total > {above.minor}")))
        if waiver.when:
            tests.append(self.text.all_hold(waiver.when))
        return either(tests)

    @cached_property
    def restocking(self) -> str:
        """The restocking fee in basis points."""
        bears = both(
            (
                self.text.is_kind(Kind.VOLUNTARY),
                self._is_by_customer,
                no(equals(self.way, Resolution.KEEP)),
            )
        )
        own_bp = self.text.reasons.number("restocked")
        asked = [
            (
                both((self.text.all_hold(one.when), self.text.has_answer(one, x.code))),
                x.restocking_bp,
            )
            for one in self.policy.questions
            for x in one.choices
            if x.restocking_bp is not None
        ]
        special = [
            (self.text.all_hold(one.when), str(one.restocking_bp))
            for one in self.policy.fees.special
            if one.restocking_bp is not None
        ]
        return case(
            (no(bears), "0"),
            (period_runs(self.text), "0"),
            *self.own.each("restocking", str),
            (self.is_waived, "0"),
            *((test, str(bp)) for test, bp in sorted(asked, key=lambda x: -x[1])),
            *special,
            otherwise=_known(own_bp, self.policy.restocking_bp),
        )

    @cached_property
    def return_fee(self) -> str:
        """What is taken for the way back of the line, 0 for nothing."""

        def taken(fee: str) -> str:
            return case((self._above(fee), NOTHING), otherwise=fee)

        fee = self._return_fee
        return case((self._is_bound, leaves(fee, taken)), otherwise=fee)

    @property
    def borne(self) -> str:
        """What of that the customer bears: of a withdrawal, if the shop told him so.

        Article 6(6) of Directive 2011/83/EU; so does `connector.steps.costs`.
        """
        since = self.text.words.informed
        is_told = NO if since is None else f"p.placed >= {since}"
        spared = both((self.text.is_kind(Kind.WITHDRAWAL), no(is_told)))
        return case((spared, NOTHING), otherwise=self.return_fee)

    @property
    def is_taken(self) -> str:
        """Whether it is taken off the money, 1 or 0: as far as the books know by now.

        Of a withdrawal, if the goods came with the shop's label and were not fetched.
        """
        said = (
            "EXISTS (SELECT 1 FROM history x WHERE x.about_id = p.return_id"
            " AND x.event = '%s')"
        )
        sent = both((said % LABELLED, no(said % FETCHED)))
        return flag(either((no(self.text.is_kind(Kind.WITHDRAWAL)), sent)))

    @cached_property
    def is_dear(self) -> str:
        """Whether the way back of a withdrawal costs more than may be taken unseen."""
        dear = leaves(self._return_fee, lambda fee: flag(self._above(fee)))
        return both((self._is_bound, NO if dear == "0" else Chosen(dear)))

    @property
    def _is_bound(self) -> str:
        """Whether the law says what the way back may cost: of what is withdrawn."""
        withdrawn = self.text.is_kind(Kind.WITHDRAWAL)
        return both((withdrawn, no(equals(self.way, Resolution.KEEP))))

    def _above(self, fee: str) -> str:
        """Whether a fee is above the switch's limit, or as high as what was paid."""
        if fee == NOTHING:
            return NO
        policy = self.policy
        limit = str(policy.switches["return_cost_most"])
        if int(fee) > Money.parse(limit, policy.currency).minor:
            return YES
        worth = "SELECT sum(w.worth) FROM past_lines w WHERE w.case_no = p.case_no"
        # The other lines are only looked at where this one is worth as little.
        return both((f"{fee} >= p.worth", f"{fee} >= ({worth})"))

    @cached_property
    def _return_fee(self) -> str:
        """What the policy asks for the way back of the line, 0 for nothing.

        Fees are in the policy's currency; in another one nothing is charged.
        """
        kinds = self.text.is_kind(Kind.VOLUNTARY, Kind.WITHDRAWAL)
        currency = f"p.currency = {self.text.value(self.policy.currency)}"
        special = [
            (self.text.all_hold(one.when), _fee(one.return_fee))
            for one in self.policy.fees.special
            if one.return_fee is not None
        ]
        return case(
            (no(both((kinds, self._is_by_customer, currency))), NOTHING),
            *self.own.each("return_fee", _fee),
            (self.is_waived, NOTHING),
            *special,
            otherwise=_fee(self.policy.return_fee),
        )

    @property
    def _is_by_customer(self) -> str:
        return self.text.reasons.are("fault", [Fault.CUSTOMER.value])


def _known(number: str, otherwise: int) -> str:
    """Write a number, and another where it is NULL."""
    if number == "NULL":
        return str(otherwise)
    return number if number.isdecimal() else f"COALESCE({number}, {otherwise})"


def _fee(found: object) -> str:
    """Write a fee in minor units, 0 for none."""
    minor = getattr(found, "minor", 0)
    return str(int(minor)) if minor else NOTHING
