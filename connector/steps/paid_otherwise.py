"""New goods that their customer paid otherwise than was asked, or in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import BadRequest, PlatformError
from connector.model import Found
from connector.money import Money
from connector.saying import saying
from connector.states import Exchange, Refund
from connector.steps import given, levels
from connector.steps.reconcile import look
from connector.store import atomic, desk, exchanges, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Finding
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

IN_VAIN = "paid_in_vain"


def accept(
    db: Database,
    shop: Shop,
    refund_id: str,
    *,
    why: str,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Let an exchange go on though another sum was paid for it than was owed.

    Staff may ask less of a customer in the shop, or more. The shop is asked whether it
    is paid. Raises BadRequest without a reason, where it is not paid or was cancelled,
    and where nobody need accept it; LevelNeeded where the order gives so much, with
    what stays unpaid, that the policy wants another `approval`.
    """
    if not why.strip():
        msg = saying("say why; it stays in the timeline")
        raise BadRequest(msg)
    _hold_to_waiting(db, refund_id)
    try:
        finding = look(shop, refunds.get(db, refund_id))
    except PlatformError:
        msg = saying("the shop cannot be asked just now whether it was paid; try again")
        raise BadRequest(msg) from None
    if finding.found is Found.DONE:
        msg = saying("it was paid as it was asked, and goes on by itself")
        raise BadRequest(msg)
    if not finding.paid or finding.is_over:
        msg = saying("the shop shows new goods that are not paid, or were cancelled")
        raise BadRequest(msg)
    said = saying(
        "%(paid)s was paid for it, which is accepted: %(why)s",
        paid=finding.paid,
        why=why.strip(),
    )
    _accept(db, refund_id, finding.paid, said, actor, now, approval)


@atomic
def _accept(
    db: Database,
    refund_id: str,
    paid: Money,
    why: str,
    actor: str,
    now: datetime,
    approval: levels.Approval,
) -> None:
    _hold_to_waiting(db, refund_id)
    row = refunds.get(db, refund_id)
    waived = _unpaid(row, paid)
    demand = levels.ANYBODY
    if row.return_id:
        case = returns.get(db, row.return_id)
        demand = levels.to_accept(db, case, waived)
        if waived:
            returns.note(db, case, given.waiving(waived), actor, "", now)
    said = levels.said(demand.hold(approval), why)
    refunds.move(db, refund_id, "confirm", now, why=said, actor=actor)


def _unpaid(row: RefundRow, paid: Money) -> Money:
    """Return what stays unpaid; of a payment in another currency, all that was owed."""
    zero = Money.zero(row.amount.currency)
    owed = row.request.owed or zero
    if paid.currency != owed.currency:
        return owed
    return max(zero, owed - paid)


def _hold_to_waiting(db: Database, refund_id: str) -> None:
    stands = exchanges.of_refund(db, refund_id)
    is_pending = refunds.get(db, refund_id).state is Refund.PENDING
    is_waiting = stands is not None and stands.state is Exchange.AWAITING_PAYMENT
    if not (is_pending and is_waiting):
        msg = saying("only an exchange that waits for its payment can be accepted")
        raise BadRequest(msg)


def ask_back(db: Database, row: RefundRow, finding: Finding, now: datetime) -> None:
    """Ask of money that was paid for new goods which were called off all the same."""
    if not finding.paid or not row.made:
        return
    why = saying(
        "the new order %(order)s of %(number)s was called off after its customer had"
        " paid %(paid)s for it: give that back in the shop too, unless you did",
        order=row.made,
        number=row.request.return_number,
        paid=finding.paid,
    )
    desk.put_beside(
        db,
        shop=row.shop,
        about="order",
        about_id=row.made,
        code=IN_VAIN,
        why=why,
        now=now,
    )
