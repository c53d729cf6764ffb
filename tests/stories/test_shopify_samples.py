"""Every documented Shopify delivery, with our ids, twice, out of order: none lost."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from connector.demo.world import TEE
from connector.steps import audit
from connector.store import desk, history, inbox, returns
from jobs.schedule import once
from tests.adapters.shopify.test_notices import SAMPLES
from tests.stories.test_privacy import told
from tests.stories.way import arrived, asked, bought, run, the_return

if TYPE_CHECKING:
    from connector.demo import World

# Told in stories of their own: after them nothing is as before.
NO_CALM = {"app__uninstalled", "shop__redact", "customers__redact"} | {
    "app__scopes_update"
}


def filled(payload: Any, order: str, case: str) -> Any:
    """Put the ids of our own world where the sample has its own."""
    text = json.dumps(payload)
    for sample, ours in (
        ("gid://shopify/Order/820982911946154508", order),
        ("820982911946154500", order.rpartition("/")[2]),
        ("gid://shopify/Return/123134564567890", case),
        ("123134564567890", case.rpartition("/")[2]),
        ("gid://shopify/Order/4783296544821", order),
        ("4783296544821", order.rpartition("/")[2]),
    ):
        text = text.replace(sample, ours)
    return json.loads(text)


def test_every_documented_delivery_is_kept_and_read_in_any_order(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    line = purchase.lines[0].ref
    ref = world.tee.customer_requests_return(purchase.ref, [(line, 1, "too-small")])
    run(world)
    names = [name for name in sorted(SAMPLES, reverse=True) if name not in NO_CALM]
    for _ in range(2):
        for name in names:
            body = filled(SAMPLES[name]["payload"], purchase.ref, ref)
            assert told(world, name.replace("__", "/"), body) == 200
    run(world, hours=24)
    db = world.office.db
    states = {one.topic: one for one in inbox.recent(db, TEE, limit=500)}
    for name in names:
        one = states[name.replace("__", "/")]
        assert one.state in ("done", "unknown"), (one.topic, one.note)
    assert inbox.counts(db, TEE)[1] == len(names)
    (case,) = returns.of_order(db, TEE, purchase.ref)
    assert case.status == "awaited"
    assert {x.code for x in desk.open_matters(db)} <= {"dispute", "data_request"}
    assert audit.run(db) == []


@pytest.mark.parametrize(
    ("current", "codes"),
    [(["read_orders"], {"scopes"}), (["write_orders", "write_returns"], set())],
)
def test_scopes_that_are_short_are_laid_before_a_person(
    world: World, current: list[str], codes: set[str]
) -> None:
    body = {"id": 1, "shop_id": 2, "previous": [], "current": current}
    assert told(world, "app/scopes_update", body) == 200
    run(world)
    assert {x.code for x in desk.open_matters(world.office.db)} == codes


def test_a_late_delivery_of_an_order_that_nobody_knows_is_read_or_let_go(
    world: World,
) -> None:
    assert told(world, "orders/updated", {"id": 7}) == 200
    assert told(world, "returns/update", {"admin_graphql_api_id": "x"}) == 200
    run(world, hours=24)
    states = {one.topic: one.state for one in inbox.recent(world.office.db, TEE)}
    assert states == {"orders/updated": "done", "returns/update": "done"}


def test_our_own_echo_changes_nothing_and_sends_nothing(world: World) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    run(world)
    db = world.office.db
    case = the_return(world, purchase)
    assert case.status == "closed"
    before = (history.timeline(db, case.id), deepcopy(world.tee.books))
    kept = inbox.counts(db, TEE)[0]
    world.clock.pass_by(hours=1)
    world.tee.deliver()
    for delivery in inbox.recent(db, TEE, limit=6):
        inbox.add(
            db,
            shop=TEE,
            source="shopify",
            topic=delivery.topic,
            delivery_key=f"echo-{delivery.id}",
            body=delivery.body,
            headers={},
            now=world.clock(),
        )
    world.clock.pass_by(minutes=1)
    once(world.office.work)
    assert inbox.counts(db, TEE)[0] >= kept + 6
    assert (history.timeline(db, case.id), world.tee.books) == before
    assert desk.open_matters(db) == []
