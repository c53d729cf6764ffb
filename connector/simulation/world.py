"""One case's world: a shop, an installation, workers, and what happens to them."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from connector import policy
from connector.model import Resolution
from connector.simulation.chance import Chance, Time
from connector.simulation.shopify import SimShopify
from connector.simulation.stage import DiskFull, Stopped, Store, Watched
from connector.simulation.woo import SimWoo
from connector.steps import receive
from connector.store import Database, atomic, returns, shops
from jobs.schedule import JOBS, Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.simulation.due import Rules
    from jobs.schedule import Job

DEEPEST = 2  # workers inside one another's pauses
RUNNABLE = tuple(job for job in JOBS if not job.is_nightly)
STALLS = (10, 90, 700, 2_000, 30 * 3600)
STORY = 60
KINDS: Mapping[str, type[SimWoo | SimShopify]] = {
    "woocommerce": SimWoo,
    "shopify": SimShopify,
}


class World:
    """Everything that one seed decides; `story` is what happened last."""

    def __init__(self, seed: str, platform: str, rules: Rules) -> None:
        self.chance = Chance(seed)
        self.time = Time()
        self.shop: SimWoo | SimShopify = KINDS[platform](self.chance, self.time)
        self.watched = Watched(self.shop, self.boundary)
        self.db = Store(self.chance, self.boundary)
        self.story: deque[str] = deque(maxlen=STORY)
        self.kills = 0
        self.running: list[str] = []
        self._workers = 0
        # One stop at a certain boundary, beside those by chance.
        self._until_stop = self.chance.choice([0, self.chance.randint(1, 80)])
        self._delivered = 0
        # The shop switched our webhooks off, and tells nobody.
        self.are_hooks_disabled = self.chance.random() < 0.1
        # A shop whose staff is told of everything: no money may wait for that.
        is_telling = self.chance.random() < 0.25
        self.staff = {self.shop.name: "en"} if is_telling else {}
        text = rules.text()
        with self.quietly():
            shops.put(self.db, self.shop.name, platform, "x", self.time())
            digest = policy.digest(text)
            shops.bind_policy(self.db, self.shop.name, digest, text, self.time())

    def quietly(self) -> Calm:
        """Let nothing go wrong for the block."""
        return Calm(self.chance)

    def tell(self, what: str) -> None:
        """Add a line to the story."""
        self.story.append(f"{self.time():%d %H:%M:%S} {'  ' * len(self.running)}{what}")

    def boundary(self, name: str) -> None:
        """Let the world do something here: kill, stall, or run another worker."""
        if self.chance.is_calm or not self.running:
            return
        self._until_stop -= 1
        if self._until_stop == 0 or self.chance.one_in(120):
            self.kills += 1
            self.tell(f"killed {name}")
            raise Stopped(name)
        if name in ("before commit", "before call"):
            return
        if self.chance.one_in(60):
            self._stall(name)
        if len(self.running) < DEEPEST and self.chance.one_in(12):
            self.run(self.chance.choice(RUNNABLE))

    def _stall(self, name: str) -> None:
        """Stand still; a session may end meanwhile, and another worker take over."""
        seconds = self.chance.choice(STALLS)
        self.tell(f"stalls {seconds} s {name}")
        self.time.pass_by(seconds)
        if self.chance.one_in(2):
            self.tell("the lock's session ends")
            self.db.sim.lose_lock()
            for job in RUNNABLE if len(self.running) < DEEPEST else ():
                self.run(job)

    def run(self, job: Job) -> int:
        """Run one job in a worker of its own; what kills it kills it alone."""
        self._workers += 1
        work = Work(
            db=self.db,
            shops={self.shop.name: self.watched},
            clock=self.time,
            token=f"worker-{self._workers}",
            staff=self.staff,
        )
        self.running.append(job.name)
        try:
            return job.run(work, self.shop.name)
        except (Stopped, DiskFull) as error:
            self.tell(f"{job.name} ends: {type(error).__name__}")
            return 1
        finally:
            self.running.pop()

    def deliver(self) -> None:
        """Bring the shop's news: lost, doubled, late, in any order, or never."""
        news, self.shop.books.news = self.shop.books.news, []
        if self.are_hooks_disabled:
            return
        if not self.chance.is_calm:
            self.chance.shuffle(news)
        for ref in news:
            if self.chance.one_in(10):
                continue  # lost
            if self.chance.one_in(10):
                delay = self.chance.uniform(60, 86_400)
                self.time.later(delay, partial(self._hand_in, ref))
                continue
            self._hand_in(ref)
            if self.chance.one_in(4):
                self._hand_in(ref)  # a replay with another id in its header

    def _hand_in(self, ref: str) -> None:
        self._delivered += 1
        try:
            receive.accept(
                self.db,
                shop=self.shop.name,
                source=self.shop.platform,
                topic="order.updated",
                delivery_key=str(self._delivered),
                body=ref.encode(),
                headers={"n": json.dumps(self._delivered)},
                now=self.time(),
            )
        except DiskFull:
            self.tell("a delivery was answered 503")

    def without_fallback(self, return_id: str) -> None:
        """Let a return's terms say nothing of what is given where goods are gone."""

        @atomic
        def write(db: Database) -> None:
            case = returns.get(db, return_id)
            if case.terms and case.terms.fallback is not Resolution.NONE:
                terms = replace(case.terms, fallback=Resolution.NONE)
                shipping = case.refund_shipping
                returns.judged(db, case.id, case.policy_hash, terms, shipping=shipping)

        with self.quietly():
            write(self.db)

    def now(self) -> datetime:
        """Return what Retour's clock shows."""
        return self.time()


class Calm:
    """A block in which nothing goes wrong; blocks may nest."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._before = chance.is_calm

    def __enter__(self) -> None:
        self._chance.is_calm = True

    def __exit__(self, *_: object) -> None:
        self._chance.is_calm = self._before
