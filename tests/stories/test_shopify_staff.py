"""What staff, tills, banks and other apps do to returns in Shopify is followed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.hooks import TOPICS
from adapters.shopify.standin import return_process, staff
from connector.demo import browser
from connector.demo.customers import Wish
from connector.demo.world import TEE
from connector.errors import Refused
from connector.states import Refund
from connector.steps import audit, cancel, decide, intake
from connector.store import desk, errands, inbox, refunds, returns, shops
from tests.stories.way import arrived, asked, bought, paid, run, the_return

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import ShopReturn


@pytest.fixture
def purchase(world: World) -> Purchase:
    """Three units of one thing, delivered; every topic of ours is subscribed."""
    world.tee.scopes = (*world.tee.scopes, "read_shopify_payments_disputes")
    known = {one.topic for one in world.tee.subscriptions.values()}
    for topic in TOPICS.keys() - known:
        world.tee.subscribe(topic, f"{world.url}/webhooks/shopify")
    return bought(world, TEE)


def requested(world: World, purchase: Purchase, units: int = 2) -> str:
    line = purchase.lines[0].ref
    return world.tee.customer_requests_return(
        purchase.ref, [(line, units, "too-small")]
    )


def there(world: World, ref: str) -> ShopReturn:
    return world.office.work.shops[TEE].shop_return(ref)


def codes(world: World) -> set[str]:
    return {one.code for one in desk.open_matters(world.office.db)}


def test_a_return_cancelled_here_is_cancelled_there(
    world: World, purchase: Purchase
) -> None:
    asked(world, purchase)
    case = the_return(world, purchase)
    shop = world.office.work.shops[TEE]
    assert there(world, case.platform_ref).status == "open"
    cancel.cancel(world.office.db, shop, case.id, actor="test", now=world.clock())
    run(world)
    assert there(world, case.platform_ref).status == "cancelled"
    assert the_return(world, purchase).status == "cancelled"
    assert codes(world) == set()
    run(world)
    assert paid(world, purchase) == 0


def test_a_return_cancelled_before_it_was_made_there_is_never_made(
    world: World, purchase: Purchase
) -> None:
    db = world.office.db
    shop = world.office.work.shops[TEE]
    wish_made(world, purchase)
    decide.run(db, shop, world.clock)
    case = the_return(world, purchase)
    assert {row.verb for row in errands.of_return(db, case.id)} == {"open", "approve"}
    cancel.cancel(db, shop, case.id, actor="test", now=world.clock())
    run(world)
    assert shop.returns(purchase.ref) == ()
    assert codes(world) == set()


def wish_made(world: World, purchase: Purchase) -> None:
    """Ask in the portal, and let no job run."""
    wish = Wish(
        purchase=purchase,
        units={purchase.lines[0].ref: 2},
        reason="too-small",
        asked=world.clock(),
        is_claim=False,
    )
    browser.by_portal(world.url, wish)


def test_a_return_with_goods_back_is_not_cancelled_here(
    world: World, purchase: Purchase
) -> None:
    asked(world, purchase)
    arrived(world, purchase)
    case = the_return(world, purchase)
    shop = world.office.work.shops[TEE]
    with pytest.raises(Refused):
        cancel.cancel(world.office.db, shop, case.id, actor="test", now=world.clock())


def test_what_staff_approve_decline_and_cancel_there_is_followed_here(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    staff.approve(world.tee, ref)
    run(world)
    assert the_return(world, purchase).status == "awaited"
    staff.cancel(world.tee, ref)
    run(world)
    assert the_return(world, purchase).status == "cancelled"
    second = requested(world, purchase)
    staff.decline(world.tee, second)
    run(world)
    found = returns.by_platform_ref(world.office.db, TEE, second)
    assert found is None or found.status == "declined"
    assert codes(world) == set()


@pytest.mark.parametrize(
    ("days", "reason", "word"),
    [(40, "RETURN_PERIOD_ENDED", "ended"), (40, "RETURN_PERIOD_ENDED", "abgelaufen")],
)
def test_a_declined_return_says_why_in_the_customers_language(
    world: World, purchase: Purchase, days: int, reason: str, word: str
) -> None:
    world.clock.pass_by(days=days)
    ref = requested(world, purchase)
    if word == "abgelaufen":
        world.tee.deliver()
        world.clock.pass_by(minutes=1)
        intake.run(world.office.db, world.office.work.shops, world.clock)
        world.office.db.execute("UPDATE returns SET language = 'de'")
    run(world)
    case = world.tee.returns[ref]
    assert (case.status, case.decline_reason) == ("DECLINED", reason)
    assert word in (case.decline_note or "")


def test_units_removed_there_are_due_no_more_here(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.remove(world.tee, ref, 1)
    run(world)
    (line,) = the_return(world, purchase).lines
    assert (line.asked, line.approved) == (2, 1)
    arrived(world, purchase, 1)
    run(world)
    run(world)
    assert the_return(world, purchase).status == "closed"
    assert paid(world, purchase) > 0
    assert codes(world) == set()


def test_units_removed_before_anybody_decided_leave_a_smaller_request(
    world: World, purchase: Purchase
) -> None:
    db = world.office.db
    ref = requested(world, purchase)
    world.tee.deliver()
    world.clock.pass_by(minutes=1)
    intake.run(db, world.office.work.shops, world.clock)
    staff.remove(world.tee, ref, 1)
    world.tee.deliver()
    world.clock.pass_by(minutes=1)
    intake.run(db, world.office.work.shops, world.clock)
    lines = the_return(world, purchase).lines
    assert [(x.asked, x.decision) for x in lines] == [(2, "declined"), (1, "pending")]
    run(world)
    assert there(world, ref).status == "open"
    assert audit.run(db) == []


def test_a_return_that_lost_all_its_lines_there_ends_here(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.remove(world.tee, ref, 2)
    run(world)
    assert there(world, ref).status == "closed"
    assert the_return(world, purchase).status == "declined"
    assert codes(world) == set()
    assert requested(world, purchase)  # the units are free again
    run(world)
    assert len(returns.of_order(world.office.db, TEE, purchase.ref)) == 2


def test_what_staff_paid_back_there_is_never_paid_here(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.process(world.tee, ref, {0: 1})
    run(world)
    (line,) = the_return(world, purchase).lines
    assert line.elsewhere == 1
    by_staff = paid(world, purchase)
    arrived(world, purchase, 2)
    run(world)
    run(world)
    (row,) = refunds.of_order(world.office.db, TEE, purchase.ref)
    assert row.units == {str(line.id): 1}
    assert paid(world, purchase) == by_staff + row.amount.minor
    assert the_return(world, purchase).status == "closed"


def test_a_refund_promised_here_gives_way_to_one_made_there(
    world: World, purchase: Purchase
) -> None:
    db = world.office.db
    ref = requested(world, purchase)
    run(world)
    arrived(world, purchase)
    shops.pause(db, TEE, is_paused=True)
    run(world)
    (row,) = refunds.of_order(db, TEE, purchase.ref)
    assert row.state is Refund.PLANNED
    staff.process(world.tee, ref, {0: 2})
    by_staff = paid(world, purchase)
    run(world)
    shops.pause(db, TEE, is_paused=False)
    run(world)
    run(world)
    assert refunds.get(db, row.id).state is Refund.CANCELLED
    assert paid(world, purchase) == by_staff
    assert the_return(world, purchase).status == "closed"
    assert there(world, ref).status == "closed"


def test_a_return_processed_paid_and_closed_there_closes_here(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.process(world.tee, ref, {0: 2})
    staff.close(world.tee, ref)
    run(world)
    run(world)
    assert the_return(world, purchase).status == "closed"
    assert refunds.of_order(world.office.db, TEE, purchase.ref) == []
    assert codes(world) == set()


def test_a_return_closed_there_too_early_is_asked_about_and_reopened(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.close(world.tee, ref)
    run(world)
    assert codes(world) == {"closed_there"}
    arrived(world, purchase)
    run(world)
    assert paid(world, purchase) == 0
    staff.reopen(world.tee, ref)
    run(world)
    run(world)
    run(world)
    assert codes(world) == set()
    assert paid(world, purchase) > 0
    assert the_return(world, purchase).status == "closed"


def test_a_settled_return_reopened_there_is_said_once_and_pays_nothing(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    arrived(world, purchase)
    run(world)
    run(world)
    before = paid(world, purchase)
    assert there(world, ref).status == "closed"
    staff.reopen(world.tee, ref)
    run(world)
    assert codes(world) == {"reopened"}
    run(world)
    run(world)
    assert paid(world, purchase) == before
    assert the_return(world, purchase).status == "closed"


def test_a_return_at_the_till_is_others_money_and_no_return_of_ours(
    world: World, purchase: Purchase
) -> None:
    staff.at_the_till(world.tee, purchase.ref, [(purchase.lines[0].ref, 2)])
    run(world)
    run(world)
    assert returns.of_order(world.office.db, TEE, purchase.ref) == []
    assert refunds.of_order(world.office.db, TEE, purchase.ref) == []
    assert codes(world) == set()


def test_a_return_without_receipt_is_left_to_the_shop_and_asked_about_once(
    world: World, purchase: Purchase
) -> None:
    db = world.office.db
    other = world.tee.add_product("Cap", "20.00")
    staff.without_receipt(world.tee, purchase.ref, other, 1)
    run(world)
    (matter,) = desk.open_matters(db)
    assert "without a receipt" in matter.why
    desk.close_one(db, matter.id, "test", world.clock())
    world.tee.staff_refund(purchase.ref, "1.00")
    run(world)
    assert codes(world) == set()


def test_a_return_with_an_exchange_is_left_to_the_admin(
    world: World, purchase: Purchase
) -> None:
    other = world.tee.add_product("Cap", "5.00")
    line = purchase.lines[0].ref
    staff.create(world.tee, purchase.ref, [(line, 1)], instead=other)
    run(world)
    assert codes(world) == {"exchange"}
    arrived(world, purchase, 1)
    run(world)
    assert paid(world, purchase) == 0


def test_a_dispute_holds_the_orders_refund_until_a_person_settles_it(
    world: World, purchase: Purchase
) -> None:
    db = world.office.db
    asked(world, purchase)
    shops.pause(db, TEE, is_paused=True)
    arrived(world, purchase)
    run(world)
    staff.dispute(world.tee, purchase.ref)
    run(world)
    shops.pause(db, TEE, is_paused=False)
    run(world)
    run(world)
    assert codes(world) == {"dispute"}
    assert paid(world, purchase) == 0
    (matter,) = desk.open_matters(db)
    desk.close_one(db, matter.id, "test", world.clock())
    run(world, hours=7)
    assert paid(world, purchase) > 0
    staff.dispute(world.tee, purchase.ref, "won")
    run(world)
    assert codes(world) == {"dispute"}


def test_a_label_and_goods_booked_there_are_read_and_change_nothing(
    world: World, purchase: Purchase
) -> None:
    ref = requested(world, purchase)
    run(world)
    staff.attach_label(world.tee, ref, "00340")
    goods = world.tee.returns[ref].reverse[0].lines[0]
    with world.tee.lock:
        row = {
            "reverseFulfillmentOrderLineItemId": goods.gid,
            "quantity": 1,
            "dispositionType": "RESTOCKED",
            "locationId": "gid://shopify/Location/70000000001",
        }
        return_process.dispose(world.tee, [row])
    run(world)
    states = {one.topic: one.state for one in inbox.recent(world.office.db, TEE)}
    assert states["reverse_deliveries/attach_deliverable"] == "done"
    assert states["reverse_fulfillment_orders/dispose"] == "done"
    assert the_return(world, purchase).status == "awaited"
