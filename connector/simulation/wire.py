"""Whole cases through the real adapters and stand-in shops, over HTTP, with kills.

The demo's play, whose misfortunes come from its seed, run by a worker that is killed
at commits by chance. Slower by far than the books in memory: breadth is there, this
shows that what the books pretend is what the wire does.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.demo import build, play
from connector.demo.world import BOOTS, TEE
from connector.simulation.report import Report
from connector.simulation.stage import Stopped
from connector.store import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_IN = 150  # boundaries of the worker
LOST = ("lose_answer", "lose_request")


def run(seed: int, cases: int) -> Report:
    """Play `cases` orders to their end; what is wrong is told in the report."""
    started = time.perf_counter()
    hazard = Hazard(seed)
    with (
        tempfile.TemporaryDirectory(prefix="retour-wire-") as folder,
        build(Path(folder), seed, kind=hazard.store) as world,
    ):
        result = play(world, cases, seed, hazard=hazard)
        report = Report(cases=cases, kills=hazard.kills)
        report.lost_answers = sum(
            shop.switches.taken[kind]
            for shop in (world.tee, world.boots)
            for kind in LOST
        )
    for name in (TEE, BOOTS):
        _add(report, result.report["shops"][name])
    report.audit_breaches = len(result.report.get("breaches", ()))
    if not result.is_sound:
        report.failing_seeds.append(f"{seed}:wire")
        report.stories.append(f"{seed}:wire {result.report}")
    report.seconds = time.perf_counter() - started
    return report


def _add(report: Report, one: dict[str, Any]) -> None:
    difference = int(one["difference_minor"])
    report.difference_minor += abs(difference)
    report.paid_twice += difference > 0
    report.lost += one["unknown_left"]
    report.needs_person += one["needs_person"]


class Hazard:
    """Death for whoever works inside it, at some commits, by chance.

    Web requests of the play run in other threads and are left alone here:
    tests/stories/test_server_killed.py kills the server itself.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.kills = 0
        self.is_armed = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Be armed for the block; a kill ends the block, and nothing else."""
        self.is_armed = True
        try:
            with suppress(Stopped):
                yield
        finally:
            self.is_armed = False

    def store(self, address: str) -> Database:
        """Open a database that dies with its worker."""
        return Mortal(address, self)

    def strikes(self) -> bool:
        """Say whether the worker dies here."""
        is_worker = threading.current_thread() is threading.main_thread()
        if not (self.is_armed and is_worker and self.chance.random() * ONE_IN < 1):
            return False
        self.kills += 1
        return True


class Mortal(Database):
    """A database whose worker may be killed just before and just after a commit."""

    def __init__(self, address: str, hazard: Hazard) -> None:
        super().__init__(address)
        self._hazard = hazard

    def commit(self) -> None:
        """Commit, unless the process ends first."""
        if self._hazard.strikes():
            raise Stopped
        super().commit()
        if self._hazard.strikes():
            raise Stopped
