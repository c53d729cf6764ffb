"""Carry promised refunds to their shop: claim, look, commit, call, commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.errors import (
    IllegalTransition,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from connector.model import Moved
from connector.platform import Shop
from connector.saying import coded, joined, said_by, saying
from connector.states import Refund
from connector.steps import amends, overlap, turn
from connector.steps.events import is_disputed
from connector.steps.observe import observe
from connector.steps.pace import is_away
from connector.steps.promise import HOLDS
from connector.store import (
    Database,
    atomic,
    desk,
    installation,
    outbox,
    refunds,
    shops,
    spent,
)
from connector.store.lock import Hold, dispatcher

if TYPE_CHECKING:
    from connector.model import Prepared, Receipt
    from connector.money import Money
    from connector.store.outbox import Claim
    from connector.store.refunds import RefundRow

log = logging.getLogger(__name__)

LATEST_RETRY = timedelta(hours=6)
# A claim that is older than this is looked at again before anything is sent.
FRESH = timedelta(seconds=60)
DAY = timedelta(days=1)
AWAY = timedelta(minutes=2)  # until a shop that could not be reached is asked again
STALLED = saying("this worker was stalled; what it read may be old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may leave by itself; None is no limit. Amounts are minor units."""

    per_run_minor: int | None = None
    per_day_minor: int | None = None


@dataclass(slots=True)
class _Run:
    db: Database
    shop: Shop
    clock: Callable[[], datetime]
    limits: Limits
    token: str
    hold: Hold
    sent_minor: int = 0


def push(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    *,
    token: str,
    limits: Limits | None = None,
) -> int:
    """Send every refund of a shop that is due; return how many were tried.

    `token` names this worker's claims. Does nothing while the shop is paused or
    another process holds the dispatcher's lock.
    """
    with dispatcher(db) as hold:
        if hold is None or shops.get(db, shop.name).is_paused:
            return 0
        run = _Run(db, shop, clock, limits or Limits(), token, hold)
        _recover(run)
        shops.ran(db, shop.name, clock())
        return _drain(run)


def _drain(run: _Run) -> int:
    tried: set[str] = set()
    is_alone = not run.shop.abilities.pays_through_returns
    while True:
        claim = outbox.claim(
            run.db,
            "refund",
            run.shop.name,
            run.token,
            run.clock(),
            skip=tried,
            alone=is_alone,
        )
        if claim is None:
            return len(tried)
        tried.add(claim.id)
        row = refunds.get(run.db, claim.id)
        if _is_within(run, row.request.leaves):
            _attempt(run, claim, row)
        else:
            _hold(run, claim, row)


def _recover(run: _Run) -> None:
    """Mark as unknown what a process that died had begun to ask.

    One that lost the lock and may still live could yet ask: that is remembered.
    """
    now = run.clock()
    why = saying("the process died while asking")
    if run.hold.other_may_live:
        why = saying(
            "the worker that was asking lost the lock, and may still be asking"
        )
    for row in refunds.in_states(run.db, run.shop.name, [Refund.SUBMITTED], now):
        refunds.strand(run.db, row.id, now, why=why, may_live=run.hold.other_may_live)


def _is_within(run: _Run, amount: Money) -> bool:
    """Hold a run and a day to their limits; what exceeds them waits, and is said.

    `amount` is the worth of all that is given, as credit or in goods too.
    """
    run_limit, day_limit = run.limits.per_run_minor, run.limits.per_day_minor
    if run_limit is not None and run.sent_minor + amount.minor > run_limit:
        return False
    if day_limit is None:
        return True
    since = run.clock() - DAY
    sent = spent.since(run.db, run.shop.name, amount.currency, since)
    return sent.minor + amount.minor <= day_limit


def _hold(run: _Run, claim: Claim, row: RefundRow) -> None:
    """Leave it for another run; one above a limit by itself needs a person."""
    highest = [run.limits.per_run_minor, run.limits.per_day_minor]
    given = row.request.leaves.minor
    if any(limit is not None and given > limit for limit in highest):
        why = saying("above the largest amount allowed")
        _ask_person(run, claim, row, "limit", why)
    else:
        outbox.later(run.db, claim, run.clock())


