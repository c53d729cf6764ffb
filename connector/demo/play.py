"""The play: what happens when, day by day, and what the books say at the end."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from connector import notice
from connector.demo import browser, customers, merchant, summary
from connector.demo.buying import ABROAD, Market, deliver
from connector.demo.customers import Purchase, Wish
from connector.demo.guest import Guest
from connector.demo.scenes import SCENES, Scene
from connector.demo.shelf import BOUGHT, Shelf
from connector.demo.world import BOOTS, START, TEE, World
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import notices, returns
from jobs.schedule import once

if TYPE_CHECKING:
    from connector.demo.summary import Result
    from connector.model import Return

STEP = timedelta(hours=24)
QUIET = timedelta(days=4)
BUYING_DAYS = 20
# After the last customer: time for parcels, gateways and the quiet periods.
LAST_DAYS = 85
REASONS = ("changed-my-mind", "too-small", "defective", "wrong-item")
REASON_WEIGHTS = (5, 4, 3, 1)
GRANTED = {"wrong-item", "received-the-wrong-item"}
HANDLES = {
    "changed-my-mind": "changed-my-mind",
    "too-small": "too-small",
    "defective": "damaged-or-defective",
    "wrong-item": "received-the-wrong-item",
}


RESTARTS = 5  # of a worker that dies again and again, in one pass


@dataclass(slots=True)
class Stage:
    """The play as it runs: events wait in the order of their time."""

    world: World
    market: Market
    hazard: Callable[[], AbstractContextManager[object]]
    events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    guests: list[tuple[Scene, Guest]] = field(default_factory=list)
    order: count[int] = field(default_factory=count)

    def at(self, moment: datetime, deed: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self.events, (moment, next(self.order), deed))

    def run(self, script: Iterator[int]) -> None:
        """Let a guest go on, and come back to him after the days that he says."""
        days = next(script, None)
        if days is not None:
            later = self.world.clock() + timedelta(days=days)
            self.at(later, lambda: self.run(script))


def play(
    world: World,
    orders: int,
    seed: int,
    tell: Callable[[float], None] | None = None,
    hazard: Callable[[], AbstractContextManager[object]] = nullcontext,
    scenes: Sequence[Scene] = SCENES,
) -> Result:
    """Play `orders` orders to their end; `tell` hears how far it has come, 0 to 1.

    `hazard` surrounds each pass of the jobs: it may end one as a kill would.
    `scenes` are played beside, each at the shops where it can be.
    """
    stage = Stage(world, Market(world, ABROAD), hazard)
    _mishaps(world)
    _tell(world)
    _invite(stage, scenes)
    for number in range(orders):
        moment = START + timedelta(minutes=number * BUYING_DAYS * 1440 / max(1, orders))
        shop = TEE if number % 2 else BOOTS
        stage.at(moment, partial(_buy, stage, shop))
    end = START + timedelta(days=BUYING_DAYS + LAST_DAYS)
    while world.clock() < end:
        _step(stage)
        if tell:
            tell((world.clock() - START) / (end - START))
    world.tee.switches.clear()
    world.boots.switches.clear()
    for _ in range(6):
        _step(stage)
    return summary.result(world, seed, stage.purchases, stage.guests)


def leave(world: World) -> dict[str, Purchase]:
    """Let one more customer buy at each shop: there is something to return."""
    found = {}
    for shop in (TEE, BOOTS):
        guest = Guest(
            world=world, shelf=Shelf(world, shop), email=f"you.{shop}@example.test"
        )
        plain, rare = guest.shelf.plain, guest.shelf.rare
        for _ in guest.buys(plain[BOUGHT], rare["Small"], guest.shelf.trifle):
            tick(world)
        found[shop] = guest.purchase
    return found


def tick(world: World) -> None:
    """Let webhooks arrive and the jobs run once, while nothing is played."""
    world.clock.pass_by(minutes=1)
    world.tee.deliver()
    world.boots.deliver()
    once(world.office.work)


def _tell(world: World) -> None:
    """Let the merchant confirm that customers are told of their right to withdraw."""
    for shop in (TEE, BOOTS):
        function = f"{world.url}/returns/{shop}/withdraw"
        notices.say(
            world.office.db,
            shop,
            digest=notice.digest(function),
            since=world.clock(),
            actor=merchant.ACTOR,
            now=world.clock(),
        )


def _invite(stage: Stage, scenes: Sequence[Scene]) -> None:
    """Let each scene begin, one a day at each shop."""
    for shop in (TEE, BOOTS):
        shelf = Shelf(stage.world, shop)
        here = [one for one in scenes if one.is_at(shop)]
        for number, scene in enumerate(here):
            email = f"guest{number + 1}.{shop}@example.test"
            guest = Guest(world=stage.world, shelf=shelf, email=email)
            stage.guests.append((scene, guest))
            begin = START + timedelta(days=number)
            script = scene.script(guest)
            stage.at(begin, partial(stage.run, script))


def _step(stage: Stage) -> None:
    """Let a day happen, then let webhooks and jobs run; nothing is in flight."""
    world = stage.world
    world.clock.now += _pause(stage)
    while stage.events and stage.events[0][0] <= world.clock():
        heapq.heappop(stage.events)[2]()
    for skipped in (frozenset({"sync"}), frozenset[str]()):
        world.tee.deliver()
        world.boots.deliver()
        world.clock.pass_by(minutes=1)
        _work(stage, skipped)
    with stage.hazard():
        merchant.clear_desk(world, GRANTED)


def _work(stage: Stage, skipped: frozenset[str]) -> None:
    """Let the jobs run once; what is killed is started again, as a supervisor does."""
    for _ in range(RESTARTS):
        with stage.hazard():
            once(stage.world.office.work, skip=skipped)
            return


def _pause(stage: Stage) -> timedelta:
    """Pass over some days where nobody has anything to do."""
    ahead = stage.world.clock() + QUIET
    is_quiet = not stage.events or stage.events[0][0] > ahead
    return QUIET if is_quiet else STEP


def _mishaps(world: World) -> None:
    """Set what goes wrong: on the wire, in the webhooks, at the gateways."""
    tee, boots = world.tee.switches, world.boots.switches
    for topic in ("orders/updated", "returns/request", "refunds/create"):
        tee.add("duplicate", topic, times=None, probability=0.3)
        tee.add("drop", topic, times=None, probability=0.03)
    tee.add("lose_answer", "returnProcess", times=None, probability=0.1)
    tee.add("lose_request", "returnProcess", times=None, probability=0.05)
    tee.add("lose_answer", "returnRequest", times=None, probability=0.1)
    for call in ("returnCreate", "giftCardCreate", "storeCreditAccountCredit"):
        tee.add("lose_answer", call, times=None, probability=0.1)
    tee.add("throttle", "order", times=None, probability=0.01)
    boots.add("duplicate", "order|action", times=None, probability=0.3)
    boots.add("drop", "order|action", times=None, probability=0.03)
    boots.add("reorder", "delivery", times=None, probability=0.5)
    boots.add("lose_answer", "POST .*refunds", times=None, probability=0.1)
    for call in ("POST /orders$", "PUT /orders", "POST /coupons"):
        boots.add("lose_answer", call, times=None, probability=0.1)
    boots.add("lose_request", "POST .*refunds", times=None, probability=0.05)


def _buy(stage: Stage, shop: str) -> None:
    purchase = stage.market.buy(shop)
    stage.purchases.append(purchase)
    rng, clock = stage.world.rng, stage.world.clock
    arrival = clock() + timedelta(days=rng.randint(2, 4))
    stage.at(arrival, lambda: deliver(stage.world, purchase))
    roll = rng.random()
    if roll < 0.45:
        days = rng.choice([3, 5, 8, 12, 20, 50])
        stage.at(arrival + timedelta(days=days), lambda: _ask(stage, purchase))
    elif roll < 0.52:
        stage.at(arrival + timedelta(days=9), lambda: _by_hand(stage, purchase))


def _by_hand(stage: Stage, purchase: Purchase) -> None:
    if purchase.shop == TEE:
        stage.world.tee.staff_refund(purchase.ref, "2.00")
    else:
        stage.world.boots.staff_refund(int(purchase.ref), "2.00")


def _ask(stage: Stage, purchase: Purchase) -> None:
    """Let the customer ask, by the way that he likes."""
    world, rng = stage.world, stage.world.rng
    lines = [line for line in purchase.lines if rng.random() < 0.7]
    lines = lines or purchase.lines[:1]
    units = {line.ref: rng.randint(1, line.quantity) for line in lines}
    reason = rng.choices(REASONS, REASON_WEIGHTS)[0]
    is_native = purchase.shop == TEE and rng.random() < 0.5
    is_claim = reason in customers.MERCHANTS_FAULT  # wherever it is said
    wish = Wish(
        purchase=purchase,
        units=units,
        reason=reason,
        asked=world.clock(),
        is_native=is_native,
        is_claim=is_claim,
    )
    if is_native:
        handle = HANDLES[reason]
        asked = [(ref, count, handle) for ref, count in units.items()]
        world.tee.customer_requests_return(purchase.ref, asked)
    elif rng.random() < 0.3:
        event = f"ticket-{purchase.ref}"
        for _ in range(2):  # helpdesks send twice, too
            browser.by_helpdesk(world.url, wish, event)
        browser.by_forger(world.url, purchase.shop)
    else:
        browser.by_portal(world.url, wish)
    stage.wishes.append(wish)
    back = world.clock() + timedelta(days=rng.randint(4, 9))
    stage.at(back, lambda: _arrive(stage, wish, is_second=False))


def _arrive(stage: Stage, wish: Wish, *, is_second: bool) -> None:
    """Let the parcel come back, sometimes in two; the warehouse counts it."""
    world = stage.world
    said = customers.verdict(wish)
    approved = {ref for ref, one in said.items() if one in ("approve", "ask")}
    if not approved:
        return
    case = _case(world, wish)
    splits = not is_second and world.rng.random() < 0.3
    counted: dict[int, Counted] = {}
    for line in case.lines:
        left = line.approved - line.received
        now_here = left // 2 if splits else left
        if line.decision == "approved" and now_here:
            counted[line.id] = Counted(received=now_here, accepted=now_here)
    if counted:
        inspect.receive(
            world.office.db, case.id, counted, actor="warehouse", now=world.clock()
        )
    if splits:
        later = world.clock() + timedelta(days=3)
        stage.at(later, lambda: _arrive(stage, wish, is_second=True))
        return
    wish.arrives = dict(wish.units)
    wish.purchase.due += customers.owed(wish, approved)


def _case(world: World, wish: Wish) -> Return:
    db, purchase = world.office.db, wish.purchase
    (case,) = returns.of_order(db, purchase.shop, purchase.ref)
    return case
