"""Hypothesis over the same world: it shrinks what seeds find."""

from __future__ import annotations

import logging
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from connector.simulation.case import Case
from connector.simulation.chance import Chance
from connector.simulation.due import due
from connector.simulation.run import COMPARE, PLATFORMS, settle
from connector.simulation.verdict import inside, judge
from connector.simulation.world import RUNNABLE

JOBS = {job.name: job for job in RUNNABLE}


class World(RuleBasedStateMachine):
    """Workers, customers, staff and clocks, in any order that Hypothesis likes."""

    case: Case

    @initialize(seed=st.integers(0, 10**9), platform=st.sampled_from(PLATFORMS))
    def open(self, seed: int, platform: str) -> None:
        logging.disable(logging.CRITICAL)
        name = f"{seed}:{platform}"
        self.case = Case.make(name, platform, Chance(f"{name}/stateful"))

    @rule(name=st.sampled_from(sorted(JOBS)))
    def one_job(self, name: str) -> None:
        self.case.world.run(JOBS[name])

    @rule()
    def all_jobs(self) -> None:
        for job in RUNNABLE:
            self.case.world.run(job)

    @rule(number=st.integers(0, 9))
    def customer(self, number: int) -> None:
        if self.case.wanted:
            self.case.customer(self.case.wanted[number % len(self.case.wanted)])

    @rule()
    def webhooks(self) -> None:
        self.case.world.deliver()

    @rule()
    def staff(self) -> None:
        self.case.staff()

    @rule()
    def new_goods(self) -> None:
        """Owed for, sold out, sent back: whatever becomes of new goods."""
        self.case.pay()
        self.case.regret()
        self.case.sell_out()

    @rule()
    def other_ways(self) -> None:
        self.case.mind()
        self.case.kindness()

    @rule()
    def clock_is_set_back(self) -> None:
        self.case.world.time.set_clock(timedelta(hours=-1))

    @rule(seconds=st.sampled_from([1, 61, 1_000, 8_000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.case.world.time.pass_by(seconds)

    @rule()
    def session_ends(self) -> None:
        self.case.world.db.sim.lose_lock()

    @invariant()
    def never_more_than_is_due(self) -> None:
        books = self.case.world.shop.books
        for ref, bill in books.bills.items():
            lines = {one.ref: (one.quantity, one.value) for one in bill.lines}
            claims = [
                one.claim
                for one in self.case.wanted
                if one.order == ref and one.is_asked
            ]
            given = books.given(ref, inside(self.case))
            assert given <= due(lines, claims, self.case.rules)

    def teardown(self) -> None:
        if not hasattr(self, "case"):
            return
        settle(self.case)
        self.case.world.run(COMPARE)  # a deletion at the shop sends nothing
        faults = judge(self.case).faults
        story = "\n".join(self.case.world.story)
        self.case.world.db.close()
        logging.disable(logging.NOTSET)
        assert faults == [], story


World.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestWorld = World.TestCase
