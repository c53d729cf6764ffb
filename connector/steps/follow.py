"""Bring a return of ours in step with the shop's: what its staff did there counts.

Where it cannot be known what it means for goods or money here, a person is asked.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.model import GOODS, Answer
from connector.saying import saying
from connector.states import UNDECIDED, Decision, Errand, Refund
from connector.steps import levels
from connector.steps.owing import payable
from connector.steps.promise import CLOSED_THERE, EXCHANGE
from connector.steps.told import ACTOR
from connector.store import at_shop, desk, errands, filing, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connector.model import Return, ReturnLine, ShopReturn
    from connector.platform import Abilities
    from connector.store import Database
    from connector.store.refunds import RefundRow

DEAD = (Refund.CANCELLED, Refund.REJECTED)
WITHOUT_LEVEL = "without_level"
DECIDED = saying("decided in the shop's own admin")
DECLINED = saying("declined in the shop's own admin")
PARTLY = saying("partly removed in the shop")
SETTLED = timedelta(minutes=2)  # longer than reading a return takes


def follow(
    db: Database, able: Abilities, case: Return, found: ShopReturn, now: datetime
) -> bool:
    """Copy what was done in the shop's own admin; False: it is too soon to say."""
    if case.cancelled_at:
        return True
    if not able.pays_through_returns:
        if not case.closed_at:
            _ALONE.get(found.status, _requested)(db, case, found, now)
        return True
    if case.closed_at:
        return found.status != "open" or _reopened(db, case, now)
    _count(db, case, found, now)
    _shrink(db, returns.get(db, case.id), found, now)
    _FOLLOW[found.status](db, returns.get(db, case.id), found, now)
    _exchange(db, case, found, now)
    return True


