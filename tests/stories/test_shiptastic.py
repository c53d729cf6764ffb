"""Returns in Shiptastic go both ways, over HTTP: asked, decided, arrived, paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.plugins import Meanings
from adapters.woocommerce.plugins.known import Known
from adapters.woocommerce.plugins.shiptastic import Shiptastic
from connector.demo.world import BOOTS
from connector.states import Refund
from connector.steps import decide
from connector.store import desk, errands, inbox, returns
from jobs.schedule import once, watch_hooks
from tests.stories.way import arrived, asked, bought, paid, run, the_refund, the_return

if TYPE_CHECKING:
    from adapters.woocommerce.shop import WooCommerceShop
    from connector.demo import World
    from connector.demo.customers import Purchase


@pytest.fixture
def purchase(world: World) -> Purchase:
    """An order that was sent by the plugin, and has arrived."""
    world.boots.stc.is_on = True
    world.clock.pass_by(hours=2)
    watch_hooks(world.office.work, BOOTS)
    topics = {hook.topic for hook in world.boots.outbox.hooks.values()}
    assert topics >= set(Shiptastic.topics)
    made = bought(world, BOOTS)
    world.boots.stc.ship(int(made.ref))
    return made


def request(world: World, purchase: Purchase, units: int = 2) -> int:
    """Ask in the shop's own form; return the shipment's id."""
    line = int(purchase.lines[0].ref)
    return world.boots.stc.request(int(purchase.ref), [(line, units)])


def status(world: World, shipment: int) -> str:
    return str(world.boots.stc.shipments[shipment]["status"])


def approve_here(world: World, purchase: Purchase) -> None:
    """Let a person decide, where the policy leaves it open."""
    case = the_return(world, purchase)
    for line in case.lines:
        if line.decision in ("pending", "needs_person"):
            decide.by_person(
                world.office.db,
                world.office.work.shops[BOOTS],
                case.id,
                line.id,
                "approve",
                actor="test",
                why="fine",
                now=world.clock(),
            )


def lost_hooks(world: World) -> None:
    """Let the shop's webhooks be off: only asking finds what happens."""
    for hook in world.boots.outbox.hooks.values():
        hook.status = "disabled"


def test_a_request_in_the_shop_is_decided_received_paid_and_ended_there(
    world: World, purchase: Purchase
) -> None:
    shipment = request(world, purchase)
    run(world)
    case = the_return(world, purchase)
    assert (case.filed_by, case.platform_ref) == ("shop", f"stc:{shipment}")
    assert [line.asked for line in case.lines] == [2]
    approve_here(world, purchase)
    run(world)
    assert status(world, shipment) == "processing"
    assert paid(world, purchase) == 0
    arrived(world, purchase)
    run(world)
    assert status(world, shipment) == "delivered"
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    run(world)
    assert the_return(world, purchase).status == "closed"
    shop = world.office.work.shops[BOOTS]
    assert shop.shop_return(f"stc:{shipment}").status == "closed"
    assert world.boots.orders[int(purchase.ref)]["status"] == "completed"
    mails = [one["note"] for one in world.boots.notes[int(purchase.ref)]]
    assert mails.count('Email "Order return delivered" sent.') == 1
    assert desk.open_matters(world.office.db) == []


def test_a_return_of_the_portal_is_made_there_with_our_number(
    world: World, purchase: Purchase
) -> None:
    asked(world, purchase)
    run(world)
    case = the_return(world, purchase)
    shipment = int(case.platform_ref.removeprefix("stc:"))
    assert status(world, shipment) == "processing"
    rows = world.boots.stc.shipments[shipment]["meta_data"]
    assert [one["value"] for one in rows] == [case.number]
    run(world)
    assert len(returns.of_order(world.office.db, BOOTS, purchase.ref)) == 1


@pytest.mark.parametrize("match", ["POST /shipments", "PUT /shipments"])
def test_lost_answers_make_one_return_there(
    world: World, purchase: Purchase, match: str
) -> None:
    world.boots.switches.add("lose_answer", match)
    asked(world, purchase)
    for _ in range(3):
        run(world)
    made = [x for x in world.boots.stc.shipments.values() if x["type"] == "return"]
    assert [one["status"] for one in made] == ["processing"]
    assert the_return(world, purchase).platform_ref == f"stc:{made[0]['id']}"
    assert desk.open_matters(world.office.db) == []


@pytest.mark.parametrize(
    ("answer", "ours"), [("rejected", "declined"), ("processing", "awaited")]
)
def test_what_staff_decided_there_is_found_without_webhook_or_changed_order(
    world: World, purchase: Purchase, answer: str, ours: str
) -> None:
    first = request(world, purchase, 1)
    run(world)
    approve_here(world, purchase)
    run(world)
    world.boots.stc.mark(first, "delivered")  # the order's summary is settled by now
    run(world)
    lost_hooks(world)
    second = request(world, purchase, 1)
    world.clock.pass_by(hours=1)
    once(world.office.work, skip=frozenset({"decide"}))
    before = world.boots.orders[int(purchase.ref)]["date_modified_gmt"]
    world.boots.stc.mark(second, answer)
    assert world.boots.orders[int(purchase.ref)]["date_modified_gmt"] == before
    world.clock.pass_by(hours=1)
    once(world.office.work, skip=frozenset({"decide"}))
    case = returns.by_platform_ref(world.office.db, BOOTS, f"stc:{second}")
    assert case is not None
    assert case.status == ours