def _attempt(run: _Run, claim: Claim, row: RefundRow) -> None:
    """Look first; then say durably that we ask, ask once, and record what came."""
    started = run.clock()
    if _is_held(run, row):
        outbox.later(run.db, claim, _retry_at(claim, started))
        return
    if not turn.has_come(run.db, row, started):
        outbox.wait(run.db, claim, started + AWAY)
        return
    row = refunds.get(run.db, row.id)
    try:
        prepared = _prepare(run, row)
    except Rejected as error:
        _ask_person(run, claim, row, "refused", said_by(error))
        return
    except (Unavailable, OutcomeUnknown) as error:
        is_down = is_away(run.db, run.shop.name, error)
        (_wait if is_down else _later)(run, claim, str(error))
        return
    if prepared.already:
        _found(run, row, prepared.already)
    elif _is_held(run, row):
        outbox.later(run.db, claim, _retry_at(claim, started))
    elif prepared.sold_out:
        _fall_back(run, claim, row, prepared)
    elif prepared.ask:
        _ask_person(run, claim, row, "differs", prepared.ask)
    elif _is_stale(run, claim, started):
        _later(run, claim, STALLED)
    else:
        _send(run, claim, row, prepared, started)


def _prepare(run: _Run, row: RefundRow) -> Prepared:
    """Read the shop; refunds of others that it shows enter the books at once."""
    prepared = run.shop.prepare(row.request)
    if overlap.is_news(run.db, row, prepared):
        observe(run.db, run.shop, row.order_ref, run.clock)
    lost = _unbooked(row, prepared)
    return replace(prepared, ask=lost, sold_out=False) if lost else prepared


def _unbooked(row: RefundRow, prepared: Prepared) -> str:
    """Ask where the record of what was booked of it is gone: it may be paid."""
    shown = prepared.preimage.get("refunds")
    if not row.platform_ref or shown is None or row.platform_ref in shown:
        return ""
    return saying(
        "refund %(ref)s is no longer in the shop; see at the gateway whether its money"
        " has left before this is withdrawn and made again",
        ref=row.platform_ref,
    )


def _is_held(run: _Run, row: RefundRow) -> bool:
    """Say whether a person is asked something that may change what is paid."""
    about = refunds.case_of(run.db, row) or ""
    is_asked = any(desk.is_open(run.db, "return", about, code) for code in HOLDS)
    return is_asked or is_disputed(run.db, row.shop, row.order_ref)


def _fall_back(run: _Run, claim: Claim, row: RefundRow, prepared: Prepared) -> None:
    why = prepared.ask or saying("sold out")
    ask = amends.fall_back(run.db, row.id, why, run.clock(), prepared.gone)
    if ask:
        _ask_person(run, claim, row, "sold_out", ask)


def _is_stale(run: _Run, claim: Claim, started: datetime) -> bool:
    """Read clock, lock and claim again: a stalled worker has an old picture."""
    is_old = run.clock() - started > FRESH
    return is_old or not run.hold.still_ours() or not outbox.holds(run.db, claim)


def _send(
    run: _Run, claim: Claim, row: RefundRow, prepared: Prepared, started: datetime
) -> None:
    refunds.submit(run.db, row.id, prepared.preimage, run.clock(), prepared.rounding)
    installation.remember(run.db)
    if _is_stale(run, claim, started):
        _release(run, claim, row, STALLED)
        return
    run.sent_minor += row.request.leaves.minor
    row = refunds.get(run.db, row.id)
    try:
        receipt = run.shop.refund(row.request, prepared.preimage)
    except Unavailable as error:
        run.sent_minor -= row.request.leaves.minor
        _release(run, claim, row, said_by(error))
    except Rejected as error:
        _refused(run, row, said_by(error))
    except OutcomeUnknown as error:
        _lost(run, row, said_by(error))
    else:
        _answered(run, row, receipt)


def _answered(run: _Run, row: RefundRow, receipt: Receipt) -> None:
    if receipt.amount != row.amount or receipt.moved in (Moved.UNKNOWN, Moved.NO):
        why = saying(
            "the shop answered %(amount)s, moved: %(moved)s",
            amount=receipt.amount,
            moved=coded(receipt.moved.value),
        )
        _lost(run, row, why)
        return
    event = "confirm" if receipt.moved is Moved.YES else "pend"
    _record(run.db, row.id, event, receipt, run.clock())
    log.info("refund answered", extra={"refund": row.id, "event": event})


