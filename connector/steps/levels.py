"""Hold a person who gives something to the level that the policy demands for it.

Whatever is given is added up over the order: what was paid for the goods that are
approved in any of its returns, and the courtesies on top. What an ended return gives to
nobody is not counted, nor a bonus that the policy itself adds. Who changes how a line
is made good, or says what became of its money, gives no more than was approved: he is
held to what his own return gives, and to whom its approval needed (decision 0019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import policy
from connector.errors import LevelNeeded, NotFound, PolicyError
from connector.policy import levels
from connector.policy.vocabulary import Level
from connector.saying import N_, saying
from connector.states import Decision
from connector.steps import given
from connector.steps.owing import FREE
from connector.steps.question import asked, rules_of
from connector.store import customers, orders, returns, shops

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connector.model import Answer, Resolution, Return
    from connector.money import Money
    from connector.policy import Policy
    from connector.store import Database

VOUCHED = "vouched"  # on the desk: for money above the level of who said it
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
class Over:
    """A level whose amount is exceeded; `is_summed`: by what was given before, too."""

    level: Level
    is_summed: bool

    def answer(self, says: str) -> Answer:
        """Say so in a trace, where `connector.policy.levels` reads who is named."""
        facts = (("above", str(self.level.above)), ("who", self.level.who))
        code = "level_before" if self.is_summed else "level"
        return policy.answer("level", says, code, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Who must approve something, each of `names`; `known` are the policy's levels.

    `over` is the level whose amount is exceeded, if any.
    """

    names: tuple[str, ...] = ()
    known: tuple[Level, ...] = ()
    over: Over | None = None

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
            text = N_("this must be approved as %(levels)s")
            if self.is_summed:
                text = N_(
                    "with what was given before on this order, this must be approved as"
                    " %(levels)s"
                )
            raise self._refusal(saying(text, levels=_or_as(ways)))
        if not self.names:
            return ""
        by = " ".join(approval.by.split())[:LONGEST]
        if not by:
            msg = saying("say who approves as %(levels)s", levels=", ".join(self.names))
            raise self._refusal(msg)
        text = N_("as %(levels)s by %(by)s")
        if approval.is_signed:
            text = N_("as %(levels)s by %(by)s, signed in")
        return saying(text, levels=", ".join(self.served(approval)), by=by)

    @property
    def is_summed(self) -> bool:
        """Say whether somebody is demanded only for what was given before, too."""
        over = self.over
        return over is not None and over.is_summed and over.level.who in self.names

    def _refusal(self, why: str) -> LevelNeeded:
        return LevelNeeded(why, self.choices(), is_summed=self.is_summed)

    def noted(self, trace: Iterable[Answer]) -> tuple[Answer, ...]:
        """Return what a trace does not say yet: whom the approval needs.

        What he approved is changed by him, or by somebody of a higher level.
        """
        said = levels.named(trace)
        return tuple(self._note(who) for who in self.names if who not in said)

    def _note(self, who: str) -> Answer:
        if self.over is not None and self.over.level.who == who:
            return self.over.answer("note")
        return policy.answer("approver", "note", "approver", (("who", who),))

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

    Anybody may before it is approved, and where nothing is paid any more. What was
    free so far is given now, on top of all that the order brought.
    """
    line = returns.line_of(case, line_id)
    if line.decision != Decision.APPROVED or resolution in FREE:
        return ANYBODY
    more = line.resolution in FREE
    named = levels.named(line.trace)
    return _demand(db, case, _rules(db, case), named, {}, gives_more=more)


def to_vouch(db: Database, case: Return) -> Demand:
    """Return whose word counts on the money of a return: by all that it gives."""
    named = _named_before(case)
    return _demand(db, case, _rules(db, case), named, {}, gives_more=False)


def to_accept(db: Database, case: Return, waived: Money) -> Demand:
    """Return who must accept that so much of what a customer owed stays unpaid.

    That is given on top of the order; of nothing, whose word counts on its money.
    """
    if not waived:
        return to_vouch(db, case)
    named = _named_before(case)
    return _demand(db, case, _rules(db, case), named, {}, waived)


def to_release(db: Database, shop: str, order_ref: str) -> Demand:
    """Return who must let go what is held of all returns of an order."""
    found = [
        to_vouch(db, case)
        for case in returns.of_order(db, shop, order_ref)
        if not case.cancelled_at
    ]
    known = next((one.known for one in found if one.known), ())
    names = levels.least(known, (name for one in found for name in one.names))
    return Demand(names=names, known=known)


def _named_before(case: Return) -> list[str]:
    approved = (x for x in case.lines if x.decision == Decision.APPROVED)
    return [who for line in approved for who in levels.named(line.trace)]


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
    *,
    gives_more: bool = True,
) -> Demand:
    if rules is None:
        return Demand(names=levels.least((), named))
    over = reached(db, case, rules, units, more, gives_more=gives_more)
    who = (*named, over.level.who) if over else named
    names = levels.least(rules.levels, who)
    return Demand(names=names, known=rules.levels, over=over)


def reached(
    db: Database,
    case: Return,
    rules: Policy,
    units: Mapping[int, int],
    more: Money | None = None,
    *,
    gives_more: bool = True,
) -> Over | None:
    """Return the level of what is given with these units approved in all.

    `gives_more`: something is given that was not yet, so that all of the order counts;
    else what the return gives by itself.
    """
    if not rules.levels:
        return None
    order = orders.get(db, case.shop, case.order_ref)
    now = given.now(order, case, units, more)
    in_all = given.in_all(db, order, case, units, now, gives_more=gives_more)
    level = levels.above(rules.levels, in_all)
    if level is None:
        return None
    is_summed = gives_more and levels.above(rules.levels, now) is not level
    return Over(level=level, is_summed=is_summed)


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
