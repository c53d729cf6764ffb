"""Make, approve, decline, dispose and close our returns in a shop that holds them.

Goods are put back on the shelf in any shop.

None of these calls is idempotent at Shopify, so each is an errand: what was read
before is committed before the call, and `unknown` is judged against it. A plugin of
WooCommerce that was switched off is told to a person; its errands wait for it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.errors import (
    OutcomeUnknown,
    PlatformError,
    Refused,
    Rejected,
    Unsupported,
)
from connector.saying import N_, said_by, saying
from connector.states import Errand
from connector.steps import shelving, told
from connector.steps.pace import is_away
from connector.steps.verbs import ASK, IS_DONE, READ, Job
from connector.store import (
    Database,
    at_shop,
    atomic,
    desk,
    errands,
    outbox,
    returns,
    shops,
)
from connector.store.lock import dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.model import ShopReturn
    from connector.platform import Shop
    from connector.store.lock import Hold
    from connector.store.outbox import Claim

log = logging.getLogger(__name__)

RETRY = timedelta(minutes=2)
FRESH = timedelta(seconds=60)
LATEST_RETRY = timedelta(hours=6)
QUIET = timedelta(minutes=15)  # longer than a lost request can still take effect
GONE = "returns_gone"
UNFENCED = saying("the worker that was asking lost the lock, and may still be asking")
DIED = saying("the process died while asking")
NOT_DONE: Mapping[str, str] = {
    "open": N_("the shop did not open return %(number)s: %(why)s"),
    "approve": N_("the shop did not approve return %(number)s: %(why)s"),
    "decline": N_("the shop did not decline return %(number)s: %(why)s"),
    "close": N_("the shop did not close return %(number)s: %(why)s"),
    "cancel": N_("the shop did not cancel return %(number)s: %(why)s"),
    "dispose": N_("the shop did not dispose return %(number)s: %(why)s"),
}


def run(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    *,
    token: str,
    quiet: timedelta = QUIET,
    language: str = "en",
) -> int:
    """Run every errand of a shop that is due; return how many were tried.

    `language` is the staff's: reasons are told in it where the shop has words alone.
    """
    is_held = shop.abilities.holds_returns
    if not is_held:
        _tell_gone(db, shop.name, clock())
        if not shelving.is_waiting(db, shop.name):
            return 0
    elif desk.is_open(db, "shop", shop.name, GONE):
        desk.settle(db, "shop", shop.name, GONE, "retour", clock())
    with dispatcher(db) as hold:
        if hold is None or shops.get(db, shop.name).is_paused:
            return 0
        for row in errands.in_state(db, Errand.SUBMITTED, shop.name):
            why = UNFENCED if hold.other_may_live else DIED
            errands.move(db, row.id, "lose", clock(), why)
        for row in errands.in_state(db, Errand.UNKNOWN, shop.name):
            is_ours = is_held or shelving.is_one(row)
            if is_ours and row.changed_at <= clock() - quiet:
                _resolve(_job(db, shop, row.id, clock()))
        return _drain(db, shop, clock, token, hold, language, is_held=is_held)


@atomic
def _tell_gone(db: Database, shop: str, now: datetime) -> None:
    """Say once that the shop holds returns of ours no more."""
    count = at_shop.count_at_shop(db, shop)
    if count:
        why = saying(
            "the shop's return plugin is switched off, with %(count)s returns open:"
            " they go on here, and the shop hears of it when it is back. Orders in"
            " its states are missing from the shop's lists until then",
            count=count,
        )
        desk.put(
            db, shop=shop, about="shop", about_id=shop, code=GONE, why=why, now=now
        )


def _job(
    db: Database, shop: Shop, errand_id: str, now: datetime, language: str = "en"
) -> Job:
    row = errands.get(db, errand_id)
    return Job(db, shop, row, returns.get(db, row.return_id), now, language)


def _drain(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    token: str,
    hold: Hold,
    language: str,
    *,
    is_held: bool,
) -> int:
    """Try what is due; where no return is held, only goods are put back."""
    planned = () if is_held else errands.in_state(db, Errand.PLANNED, shop.name)
    left = {row.id for row in planned if not shelving.is_one(row)}
    tried: set[str] = set()
    while True:
        skip = tried | left
        claim = outbox.claim(db, "errand", shop.name, token, clock(), skip=skip)
        if claim is None:
            return len(tried)
        tried.add(claim.id)
        job = _job(db, shop, claim.id, clock(), language)
        if _is_moot(job):
            _finish(job, "find")
        else:
            _attempt(job, claim, clock, hold)


def _attempt(job: Job, claim: Claim, clock: Callable[[], datetime], hold: Hold) -> None:
    """Read, and be done if the shop is there already; else say so, then ask once."""
    try:
        preimage = READ[job.row.verb](job)
        if IS_DONE[job.row.verb](job, preimage):
            _finish(job, "find")
            return
    except Rejected as error:
        _refused(job, error, claim)
        return
    except PlatformError as error:
        is_down = is_away(job.db, job.shop.name, error)
        _later(job, claim, str(error), is_down=is_down)
        return
    if preimage.get("is_rewritten"):
        why = saying("the customer rewrote the request; it is read first")
        _later(job, claim, why)
        return
    if _is_stale(job, claim, clock, hold):
        return
    errands.submit(job.db, job.row.id, preimage, job.now)
    if _is_stale(job, claim, clock, hold):
        why = saying("this worker was stalled; what it read may be old")
        _release(job, claim, why)
    else:
        _ask(job, claim)


def _is_moot(job: Job) -> bool:
    """Say whether there is nothing to ask any more.

    The return was cancelled, or it lives here alone.
    """
    if job.case.cancelled_at:
        return job.row.verb in ("open", "approve", "decline")
    if job.case.platform_ref or job.row.verb == "open" or shelving.is_one(job.row):
        return False
    return all(
        row.state is Errand.DONE
        for row in errands.of_return(job.db, job.case.id)
        if row.verb == "open"
    )


def _is_stale(
    job: Job, claim: Claim, clock: Callable[[], datetime], hold: Hold
) -> bool:
    """Read clock, lock and claim again: a stalled worker has an old picture."""
    is_old = clock() - job.now > FRESH
    return is_old or not hold.still_ours() or not outbox.holds(job.db, claim)


def _ask(job: Job, claim: Claim) -> None:
    try:
        found = ASK[job.row.verb](job)
    except OutcomeUnknown as error:
        _lose(job, said_by(error))
    except Rejected as error:
        _refused(job, error, claim)
    except PlatformError as error:
        _release(job, claim, said_by(error))
    else:
        _finish(job, "confirm", found)


def _lose(job: Job, why: str) -> None:
    """Only looking will tell; where another worker said so already, it stands."""

    @atomic
    def write(db: Database) -> None:
        if errands.get(db, job.row.id).state is Errand.SUBMITTED:
            errands.move(db, job.row.id, "lose", job.now, why)

    write(job.db)


def _resolve(job: Job) -> None:
    """Look at what became of an errand without an answer."""
    try:
        now_there = READ[job.row.verb](job)
        if job.row.verb == "open":
            _resolve_open(job)
        elif IS_DONE[job.row.verb](job, dict(job.row.preimage or {}) | now_there):
            _finish(job, "find")
        elif job.row.verb == "dispose" and now_there != job.row.preimage:
            _refuse(job, saying("part of it was disposed of; look at the shop"))
        else:
            _never_happened(job)
    except PlatformError as error:
        log.warning("errand still unclear: %s", error, extra={"errand": job.row.id})


def _resolve_open(job: Job) -> None:
    """Find the return that we made: new since the pre-image, with our number on it.

    Never by its lines: the customer may have asked for the same in the shop itself.
    """
    before = set((job.row.preimage or {}).get("returns", ()))
    new = [r for r in job.shop.returns(job.case.order_ref) if r.ref not in before]
    free = [r for r in new if not returns.by_platform_ref(job.db, job.shop.name, r.ref)]
    ours = [r for r in free if r.our_number == job.case.number]
    if len(ours) == 1:
        _finish(job, "find", ours[0])
    elif not ours:
        _never_happened(job)
    else:
        why = saying(
            "%(count)s returns in the shop carry this number; cancel all but one",
            count=len(ours),
        )
        _refuse(job, why)


def _never_happened(job: Job) -> None:
    """Ask again, unless that could do it twice: then a person must look."""
    if job.row.why == UNFENCED and job.row.verb in ("open", "dispose"):
        _refuse(job, UNFENCED)
    else:
        _release(job, None, saying("the shop shows that it never happened"))


@atomic
def _done(
    db: Database, job: Job, event: str, found: ShopReturn | None, why: str
) -> None:
    state = errands.get(db, job.row.id).state
    case = returns.get(db, job.case.id)
    if state is Errand.DONE:
        if found is not None and found.ref != case.platform_ref:
            msg = saying(
                "the shop holds %(number)s for this return too; cancel one there",
                number=found.number,
            )
            raise Refused(msg)
        return
    if found is not None:
        returns.adopt(db, told.approved(case), found, job.now)
    event = event if state is Errand.SUBMITTED else "find"
    errands.move(db, job.row.id, event, job.now, why)
    outbox.done(db, "errand", job.row.id)


def _finish(
    job: Job, event: str, found: ShopReturn | None = None, *, why: str = ""
) -> None:
    try:
        _done(job.db, job, event, found, why)
    except Refused as error:
        _refuse(job, said_by(error))


def _refused(job: Job, error: Rejected, claim: Claim) -> None:
    """Stop where the shop refused.

    What it cannot do at all is no matter: the return lives here alone, or the shop
    counts no goods.
    """
    is_goods = shelving.is_one(job.row)
    can_do_without = job.row.verb in ("open", "dispose") and not is_goods
    if isinstance(error, Unsupported) and can_do_without:
        _finish(
            job, "confirm", why=saying("the shop cannot: %(why)s", why=said_by(error))
        )
    else:
        _refuse(job, said_by(error), claim)


def _refuse(job: Job, why: str, claim: Claim | None = None) -> None:
    """Stop, and lay it before a person; the money of this return waits.

    A refusal that comes to a worker whose claim is gone is not the errand's end.
    """

    @atomic
    def write(db: Database) -> None:
        if claim and not outbox.holds(db, claim):
            return
        if errands.get(db, job.row.id).state not in (Errand.DONE, Errand.REJECTED):
            errands.move(db, job.row.id, "reject", job.now, why)
            outbox.done(db, "errand", job.row.id)
        if shelving.is_one(job.row):
            shelving.refused(db, job.row, why, job.now)
            return
        desk.put(
            db,
            shop=job.shop.name,
            about="return",
            about_id=job.case.id,
            code=f"errand_{job.row.verb}",
            why=saying(
                NOT_DONE.get(job.row.verb, NOT_DONE["close"]),
                number=job.case.number,
                why=why,
            ),
            now=job.now,
        )

    write(job.db)


def _release(job: Job, claim: Claim | None, why: str) -> None:
    """Plan it again; with a claim, only while it is still ours."""

    @atomic
    def write(db: Database) -> None:
        is_out = errands.get(db, job.row.id).state in (Errand.SUBMITTED, Errand.UNKNOWN)
        if is_out and (claim is None or outbox.holds(db, claim)):
            errands.move(db, job.row.id, "release", job.now, why)
            if claim:
                outbox.wait(db, claim, job.now + RETRY)

    write(job.db)


def _later(job: Job, claim: Claim, why: str, *, is_down: bool = False) -> None:
    log.warning("errand put off: %s", why, extra={"errand": job.row.id})
    wait = min(RETRY * 2 ** min(claim.attempts, 10), LATEST_RETRY)
    if is_down:
        outbox.wait(job.db, claim, job.now + RETRY)
    else:
        outbox.later(job.db, claim, job.now + wait)
