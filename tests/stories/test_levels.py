"""Who approves above what amount, the whole way: here, and in the shops' own admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.hooks import TOPICS
from adapters.shopify.standin import staff
from connector import policy
from connector.demo.world import BOOTS, TEE
from connector.errors import LevelNeeded
from connector.states import Refund
from connector.steps import decide
from connector.steps.follow import WITHOUT_LEVEL
from connector.steps.levels import NOBODY, Approval
from connector.store import desk, history, shops
from tests.stories.way import arrived, asked, bought, paid, run, the_refund, the_return

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.store.desk import Matter

LEVEL = '\n[[approve.levels]]\nabove = "0.01"\nwho = "manager"\n'


def strict(world: World, shop: str) -> Purchase:
    """Let a manager approve all that is worth a cent; sell and deliver three units."""
    db = world.office.db
    rules = shops.policy_text(db, shops.get(db, shop).policy_hash or "")
    rules = rules.replace("[refund]", f"{LEVEL}[refund]")
    assert policy.load(rules).levels
    shops.bind_policy(db, shop, policy.digest(rules), rules, world.clock())
    if shop == TEE:
        known = {one.topic for one in world.tee.subscriptions.values()}
        for topic in TOPICS.keys() - known - {"disputes/create", "disputes/update"}:
            world.tee.subscribe(topic, f"{world.url}/webhooks/shopify")
    return bought(world, shop)


def approve(world: World, purchase: Purchase, by: Approval) -> None:
    case = the_return(world, purchase)
    shop, now = world.office.work.shops[purchase.shop], world.clock()
    where = (world.office.db, shop, case.id, case.lines[0].id, "approve")
    decide.by_person(*where, actor="test", why="seen", now=now, approval=by)


def matters(world: World, code: str) -> list[Matter]:
    return [one for one in desk.open_matters(world.office.db) if one.code == code]


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_it_waits_for_the_level_and_is_paid_then(world: World, shop: str) -> None:
    purchase = strict(world, shop)
    asked(world, purchase)
    assert the_return(world, purchase).status == "needs_person"
    for by in (NOBODY, Approval(levels=("clerk",), by="Ann")):
        with pytest.raises(LevelNeeded):
            approve(world, purchase, by)
    run(world)
    assert the_return(world, purchase).status == "needs_person"
    assert len(matters(world, "decide")) == 1
    approve(world, purchase, Approval(levels=("manager",), by="Grace"))
    run(world)
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert paid(world, purchase) == the_refund(world, purchase).amount.minor > 0
    assert desk.open_matters(world.office.db) == []
    found = history.timeline(world.office.db, the_return(world, purchase).id)
    said = [one.why for one in found if one.event == "approve" and one.about == "line"]
    assert said == ["approved as manager by Grace: seen"]


@pytest.mark.parametrize("is_judged", [True, False])
def test_what_staff_approve_in_the_shop_counts_and_the_desk_says_without_whom(
    world: World,
    *,
    is_judged: bool,  # whether our rules spoke before
) -> None:
    purchase = strict(world, TEE)
    lines = [(purchase.lines[0].ref, 2, "too-small")]
    ref = world.tee.customer_requests_return(purchase.ref, lines)
    if is_judged:
        run(world)
        assert the_return(world, purchase).status == "needs_person"
    staff.approve(world.tee, ref)
    run(world)
    case = the_return(world, purchase)
    assert case.status == "awaited"
    (told,) = matters(world, WITHOUT_LEVEL)
    assert "must be approved by: manager" in told.why
    assert history.happened(world.office.db, case.id, WITHOUT_LEVEL)
    desk.close(world.office.db, "return", case.id, "console", world.clock())
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert desk.open_matters(world.office.db) == []


def test_what_staff_approve_in_the_shop_within_their_amounts_is_not_said(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    lines = [(purchase.lines[0].ref, 1, "too-small")]
    staff.approve(world.tee, world.tee.customer_requests_return(purchase.ref, lines))
    run(world)
    assert the_return(world, purchase).status == "awaited"
    assert matters(world, WITHOUT_LEVEL) == []