def _count(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Take units that somebody else refunded there out of what is due here.

    Nothing is concluded while a refund of ours may be among them.
    """
    if refunds.is_unclear(db, case.shop, case.order_ref):
        return
    rows = refunds.of_return(db, case.id)
    ours: Counter[str] = Counter()
    for row in rows:
        is_known = row.platform_ref or row.made
        if is_known or row.state in (Refund.PENDING, Refund.CONFIRMED):
            ours.update(dict(row.request.return_lines))
    there = {line.ref: line.refunded for line in found.lines}
    is_other = False
    for line in case.lines:
        ref = line.platform_ref
        if line.decision == Decision.DECLINED or ref not in there:
            continue
        others = min(line.asked, max(0, there[ref] - ours[ref]))
        if others != line.elsewhere:
            is_other = True
            at_shop.paid_elsewhere(db, case, line, others, ACTOR, now)
    for row in rows if is_other else ():
        _give_way(db, row, now)


def _give_way(db: Database, row: RefundRow, now: datetime) -> None:
    """Withdraw a promise that the shop's staff was before; one that is paid stays."""
    why = saying("units of it were refunded in the shop meanwhile")
    if row.state is Refund.PLANNED and row.paid_by_hand:
        why = saying(
            "%(why)s, and %(paid)s was paid by hand: if that is the same money, say"
            " here that it has left; if not, the customer has it twice",
            why=why,
            paid=row.paid_by_hand,
        )
        desk.put_refund(db, row, "paid_twice", why, now)
    elif row.state is Refund.MANUAL:
        why = saying(
            "%(why)s: before anything more is paid by hand, see whether it is still"
            " owed",
            why=why,
        )
        desk.put_refund(db, row, "paid_twice", why, now)
    elif row.state is Refund.PLANNED:
        refunds.move(db, row.id, "cancel", now, why=why, actor=ACTOR)


def _shrink(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Follow units that were taken out of the return there."""
    there = Counter({line.ref: line.quantity for line in found.lines})
    for line in case.lines:
        if line.platform_ref and line.decision != Decision.DECLINED:
            wanted = line.approved if line.decision == "approved" else line.asked
            if there[line.platform_ref] < wanted:
                _take_out(db, case, line, there[line.platform_ref], now)


def _take_out(
    db: Database, case: Return, line: ReturnLine, left: int, now: datetime
) -> None:
    used = max(line.received + line.lost, _promised(db, case, line))
    if used > left:
        ask(
            db,
            case,
            saying(
                "units were taken out of the return in the shop: %(left)s are left"
                " there, but %(used)s came back or were promised here",
                left=left,
                used=used,
            ),
            now,
        )
    elif line.decision in UNDECIDED and left:
        filing.split(db, case, line, left)
        decide(db, case, line.id, "decline", 0, now, PARTLY)
    elif left:
        at_shop.reduce(db, case, line, left, ACTOR, now)
    else:
        _decline(db, case, line, saying("removed in the shop"), now)


def _promised(db: Database, case: Return, line: ReturnLine) -> int:
    rows = [row for row in refunds.of_return(db, case.id) if row.state not in DEAD]
    return line.elsewhere + sum(row.units.get(str(line.id), 0) for row in rows)


def _exchange(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Leave an exchange to the admin: its money is a difference, not a refund.

    What we wanted instead ourselves is ours to process, also where it fell back.
    """
    ours = sum(
        line.asked
        for line in case.lines
        if line.goods or {line.wanted, line.decided} & GOODS
    )
    if found.exchanges <= ours or found.status not in ("requested", "open"):
        desk.settle(db, "return", case.id, EXCHANGE, ACTOR, now)
        return
    why = saying(
        "this return carries an exchange: process it in the shop, which settles the"
        " difference; nothing is refunded from here meanwhile"
    )
    ask(db, case, why, now, EXCHANGE)


def _requested(_: Database, __: Return, ___: ShopReturn, ____: datetime) -> None:
    """Wait: our own rules decide on it."""


def _opened(db: Database, case: Return, _: ShopReturn, now: datetime) -> None:
    desk.settle(db, "return", case.id, CLOSED_THERE, ACTOR, now)
    _approve(db, case, now)


def _approve(db: Database, case: Return, now: datetime) -> None:
    """Enter that the shop's staff approved what is open here.

    That is a fact, whoever it was; where the policy demands a level, a person is told.
    """
    units = {line.id: line.asked for line in case.lines if line.decision in UNDECIDED}
    if not units:
        return
    demand = levels.to_approve(db, case, units)
    for line in case.lines:
        if line.id in units:
            noted = demand.noted(line.trace)
            decide(db, case, line.id, "approve", line.asked, now, noted=noted)
    if demand.names:
        who = ", ".join(demand.names)
        why = saying(
            "approved in the shop by a person whom Retour does not know; the policy"
            " says that this must be approved by: %(who)s",
            who=who,
        )
        returns.note(db, case, WITHOUT_LEVEL, ACTOR, why, now)
        ask(db, case, why, now, WITHOUT_LEVEL)


def _declined(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    """Follow a refusal, also of what we had approved, unless it went too far."""
    _refused(db, case, found, now)
    approved = [x for x in case.lines if x.decision == Decision.APPROVED]
    if any(line.received or _promised(db, case, line) for line in approved):
        why = saying(
            "declined in the shop, but goods came back or a refund was promised here"
        )
        ask(db, case, why, now)
        return
    for line in approved:
        _decline(db, case, line, DECLINED, now)
    errands.drop(db, case.id, now, DECLINED)


def _decline(
    db: Database, case: Return, line: ReturnLine, why: str, now: datetime
) -> None:
    if line.decision == Decision.APPROVED:
        decide(db, case, line.id, "ask", 0, now, why)
    decide(db, returns.get(db, case.id), line.id, "decline", 0, now, why)


def _cancelled(db: Database, case: Return, _: ShopReturn, now: datetime) -> None:
    cancelled(db, case, saying("cancelled in the shop"), now)


def cancelled(db: Database, case: Return, how: str, now: datetime) -> None:
    """Follow a cancellation unless money is promised or goods are back: then ask.

    Where all was declined here, that is what the shop's end of it means.
    """
    if case.cancelled_at or case.status == "declined":
        return
    why = ""
    if any(row.state is not Refund.CANCELLED for row in refunds.of_return(db, case.id)):
        why = saying("%(how)s, but a refund was promised here", how=how)
    elif any(line.received for line in case.lines):
        why = saying("%(how)s, but goods came back", how=how)
    if why:
        ask(db, case, why, now)
        return
    errands.drop(db, case.id, now, how)
    returns.finish(db, case, "cancel", ACTOR, now, how)
    desk.close(db, "return", case.id, ACTOR, now)


def _closed(db: Database, case: Return, _: ShopReturn, now: datetime) -> None:
    """See whether anything is open here; what is not closes by itself."""
    _approve(db, case, now)
    owed = _owed(db, returns.get(db, case.id))
    if not owed:
        desk.settle(db, "return", case.id, CLOSED_THERE, ACTOR, now)
        return
    why = saying(
        "closed in the shop, but %(owed)s here: open it again there, or end it here;"
        " no money moves meanwhile",
        owed=owed,
    )
    ask(db, case, why, now, CLOSED_THERE)


def _owed(db: Database, case: Return) -> str:
    """Say what is still open of a return; "" when nothing is."""
    if any(
        line.received + line.lost + line.elsewhere < line.approved
        for line in case.lines
        if line.decision == Decision.APPROVED
    ):
        return saying("goods are awaited")
    rows = refunds.of_return(db, case.id)
    unsettled = (Refund.PLANNED, Refund.SUBMITTED, Refund.UNKNOWN, Refund.MANUAL)
    if payable(case, rows) or any(row.state in unsettled for row in rows):
        return saying("money is owed")
    return ""


def _unknown(db: Database, case: Return, found: ShopReturn, now: datetime) -> None:
    why = saying(
        "the shop calls its state %(state)s, which is new to Retour",
        state=repr(found.raw_status),
    )
    ask(db, case, why, now)


def _reopened(db: Database, case: Return, now: datetime) -> bool:
    """Open ours again where something is owed; else say that nothing is.

    Our own close may be on its way, or younger than what was read.
    """
    closing = [x for x in errands.of_return(db, case.id) if x.verb == "close"]
    if any(row.state is not Errand.DONE for row in closing):
        return True
    if any(row.changed_at > now - SETTLED for row in closing):
        return False
    if _owed(db, case):
        at_shop.reopen(db, case, ACTOR, now)
        desk.settle(db, "return", case.id, CLOSED_THERE, ACTOR, now)
        return True
    why = saying("opened again in the shop, though all is settled here: close it there")
    ask(db, case, why, now, "reopened")
    return True


_FOLLOW: Mapping[str, Callable[[Database, Return, ShopReturn, datetime], None]] = {
    "requested": _requested,
    "open": _opened,
    "declined": _declined,
    "cancelled": _cancelled,
    "closed": _closed,
    "unknown": _unknown,
}


def _refused(db: Database, case: Return, _: ShopReturn, now: datetime) -> None:
    for line in case.lines:
        if line.decision in UNDECIDED:
            decide(db, case, line.id, "decline", 0, now)


# Where refunds stand alone, the end of a request there says nothing of the money.
_ALONE: Mapping[str, Callable[[Database, Return, ShopReturn, datetime], None]] = {
    "open": _opened,
    "declined": _refused,
    "cancelled": _cancelled,
    "unknown": _unknown,
}


def decide(
    db: Database,
    case: Return,
    line_id: int,
    event: str,
    approved: int,
    now: datetime,
    why: str = DECIDED,
    *,
    noted: tuple[Answer, ...] = (),
) -> None:
    """Enter a decision that was made in the shop; `noted` goes before it."""
    trace = (
        *returns.line_of(case, line_id).trace,
        *noted,
        Answer(rule=ACTOR, says=event, why=str(why)),
    )
    returns.decide(
        db, case, line_id, event, approved=approved, trace=trace, actor=ACTOR, now=now
    )
    desk.close(db, "return", case.id, ACTOR, now)


def ask(
    db: Database, case: Return, why: str, now: datetime, code: str = "foreign"
) -> None:
    """Lay a return before a person, unless he answered these very words."""
    if desk.was_settled(db, case.shop, case.id, code, why):
        return
    desk.put_return(db, case, code, why, now)
