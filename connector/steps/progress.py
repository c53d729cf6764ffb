"""A return as the law's question: how far it is, in days where the customer lives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector import law, policy
from connector.errors import PolicyError
from connector.model import Kind, Resolution
from connector.states import Decision, Refund
from connector.steps import rejecting, wayback
from connector.store import history, orders, refunds, shops, statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from connector.law import Switches
    from connector.model import Order, Return, ReturnLine
    from connector.store import Database
    from connector.store.history import Event
    from connector.store.refunds import RefundRow

FAULTS = frozenset({Kind.FAULTY, Kind.CARRIER_DAMAGE})
MONEY = frozenset({Resolution.REFUND, Resolution.KEEP, Resolution.MANUAL})


def switches(db: Database, case: Return) -> Switches:
    """Return the open points of the law as the policy of the return settles them."""
    return switches_of(db, case.shop, case.order_ref, case.policy_hash)


def switches_of(db: Database, shop: str, order_ref: str, digest: str = "") -> Switches:
    """Do as `switches` does, for an order; by another version where `digest` says."""
    version = digest or orders.policy_of(db, shop, order_ref)
    text = shops.policy_text(db, version) if version else ""
    try:
        return policy.stored(text).switches if text else law.DEFAULTS
    except PolicyError:
        return law.DEFAULTS  # a version of long ago


def told(db: Database, case: Return) -> datetime:
    """Return when the shop was told: when the statement came, else the return."""
    declared = statements.of_return(db, case.id)
    return declared.moments.received if declared else case.opened_at


def progress(
    db: Database,
    case: Return,
    order: Order,
    rows: Sequence[RefundRow],
    given: Switches,
) -> law.Progress:
    """Put a return as the law's question."""
    country = order.customer.country

    def day(moment: datetime | None) -> date | None:
        return law.local_day(moment, country) if moment else None

    events = history.timeline(db, case.id)
    back = wayback.read(events)
    lines = still_open(case, rows)
    return law.Progress(
        country=country,
        kind=case.kind,
        told=law.local_day(told(db, case), country),
        goods=day(_all_here(case, lines, events)),
        proof=day(_proof(case, back, given)),
        accepted=day(_accepted(lines, events)),
        paid=None if rejecting.is_open(db, case) else day(_paid(case, rows)),
        wants_money=any(line.resolution in MONEY for line in lines),
        wants_remedy=any(line.resolution not in MONEY for line in lines),
        collects=back.is_fetched or _stays(case),
        never_sent=_is_never_sent(case, order),
    )


def _proof(case: Return, back: wayback.WayBack, given: Switches) -> datetime | None:
    """Return since when there is proof of sending; None: there is none.

    Evidence that the customer supplied counts from that day, though nobody has looked
    at it yet, until a person says that it is no proof: the law asks when it was
    supplied. His bare word counts as well until then, for the earlier day is the safe
    one; not where the switch is off.
    """
    if back.is_refused:
        return None
    is_heard = given["carrier_receipt"] and not back.was_refused
    word = case.shipped_at if is_heard else None
    return word or back.supplied or (case.shipped_at if back.is_proven else None)


def _stays(case: Return) -> bool:
    """Say whether the customer keeps all of it: then nobody waits for the goods."""
    asked = [x.resolution for x in case.lines if x.decision != Decision.DECLINED]
    return bool(asked) and all(one is Resolution.KEEP for one in asked)


def _is_never_sent(case: Return, order: Order) -> bool:
    """Say whether the shop itself says that nothing of a return was ever sent."""
    sold = [order.line(line.line_ref) for line in case.lines]
    return bool(sold) and all(one is not None and one.fulfilled == 0 for one in sold)


def still_open(case: Return, rows: Sequence[RefundRow]) -> list[ReturnLine]:
    """Return the lines that are yet to be made good; all, where none is.

    What was paid, or repaired and handed back, is over; so is what was declined.
    """
    paid = _paid_units(rows)

    def is_open(line: ReturnLine) -> bool:
        if line.decision != Decision.APPROVED:
            return line.decision != Decision.DECLINED
        if line.resolution is Resolution.REPAIR:
            return line.approved > line.handed_back
        owed = line.approved - line.rejected - line.elsewhere
        return owed > paid[line.id] and line.resolution is not Resolution.NONE

    return [one for one in case.lines if is_open(one)] or list(case.lines)


def _all_here(
    case: Return, lines: Sequence[ReturnLine], events: list[Event]
) -> datetime | None:
    """Return when the last of the goods came; None while some are missing.

    Of a fault the goods that are paid count alone: nobody waits for a repair's.
    """
    paid = [one for one in lines if one.resolution in MONEY]
    if case.kind not in FAULTS or len(paid) == len(case.lines) or not paid:
        return _last(events, "receive") if case.status == "received" else None
    if any(one.received < one.approved or not one.approved for one in paid):
        return None
    ids = {str(one.id) for one in paid}
    return _last([one for one in events if one.about_id in ids], "receive")


def _accepted(lines: Sequence[ReturnLine], events: list[Event]) -> datetime | None:
    """Return when the first of the open lines was agreed to; or None.

    Each line is owed from its own day (CRA 2015 s. 20(15)): one that is agreed to
    later moves no other's. Once all is paid, the first of all. Beside a repair the
    lines that are paid count.
    """
    agreed = {
        int(one.about_id): one.at
        for one in events
        if one.about == "line" and one.event == "approve"
    }
    paid = [one for one in lines if one.resolution in MONEY]
    return min(
        (
            agreed[one.id]
            for one in paid or lines
            if one.id in agreed and one.decision == Decision.APPROVED
        ),
        default=None,
    )


def _paid_units(rows: Sequence[RefundRow]) -> Counter[int]:
    found: Counter[int] = Counter()
    for row in rows:
        if row.state is Refund.CONFIRMED:
            found.update({int(ref): units for ref, units in row.units.items()})
    return found


def _last(events: list[Event], prefix: str) -> datetime | None:
    found = [one.at for one in events if one.event.startswith(prefix)]
    return max(found, default=None)


def _paid(case: Return, rows: Sequence[RefundRow]) -> datetime | None:
    """Return when all that had to be paid was paid; None while some is missing."""
    live = alive(rows)
    if not rows or any(row.state is not Refund.CONFIRMED for row in live):
        return None
    paid = sum(sum(row.units.values()) for row in live)
    owed = sum(line.approved - line.rejected for line in case.lines)
    return max(row.changed_at for row in rows) if paid >= owed else None


def alive(rows: Sequence[RefundRow]) -> list[RefundRow]:
    """Return the refunds that may still move money, or did."""
    return [row for row in rows if row.state.value in refunds.LIVE]
