"""A plain request within the law's period, which is as good as a withdrawal.

Any clear statement is one (docs/law.md, statement 31), and whether a customer who only
asks to return means it nobody can tell: until the period is over no voluntary rule
declines him by itself, and none takes a restocking fee (docs/decisions/0024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind
from connector.policy.periods import NEVER, withdrawal_ends
from connector.policy.sentences import answer, soften

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Answer
    from connector.policy.seen import Whole
    from connector.policy.sentences import Facts

# What is no rule of the merchant's: facts of the order.
OF_ORDER = frozenset({"order_status", "units_left"})


def until(of: Whole) -> datetime | None:
    """Return the last moment of the period that still runs for a plain request.

    NEVER where it has not begun; None where it is over, where the customer's country
    gives no right, and for every other kind of return. Looked up once a return.
    """
    if of.within is None:
        of.within = (_until(of),)
    return of.within[0]


def _until(of: Whole) -> datetime | None:
    switches, country = of.policy.switches, of.order.customer.country
    if of.case.kind is not Kind.VOLUNTARY or not law.withdrawal_days(country, switches):
        return None
    last = withdrawal_ends(of.order, of.policy.window.grace_days, switches)[2]
    return last if of.case.asked_at <= last else None


def eased(of: Whole, trace: Sequence[Answer]) -> list[Answer] | None:
    """Return a declined line's trace as a person reads it; None where it is declined.

    An exclusion by a letter of the law declines, unless that needs a fact of the very
    article which nobody has seen yet; and so do the facts of the order.
    """
    refusals = [one for one in trace if one.says == "decline"]
    if any(is_hard(one) for one in refusals) or (last := until(of)) is None:
        return None
    code = "withdrawal_unbegun" if last == NEVER else "withdrawal_open"
    said = [soften(one) if one.says == "decline" else one for one in trace]
    return [*said, answer("withdrawal", "ask", code, _until_day(of, last))]


def is_hard(given: Answer) -> bool:
    """Say whether a refusal is the order's, or the law's: not the merchant's own."""
    letter = dict(given.facts).get("letter", "")
    is_lawful = given.rule == "exclusion" and law.is_plain(letter)
    return is_lawful or given.rule in OF_ORDER


def no_restocking(of: Whole) -> Answer | None:
    """Say that no restocking fee is taken, because the period runs; else None."""
    last = until(of)
    if last is None:
        return None
    facts = (("set_by", "law"), *_until_day(of, last))
    return answer("restocking", "note", "restocking_law", facts)


def _until_day(of: Whole, last: datetime) -> Facts:
    """Return the last day where the customer lives, if there is one yet."""
    if last == NEVER:
        return ()
    return (("until", law.local_day(last, of.order.customer.country).isoformat()),)
