"""Returns that live in WP Swings' plugin of a WooCommerce shop, over HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests

from adapters.woocommerce.standin import meta
from connector.demo.buying import Market
from connector.demo.world import BOOTS, PASSWORD
from connector.states import Refund
from connector.steps import decide, inspect
from connector.steps.inspect import Counted
from connector.store import desk, errands, history, ledger, refunds, returns
from jobs.schedule import once
from tests.stories.test_way import arrived, asked, bought, paid, run, the_refund

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import Return


@pytest.fixture
def shop(world: World) -> World:
    """The demo's world, whose WooCommerce shop runs the plugin."""
    world.boots.wps.is_on = True
    return world


def number(purchase: Purchase) -> int:
    return int(purchase.ref)


def wants(world: World, purchase: Purchase, units: int = 2, **form: str) -> bool:
    """Ask in the plugin's own form, for units of the only line."""
    lines = [(int(purchase.lines[0].ref), units)]
    form = {"subject": "Too small", "reason": 'size "L" pinches'} | form
    return world.boots.wps.request(number(purchase), lines, **form)  # type: ignore[arg-type]


def every(world: World, purchase: Purchase) -> list[Return]:
    return returns.of_order(world.office.db, BOOTS, purchase.ref)


def newest(world: World, purchase: Purchase) -> Return:
    return every(world, purchase)[-1]


def whys(world: World) -> list[str]:
    return [matter.why for matter in desk.open_matters(world.office.db)]


def back(world: World, purchase: Purchase, units: int) -> None:
    """Let goods of the newest return arrive in order."""
    case = newest(world, purchase)
    counted = {case.lines[0].id: Counted(received=units, accepted=units)}
    now = world.clock()
    inspect.receive(world.office.db, case.id, counted, actor="test", now=now)


def status(world: World, purchase: Purchase) -> str:
    return str(world.boots.orders[number(purchase)]["status"])


def screen(world: World, purchase: Purchase) -> tuple[str, ...]:
    return world.boots.wps.screen(number(purchase))


def to_customer(world: World, purchase: Purchase) -> str:
    """Return the newest note that the customer reads."""
    notes = world.boots.notes[number(purchase)]
    return next(str(one["note"]) for one in notes if one["customer_note"])


