"""What could not be sent comes again soon: no attempt counts, nothing is doubled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.pacing import SHORT_PATIENCE
from connector.demo import browser
from connector.demo.customers import Purchase, Wish, owed
from connector.demo.world import TEE
from connector.states import Errand, Refund
from connector.steps import mirror, refund
from connector.steps.pace import Measure
from connector.store import desk, errands, moment, outbox, pace
from jobs.schedule import JOBS, attempt, once
from tests.stories.way import arrived, asked, bought, paid, run, the_refund, the_return

if TYPE_CHECKING:
    from connector.demo import World

TIMES = 8  # by backing off, the eighth would come after four hours
TOO_LONG = {"code": 429, "retry_after": round(6 * SHORT_PATIENCE)}


def line(world: World, subject: str) -> tuple[int, datetime]:
    """Return the attempts that the outbox counts, and when its line is due."""
    sql = "SELECT attempts, due FROM outbox WHERE subject = :subject ORDER BY id"
    row = world.office.db.query(sql, subject=subject)[0]
    return row["attempts"], moment(row["due"])


def a_wish(world: World, purchase: Purchase) -> Wish:
    units = {purchase.lines[0].ref: 1}
    return Wish(purchase=purchase, units=units, reason="too-small", asked=world.clock())


def do(world: World, name: str, shop: str) -> None:
    (job,) = [one for one in JOBS if one.name == name]
    attempt(job, world.office.work, shop)


def test_a_refund_that_would_wait_too_long_is_put_off_and_paid_once(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    wish = asked(world, purchase)
    wish.arrives = wish.units
    arrived(world, purchase)
    once(world.office.work, skip=frozenset({"refunds"}))
    for number in range(1, TIMES + 1):
        world.tee.switches.add("status", "returnProcess", **TOO_LONG)
        before = world.clock()
        do(world, "refunds", TEE)
        assert world.tee.switches.taken["status"] == number
        assert world.clock() - before < timedelta(seconds=SHORT_PATIENCE)
        assert the_refund(world, purchase).state is Refund.PLANNED
        assert line(world, "refund") == (0, world.clock() + refund.AWAY)
        world.clock.now += refund.AWAY
    assert paid(world, purchase) == 0
    do(world, "refunds", TEE)
    assert paid(world, purchase) == owed(wish, set(wish.units))
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    run(world)
    assert paid(world, purchase) == owed(wish, set(wish.units))
    assert desk.open_matters(world.office.db) == []


def test_an_errand_that_would_wait_too_long_is_put_off_and_done_once(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    for _ in range(TIMES):
        world.tee.switches.add("status", "returnRequest", **TOO_LONG)
    asked(world, purchase)
    for number in range(2, TIMES + 1):
        attempts, due = line(world, "errand")
        assert attempts == 0
        assert due - world.clock() <= mirror.RETRY
        world.clock.now += mirror.RETRY
        do(world, "mirror", TEE)
        assert world.tee.switches.taken["status"] == number
        assert world.tee.returns == {}
    world.clock.now += mirror.RETRY
    do(world, "mirror", TEE)
    do(world, "mirror", TEE)
    assert [one.order_gid for one in world.tee.returns.values()] == [purchase.ref]
    rows = errands.of_return(world.office.db, the_return(world, purchase).id)
    assert {row.state for row in rows} == {Errand.DONE}


@pytest.mark.parametrize("name", ["refunds", "mirror"])
def test_a_500_is_an_attempt_only_until_the_shop_is_taken_to_be_down(
    world: World, name: str
) -> None:
    purchase = bought(world, TEE)
    if name == "refunds":
        asked(world, purchase)
        arrived(world, purchase)
    else:
        browser.by_portal(world.url, a_wish(world, purchase))
    once(world.office.work, skip=frozenset({name}))
    subject = "refund" if name == "refunds" else "errand"
    world.tee.switches.add("status", times=None, code=500)
    most = Measure().breaker_failures
    tried = failed = 0
    for _ in range(TIMES):
        do(world, name, TEE)
        before, failed = failed, world.tee.switches.taken["status"]
        assert failed == before + 1 or before < most  # one asks whether it is up
        tried += failed < most
        assert line(world, subject)[0] == tried
        world.clock.pass_by(hours=7)
    assert 0 < tried < TIMES
    world.tee.switches.clear()
    do(world, name, TEE)
    do(world, name, TEE)
    assert not pace.is_open(world.office.db, TEE)
    assert outbox.waiting(world.office.db, TEE) == 0
