"""What a person settles of a refund: paid by hand, withdrawn, found out, tried now.

What he says of money is a fact and never refused (decision 0019). Where the policy
wants a level for so much and he has none, the desk asks somebody who has it to look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.errors import BadRequest, LevelNeeded, Refused
from connector.saying import said_by, saying
from connector.states import Refund
from connector.steps import extra, levels, made, shelving, unseen
from connector.steps.owing import NOTHING_DUE
from connector.store import at_shop, atomic, desk, history, outbox, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database
    from connector.store.refunds import RefundRow

ENDED = frozenset({Refund.CONFIRMED, Refund.REJECTED, Refund.FAILED, Refund.CANCELLED})


@atomic
def paid(
    db: Database,
    refund_id: str,
    *,
    proof: str,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Record that a person paid a manual refund; the shop then only books it.

    `proof` is what shows the payment, a bank reference for instance. Raises
    BadRequest without it, IllegalTransition unless the refund waits for a person.
    """
    if not proof.strip():
        msg = saying("say by what the payment can be proved")
        raise BadRequest(msg)
    row = refunds.get(db, refund_id)
    refunds.rewrite(db, refund_id, replace(row.request, by_gateway=False))
    said = _vouched(db, row.return_id, approval, proof.strip(), actor, now)
    refunds.move(db, refund_id, "paid", now, why=said, actor=actor)
    desk.close(db, "refund", refund_id, actor, now)
    outbox.wake(db, "refund", refund_id, now)


