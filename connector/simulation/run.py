"""Many cases, over all cores; a failing seed can be played again."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from connector.simulation.case import Case
from connector.simulation.chance import Chance
from connector.simulation.person import clear_desk
from connector.simulation.report import Report
from connector.simulation.verdict import Verdict, judge, judge_shelf
from connector.simulation.world import RUNNABLE
from connector.states import Refund
from connector.store import refunds
from jobs.schedule import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

PLATFORMS = ("woocommerce", "shopify")
ROUNDS = 24
ROUND_SECONDS = 7 * 3600  # longer than the longest wait between two tries
STILL = 3  # rounds without a move: longer than the slowest payment takes
LAST = 2  # an errand is planned, then done
MONTH, LONGEST = 30 * 86_400, 3
UNANSWERED = frozenset({"silent", "lost", "late", "slow", "page", "error"})
CHUNK = 25
COMPARE = next(job for job in JOBS if job.name == "compare")
ASK_UNPAID = next(job for job in JOBS if job.name == "unpaid")


def run(
    seed: int,
    cases: int,
    platforms: Sequence[str] = PLATFORMS,
    tell: Callable[[int], None] | None = None,
    cores: int | None = None,
) -> Report:
    """Play `cases` cases from `seed` on; each is named `seed:platform`.

    A case depends on its name alone, so that cores change nothing but the time.
    """
    names = [f"{seed + n}:{platforms[n % len(platforms)]}" for n in range(cases)]
    chunks = [names[n : n + CHUNK] for n in range(0, cases, CHUNK)]
    report = Report()
    started = time.perf_counter()
    for part in _played(chunks, cores or os.cpu_count() or 1):
        report.add(part)
        if tell:
            tell(report.cases)
    report.seconds = time.perf_counter() - started
    return report


def _played(chunks: Sequence[Sequence[str]], cores: int) -> Iterator[Report]:
    """Play chunks of cases, in order; each core is a process of its own."""
    if cores < 2 or len(chunks) < 2:
        yield from map(several, chunks)
        return
    quiet = partial(logging.disable, logging.root.manager.disable)
    with multiprocessing.get_context("spawn").Pool(cores, quiet) as pool:
        yield from pool.imap(several, chunks)


def several(names: Iterable[str]) -> Report:
    """Play cases by name."""
    report = Report()
    for name in names:
        one(name, report)
    return report


def one(name: str, report: Report) -> Verdict:
    """Play one case by its name, `seed:platform`, and add it to the report."""
    platform = name.partition(":")[2]
    case = Case.make(name, platform, Chance(f"{name}/case"))
    world = case.world
    try:
        case.play()
        was_asked = settle(case)
        world.run(COMPARE)  # a deletion at the shop sends nothing: this notices
        verdict = judge(case)
        verdict.needs_person |= was_asked
        judge_shelf(case, verdict)
        report.done += _done(case)
    except Exception as error:  # noqa: BLE001 - any surprise is a finding of its own
        verdict = Verdict(faults=[f"{type(error).__name__}: {error}"])
    report.cases += 1
    report.kills += world.kills
    report.lost_answers += sum(
        times for fate, times in world.shop.fates.items() if fate in UNANSWERED
    )
    report.paid_twice += verdict.paid_twice
    report.lost += verdict.lost
    report.difference_minor += verdict.difference
    report.needs_person += verdict.needs_person
    report.audit_breaches += verdict.breaches
    if verdict.faults:
        report.failing_seeds.append(name)
        report.stories.append("\n".join([name, *world.story, *verdict.faults]))
    world.db.close()
    return verdict


def _done(case: Case) -> Counter[str]:
    """Count what was made good, by platform and way; what was owed and paid too.

    Apart from that: money that the order paid for which goods were exchanged.
    """
    world, found = case.world, Counter[str]()
    for row in refunds.recent(world.db, world.shop.name, limit=1000):
        if row.state is Refund.CONFIRMED:
            found[f"{world.shop.platform} {row.request.way.value}"] += 1
            found[f"{world.shop.platform} owed"] += bool(row.request.owed)
            found[f"{world.shop.platform} old order"] += bool(row.request.pays)
    return found


def settle(case: Case) -> bool:
    """Let nothing go wrong any more, until nothing moves; say if a person was asked."""
    world, was_asked, still, months = case.world, False, 0, 0
    world.chance.is_calm = True
    for _ in range(ROUNDS):
        before = _pulse(case)
        world.time.pass_by(ROUND_SECONDS)
        case.finish()
        world.deliver()
        for job in RUNNABLE:
            world.run(job)
        was_asked |= clear_desk(world) > 0
        after = _pulse(case)
        if after[:3] == (0, 0, 0):
            break  # all is paid, closed and read
        still = still + 1 if after == before else 0
        if still == STILL:
            if not _has_unpaid(case) or months == LONGEST:
                break
            months, still = months + 1, 0
            world.time.pass_by(MONTH)
            world.run(ASK_UNPAID)  # a person answers in the next round
    for _ in range(LAST):  # goods go back on the shelf after their return is closed
        world.time.pass_by(ROUND_SECONDS)
        for job in RUNNABLE:
            world.run(job)
    return was_asked


def _has_unpaid(case: Case) -> bool:
    made = case.world.shop.books.goods.made
    return any(not (one.is_paid or one.is_undone) for one in made)


def _pulse(case: Case) -> tuple[int, ...]:
    """Return what is left to do, and then what changes when anything happens."""
    left = sum(not wanted.is_asked for wanted in case.wanted)
    rows = case.world.db.query(
        "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') AS unread,"
        " (SELECT count(*) FROM outbox) + (SELECT count(*) FROM refunds"
        "  WHERE state IN ('pending', 'unknown', 'submitted', 'manual'))"
        "  + (SELECT count(*) FROM returns WHERE closed_at IS NULL) AS open,"
        " (SELECT count(*) FROM history) AS events, (SELECT count(*) FROM desk"
        " WHERE closed_at IS NULL) AS asked, (SELECT count(*) FROM ledger) AS entries"
    )
    return (left, *rows[0].values())
