"""Which questions of a policy a line is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.policy.compiled import program
from connector.policy.seen import Seen, whole

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy.case import Case
    from connector.policy.vocabulary import Policy, Question


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
