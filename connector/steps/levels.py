"""Hold a person who gives something to the level that the policy demands for it.

Whatever is given is added up over the return: what was paid for the goods that are
approved, and the courtesies on top. A bonus that the policy itself adds is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import policy
from connector.errors import LevelNeeded, NotFound, PolicyError
from connector.model import Resolution
from connector.money import Money
from connector.policy import levels
from connector.policy.vocabulary import Level
from connector.saying import N_, saying
from connector.states import Decision, Refund
from connector.steps.owing import FREE
from connector.steps.question import asked, rules_of
from connector.store import customers, orders, refunds, returns, shops

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Order, Return
    from connector.policy import Policy
    from connector.store import Database

UNPAID = frozenset({Refund.CANCELLED, Refund.REJECTED, Refund.FAILED, Refund.REVERSED})
LONGEST = 80  # characters of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approves, and as what: levels by their names in the policy.

    `is_signed` where Retour knows him by his own password; else it is what he says.
    """

    levels: tuple[str, ...] = ()
    by: str = ""
    is_signed: bool = False


NOBODY = Approval()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Who must approve something, each of `names`; `known` are the policy's levels."""

    names: tuple[str, ...] = ()
    known: tuple[Level, ...] = ()

    def choices(self) -> tuple[tuple[str, ...], ...]:
        """Return, for each of the names, as whom it may be approved."""
        return tuple(levels.suffices(self.known, name) for name in self.names)

    def hold(self, approval: Approval) -> str:
        """Return how it is approved, for the record: "" where anybody may.

        Raises LevelNeeded where the approval is of none of the levels demanded, or
        nobody's.
        """
        lacking = levels.missing(self.known, self.names, approval.levels)
        if lacking:
            ways = levels.suffices(self.known, lacking[0])
            msg = saying("this must be approved as %(levels)s", levels=_or_as(ways))
            raise LevelNeeded(msg, self.choices())
        if not self.names:
            return ""
        by = " ".join(approval.by.split())[:LONGEST]
        if not by:
            msg = saying("say who approves as %(levels)s", levels=", ".join(self.names))
            raise LevelNeeded(msg, self.choices())
        text = N_("as %(levels)s by %(by)s")
        if approval.is_signed:
            text = N_("as %(levels)s by %(by)s, signed in")
        return saying(text, levels=", ".join(self.served(approval)), by=by)

    def served(self, approval: Approval) -> tuple[str, ...]:
        """Return those levels of an approval that count here, each once."""
        choices = self.choices()
        return tuple(
            one
            for one in dict.fromkeys(approval.levels)
            if any(one in ways for ways in choices)
        )


ANYBODY = Demand()


def to_approve(db: Database, case: Return, units: Mapping[int, int]) -> Demand:
    """Return who must approve so many units, by return line id.

    Whom the verdict names must in any case; and whose level it is by what is
    approved then in all, which may be more than the verdict saw.
    """
    rules = _rules(db, case)
    named = [who for line_id in units for who in _named(db, case, rules, line_id)]
    return _demand(db, case, rules, named, units)


def to_change(
    db: Database, case: Return, line_id: int, resolution: Resolution
) -> Demand:
    """Return who must approve that an approved line is made good in another way.

    Anybody may before it is approved, and where nothing is paid any more.
    """
    line = returns.line_of(case, line_id)
    if line.decision != Decision.APPROVED or resolution in FREE:
        return ANYBODY
    return _demand(db, case, _rules(db, case), levels.named(line.trace), {})


def to_vouch(db: Database, case: Return) -> Demand:
    """Return whose word counts on the money of a return: by all that it gives."""
    approved = (x for x in case.lines if x.decision == Decision.APPROVED)
    named = [who for line in approved for who in levels.named(line.trace)]
    return _demand(db, case, _rules(db, case), named, {})


def to_add(db: Database, case: Return, more: Money) -> Demand:
    """Return who must approve that so much is given on top of a return."""
    return _demand(db, case, _rules(db, case), (), {}, more)


def _demand(
    db: Database,
    case: Return,
    rules: Policy | None,
    named: list[str] | tuple[str, ...],
    units: Mapping[int, int],
    more: Money | None = None,
) -> Demand:
    if rules is None:
        return Demand(names=levels.least((), named))
    over = reached(db, case, rules, units, more)
    who = (*named, over.who) if over else named
    return Demand(names=levels.least(rules.levels, who), known=rules.levels)


def reached(
    db: Database,
    case: Return,
    rules: Policy,
    units: Mapping[int, int],
    more: Money | None = None,
) -> Level | None:
    """Return the level of what a return gives with these units approved in all."""
    if not rules.levels:
        return None
    order = orders.get(db, case.shop, case.order_ref)
    return levels.above(rules.levels, _given(db, case, order, units, more))


def _given(
    db: Database,
    case: Return,
    order: Order,
    units: Mapping[int, int],
    more: Money | None,
) -> Money | None:
    """Add up what a return gives with these units approved, and `more` on top.

    None where it is not known: a line that the order has no more.
    """
    given = more or Money.zero(order.currency)
    for line in case.lines:
        count = line.approved if line.decision == Decision.APPROVED else 0
        count = units.get(line.id, count)
        sold = order.line(line.line_ref)
        if count and sold is None:
            return None
        if count and sold is not None:
            given += policy.worth(sold, count)
    for row in refunds.of_return(db, case.id):
        one = row.request
        is_on_top = one.way is Resolution.COURTESY and not one.after
        if is_on_top and one.bonus and row.state not in UNPAID:
            given += one.bonus
    return given


def _named(
    db: Database, case: Return, rules: Policy | None, line_id: int
) -> tuple[str, ...]:
    """Return whom the verdict on a line names; one that is yet to come is drawn now."""
    line = returns.line_of(case, line_id)
    if line.decision != Decision.PENDING or rules is None:
        return levels.named(line.trace)
    order = orders.get(db, case.shop, case.order_ref)
    verdict = policy.judge(rules, order, asked(case, customers.past(db, case)))
    said = zip(case.lines, verdict.lines, strict=True)
    return next(new.approvers for old, new in said if old.id == line_id)


def _rules(db: Database, case: Return) -> Policy | None:
    """Return the policy that a return is judged by; None where none can be read.

    Whom its verdict named is demanded all the same.
    """
    try:
        if case.policy_hash:
            return policy.stored(shops.policy_text(db, case.policy_hash))
        return rules_of(db, case.shop, case.order_ref)
    except (NotFound, PolicyError):
        return None


def _or_as(ways: Sequence[str]) -> str:
    said = ways[0]
    for one in ways[1:]:
        said = saying("%(one)s or as %(other)s", one=said, other=one)
    return said


def recorded(demand: Demand, approval: Approval) -> tuple[tuple[str, str], ...]:
    """Return an approval as facts of the trace; empty where anybody may."""
    if not demand.names:
        return ()
    who = " ".join(approval.by.split())[:LONGEST]
    return (("as", ", ".join(demand.served(approval))), ("by", who))


def said(how: str, why: str) -> str:
    """Put how something was approved before why, for the timeline."""
    if not how or not why:
        return saying("approved %(how)s", how=how) if how else why
    return saying("approved %(how)s: %(why)s", how=how, why=why)
