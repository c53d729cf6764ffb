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
    for job in JOBS:
        for shop in work.shops if job.per_shop else ("",):
            made.add_job(
                attempt,
                trigger(job, work, shop),
                args=(job, work, shop),
                id=f"{job.name}:{shop}",
                name=f"{job.name} {shop}".strip(),
            )
    return made


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