@atomic
def paid_elsewhere(
    db: Database,
    return_id: str,
    *,
    why: str,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Record that what a return still owes was refunded in the shop's own admin.

    The refund itself is in the books as others'. Raises BadRequest unless this was
    asked of a person, or while a refund of ours may still pay.
    """
    case = returns.get(db, return_id)
    if not desk.is_open(db, "return", return_id, "settlement"):
        msg = saying("nobody asked whether this return was paid elsewhere")
        raise BadRequest(msg, number=case.number)
    rows = refunds.of_return(db, return_id)
    if any(row.state not in ENDED for row in rows):
        msg = saying("a refund of this return is under way; settle that first")
        raise BadRequest(msg, number=case.number)
    history.note(
        db,
        shop=case.shop,
        about="return",
        about_id=return_id,
        return_id=return_id,
        event=NOTHING_DUE,
        state="",
        actor=actor,
        why=why.strip() or saying("it was refunded in the shop's own admin"),
        now=now,
    )
    desk.close(db, "return", return_id, actor, now)
    what = why.strip() or "nothing more is due"
    _vouched(db, return_id, approval, what, actor, now)


@atomic
def withdraw(
    db: Database, refund_id: str, *, why: str, actor: str, now: datetime
) -> None:
    """Cancel a refund that was never sent; its units may be promised again.

    Raises BadRequest where a person has paid any of it, or the shop. Goods that a
    booking of it may have put on the shelf are asked about.
    """
    row = refunds.get(db, refund_id)
    paid_before = row.paid_by_hand
    if paid_before:
        msg = saying(
            "%(paid)s of it was paid by hand: it cannot be withdrawn", paid=paid_before
        )
        raise BadRequest(msg)
    try:
        made.hold_to_unpaid(db, row)
    except Refused as error:
        raise BadRequest(said_by(error)) from None
    refunds.move(db, refund_id, "cancel", now, why=why, actor=actor)
    if made.booked(db, row):
        shelving.doubt(db, refunds.get(db, refund_id), now)


@atomic
def found_out(
    db: Database,
    refund_id: str,
    *,
    money_moved: bool,
    why: str,
    actor: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Record what a person learnt at the gateway of a refund without an answer.

    Of one paid by hand also when the shop says otherwise. New goods that nobody saw
    are still to be sent (`unseen`). Raises BadRequest without a reason,
    IllegalTransition where there is nothing to find out.
    """
    if not why.strip():
        msg = saying("say how you know; it stays in the timeline")
        raise BadRequest(msg)
    row = refunds.get(db, refund_id)
    if row.state is Refund.PENDING and row.request.owed:
        msg = saying(
            "its customer has yet to pay: cancel the new order, then call it off"
        )
        raise BadRequest(msg)
    event = "confirm" if money_moved else "fail"
    is_known = row.paid_by_hand and not row.request.goods
    if is_known or (row.state is Refund.PLANNED and made.is_paid_there(db, row)):
        event = _BY_HAND.get((row.state, money_moved), event)
    case_id = refunds.case_of(db, row)
    said = _vouched(db, case_id, approval, why.strip(), actor, now)
    if money_moved and unseen.is_to_make(row):
        unseen.go_on(db, row, why=said, actor=actor, now=now)
    elif event == STANDS:
        history.note_refund(db, row, STANDS, actor, said, now)
        desk.close(db, "refund", refund_id, actor, now)
    else:
        refunds.move(db, refund_id, event, now, why=said, actor=actor)
        if not money_moved:
            _ask_again(db, row, now)
            return
        if row.request.by_hand:
            _ask_of_credit(db, row, now)
        unseen.ask(db, row, now)


def _vouched(
    db: Database,
    return_id: str | None,
    approval: levels.Approval,
    what: str,
    actor: str,
    now: datetime,
) -> str:
    """Return what was said, and as whom; without the level, ask somebody to look."""
    if not return_id:
        return what
    case = returns.get(db, return_id)
    demand = levels.to_vouch(db, case)
    try:
        return levels.said(demand.hold(approval), what)
    except LevelNeeded:
        who = ", ".join(demand.names)
        why = saying(
            "%(actor)s says of the money of %(number)s: %(what)s; that needs %(who)s:"
            " it stands in the books, so look at the proof",
            actor=actor,
            number=case.number,
            what=what,
            who=who,
        )
        desk.put_beside(
            db,
            shop=case.shop,
            about="return",
            about_id=case.id,
            code=levels.VOUCHED,
            why=why,
            now=now,
        )
        return what


def _ask_again(db: Database, row: RefundRow, now: datetime) -> None:
    """Keep on the desk what is still owed: nothing pays it again by itself."""
    why = saying(
        "%(amount)s of %(number)s has not left: pay it again under a new key, or give"
        " something else for it",
        amount=row.request.given,
        number=row.request.return_number,
    )
    desk.put_refund(db, row, "failed", why, now)


def _ask_of_credit(db: Database, row: RefundRow, now: datetime) -> None:
    """Ask of credit that the shop was to give back along with what a person paid.

    He knows of his own money; whether the shop booked anything he need not know.
    """
    rest = row.amount - row.paid_by_hand
    why = saying(
        "%(rest)s of %(number)s was to go back to the credit that it was paid with, and"
        " the shop does not show that: give it as a courtesy or by hand, unless you"
        " did",
        rest=rest,
        number=row.request.return_number,
    )
    desk.put_beside(
        db,
        shop=row.shop,
        about="order",
        about_id=row.order_ref,
        code="credit_along",
        why=why,
        now=now,
    )


STANDS = "stands"
# What a person says of money that he paid, by state and whether it has left.
_BY_HAND = {
    (Refund.PLANNED, True): "find",
    (Refund.CONFIRMED, True): STANDS,
    (Refund.CONFIRMED, False): "reverse",
}


@atomic
def again(
    db: Database,
    refund_id: str,
    *,
    why: str,
    actor: str,
    now: datetime,
    is_void: bool = False,
    approval: levels.Approval = levels.NOBODY,
) -> None:
    """Let the units of a refund that moved no money be promised anew.

    The next one has a key of its own (decision 0003); of a bonus that tops a credit
    up it is what is missing by now, so that none is given twice. A return that was
    closed is open again, but for a bonus, which needs none. `is_void`: a person says
    that what was made of it is good no more. A bonus may have been withdrawn, too:
    nothing plans that anew by itself. Raises BadRequest unless this one was refused,
    failed or came undone, without a reason, or while that may still be good;
    LevelNeeded where the return gives so much that the policy wants another
    `approval`: this is no fact, but money.
    """
    row = refunds.get(db, refund_id)
    _hold_to_lost(db, row)
    if not why.strip():
        msg = saying("say why; it stays in the timeline")
        raise BadRequest(msg)
    stands = made.stands(db, row)
    if stands and not is_void:
        raise BadRequest(stands)
    case = returns.get(db, row.return_id) if row.return_id else None
    how = levels.to_vouch(db, case).hold(approval) if case else ""
    if case and case.closed_at and not row.request.after:
        at_shop.reopen(
            db, case, actor, now, saying("a refund of it is to be made again")
        )
    said = levels.said(how, why.strip())
    refunds.give_back(db, refund_id, why=said, actor=actor, now=now)
    desk.close(db, "refund", refund_id, actor, now)
    lost = extra.missing(db, row)
    if case and lost:
        extra.promise(
            db,
            case,
            row.order_ref,
            lost,
            reason=row.request.reason,
            actor=actor,
            now=now,
            after=row.request.after,
        )


def _hold_to_lost(db: Database, row: RefundRow) -> None:
    """Refuse to make again what may have moved, or a withdrawn bonus that is there."""
    if row.request.pays:
        msg = saying("this is asked of a person: confirm it where its goods are booked")
        raise BadRequest(msg)
    is_withdrawn = row.state is Refund.CANCELLED and row.request.after
    if row.state not in extra.OVER or (
        row.state is Refund.CANCELLED and not is_withdrawn
    ):
        msg = saying("only a refund that surely moved no money can be made again")
        raise BadRequest(msg, state=row.state.value)
    if is_withdrawn and extra.missing(db, row) is None:
        msg = saying(
            "nothing of this bonus is missing by now, or its credit is not there"
        )
        raise BadRequest(msg)


@atomic
def try_now(db: Database, refund_id: str, *, actor: str, now: datetime) -> None:
    """Look again at a refund that was held back, with the next run."""
    row = refunds.get(db, refund_id)
    if row.state is not Refund.PLANNED:
        msg = saying("only a refund that was not sent yet can be tried")
        raise BadRequest(msg, state=row.state.value)
    desk.close(db, "refund", refund_id, actor, now)
    outbox.wake(db, "refund", refund_id, now)
