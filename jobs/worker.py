"""Run the table on APScheduler: each job alone, none piled up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from jobs.schedule import JOBS, attempt

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

    from jobs.schedule import Job, Work

THREADS = 4
PLAN_SECONDS = 5  # how soon a new shop is worked for


def scheduler(work: Work) -> BackgroundScheduler:
    """Return a scheduler with every job of the table, not yet started.

    `misfire_grace_time=None`: a late run still runs; `coalesce` with one instance:
    a slow one is never doubled.
    """
    made = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(THREADS)},
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": None,
        },
    )
    plan(made, work)
    made.add_job(
        plan,
        IntervalTrigger(seconds=PLAN_SECONDS, timezone="UTC"),
        args=(made, work),
        id="plan",
    )
    return made


def plan(made: BackgroundScheduler, work: Work) -> None:
    """Bring the schedule in step with the connected shops; run again and again.

    A job that is there with the same times is left alone: its next run stands.
    """
    known = {job.id: str(job.trigger) for job in made.get_jobs() if ":" in job.id}
    wanted = {
        f"{job.name}:{shop}": (job, shop, trigger(job, work, shop))
        for job in JOBS
        for shop in (work.shops if job.per_shop else ("",))
    }
    for name in known.keys() - wanted.keys():
        made.remove_job(name)
    for name, (job, shop, when) in wanted.items():
        if known.get(name) != str(when):
            made.add_job(
                attempt,
                when,
                args=(job, work, shop),
                id=name,
                name=f"{job.name} {shop}".strip(),
                replace_existing=True,
            )


def trigger(job: Job, work: Work, shop: str) -> BaseTrigger:
    """Return when a job of the table runs for a shop."""
    if job.every:
        return IntervalTrigger(seconds=job.every(work.timing), timezone="UTC")
    if job.is_nightly:
        return CronTrigger(hour=work.timing.audit_hour, timezone="UTC")
    payday = work.payday(shop)
    if payday.cron:
        return CronTrigger.from_crontab(payday.cron, timezone=payday.time_zone)
    return IntervalTrigger(seconds=payday.every, timezone="UTC")