def test_a_return_that_is_deleted_there_goes_to_a_person(
    world: World, purchase: Purchase
) -> None:
    shipment = request(world, purchase)
    world.boots.deliver()
    once(world.office.work, skip=frozenset({"decide"}))
    case = the_return(world, purchase)
    world.boots.stc.delete(shipment)
    world.clock.pass_by(hours=1)
    once(world.office.work, skip=frozenset({"decide"}))
    assert [one.code for one in desk.about(world.office.db, case.id)] == ["deleted"]


def test_several_returns_of_one_order_fare_on_their_own(
    world: World, purchase: Purchase
) -> None:
    first, second = request(world, purchase, 1), request(world, purchase, 1)
    run(world)
    db = world.office.db
    world.boots.stc.mark(first, "rejected")
    world.boots.stc.mark(second, "processing")
    run(world)
    found = {
        x.platform_ref: x.status for x in returns.of_order(db, BOOTS, purchase.ref)
    }
    assert found == {f"stc:{first}": "declined", f"stc:{second}": "awaited"}


def test_an_outbound_parcel_s_webhook_is_nothing_to_us(
    world: World, purchase: Purchase
) -> None:
    run(world)
    db = world.office.db
    assert returns.of_order(db, BOOTS, purchase.ref) == []
    assert inbox.waiting(db) == 0


def test_a_return_paid_there_before_we_saw_it_is_not_paid_again(
    world: World, purchase: Purchase
) -> None:
    lost_hooks(world)
    shipment = request(world, purchase)
    world.boots.stc.mark(shipment, "delivered")
    world.clock.pass_by(minutes=1)
    world.boots.staff_refund(int(purchase.ref), "2.00")
    for _ in range(2):
        run(world)
    assert returns.of_order(world.office.db, BOOTS, purchase.ref) == []
    assert paid(world, purchase) == 200


def test_an_older_plugin_that_knows_no_refusal_leaves_it_to_a_person(
    world: World, purchase: Purchase
) -> None:
    world.boots.stc.is_old = True
    shipment = request(world, purchase)
    run(world)
    case = the_return(world, purchase)
    decide.by_person(
        world.office.db,
        world.office.work.shops[BOOTS],
        case.id,
        case.lines[0].id,
        "decline",
        actor="test",
        why="worn",
        now=world.clock(),
    )
    run(world)
    assert status(world, shipment) == "requested"
    assert the_return(world, purchase).status == "declined"
    codes = [one.code for one in desk.about(world.office.db, case.id)]
    assert codes == ["errand_decline"]


def seen(world: World, meanings: Meanings) -> None:
    """Let the shoe shop be configured for a plugin that shows little."""
    shop: WooCommerceShop = world.office.work.shops[BOOTS]  # type: ignore[assignment]
    site = replace(shop._plugins._site, meanings=meanings)
    shop._plugins = Known(site)


def test_an_order_in_a_configured_status_goes_to_a_person_once(world: World) -> None:
    world.boots.more_statuses["return-asked"] = "Return asked"
    seen(world, Meanings(requested=("return-asked", "no-such-status")))
    purchase = bought(world, BOOTS)
    world.boots.edit_order(int(purchase.ref), status="return-asked")
    run(world)
    (matter,) = desk.open_matters(world.office.db, BOOTS)
    assert (matter.about, matter.about_id) == ("return", f"seen:{purchase.ref}")
    assert returns.of_order(world.office.db, BOOTS, purchase.ref) == []
    desk.close_one(world.office.db, matter.id, "test", world.clock())
    world.boots.edit_order(int(purchase.ref), customer_note="again")
    run(world)
    assert desk.open_matters(world.office.db, BOOTS) == []
    # The person opens it here, and it goes its way without that plugin.
    asked(world, purchase)
    approve_here(world, purchase)
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_return(world, purchase).status == "closed"
    assert errands.of_return(world.office.db, the_return(world, purchase).id) == []


@pytest.mark.parametrize("value", [[91], {"0": 91}, "a:1:{i:0;i:91;}"])
def test_a_flag_in_the_order_s_meta_goes_to_a_person(
    world: World, value: object
) -> None:
    seen(world, Meanings(request_meta=("_ywcars_requests",)))
    purchase = bought(world, BOOTS)
    order = world.boots.orders[int(purchase.ref)]
    order["meta_data"].append({"id": 1, "key": "_ywcars_requests", "value": []})
    world.boots.edit_order(int(purchase.ref), customer_note="none yet")
    run(world)
    assert desk.open_matters(world.office.db, BOOTS) == []
    order["meta_data"][-1]["value"] = value
    world.boots.edit_order(int(purchase.ref), customer_note="one")
    run(world)
    (matter,) = desk.open_matters(world.office.db, BOOTS)
    assert matter.about_id == f"seen:{purchase.ref}"
