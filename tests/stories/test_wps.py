"""Requests that live in WP Swings' plugin of a WooCommerce shop, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import meta
from connector.demo.buying import Market
from connector.demo.world import BOOTS
from connector.states import Refund
from connector.store import desk, history
from jobs.schedule import once
from tests.stories.way import bought, paid, run, the_refund
from tests.stories.wps import (
    back,
    every,
    in_console,
    newest,
    number,
    rows,
    screen,
    status,
    to_customer,
    wants,
    whys,
)

if TYPE_CHECKING:
    from connector.demo import World


def test_a_request_in_the_plugin_is_decided_paid_and_its_screens_agree(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    stock = next(iter(wps.boots.products.values()))["stock_quantity"]
    assert wants(wps, purchase)
    assert screen(wps, purchase) == ("pending", "accept", "cancel")
    run(wps)
    case = newest(wps, purchase)
    assert (case.filed_by, case.status) == ("shop", "awaited")
    assert case.lines[0].note == 'size "L" pinches'
    assert case.platform_ref.startswith(f"wps:{purchase.ref}:")
    assert (status(wps, purchase), screen(wps, purchase)) == (
        "return-approved",
        ("complete", "refund", "stock"),
    )
    assert to_customer(wps, purchase) == "Votre demande de retour a été acceptée."
    back(wps, purchase, 2)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert paid(wps, purchase) == the_refund(wps, purchase).amount.minor
    run(wps)
    assert newest(wps, purchase).status == "closed"
    assert screen(wps, purchase) == ("complete",)
    assert not wps.boots.wps.press_stock(number(purchase))
    assert next(iter(wps.boots.products.values()))["stock_quantity"] == stock + 2
    assert desk.open_matters(wps.office.db) == []


def test_a_request_that_the_policy_refuses_is_cancelled_in_the_plugin(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    wps.clock.pass_by(days=40)
    assert wants(wps, purchase)
    run(wps)
    assert newest(wps, purchase).status == "declined"
    assert (status(wps, purchase), screen(wps, purchase)) == (
        "return-cancelled",
        ("cancel",),
    )
    said = to_customer(wps, purchase)
    assert said.startswith("Votre demande de retour n'a pas été acceptée.")
    run(wps)
    assert newest(wps, purchase).status == "declined"
    assert wps.boots.wps.mails == []


def test_a_request_before_the_order_was_completed_is_decided_too(wps: World) -> None:
    purchase = Market(wps).buy(BOOTS)
    assert status(wps, purchase) == "processing"
    assert wants(wps, purchase, 1)
    run(wps)
    assert newest(wps, purchase).status in ("awaited", "needs_person", "declined")


def test_the_merchant_approves_in_the_plugin_what_here_waits_for_a_person(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 2, subject="It smells of fish")
    run(wps)
    assert newest(wps, purchase).status == "needs_person"
    assert wps.boots.wps.accept(number(purchase))
    run(wps)
    assert newest(wps, purchase).status == "awaited"
    assert desk.open_matters(wps.office.db) == []
    back(wps, purchase, 2)
    run(wps)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert (newest(wps, purchase).status, screen(wps, purchase)) == (
        "closed",
        ("complete",),
    )


@pytest.mark.parametrize("who", ["reject", "withdraw"])
def test_a_refusal_and_a_withdrawal_in_the_plugin_end_the_return_here(
    wps: World, who: str
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 2, subject="It smells of fish")
    run(wps)
    assert getattr(wps.boots.wps, who)(number(purchase))
    run(wps)
    assert newest(wps, purchase).status == "cancelled"
    assert desk.open_matters(wps.office.db) == []
    assert wants(wps, purchase, 3)
    run(wps)
    first, second = every(wps, purchase)
    assert (first.status, second.status) == ("cancelled", "awaited")
    assert second.lines[0].asked == 3


def test_a_withdrawal_while_the_approval_is_on_its_way_is_followed(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    assert newest(wps, purchase).status == "awaited"
    assert wps.boots.wps.withdraw(number(purchase))
    run(wps)
    run(wps)
    assert (newest(wps, purchase).status, screen(wps, purchase)) == (
        "cancelled",
        ("cancel",),
    )
    assert desk.open_matters(wps.office.db) == []


def test_a_withdrawal_after_the_money_was_promised_goes_to_a_person(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    back(wps, purchase, 2)
    once(wps.office.work, skip=frozenset({"mirror", "refunds"}))
    assert the_refund(wps, purchase).state is Refund.PLANNED
    assert wps.boots.wps.withdraw(number(purchase))
    run(wps)
    assert any("a refund was promised here" in why for why in whys(wps))
    assert newest(wps, purchase).cancelled_at is None


def test_a_request_written_over_a_waiting_one_is_the_one_that_counts(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 1, subject="It smells of fish")
    run(wps)
    assert newest(wps, purchase).status == "needs_person"
    assert wants(wps, purchase, 3)
    run(wps)
    first, second = every(wps, purchase)
    assert (first.status, first.platform_ref) == ("cancelled", "")
    assert (second.status, second.lines[0].asked) == ("awaited", 3)
    assert screen(wps, purchase)[0] == "complete"
    back(wps, purchase, 3)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert desk.open_matters(wps.office.db) == []


def test_a_request_is_not_approved_over_one_that_nobody_has_read(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 1)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    assert wants(wps, purchase, 3)
    wps.clock.pass_by(minutes=1)
    once(wps.office.work, skip=frozenset({"inbox", "sync"}))
    assert screen(wps, purchase)[0] == "pending"
    run(wps)
    assert [case.status for case in every(wps, purchase)] == ["cancelled", "awaited"]
    order = wps.boots.orders[number(purchase)]
    (request,) = meta.get(order, "wps_rma_return_product").values()
    assert (request["status"], request["products"][0]["qty"]) == ("complete", "3")
    assert (request["security_check"], request["orderid"]) == (
        "f12ec4df46",
        purchase.ref,
    )


def test_a_request_written_over_goods_that_are_back_goes_to_a_person(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 1)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    back(wps, purchase, 1)
    assert wants(wps, purchase, 3)
    run(wps)
    assert len(every(wps, purchase)) == 1
    assert any("rewritten by the customer" in why for why in whys(wps))
    for _ in range(3):
        run(wps)
    assert (
        sum(units for row in rows(wps, purchase) for units in row.units.values()) == 1
    )


def test_a_request_that_replaced_one_whose_end_nobody_saw(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 1, subject="It smells of fish")
    run(wps)
    wps.boots.switches.add("drop", "order|action", times=None)
    assert wps.boots.wps.reject(number(purchase))
    wps.clock.pass_by(minutes=5)
    assert wants(wps, purchase, 2)
    run(wps)
    first, second = every(wps, purchase)
    assert (first.status, second.status) == ("cancelled", "awaited")
    assert first.platform_ref != second.platform_ref
    assert desk.open_matters(wps.office.db) == []


def test_looking_at_an_order_in_the_shop_changes_nothing_here(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 2, subject="It smells of fish")
    run(wps)
    before = history.timeline(wps.office.db, newest(wps, purchase).id)
    for _ in range(3):
        wps.boots.wps.view(number(purchase))
        run(wps)
    assert history.timeline(wps.office.db, newest(wps, purchase).id) == before
    assert len(every(wps, purchase)) == 1


def test_a_request_withdrawn_before_the_queue_ran_opens_nothing(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    assert wps.boots.wps.withdraw(number(purchase))
    run(wps)
    assert every(wps, purchase) == []
    assert desk.open_matters(wps.office.db) == []


def test_what_the_merchant_approves_and_the_policy_refuses_goes_to_a_person(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    wps.clock.pass_by(days=40)
    assert wants(wps, purchase)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    assert newest(wps, purchase).status == "declined"
    assert wps.boots.wps.accept(number(purchase))
    run(wps)
    assert screen(wps, purchase)[0] == "complete"
    assert any("did not decline" in why for why in whys(wps))
    assert rows(wps, purchase) == []


def test_a_request_in_time_is_in_time_though_it_was_read_late(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    wps.clock.pass_by(days=29)
    assert wants(wps, purchase)
    run(wps, 24 * 10)
    assert newest(wps, purchase).status == "awaited"
    assert newest(wps, purchase).opened_at < wps.clock()


def test_what_a_customer_wrote_is_shown_as_text_and_his_images_are_known(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    lines = [(int(purchase.lines[0].ref), 1)]
    wps.boots.wps.request(
        number(purchase),
        lines,
        subject="<i>fish</i>",
        reason='<script>alert("x")</script>',
        files=1,
    )
    run(wps)
    case = newest(wps, purchase)
    assert case.lines[0].has_photo
    assert case.lines[0].note == '<script>alert("x")</script>'
    with in_console(wps) as session:
        page = session.get(f"{wps.url}/console/returns/{case.id}", timeout=9).text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<i>fish" not in page


def test_a_request_by_the_plugin_s_api_is_a_return_of_the_whole_order(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wps.boots.wps.request_all(number(purchase), "Too small")
    run(wps)
    case = newest(wps, purchase)
    assert (case.status, case.lines[0].asked) == ("awaited", 3)
    assert screen(wps, purchase)[0] == "complete"
