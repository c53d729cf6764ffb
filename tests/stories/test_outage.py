"""A shop is down for an hour, in every way that shops are: nothing is lost by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connector.demo import World, browser
from connector.demo.customers import Purchase, Wish, owed
from connector.demo.world import BOOTS, TEE
from connector.errors import Unavailable
from connector.states import Errand, Refund
from connector.store import desk, errands, inbox, ledger, outbox, pace
from connector.store.pace import Breaker
from jobs.schedule import once
from tests.stories.way import arrived, asked, bought, paid, the_refund, the_return

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.shopify.standin import Shop as ShopifyStandin
    from adapters.woocommerce.standin import Shop as WooStandin

TICK = 30  # seconds
Trouble = tuple[str, int]

TROUBLES: Mapping[str, tuple[Trouble, ...]] = {
    TEE: (("status", 500), ("status", 503), ("refuse", 402), ("refuse", 423)),
    BOOTS: (("html", 503), ("status", 502)),
}


@dataclass(slots=True)
class Outage:
    """One shop that is down, and what it has seen of us meanwhile."""

    world: World
    shop: str
    opened: int = 0
    looked: dict[str, datetime] = field(default_factory=dict)

    @property
    def books(self) -> ShopifyStandin | WooStandin:
        return self.world.tee if self.shop == TEE else self.world.boots

    def strikes(self) -> int:
        return self.books.switches.taken.total()

    def begin(self, kind: str, code: int) -> None:
        self.books.switches.add(kind, times=None, code=code)

    def pass_by(self, minutes: int) -> None:
        """Let webhooks come and jobs run, more often than the breaker tries."""
        end = self.world.clock() + timedelta(minutes=minutes)
        while self.world.clock() < end:
            self.world.clock.pass_by(seconds=TICK)
            self.world.tee.deliver()
            self.world.boots.deliver()
            self._jobs()

    def _jobs(self) -> None:
        db, clock = self.world.office.db, self.world.clock
        state = pace.get(db, self.shop).breaker(clock())
        before = self.strikes()
        once(self.world.office.work, skip=self._not_due())
        reached = self.strikes() - before
        until = pace.get(db, self.shop).open_until
        if state is Breaker.OPEN and until and clock() < until:
            self.opened += 1
            assert reached == 0
        elif state is not Breaker.CLOSED:
            assert reached <= 1  # the one that tries

    def _not_due(self) -> frozenset[str]:
        """Name what looks back and is not due: it runs as seldom as the worker does."""
        timing, now = self.world.office.work.timing, self.world.clock()
        every = {"sync": timing.sync, "sweep": timing.sweep, "hooks": timing.watch}
        waits = {
            name
            for name, seconds in every.items()
            if name in self.looked
            and now < self.looked[name] + timedelta(seconds=seconds)
        }
        self.looked |= dict.fromkeys(every.keys() - waits, now)
        return frozenset(waits)

    def is_refused_at_once(self) -> None:
        before, now = self.strikes(), self.world.clock()
        with pytest.raises(Unavailable):
            self.world.office.work.shops[self.shop].probe()
        assert (self.strikes(), self.world.clock()) == (before, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What waits when the shop goes down: a refund, an errand, a webhook."""

    owes: Purchase
    wish: Wish
    wants: Purchase
    changed: Purchase


def prepared(world: World, shop: str) -> Undone:
    """Leave each undone, of another order."""
    owes, wants, changed = (bought(world, shop) for _ in range(3))
    wish = asked(world, owes)
    wish.arrives = wish.units
    arrived(world, owes)
    once(world.office.work, skip=frozenset({"refunds"}))
    assert the_refund(world, owes).state is Refund.PLANNED
    later = {wants.lines[0].ref: 1}
    browser.by_portal(
        world.url,
        Wish(purchase=wants, units=later, reason="too-small", asked=world.clock()),
    )
    if shop == TEE:
        world.tee.staff_refund(changed.ref, "2.00")
    else:
        world.boots.staff_refund(int(changed.ref), "2.00")
    return Undone(owes=owes, wish=wish, wants=wants, changed=changed)


def check_done(world: World, shop: str, undone: Undone) -> None:
    """Compare the shop's books with ours: all of it happened, each once."""
    owes, wants, changed = undone.owes, undone.wants, undone.changed
    db = world.office.db
    due = owed(undone.wish, set(undone.wish.units))
    assert the_refund(world, owes).state is Refund.CONFIRMED
    assert paid(world, owes) == due
    assert ledger.standing(db, shop, owes.ref, "EUR").minor == due
    assert paid(world, changed) == 200
    assert ledger.standing(db, shop, changed.ref, "EUR").minor == 200
    assert the_return(world, wants).status == "awaited"
    if shop == TEE:
        (there,) = [x for x in world.tee.returns.values() if x.order_gid == wants.ref]
        rows = errands.of_return(db, the_return(world, wants).id)
        assert rows
        assert {row.state for row in rows} == {Errand.DONE}
        assert there.gid == the_return(world, wants).platform_ref
    states = {one.state for one in inbox.recent(db, limit=1000)}
    assert "failed" not in states
    assert (inbox.waiting(db), outbox.waiting(db, shop)) == (0, 0)
    assert desk.open_matters(db) == []


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_an_hour_of_every_kind_of_outage_loses_and_doubles_nothing(
    world: World, shop: str
) -> None:
    undone = prepared(world, shop)
    outage = Outage(world, shop)
    parts = TROUBLES[shop]
    for kind, code in parts:
        outage.begin(kind, code)
        outage.pass_by(60 // (len(parts) + 1))
        assert pace.is_open(world.office.db, shop)
        outage.is_refused_at_once()
        outage.books.switches.clear()
    outage.books.door.shut()
    outage.pass_by(60 // (len(parts) + 1))
    outage.is_refused_at_once()
    assert outage.opened >= 60 * 60 // TICK // 2
    assert the_refund(world, undone.owes).state is Refund.PLANNED
    outage.books.door.open()
    outage.pass_by(30)
    assert not pace.is_open(world.office.db, shop)
    check_done(world, shop, undone)
