"""The worker is killed before and after every commit of a plugin's return."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from traceback import walk_stack
from typing import TYPE_CHECKING

import pytest

from connector.demo.world import BOOTS
from connector.simulation.stage import Stopped
from connector.states import Refund
from connector.steps import audit, byhand, inspect, pace, shelving
from connector.steps.inspect import Counted
from connector.store import Database, desk, errands, refunds, returns
from jobs.schedule import once
from tests.stories.way import bought

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.demo import World
    from connector.demo.customers import Purchase
    from tests.prepared import Street


# Jobs that no return passes through; each has its own story of kills.
ASIDE = frozenset({"hooks", "sync", "sweep", "recheck", "backfill", "tell", "privacy"})


PACE = str(Path(pace.__file__))


class Fate:
    """When the worker dies: at its n-th commit from now, before or after it."""

    def __init__(self) -> None:
        self.left = 0
        self.is_before = True
        self.deaths = 0

    def strikes(self, *, is_before: bool) -> bool:
        """Say whether it dies here; the web's own threads live on."""
        if self.left <= 0 or threading.current_thread() is not threading.main_thread():
            return False
        if any(one.f_code.co_filename == PACE for one, _ in walk_stack(None)):
            return False  # no step of the way: a dead worker's place ends by itself
        self.left -= is_before is self.is_before
        is_due = self.left == 0 and is_before is self.is_before
        self.deaths += is_due
        return is_due

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


def settle(world: World, fate: Fate) -> None:
    """Start the worker until a pass is left alone: it dies one commit later each time.

    What was done before stays done, so that every commit of the way is died before
    and died after, and the next one comes after it.
    """
    for left in range(1, MOST):
        for fate.is_before in (True, False):
            before, fate.left = fate.deaths, left
            run(world, hours=0.2)
            if fate.deaths == before:
                fate.left = 0
                return
    raise AssertionError


def wants(world: World, purchase: Purchase, units: int, subject: str) -> None:
    lines = [(int(purchase.lines[0].ref), units)]
    assert world.boots.wps.request(int(purchase.ref), lines, subject=subject)


def take_back(world: World, purchase: Purchase, fate: Fate) -> None:
    """Count what is awaited, once it is; the warehouse is killed, too."""
    for case in returns.of_order(world.office.db, BOOTS, purchase.ref):
        line = case.lines[0]
        while returns.get(world.office.db, case.id).status == "awaited":
            fate.left, fate.is_before = 1, not fate.is_before
            counted = {line.id: Counted(received=line.asked, accepted=line.asked)}
            with suppress(Stopped):
                inspect.receive(
                    world.office.db, case.id, counted, actor="test", now=world.clock()
                )


def whole_way(world: World, purchase: Purchase, fate: Fate) -> None:
    del fate
    wants(world, purchase, 2, "Too small")


def written_over(world: World, purchase: Purchase, fate: Fate) -> None:
    """A request waits for a person; the customer writes another one over it."""
    wants(world, purchase, 1, "It smells of fish")
    settle(world, fate)
    wants(world, purchase, 2, "Too small")


def refused_then_again(world: World, purchase: Purchase, fate: Fate) -> None:
    """A request is refused in the plugin, and another takes its place."""
    wants(world, purchase, 1, "It smells of fish")
    settle(world, fate)
    assert world.boots.wps.reject(int(purchase.ref))
    world.clock.pass_by(minutes=5)
    wants(world, purchase, 2, "Too small")


MOST = 200  # more commits than any of the ways has


@pytest.mark.parametrize("way", [whole_way, written_over, refused_then_again])
def test_a_killed_worker_pays_once_and_the_plugin_s_screens_agree(
    tmp_path: Path, street: Street, way: Callable[[World, Purchase, Fate], None]
) -> None:
    fate = Fate()
    with street.story(tmp_path, "sqlite", fate.store) as world:
        world.boots.wps.is_on = True
        purchase = bought(world, BOOTS)
        way(world, purchase, fate)
        settle(world, fate)
        take_back(world, purchase, fate)
        for _ in range(4):
            settle(world, fate)
            run(world)
        fate.left = 0
        assert fate.deaths > 30, fate.deaths
        end(world, purchase)
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


def end(world: World, purchase: Purchase) -> None:
    """Let a person answer what is open, and hold all against the plugin's screens."""
    db, number = world.office.db, int(purchase.ref)
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
    # Nor does it prove whether the lost request put the goods on the shelf: he looks.
    for matter in desk.open_matters(db):
        assert (matter.code, matter.about) == (shelving.MATTER, "return")
        assert "2 units" in matter.why
        desk.close(db, "return", matter.about_id, "test", world.clock())
    run(world)
    assert desk.open_matters(db) == []
    said = {e.state.value for case in closed for e in errands.of_return(db, case.id)}
    assert said == {"done"}
