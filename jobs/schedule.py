"""The table of jobs: what runs, how often, in which order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector import telling
from connector.messenger import Messenger
from connector.platform import Shop
from connector.steps import (
    arrivals,
    audit,
    backfill,
    balances,
    close,
    compare,
    deadlines,
    decide,
    expire,
    hooks,
    intake,
    letters,
    mirror,
    pasts,
    privacy,
    promise,
    purge,
    recheck,
    reconcile,
    refund,
    shelving,
    statements,
    sweep,
    sync,
    tell,
    unpaid,
    watchdog,
)
from connector.store import Database, desk
from connector.store import hooks as watched
from connector.turns import Priority, with_priority
from connector.withdrawal import Seller

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often each kind of job runs, in seconds; audit at an hour of the day."""

    inbox: int = 2
    sync: int = 300
    sweep: int = 900
    backfill: int = 30
    decide: int = 5
    mirror: int = 5
    reconcile: int = 60
    watch: int = 600
    audit_hour: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Payday:
    """When, and how much, a shop pays back: an interval, or a cron line."""

    every: int = 60
    cron: str = ""
    time_zone: str = "UTC"
    limits: refund.Limits = field(default_factory=refund.Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that the jobs need; `token` names this worker's claims."""

    db: Database
    shops: Mapping[str, Shop]
    clock: Callable[[], datetime]
    token: str
    timing: Timing = field(default_factory=Timing)
    paydays: Mapping[str, Payday] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    sellers: Mapping[str, Seller] = field(default_factory=dict)
    messenger: Messenger | None = None  # without one letters wait
    overlap: timedelta = sync.OVERLAP
    quiet: timedelta = reconcile.QUIET
    errand_quiet: timedelta = mirror.QUIET
    patience: timedelta = unpaid.PATIENCE  # with exchanges that are not paid for
    wish: Callable[[str], hooks.Wish] | None = None  # where webhooks shall knock
    terms: purge.Terms = field(default_factory=purge.Terms)
    drop_old_secret: Callable[[str], None] | None = None

    def payday(self, shop: str) -> Payday:
        """Return when a shop pays; every minute unless it says otherwise."""
        return self.paydays.get(shop, Payday())

    def seller(self, shop: str) -> Seller:
        """Return how a shop names itself in letters; its name alone unless said."""
        return self.sellers.get(shop, Seller(title=shop))

    def staff_language(self, shop: str) -> str:
        """Return the language in which a shop's staff is told; `off` unless said."""
        return self.staff.get(shop, telling.OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row: `run` takes a shop's name, or "" where `per_shop` is False."""

    name: str
    run: Callable[[Work, str], int]
    every: Callable[[Timing], int] | None = None
    per_shop: bool = True  # else once for all
    is_nightly: bool = False
    priority: Priority = Priority.READING


def read_inbox(work: Work, _: str) -> int:
    """Read what the webhooks brought."""
    return intake.run(work.db, work.shops, work.clock)


def sync_shop(work: Work, shop: str) -> int:
    """Poll what changed, by modification time with overlap."""
    return sync.run(work.db, work.shops[shop], work.clock, work.overlap)


def recheck_returns(work: Work, shop: str) -> int:
    """Find what became of the shop's own returns that no order tells of."""
    return recheck.run(work.db, work.shops[shop], work.clock)


def tell_arrivals(work: Work, shop: str) -> int:
    """Plan to let the shop know of goods that came back, and to put them back."""
    told = arrivals.run(work.db, work.shops[shop], work.clock())
    return told + shelving.run(work.db, work.shops[shop], work.clock())


def sweep_shop(work: Work, shop: str) -> int:
    """Compare whole sets: refunds, open returns, orders that are gone."""
    return sweep.run(work.db, work.shops[shop], work.clock)


def read_history(work: Work, shop: str) -> int:
    """Read the order history of a shop on; a new shop's is begun."""
    return backfill.run(work.db, work.shops[shop], work.clock)


def decide_returns(work: Work, shop: str) -> int:
    """Judge new returns."""
    return decide.run(work.db, work.shops[shop], work.clock)


def run_errands(work: Work, shop: str) -> int:
    """Make, approve, decline and close returns at the shop."""
    said = work.staff_language(shop)
    return mirror.run(
        work.db,
        work.shops[shop],
        work.clock,
        token=work.token,
        quiet=work.errand_quiet,
        language="en" if said == telling.OFF else said,
    )


def plan_refunds(work: Work, shop: str) -> int:
    """Promise what has become due."""
    return promise.run(work.db, work.shops[shop], work.clock)


def push_refunds(work: Work, shop: str) -> int:
    """Send the promised refunds."""
    return refund.push(
        work.db,
        work.shops[shop],
        work.clock,
        token=work.token,
        limits=work.payday(shop).limits,
    )


def reconcile_refunds(work: Work, shop: str) -> int:
    """Look at what became of refunds without a clear answer."""
    return reconcile.resolve(work.db, work.shops[shop], work.clock(), work.quiet)


def close_returns(work: Work, shop: str) -> int:
    """Close what is finished."""
    return close.run(work.db, work.shops[shop], work.clock())


def expire_returns(work: Work, shop: str) -> int:
    """End approved returns whose goods never came, as the policy says."""
    return expire.run(work.db, work.shops[shop], work.clock())


def read_statements(work: Work, shop: str) -> int:
    """Find the orders of withdrawals that were declared, and open their returns."""
    return statements.run(work.db, work.shops[shop], work.clock)


def send_letters(work: Work, shop: str) -> int:
    """Send customers the receipts of what they declared."""
    return letters.run(work.db, shop, work.messenger, work.seller(shop), work.clock)


def tell_staff(work: Work, shop: str) -> int:
    """Tell the shop's staff on its orders what happened: last, nothing waits for it."""
    language = work.staff_language(shop)
    return tell.run(work.db, work.shops[shop], work.clock, language)


def compare_books(work: Work, shop: str) -> int:
    """Hold shop and ledger against each other: deletions send no webhook."""
    found = compare.run(work.db, work.shops[shop], work.clock)
    return sum(line.verdict == compare.FLAGGED for line in found)


def watch_clocks(work: Work, shop: str) -> int:
    """Lay before a person what is overdue by law, or soon will be."""
    return deadlines.run(work.db, shop, work.clock)


def read_balances(work: Work, shop: str) -> int:
    """Read what is left of the credit that we made in a shop."""
    return balances.run(work.db, work.shops[shop], work.clock)


def keep_pasts(work: Work, shop: str) -> int:
    """Write down what a changed policy could be tried on."""
    return pasts.run(work.db, shop)


def ask_unpaid(work: Work, shop: str) -> int:
    """Ask a person about exchanges that nobody pays for."""
    return unpaid.run(work.db, work.shops[shop], work.clock(), work.patience)


def watch_hooks(work: Work, shop: str) -> int:
    """Look after a shop's webhooks; sooner than due it does nothing."""
    seen = watched.watch(work.db, shop).watched_at
    is_early = seen is not None and work.clock() - seen < timedelta(
        seconds=work.timing.watch
    )
    if work.wish is None or is_early:
        return 0
    done = watchdog.watch(work.db, work.shops[shop], work.wish(shop), work.clock)
    if work.drop_old_secret:
        work.drop_old_secret(shop)
    return len(done.made) + len(done.removed) if done else 0


def keep_privacy(work: Work, _: str) -> int:
    """Carry out what persons asked: a copy of their data, or to be forgotten."""
    return privacy.run(work.db, work.shops, work.clock)


def purge_old(work: Work, _: str) -> int:
    """Forget what has been kept long enough."""
    return purge.run(work.db, work.terms, work.clock())


def audit_books(work: Work, _: str) -> int:
    """Restate the law of the books; a breach goes to the desk of every shop."""
    breaches = audit.run(work.db)
    for breach in breaches:
        log.error("the books are broken: %s: %s", breach.rule, breach.which)
    for shop in work.shops if breaches else ():
        desk.put(
            work.db,
            shop=shop,
            about="books",
            about_id=shop,
            code="audit",
            why=f"{len(breaches)} breaches; run `retour audit`",
            now=work.clock(),
        )
    return len(breaches)


# In the order of the data's way, so that one pass carries a return as far as it goes.
JOBS: tuple[Job, ...] = (
    Job(name="inbox", run=read_inbox, every=lambda t: t.inbox, per_shop=False),
    Job(name="hooks", run=watch_hooks, every=lambda t: t.watch),
    Job(name="sync", run=sync_shop, every=lambda t: t.sync),
    Job(name="recheck", run=recheck_returns, every=lambda t: t.sync),
    Job(name="sweep", run=sweep_shop, every=lambda t: t.sweep),
    Job(name="letters", run=send_letters, every=lambda t: t.decide),
    Job(name="statements", run=read_statements, every=lambda t: t.decide),
    Job(name="decide", run=decide_returns, every=lambda t: t.decide),
    Job(name="arrivals", run=tell_arrivals, every=lambda t: t.decide),
    Job(
        name="mirror",
        run=run_errands,
        every=lambda t: t.mirror,
        priority=Priority.ERRAND,
    ),
    Job(
        name="promise",
        run=plan_refunds,
        every=lambda t: t.decide,
        priority=Priority.REFUND,
    ),
    # by the shop's own payday
    Job(name="refunds", run=push_refunds, priority=Priority.REFUND),
    Job(
        name="reconcile",
        run=reconcile_refunds,
        every=lambda t: t.reconcile,
        priority=Priority.REFUND,
    ),
    Job(name="close", run=close_returns, every=lambda t: t.reconcile),
    Job(name="privacy", run=keep_privacy, every=lambda t: t.reconcile, per_shop=False),
    Job(name="tell", run=tell_staff, every=lambda t: t.reconcile),
    # Last: the history may wait, refunds may not.
    Job(
        name="backfill",
        run=read_history,
        every=lambda t: t.backfill,
        priority=Priority.BACKFILL,
    ),
    Job(
        name="compare",
        run=compare_books,
        is_nightly=True,
        priority=Priority.BACKFILL,
    ),
    Job(name="balances", run=read_balances, is_nightly=True),
    Job(name="expire", run=expire_returns, is_nightly=True),
    Job(name="clocks", run=watch_clocks, is_nightly=True),
    Job(name="unpaid", run=ask_unpaid, is_nightly=True),
    Job(name="pasts", run=keep_pasts, is_nightly=True),
    Job(name="purge", run=purge_old, per_shop=False, is_nightly=True),
    Job(name="audit", run=audit_books, per_shop=False, is_nightly=True),
)


def once(
    work: Work, *, skip: frozenset[str] = frozenset(), nightly: bool = False
) -> int:
    """Run every job of the table once, in order; return how much was done.

    With `nightly`, also those that read all the books again.
    A job that fails is logged and does not keep the next from running.
    """
    done = 0
    for job in JOBS:
        if job.name in skip or (job.is_nightly and not nightly):
            continue
        for shop in work.shops if job.per_shop else ("",):
            done += attempt(job, work, shop)
    return done


def attempt(job: Job, work: Work, shop: str) -> int:
    """Run one job; whatever it raises is said, and the schedule goes on."""
    try:
        with with_priority(job.priority):
            return job.run(work, shop)
    except Exception:
        log.exception("job failed", extra={"job": job.name, "shop": shop})
        return 0
