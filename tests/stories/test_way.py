"""The whole way, over HTTP: webhook, inbox, decision, ledger, shop, reconciliation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from connector.demo import browser, customers
from connector.demo.buying import Market
from connector.demo.customers import Wish
from connector.demo.world import BOOTS, HOOK_SECRET, TEE
from connector.model import Moved
from connector.states import Refund
from connector.steps import byhand, decide, inspect, intake
from connector.store import desk, errands, history, inbox, ledger, refunds
from connector.store import shops as shop_rows
from tests.stories.way import arrived, asked, bought, paid, run, the_refund, the_return
from webhooks.signatures import sign

if TYPE_CHECKING:
    from connector.demo import World


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_a_return_goes_from_the_portal_to_the_refund_and_closes(
    world: World, shop: str
) -> None:
    purchase = bought(world, shop)
    wish = asked(world, purchase)
    assert the_return(world, purchase).status == "awaited"
    assert paid(world, purchase) == 0
    arrived(world, purchase)
    run(world)
    wish.arrives = wish.units
    assert paid(world, purchase) == customers.owed(wish, set(wish.units))
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    run(world)
    assert the_return(world, purchase).status == "closed"
    assert desk.open_matters(world.office.db) == []


def test_a_return_asked_for_at_shopify_is_decided_paid_and_closed_there(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    line = purchase.lines[0].ref
    ref = world.tee.customer_requests_return(purchase.ref, [(line, 1, "too-small")])
    run(world)
    case = the_return(world, purchase)
    assert (case.filed_by, case.platform_ref) == ("shop", ref)
    shop = world.office.work.shops[TEE]
    assert shop.shop_return(ref).status == "open"
    arrived(world, purchase, 1)
    run(world)
    run(world)
    assert shop.shop_return(ref).status == "closed"
    assert shop.disposed(ref) == {case.lines[0].platform_ref: 1}


def test_a_declined_return_is_declined_at_shopify_too(world: World) -> None:
    purchase = bought(world, TEE)
    world.clock.pass_by(days=40)
    line = purchase.lines[0].ref
    ref = world.tee.customer_requests_return(purchase.ref, [(line, 1, "too-small")])
    run(world)
    assert world.office.work.shops[TEE].shop_return(ref).status == "declined"
    assert the_return(world, purchase).status == "declined"


@pytest.mark.parametrize(
    ("shop", "root"), [(TEE, "returnProcess"), (BOOTS, "POST .*refunds")]
)
def test_a_lost_answer_is_looked_for_and_paid_once(
    world: World, shop: str, root: str
) -> None:
    purchase = bought(world, shop)
    asked(world, purchase)
    arrived(world, purchase)
    switches = world.tee.switches if shop == TEE else world.boots.switches
    switches.add("lose_answer", root)
    run(world, 0)
    assert the_refund(world, purchase).state is Refund.UNKNOWN
    once_paid = paid(world, purchase)
    assert once_paid > 0
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    run(world)
    assert paid(world, purchase) == once_paid


def test_woocommerce_s_silence_is_no_proof_and_a_person_finds_out(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    arrived(world, purchase)
    world.boots.gateway_next("pay_then_error")
    for _ in range(3):
        run(world)
    row = the_refund(world, purchase)
    assert row.state is Refund.UNKNOWN
    assert [matter.code for matter in desk.about(world.office.db, row.id)] == [
        "unknown"
    ]
    byhand.found_out(
        world.office.db,
        row.id,
        money_moved=True,
        why="the gateway lists it",
        actor="test",
        now=world.clock(),
    )
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert paid(world, purchase) == row.amount.minor
    assert the_return(world, purchase).status == "closed"


def test_a_pending_refund_that_fails_is_not_repeated_by_itself(world: World) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase)
    arrived(world, purchase)
    world.tee.gateway_next("pending_then_failure")
    for _ in range(4):
        run(world, 24)
    rows = refunds.of_order(world.office.db, TEE, purchase.ref)
    assert [row.state for row in rows] == [Refund.FAILED]
    now = world.clock()
    byhand.again(world.office.db, rows[0].id, why="it failed", actor="test", now=now)
    run(world)
    rows = refunds.of_order(world.office.db, TEE, purchase.ref)
    assert [row.state for row in rows] == [Refund.FAILED, Refund.CONFIRMED]
    assert paid(world, purchase) == rows[1].amount.minor


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_a_refund_by_staff_enters_the_ledger_and_leaves_no_room_twice(
    world: World, shop: str
) -> None:
    purchase = bought(world, shop)
    if shop == TEE:
        world.tee.staff_refund(purchase.ref, "2.00")
    else:
        world.boots.staff_refund(int(purchase.ref), "2.00")
    run(world)
    run(world)
    db = world.office.db
    assert ledger.standing(db, shop, purchase.ref, "EUR").minor == 200
    (entry,) = ledger.externals(db, shop, purchase.ref)
    assert entry.amount.minor == 200


def test_a_refund_deleted_at_the_shop_is_noticed_and_reversed(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    row = the_refund(world, purchase)
    world.boots.staff_delete_refund(int(purchase.ref), int(row.platform_ref))
    world.boots.edit_order(int(purchase.ref), customer_note="please hurry")
    run(world)
    assert the_refund(world, purchase).state is Refund.REVERSED
    assert [m.code for m in desk.about(world.office.db, row.id)] == ["reversed"]


def test_a_gateway_that_cannot_refund_waits_for_a_person_and_is_booked(
    world: World,
) -> None:
    purchase = bought(world, BOOTS)
    world.boots.edit_order(int(purchase.ref), payment_method="bacs")
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    row = the_refund(world, purchase)
    assert row.state is Refund.MANUAL
    now = world.clock()
    byhand.paid(world.office.db, row.id, proof="SEPA 1", actor="test", now=now)
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert paid(world, purchase) == 0  # the shop only books what a person paid
    assert [r["amount"] for r in world.boots.refunds[int(purchase.ref)]] == [
        row.amount.decimal
    ]


def test_goods_that_came_after_their_money_are_disposed_of_later(world: World) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase)
    db = world.office.db
    case = the_return(world, purchase)
    db.execute(
        "UPDATE returns SET terms = :terms WHERE id = :id",
        terms='{"when":"on_word"}',
        id=case.id,
    )
    inspect.ship(db, case.id, actor="customer", now=world.clock())
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert not the_refund(world, purchase).request.goods_received
    arrived(world, purchase)
    run(world)
    shop = world.office.work.shops[TEE]
    case = the_return(world, purchase)
    assert shop.disposed(case.platform_ref) == {case.lines[0].platform_ref: 2}
    assert [(e.verb, e.state.value) for e in errands.of_return(db, case.id)][:3] == [
        ("open", "done"),
        ("approve", "done"),
        ("dispose", "done"),
    ]


def test_a_return_whose_making_lost_its_answer_is_found_not_made_twice(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    world.tee.switches.add("lose_answer", "returnRequest")
    asked(world, purchase)
    run(world)
    run(world)
    shop = world.office.work.shops[TEE]
    assert len(shop.returns(purchase.ref)) == 1
    assert the_return(world, purchase).platform_ref


def test_a_person_decides_what_the_policy_leaves_open(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase, reason="wrong-item")
    case = the_return(world, purchase)
    assert case.status == "needs_person"
    decide.by_person(
        world.office.db,
        world.office.work.shops[BOOTS],
        case.id,
        case.lines[0].id,
        "approve",
        actor="test",
        why="the customer was right",
        now=world.clock(),
        approved=1,
    )
    case = the_return(world, purchase)
    assert (case.status, case.lines[0].approved) == ("awaited", 1)
    assert desk.open_matters(world.office.db) == []


def test_a_paused_shop_plans_and_sends_nothing(world: World) -> None:
    purchase = bought(world, BOOTS)
    shop_rows.pause(world.office.db, BOOTS, is_paused=True)
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    assert the_refund(world, purchase).state is Refund.PLANNED
    shop_rows.pause(world.office.db, BOOTS, is_paused=False)
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED


def test_an_order_that_is_gone_keeps_its_return_and_asks(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    arrived(world, purchase)
    world.boots.force_delete(int(purchase.ref))
    run(world)
    found = {one.code: one.why for one in desk.open_matters(world.office.db)}
    assert "deleted in the shop for good" in found.pop("deleted")
    (why,) = found.values()
    assert "gone" in why
    assert refunds.of_order(world.office.db, BOOTS, purchase.ref) == []


def test_a_signed_error_body_and_an_unknown_topic_are_kept_and_marked(
    world: World,
) -> None:
    purchase = bought(world, BOOTS)
    world.boots.edit_order(int(purchase.ref), customer_note="x")
    world.boots.force_delete(int(purchase.ref))
    run(world)
    newest = inbox.recent(world.office.db, BOOTS)[0]
    assert b"invalid_id" in newest.body
    assert newest.state == "unknown"


def test_the_helpdesk_s_event_opens_one_return(world: World) -> None:
    purchase = bought(world, BOOTS)
    wish = Wish(
        purchase=purchase,
        units={purchase.lines[0].ref: 1},
        reason="too-small",
        asked=world.clock(),
    )
    assert [browser.by_helpdesk(world.url, wish, "t1") for _ in range(2)] == [200, 200]
    assert browser.by_forger(world.url, BOOTS) == 401
    run(world)
    assert the_return(world, purchase).filed_by == "inbound"
    wish.units, wish.asked = {"999": 1}, world.clock()
    browser.by_helpdesk(world.url, wish, "t2")
    run(world)
    (matter,) = desk.open_matters(world.office.db)
    assert (matter.code, "no such line" in matter.why) == ("unread", True)


def test_a_delivery_that_keeps_failing_ends_on_the_desk(world: World) -> None:
    purchase = bought(world, BOOTS)
    # No outage, for which it would wait: an answer that makes no sense.
    world.boots.switches.add("status", "GET /orders", times=None, code=418)
    world.boots.edit_order(int(purchase.ref), customer_note="x")
    world.boots.deliver()
    for _ in range(intake.MOST_ATTEMPTS + 1):
        world.clock.pass_by(hours=7)
        intake.run(world.office.db, world.office.work.shops, world.clock)
    assert [m.code for m in desk.open_matters(world.office.db)] == ["unread"]
    assert inbox.recent(world.office.db, BOOTS)[0].state == "failed"


def test_what_sync_reads_is_what_webhooks_lost(world: World) -> None:
    market = Market(world)
    world.boots.switches.add("drop", times=None)
    world.tee.switches.add("drop", times=None)
    first, second = market.buy(BOOTS), market.buy(TEE)
    run(world)
    db = world.office.db
    for purchase in (first, second):
        order = world.office.work.shops[purchase.shop].order(purchase.ref)
        assert order.refunds == ()
        assert history.of(db, purchase.ref) == []
        assert ledger.standing(db, purchase.shop, purchase.ref, "EUR").minor == 0
    wish = asked(world, first, units=1)
    assert the_return(world, first).lines[0].asked == sum(wish.units.values())
    assert world.clock() - timedelta(days=1) < the_return(world, first).opened_at
    assert Moved.YES not in {r.moved for r in order.refunds}


def test_an_unknown_currency_is_shown_asked_about_and_paid_as_it_was(
    world: World,
) -> None:
    world.boots.currency = "QQQ"
    purchase = bought(world, BOOTS)
    asked(world, purchase, reason="too-small")
    case = the_return(world, purchase)
    assert case.status == "needs_person"  # the policy's limit is in euros
    decide.by_person(
        world.office.db,
        world.office.work.shops[BOOTS],
        case.id,
        case.lines[0].id,
        "approve",
        actor="test",
        why="seen",
        now=world.clock(),
    )
    arrived(world, purchase)
    run(world)
    assert the_refund(world, purchase).amount.currency == "QQQ"
    assert paid(world, purchase) == the_refund(world, purchase).amount.minor


def test_an_answer_of_another_shape_stops_nothing_else(world: World) -> None:
    odd, fine = bought(world, BOOTS), bought(world, BOOTS)
    for purchase in (odd, fine):
        asked(world, purchase)
    world.boots.orders[int(odd.ref)]["line_items"] = "none of your business"
    arrived(world, odd)
    arrived(world, fine)
    run(world)
    assert the_refund(world, fine).state is Refund.CONFIRMED
    assert refunds.of_order(world.office.db, BOOTS, odd.ref) == []


@pytest.mark.parametrize("raw", [b"", b'{"id": 12', b"\xff\xfe\x00", b"[1]", b"x" * 99])
def test_a_signed_body_without_meaning_is_kept_and_marked(
    world: World, raw: bytes
) -> None:
    headers = {
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Signature": sign(raw, HOOK_SECRET.encode()),
    }
    answer = requests.post(
        f"{world.url}/webhooks/woocommerce/{BOOTS}",
        data=raw,
        headers=headers,
        timeout=9,
    )
    assert answer.json() == {"status": "kept"}
    run(world)
    (kept,) = inbox.recent(world.office.db, BOOTS)
    assert (kept.body, kept.state) == (raw, "unknown")
