"""The days that hold for one order, by the very policy that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connector import policy as policies
from connector.model import Answer, Kind
from connector.states import Decision
from connector.steps import question
from connector.store.filing import Wish

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy import Policy
    from connector.steps.question import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDates:
    """What holds for one line: until when it may come back, or why it may not.

    `last_day` None: the policy names none. `why` are the answers of the rules that
    speak against it, empty where nothing does.
    """

    title: str
    quantity: int
    last_day: date | None
    why: tuple[Answer, ...]


def of_order(policy: Policy, order: Order, who: Asker) -> tuple[LineDates, ...]:
    """Judge every line as if `who` asked for all that is left of it, unsuited.

    Lines of which nothing is left are not shown.
    """
    left = {line.ref: line.quantity - line.refunded_units for line in order.lines}
    lines = [line for line in order.lines if left[line.ref] > 0 and line.is_physical]
    if not lines:
        return ()
    wishes = [
        Wish(line_ref=line.ref, quantity=left[line.ref], reason=policy.unsuited)
        for line in lines
    ]
    case = question.foreseen(who, Kind.VOLUNTARY, wishes)
    verdict = policies.judge(policy, order, case)
    return tuple(
        LineDates(
            title=line.title,
            quantity=left[line.ref],
            last_day=_last_day(said.trace),
            why=tuple(one for one in said.trace if one.says == "decline")
            if said.decision is Decision.DECLINED
            else (),
        )
        for line, said in zip(lines, verdict.lines, strict=True)
    )


def _last_day(trace: tuple[Answer, ...]) -> date | None:
    for answer in trace:
        said = dict(answer.facts).get("last_day")
        if said:
            return date.fromisoformat(said[:10])
    return None
