"""The worker is killed before and after every commit of a plugin's return."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.demo import build
from connector.demo.world import BOOTS
from connector.simulation.stage import Stopped
from connector.states import Refund
from connector.steps import audit, byhand, inspect
from connector.steps.inspect import Counted
from connector.store import Database, desk, errands, refunds, returns
from jobs.schedule import once
from tests.stories.test_way import bought

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connector.demo import World
    from connector.demo.customers import Purchase


# Jobs that no return passes through; each has its own story of kills.
ASIDE = frozenset({"hooks", "sync", "sweep", "recheck", "backfill", "tell", "privacy"})


class Fate:
    """When the worker dies: at its n-th commit from now, before or after it."""

    def __init__(self, *, is_before: bool) -> None:
        self.left = 0
        self.is_before = is_before

    def strikes(self, *, is_before: bool) -> bool:
        """Say whether it dies here; the web's own threads live on."""
        if threading.current_thread() is not threading.main_thread():
            return False
        self.left -= is_before
        return self.left == 0 and is_before is self.is_before

    def store(self, address: str) -> Database:
        return Mortal(address, self)


class Mortal(Database):
    """A database that dies with its worker."""

    def __init__(self, address: str, fate: Fate) -> None:
        super().__init__(address)
        self._fate = fate

    def commit(self) -> None:
        if self._fate.strikes(is_before=True):
            raise Stopped
        super().commit()
        if self._fate.strikes(is_before=False):
            raise Stopped


def run(world: World, hours: float = 1) -> None:
    """Let one pass of the jobs run, as far as its worker lives."""
    world.clock.pass_by(hours=hours)
    world.boots.deliver()
    world.clock.pass_by(minutes=1)
    work = world.office.work
    with suppress(Stopped):
        once(replace(work, shops={BOOTS: work.shops[BOOTS]}), skip=ASIDE)


def wants(world: World, purchase: Purchase, units: int, subject: str) -> None:
    lines = [(int(purchase.lines[0].ref), units)]
    assert world.boots.wps.request(int(purchase.ref), lines, subject=subject)


def take_back(world: World, purchase: Purchase) -> None:
    """Count what is awaited, once it is."""
    for case in returns.of_order(world.office.db, BOOTS, purchase.ref):
        line = case.lines[0]
        if case.status == "awaited":
            counted = {line.id: Counted(received=line.asked, accepted=line.asked)}
            inspect.receive(
                world.office.db, case.id, counted, actor="test", now=world.clock()
            )


def whole_way(world: World, purchase: Purchase) -> None:
    wants(world, purchase, 2, "Too small")


def written_over(world: World, purchase: Purchase) -> None:
    """A request waits for a person; the customer writes another one over it."""
    wants(world, purchase, 1, "It smells of fish")
    run(world)
    wants(world, purchase, 2, "Too small")


def refused_then_again(world: World, purchase: Purchase) -> None:
    """A request is refused in the plugin, and another takes its place."""
    wants(world, purchase, 1, "It smells of fish")
    run(world)
    assert world.boots.wps.reject(int(purchase.ref))
    world.clock.pass_by(minutes=5)
    wants(world, purchase, 2, "Too small")


MOST = 120  # more commits than any of the ways has


@pytest.mark.parametrize("way", [whole_way, written_over, refused_then_again])
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_killed_worker_pays_once_and_the_plugin_s_screens_agree(
    tmp_path: Path,
    way: Callable[[World, Purchase], None],
    is_before: bool,  # noqa: FBT001 - of the parametrisation
) -> None:
    fate, kills = Fate(is_before=is_before), 0
    with build(tmp_path, seed=1, database="killed.sqlite", kind=fate.store) as world:
        world.boots.wps.is_on = True
        # Dying before a commit leaves what dying after the one before it leaves: the
        # longer ways take turns.
        step = 1 if way is whole_way else 2
        for left in range(1 if is_before else step, MOST, step):
            purchase = bought(world, BOOTS)
            fate.left = left
            way(world, purchase)
            take_back_and_end(world, purchase)
            if fate.left > 0:
                break
            kills += 1
        assert MOST > left > kills * step - step > 10  # it was let live in the end
        assert audit.run(world.office.db) == []


def person_looks(world: World, purchase: Purchase) -> None:
    """Say of a refund that nothing was paid; WooCommerce's silence proves it not."""
    db = world.office.db
    for row in refunds.of_order(db, BOOTS, purchase.ref):
        if row.state is Refund.UNKNOWN:
            assert world.boots.paid_out_minor(int(purchase.ref)) == 0
            now = world.clock()
            byhand.found_out(
                db, row.id, money_moved=False, why="seen", actor="test", now=now
            )
            byhand.again(db, row.id, why="seen", actor="test", now=now)
            for _ in range(3):
                run(world)


def take_back_and_end(world: World, purchase: Purchase) -> None:
    db, number = world.office.db, int(purchase.ref)
    run(world)
    with suppress(Stopped):
        take_back(world, purchase)
    run(world)
    take_back(world, purchase)
    for _ in range(4):
        run(world)
    person_looks(world, purchase)
    cases = returns.of_order(db, BOOTS, purchase.ref)
    closed = [case for case in cases if case.status == "closed"]
    assert [case.lines[0].asked for case in closed] == [2]
    assert {case.status for case in cases if case not in closed} <= {"cancelled"}
    row = refunds.of_order(db, BOOTS, purchase.ref)[-1]
    assert row.state is Refund.CONFIRMED
    assert world.boots.paid_out_minor(number) == row.amount.minor
    assert world.boots.wps.screen(number) == ("complete",)
    assert desk.open_matters(db) == []
    said = {e.state.value for case in closed for e in errands.of_return(db, case.id)}
    assert said == {"done"}
