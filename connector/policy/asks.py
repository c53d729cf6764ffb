"""What a policy asks of the customer for a line: questions, and photos."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.model import Kind
from connector.policy import rules
from connector.policy.compiled import program
from connector.policy.judge import judge
from connector.policy.own import NOTHING, own
from connector.policy.seen import Seen, whole
from connector.policy.vocabulary import NO_WORDS, Words
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy.case import Case, Wanted
    from connector.policy.compiled import Program
    from connector.policy.seen import Whole
    from connector.policy.vocabulary import Policy, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosWanted:
    """How many photos a line should have, and the merchant's own words for it.

    Without words it is the reason's wish.
    """

    count: int
    why: Words = field(default_factory=dict)


def asked(policy: Policy, order: Order, case: Case) -> tuple[tuple[Question, ...], ...]:
    """Return the questions for each line of a case, in the order of the file.

    A line that the order does not have is asked nothing.
    """
    made, of = program(policy), whole(policy, order, case)
    found: list[tuple[Question, ...]] = []
    for wanted in case.lines:
        line = order.line(wanted.line_ref)
        if line is None or not policy.questions:
            found.append(())
            continue
        holds = made.holds(Seen(of, wanted, line)).questions
        pairs = zip(policy.questions, holds, strict=True)
        found.append(tuple(one for one, does in pairs if does))
    return tuple(found)


def photos_wanted(
    policy: Policy, order: Order, case: Case
) -> tuple[PhotosWanted | None, ...]:
    """Return for each line what photos the customer should send, as `judge` looks.

    Nothing for a withdrawal (docs/law.md, statement 9), nor of a customer who is
    trusted, nor where an own rule approves all the same, nor for a line that is
    declined with all its photos too.
    """
    made, of = program(policy), whole(policy, order, case)
    found = tuple(_photos(of, made, wanted) for wanted in case.lines)
    if not any(found):
        return found
    lines = tuple(
        replace(one, photos=max(one.photos, want.count)) if want else one
        for one, want in zip(case.lines, found, strict=True)
    )
    verdict = judge(policy, order, replace(case, lines=lines))
    return tuple(
        None if said.decision is Decision.DECLINED else want
        for said, want in zip(verdict.lines, found, strict=True)
    )


def _photos(of: Whole, made: Program, wanted: Wanted) -> PhotosWanted | None:
    line = of.lines.get(wanted.line_ref)
    if line is None or of.case.kind is Kind.WITHDRAWAL:
        return None
    if made.knows_customers and rules.allowed(of):
        return None
    seen = Seen(of, wanted, line)
    holds = made.holds(seen)
    said = own(seen, holds, made) if True in holds.rules else NOTHING
    count = rules.photos_wanted(seen, said)
    if not count or said.approves:
        return None
    rule = said.by.get("photos")
    return PhotosWanted(count=count, why=rule.why if rule else NO_WORDS)