def test_a_request_in_the_plugin_is_decided_paid_and_its_screens_agree(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    stock = next(iter(shop.boots.products.values()))["stock_quantity"]
    assert wants(shop, purchase)
    assert screen(shop, purchase) == ("pending", "accept", "cancel")
    run(shop)
    case = newest(shop, purchase)
    assert (case.filed_by, case.status) == ("shop", "awaited")
    assert case.lines[0].note == 'size "L" pinches'
    assert case.platform_ref.startswith(f"wps:{purchase.ref}:")
    assert (status(shop, purchase), screen(shop, purchase)) == (
        "return-approved",
        ("complete", "refund", "stock"),
    )
    assert to_customer(shop, purchase) == "Votre demande de retour a été acceptée."
    back(shop, purchase, 2)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert paid(shop, purchase) == the_refund(shop, purchase).amount.minor
    run(shop)
    assert newest(shop, purchase).status == "closed"
    assert screen(shop, purchase) == ("complete",)
    assert not shop.boots.wps.press_stock(number(purchase))
    assert next(iter(shop.boots.products.values()))["stock_quantity"] == stock + 2
    assert desk.open_matters(shop.office.db) == []


def test_a_request_that_the_policy_refuses_is_cancelled_in_the_plugin(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    shop.clock.pass_by(days=40)
    assert wants(shop, purchase)
    run(shop)
    assert newest(shop, purchase).status == "declined"
    assert (status(shop, purchase), screen(shop, purchase)) == (
        "return-cancelled",
        ("cancel",),
    )
    said = to_customer(shop, purchase)
    assert said.startswith("Votre demande de retour n'a pas été acceptée.")
    run(shop)
    assert newest(shop, purchase).status == "declined"
    assert shop.boots.wps.mails == []


def test_a_request_before_the_order_was_completed_is_decided_too(shop: World) -> None:
    purchase = Market(shop).buy(BOOTS)
    assert status(shop, purchase) == "processing"
    assert wants(shop, purchase, 1)
    run(shop)
    assert newest(shop, purchase).status in ("awaited", "needs_person", "declined")


def test_the_merchant_approves_in_the_plugin_what_here_waits_for_a_person(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 2, subject="It smells of fish")
    run(shop)
    assert newest(shop, purchase).status == "needs_person"
    assert shop.boots.wps.accept(number(purchase))
    run(shop)
    assert newest(shop, purchase).status == "awaited"
    assert desk.open_matters(shop.office.db) == []
    back(shop, purchase, 2)
    run(shop)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert (newest(shop, purchase).status, screen(shop, purchase)) == (
        "closed",
        ("complete",),
    )


@pytest.mark.parametrize("who", ["reject", "withdraw"])
def test_a_refusal_and_a_withdrawal_in_the_plugin_end_the_return_here(
    shop: World, who: str
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 2, subject="It smells of fish")
    run(shop)
    assert getattr(shop.boots.wps, who)(number(purchase))
    run(shop)
    assert newest(shop, purchase).status == "cancelled"
    assert desk.open_matters(shop.office.db) == []
    assert wants(shop, purchase, 3)
    run(shop)
    first, second = every(shop, purchase)
    assert (first.status, second.status) == ("cancelled", "awaited")
    assert second.lines[0].asked == 3


def test_a_withdrawal_while_the_approval_is_on_its_way_is_followed(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase)
    shop.boots.deliver()
    once(shop.office.work, skip=frozenset({"mirror"}))
    assert newest(shop, purchase).status == "awaited"
    assert shop.boots.wps.withdraw(number(purchase))
    run(shop)
    run(shop)
    assert (newest(shop, purchase).status, screen(shop, purchase)) == (
        "cancelled",
        ("cancel",),
    )
    assert desk.open_matters(shop.office.db) == []


def test_a_withdrawal_after_the_money_was_promised_goes_to_a_person(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase)
    shop.boots.deliver()
    once(shop.office.work, skip=frozenset({"mirror"}))
    back(shop, purchase, 2)
    once(shop.office.work, skip=frozenset({"mirror", "refunds"}))
    assert the_refund(shop, purchase).state is Refund.PLANNED
    assert shop.boots.wps.withdraw(number(purchase))
    run(shop)
    assert any("a refund was promised here" in why for why in whys(shop))
    assert newest(shop, purchase).cancelled_at is None


def test_a_request_written_over_a_waiting_one_is_the_one_that_counts(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 1, subject="It smells of fish")
    run(shop)
    assert newest(shop, purchase).status == "needs_person"
    assert wants(shop, purchase, 3)
    run(shop)
    first, second = every(shop, purchase)
    assert (first.status, first.platform_ref) == ("cancelled", "")
    assert (second.status, second.lines[0].asked) == ("awaited", 3)
    assert screen(shop, purchase)[0] == "complete"
    back(shop, purchase, 3)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert desk.open_matters(shop.office.db) == []


def test_a_request_is_not_approved_over_one_that_nobody_has_read(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 1)
    shop.boots.deliver()
    once(shop.office.work, skip=frozenset({"mirror"}))
    assert wants(shop, purchase, 3)
    shop.clock.pass_by(minutes=1)
    once(shop.office.work, skip=frozenset({"inbox", "sync"}))
    assert screen(shop, purchase)[0] == "pending"
    run(shop)
    assert [case.status for case in every(shop, purchase)] == ["cancelled", "awaited"]
    order = shop.boots.orders[number(purchase)]
    (request,) = meta.get(order, "wps_rma_return_product").values()
    assert (request["status"], request["products"][0]["qty"]) == ("complete", "3")
    assert (request["security_check"], request["orderid"]) == (
        "f12ec4df46",
        purchase.ref,
    )


def test_a_request_written_over_goods_that_are_back_goes_to_a_person(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 1)
    shop.boots.deliver()
    once(shop.office.work, skip=frozenset({"mirror"}))
    back(shop, purchase, 1)
    assert wants(shop, purchase, 3)
    run(shop)
    assert len(every(shop, purchase)) == 1
    assert any("rewritten by the customer" in why for why in whys(shop))
    for _ in range(3):
        run(shop)
    assert (
        sum(units for row in rows(shop, purchase) for units in row.units.values()) == 1
    )


def rows(world: World, purchase: Purchase) -> list[refunds.RefundRow]:
    return refunds.of_order(world.office.db, BOOTS, purchase.ref)


def test_a_request_that_replaced_one_whose_end_nobody_saw(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 1, subject="It smells of fish")
    run(shop)
    shop.boots.switches.add("drop", "order|action", times=None)
    assert shop.boots.wps.reject(number(purchase))
    shop.clock.pass_by(minutes=5)
    assert wants(shop, purchase, 2)
    run(shop)
    first, second = every(shop, purchase)
    assert (first.status, second.status) == ("cancelled", "awaited")
    assert first.platform_ref != second.platform_ref
    assert desk.open_matters(shop.office.db) == []


def test_looking_at_an_order_in_the_shop_changes_nothing_here(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 2, subject="It smells of fish")
    run(shop)
    before = history.timeline(shop.office.db, newest(shop, purchase).id)
    for _ in range(3):
        shop.boots.wps.view(number(purchase))
        run(shop)
    assert history.timeline(shop.office.db, newest(shop, purchase).id) == before
    assert len(every(shop, purchase)) == 1


def test_a_request_withdrawn_before_the_queue_ran_opens_nothing(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase)
    assert shop.boots.wps.withdraw(number(purchase))
    run(shop)
    assert every(shop, purchase) == []
    assert desk.open_matters(shop.office.db) == []


def test_a_full_refund_while_the_request_waits_wins(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 3, subject="It smells of fish")
    run(shop)
    total = shop.boots.orders[number(purchase)]["total"]
    shop.boots.staff_refund(number(purchase), total, by_gateway=True)
    run(shop)
    assert status(shop, purchase) == "refunded"
    case = newest(shop, purchase)
    boots = shop.office.work.shops[BOOTS]
    decide.by_person(
        shop.office.db,
        boots,
        case.id,
        case.lines[0].id,
        "approve",
        actor="test",
        why="seen",
        now=shop.clock(),
    )
    back(shop, purchase, 3)
    for _ in range(3):
        run(shop)
    assert rows(shop, purchase) == []
    assert any("may be the money of this return" in why for why in whys(shop))
    assert (status(shop, purchase), screen(shop, purchase)[0]) == (
        "refunded",
        "complete",
    )
    assert ledger.standing(shop.office.db, BOOTS, purchase.ref, "EUR").decimal == total


def by_button(shop: World) -> Purchase:
    """Let staff approve and pay a request with the plugin's own buttons."""
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 2)
    run(shop)
    assert shop.boots.wps.press_refund(number(purchase))
    run(shop)
    assert (paid(shop, purchase), newest(shop, purchase).status) == (0, "awaited")
    shop.boots.wps.refund_form(number(purchase))
    back(shop, purchase, 2)
    for _ in range(3):
        run(shop)
    assert rows(shop, purchase) == []
    assert whys(shop) != []
    return purchase


def press(world: World, purchase: Purchase, deed: str) -> None:
    """Press a button of the return's page in the console."""
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{world.url}/console/door", timeout=9).text
        form = {"password": PASSWORD, "csrf_token": token(page)}
        session.post(f"{world.url}/console/door", data=form, timeout=9)
        there = f"{world.url}/console/returns/{newest(world, purchase).id}"
        page = session.get(there, timeout=9).text
        assert f"/{deed}" in page
        answer = session.post(
            f"{there}/{deed}", data={"csrf_token": token(page)}, timeout=9
        )
        assert answer.status_code == 200


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_button_s_refund_is_not_paid_again_and_a_person_settles_it(
    shop: World,
) -> None:
    purchase = by_button(shop)
    by_staff = paid(shop, purchase)
    press(shop, purchase, "paid-elsewhere")
    run(shop)
    assert (newest(shop, purchase).status, whys(shop)) == ("closed", [])
    run(shop)
    assert paid(shop, purchase) == by_staff
    assert screen(shop, purchase) == ("complete",)


def test_a_refund_by_staff_that_was_for_something_else_holds_nothing_up(
    shop: World,
) -> None:
    purchase = by_button(shop)
    by_staff = paid(shop, purchase)
    press(shop, purchase, "settled")
    run(shop)
    row = the_refund(shop, purchase)
    assert row.state in (Refund.CONFIRMED, Refund.PLANNED)
    run(shop)
    assert paid(shop, purchase) == by_staff + the_refund(shop, purchase).amount.minor
    assert newest(shop, purchase).status == "closed"


def test_what_was_approved_and_paid_before_retour_saw_it_is_history(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase)
    assert shop.boots.wps.accept(number(purchase))
    assert shop.boots.wps.press_refund(number(purchase))
    shop.boots.wps.refund_form(number(purchase))
    run(shop)
    run(shop)
    assert every(shop, purchase) == []
    assert len(ledger.externals(shop.office.db, BOOTS, purchase.ref)) == 1


def test_a_return_of_the_portal_is_made_in_the_plugin_and_answered_there(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    asked(shop, purchase)
    run(shop)
    case = newest(shop, purchase)
    assert (case.filed_by, case.status) == ("portal", "awaited")
    assert (status(shop, purchase), screen(shop, purchase)[0]) == (
        "return-approved",
        "complete",
    )
    order = shop.boots.orders[number(purchase)]
    (request,) = meta.get(order, "wps_rma_return_product").values()
    assert request["retour_return"] == case.number
    arrived(shop, purchase)
    run(shop)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert newest(shop, purchase).status == "closed"
    assert screen(shop, purchase) == ("complete",)


def test_a_return_whose_making_lost_its_answer_is_made_once(shop: World) -> None:
    purchase = bought(shop, BOOTS)
    shop.boots.switches.add("lose_answer", "PUT /orders")
    asked(shop, purchase)
    for _ in range(3):
        run(shop)
    assert newest(shop, purchase).platform_ref
    assert screen(shop, purchase)[0] == "complete"
    assert len(every(shop, purchase)) == 1


def test_where_the_order_had_a_request_the_portal_s_return_lives_here_alone(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 1)
    assert shop.boots.wps.withdraw(number(purchase))
    run(shop)
    was = meta.get(shop.boots.orders[number(purchase)], "wps_rma_return_product")
    asked(shop, purchase)
    run(shop)
    case = newest(shop, purchase)
    assert (case.status, case.platform_ref) == ("awaited", "")
    assert {e.state.value for e in errands.of_return(shop.office.db, case.id)} == {
        "done"
    }
    arrived(shop, purchase)
    run(shop)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert newest(shop, purchase).status == "closed"
    order = shop.boots.orders[number(purchase)]
    assert meta.get(order, "wps_rma_return_product") == was
    assert desk.open_matters(shop.office.db) == []


def test_a_plugin_that_is_switched_off_is_told_and_nothing_is_lost(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase)
    shop.boots.deliver()
    once(shop.office.work, skip=frozenset({"mirror"}))
    shop.boots.wps.is_on = False
    run(shop, 2)
    assert any("return plugin is switched off" in why for why in whys(shop))
    back(shop, purchase, 2)
    run(shop)
    run(shop)
    assert the_refund(shop, purchase).state is Refund.CONFIRMED
    assert newest(shop, purchase).status == "closed"
    shop.boots.wps.is_on = True
    run(shop, 2)
    run(shop, 2)
    assert desk.open_matters(shop.office.db) == []
    assert screen(shop, purchase) == ("complete",)


def test_a_request_by_the_plugin_s_api_is_a_return_of_the_whole_order(
    shop: World,
) -> None:
    purchase = bought(shop, BOOTS)
    assert shop.boots.wps.request_all(number(purchase), "Too small")
    run(shop)
    case = newest(shop, purchase)
    assert (case.status, case.lines[0].asked) == ("awaited", 3)
    assert screen(shop, purchase)[0] == "complete"


def test_nonce_and_bank_details_are_nowhere_in_the_database(shop: World) -> None:
    iban = "FR76 3000 6000 0112 3456 7890 189"
    purchase = bought(shop, BOOTS)
    assert wants(shop, purchase, 2, bank=iban)
    run(shop)
    shop.boots.wps.view(number(purchase))
    back(shop, purchase, 2)
    for _ in range(3):
        run(shop)
    assert newest(shop, purchase).status == "closed"
    db = shop.office.db
    tables = ("inbox", "orders", "returns", "return_lines", "history", "desk")
    for table in (*tables, "errands", "refunds", "ledger", "outbox"):
        kept = str(db.query(f"SELECT * FROM {table}"))  # noqa: S608 - our own tables
        assert iban not in kept, table
        assert "f12ec4df46" not in kept, table
    for file in shop.office.config.base.glob("retour*.sqlite*"):
        raw = file.read_bytes()
        assert iban.encode() not in raw
        assert b"f12ec4df46" not in raw
