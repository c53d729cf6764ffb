"""Measure how much of the rate that Shopify grants a run of refunds uses."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.shopify.standin.cost import RESTORE_RATE
from connector.demo import build
from connector.demo.world import TEE
from connector.platform import Priority, with_priority
from connector.store import orders, refunds
from jobs.schedule import push_refunds
from tests.contract.conftest import request

if TYPE_CHECKING:
    from connector.demo import World

REFUNDS = 120


def share() -> float:
    """Return points used, divided by points granted, from an empty bucket on.

    Over HTTP, through the whole dispatcher, in the stand-in's time: the network and
    this machine take none of it, so what is missing is what the pace gives away.
    """
    with tempfile.TemporaryDirectory() as folder, build(Path(folder), seed=1) as world:
        _promise(world)
        bucket, started = world.tee.door.bucket, world.clock()
        bucket.available = 0.0
        bucket.at = started
        shop = world.office.work.shops[TEE]
        shop.probe()  # an answer tells how empty the bucket is
        with with_priority(Priority.REFUND):
            sent = push_refunds(world.office.work, TEE)
        assert sent == REFUNDS
        assert world.tee.paid_out_minor() == REFUNDS * 1000
        granted = (world.clock() - started).total_seconds() * RESTORE_RATE
        bucket.take(0, world.clock())
        return (granted - bucket.available) / granted


def _promise(world: World) -> None:
    db, shop, now = world.office.db, world.office.work.shops[TEE], world.clock()
    tea = world.tee.add_product("Assam", "10.00", stock=10_000)
    for number in range(REFUNDS):
        gid = world.tee.place_order([(tea, 1)], "ada@example.test")
        order = shop.order(gid)
        orders.keep(db, TEE, order)
        refunds.reserve(
            db,
            shop=TEE,
            return_id=None,
            request=request(order, f"bench-{number}"),
            units={},
            due=now,
            now=now,
        )
