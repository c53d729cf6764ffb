"""What a person settles of a refund: paid by hand, withdrawn, found out, tried now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.errors import BadRequest
from connector.states import Refund
from connector.steps.owing import NOTHING_DUE
from connector.store import atomic, desk, history, outbox, refunds, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database

ENDED = frozenset({Refund.CONFIRMED, Refund.REJECTED, Refund.FAILED, Refund.CANCELLED})


@atomic
def paid(
    db: Database, refund_id: str, *, proof: str, actor: str, now: datetime
) -> None:
    """Record that a person paid a manual refund; the shop then only books it.

    `proof` is what shows the payment, a bank reference for instance. Raises
    BadRequest without it, IllegalTransition unless the refund waits for a person.
    """
    if not proof.strip():
        msg = "say by what the payment can be proved"
        raise BadRequest(msg)
    row = refunds.get(db, refund_id)
    refunds.rewrite(db, refund_id, replace(row.request, by_gateway=False))
    refunds.move(db, refund_id, "paid", now, why=proof.strip(), actor=actor)
    desk.close(db, "refund", refund_id, actor, now)
    outbox.wake(db, "refund", refund_id, now)


@atomic
def paid_elsewhere(
    db: Database, return_id: str, *, why: str, actor: str, now: datetime
) -> None:
    """Record that what a return still owes was refunded in the shop's own admin.

    The refund itself is in the books as others'. Raises BadRequest unless this was
    asked of a person, or while a refund of ours may still pay.
    """
    case = returns.get(db, return_id)
    if not desk.is_open(db, "return", return_id, "settlement"):
        msg = "nobody asked whether this return was paid elsewhere"
        raise BadRequest(msg, number=case.number)
    rows = refunds.of_return(db, return_id)
    if any(row.state not in ENDED for row in rows):
        msg = "a refund of this return is under way; settle that first"
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
        why=why.strip() or "it was refunded in the shop's own admin",
        now=now,
    )
    desk.close(db, "return", return_id, actor, now)


@atomic
def withdraw(
    db: Database, refund_id: str, *, why: str, actor: str, now: datetime
) -> None:
    """Cancel a refund that was never sent; its units may be promised again."""
    refunds.move(db, refund_id, "cancel", now, why=why, actor=actor)


@atomic
def found_out(
    db: Database,
    refund_id: str,
    *,
    money_moved: bool,
    why: str,
    actor: str,
    now: datetime,
) -> None:
    """Record what a person learnt at the gateway of a refund without an answer."""
    if not why.strip():
        msg = "say how you know; it stays in the timeline"
        raise BadRequest(msg)
    event = "confirm" if money_moved else "fail"
    refunds.move(db, refund_id, event, now, why=why.strip(), actor=actor)


@atomic
def again(db: Database, refund_id: str, *, why: str, actor: str, now: datetime) -> None:
    """Let the units of a refund that moved no money be promised anew.

    The next one has a key of its own (decision 0003). Raises BadRequest unless
    this one was refused, failed or came undone, or without a reason.
    """
    row = refunds.get(db, refund_id)
    if row.state not in (Refund.REJECTED, Refund.FAILED, Refund.REVERSED):
        msg = "only a refund that surely moved no money can be made again"
        raise BadRequest(msg, state=row.state.value)
    if not why.strip():
        msg = "say why; it stays in the timeline"
        raise BadRequest(msg)
    refunds.give_back(db, refund_id, why=why.strip(), actor=actor, now=now)
    desk.close(db, "refund", refund_id, actor, now)


@atomic
def try_now(db: Database, refund_id: str, *, actor: str, now: datetime) -> None:
    """Look again at a refund that was held back, with the next run."""
    row = refunds.get(db, refund_id)
    if row.state is not Refund.PLANNED:
        msg = "only a refund that was not sent yet can be tried"
        raise BadRequest(msg, state=row.state.value)
    desk.close(db, "refund", refund_id, actor, now)
    outbox.wake(db, "refund", refund_id, now)
