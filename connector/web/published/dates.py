"""The days that hold for one order, by the very policy that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connector import law
from connector import policy as policies
from connector.model import Answer, Kind
from connector.policy.periods import NEVER, withdrawal_ends
from connector.states import Decision
from connector.steps import question
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connector.law import Switches
    from connector.model import Order
    from connector.policy import Case, Policy
    from connector.steps.question import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDates:
    """What holds for one line: until when it may come back, or why it may not.

    `last_day` None: the policy names none, it hangs on what nobody knows of the
    customer, or only the law's period lets it come back. `why` are the answers of the
    rules that speak against it, empty where nothing does. `withdraw_until`: at least
    until then the law lets him withdraw from the contract; None where it does not, or
    no more.
    `goodwill_until`: until then one is taken all the same, where that is later.
    """

    title: str
    quantity: int
    last_day: date | None
    why: tuple[Answer, ...]
    withdraw_until: date | None = None
    goodwill_until: date | None = None


def of_order(
    policy: Policy, order: Order, who: Asker, held: Mapping[str, Collection[int]]
) -> tuple[LineDates, ...]:
    """Judge every line as if `who` asked for all that is left of it, unsuited.

    `held` are the units that returns hold already, by line. Lines of which nothing is
    left are not shown.
    """
    left = {
        line.ref: line.quantity - max(line.refunded_units, len(held.get(line.ref, ())))
        for line in order.lines
    }
    lines = [line for line in order.lines if left[line.ref] > 0 and line.is_physical]
    if not lines:
        return ()
    wishes = [
        Wish(line_ref=line.ref, quantity=left[line.ref], reason=policy.unsuited)
        for line in lines
    ]
    case = question.foreseen(who, Kind.VOLUNTARY, wishes)
    verdict = policies.judge(policy, order, case)
    lawful = _withdrawals(
        policy, order, question.foreseen(who, Kind.WITHDRAWAL, wishes)
    )
    return tuple(
        LineDates(
            title=line.title,
            quantity=left[line.ref],
            last_day=_last_day(said.trace),
            why=tuple(one for one in said.trace if one.says == "decline")
            if said.decision is Decision.DECLINED
            else (),
            withdraw_until=until,
            goodwill_until=taken,
        )
        for line, said, (until, taken) in zip(lines, verdict.lines, lawful, strict=True)
    )


def _withdrawals(
    policy: Policy, order: Order, case: Case
) -> list[tuple[date | None, date | None]]:
    """Return until when each line may be withdrawn from: by law, and by goodwill.

    By the law of its country; not what a letter of article 16 keeps out, nor where no
    law gives the right. Goodwill has a day only where it is later (docs/law.md, 58).
    """
    if not law.withdrawal_days(order.customer.country, policy.switches):
        return [(None, None) for _ in case.lines]
    strict = {**policy.switches, "uk_goodwill": False}
    day = _until(order, case, policy.window.grace_days, strict)
    taken = _until(order, case, policy.window.grace_days, policy.switches)
    days = (day, taken if taken != day else None)
    verdict = policies.judge(policy, order, case)
    kept_out = [
        any(law.is_plain(dict(x.facts).get("letter", "")) for x in one.trace)
        for one in verdict.lines
    ]
    return [(None, None) if is_out else days for is_out in kept_out]


def _until(
    order: Order, case: Case, grace_days: int, switches: Switches
) -> date | None:
    """Return the last day of a withdrawal; None where it is over, or has not begun."""
    last = withdrawal_ends(order, grace_days, switches)[2]
    if case.asked_at > last or last == NEVER:
        return None
    return law.local_day(last, order.customer.country)


def _last_day(trace: tuple[Answer, ...]) -> date | None:
    """Return the policy's last day; None where that is not until when it comes back.

    Another window may hold for him; or it comes back at all because the law's period
    still runs (`connector.policy.within`), and then that one's day counts.
    """
    if any(answer.rule in ("customer_tags", "withdrawal") for answer in trace):
        return None
    for answer in trace:
        said = dict(answer.facts).get("last_day")
        if said:
            return date.fromisoformat(said[:10])
    return None