@atomic
def _record(
    db: Database, refund_id: str, event: str, receipt: Receipt, now: datetime
) -> None:
    """Write an answer down, also where another worker has concluded meanwhile."""
    row = refunds.get(db, refund_id)
    if row.state is Refund.PLANNED:
        event = {"confirm": "find", "pend": "find_pending"}[event]
    try:
        refunds.move(db, refund_id, event, now, receipt=receipt)
    except IllegalTransition:
        why = saying(
            "an answer came late: the shop made %(ref)s of %(amount)s, but this refund"
            " is %(state)s by now; look at the shop",
            ref=receipt.ref,
            amount=receipt.amount,
            state=coded(row.state.value),
        )
        desk.put_refund(db, row, "late_answer", why, now)


def _found(run: _Run, row: RefundRow, receipt: Receipt) -> None:
    """Record that the shop has this very refund already; send nothing."""
    event = "find" if receipt.moved is Moved.YES else "find_pending"

    @atomic
    def write(db: Database) -> None:
        if refunds.get(db, row.id).state is Refund.PLANNED:
            refunds.move(db, row.id, event, run.clock(), receipt=receipt)

    write(run.db)


def _release(run: _Run, claim: Claim, row: RefundRow, why: str) -> None:
    """Plan it again, soon: it was surely never asked, and no earlier try is unclear.

    Only while the claim is ours: who took over may be asking the shop right now.
    """

    @atomic
    def write(db: Database) -> None:
        state = refunds.get(db, row.id).state
        if outbox.holds(db, claim) and state in (Refund.SUBMITTED, Refund.UNKNOWN):
            refunds.move(db, row.id, "release", run.clock(), why=why)
            outbox.wait(db, claim, run.clock() + AWAY)

    write(run.db)


def _refused(run: _Run, row: RefundRow, why: str) -> None:
    @atomic
    def write(db: Database) -> None:
        now = run.clock()
        if refunds.get(db, row.id).state is not Refund.SUBMITTED:
            return
        if row.request.by_gateway:
            refunds.move(db, row.id, "reject", now, why=why)
            desk.put_refund(db, row, "rejected", why, now)
            return
        # A person has paid it: whatever the shop says, money has moved.
        refunds.move(db, row.id, "lose", now, why=why)
        paid = row.paid_by_hand
        said: str = saying(
            "%(amount)s was paid by hand, and the shop does not book it: %(why)s",
            amount=paid,
            why=why,
        )
        if paid < row.amount:
            more = saying(
                "; %(amount)s was to go back as credit with it, and has not: give that"
                " another way before you say that it has left",
                amount=row.amount - paid,
            )
            said = joined("", [said, more])
        desk.put_refund(db, row, "unbooked", said, now)

    write(run.db)
    log.error("refund refused by the shop", extra={"refund": row.id})


def _lost(run: _Run, row: RefundRow, why: str) -> None:
    """Only looking will tell; where another worker said so already, it stands."""

    @atomic
    def write(db: Database) -> None:
        if refunds.get(db, row.id).state is Refund.SUBMITTED:
            refunds.move(db, row.id, "lose", run.clock(), why=why)

    write(run.db)
    log.warning("refund without an answer", extra={"refund": row.id})


def _ask_person(run: _Run, claim: Claim, row: RefundRow, code: str, why: str) -> None:
    """Lay it on the desk; it waits in the outbox, and is prepared again later."""

    @atomic
    def write(db: Database) -> None:
        if refunds.get(db, row.id).state is not Refund.PLANNED:
            return  # another worker has concluded meanwhile
        desk.put_refund(db, row, code, why, run.clock())
        outbox.later(db, claim, run.clock() + LATEST_RETRY)

    write(run.db)


def _later(run: _Run, claim: Claim, why: str) -> None:
    log.warning("refund put off", extra={"refund": claim.id, "why": why})
    outbox.later(run.db, claim, _retry_at(claim, run.clock()))


def _wait(run: _Run, claim: Claim, why: str) -> None:
    """Come back soon: the shop was not asked, so no attempt is counted."""
    log.warning("refund waits", extra={"refund": claim.id, "why": why})
    outbox.wait(run.db, claim, run.clock() + AWAY)


def _retry_at(claim: Claim, now: datetime) -> datetime:
    return now + min(timedelta(minutes=2 ** min(claim.attempts, 12)), LATEST_RETRY)
