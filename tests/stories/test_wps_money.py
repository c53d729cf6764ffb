"""Money, portal and plugin in a WooCommerce shop with WP Swings' plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.woocommerce.standin import meta
from connector.demo.world import BOOTS
from connector.states import Refund
from connector.steps import decide
from connector.store import desk, errands, ledger
from jobs.schedule import once
from tests.stories.way import arrived, asked, bought, paid, run, the_refund
from tests.stories.wps import (
    back,
    every,
    in_console,
    newest,
    number,
    rows,
    screen,
    status,
    token,
    wants,
    whys,
)

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase


def test_a_full_refund_while_the_request_waits_wins(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 3, subject="It smells of fish")
    run(wps)
    total = wps.boots.orders[number(purchase)]["total"]
    wps.boots.staff_refund(number(purchase), total, by_gateway=True)
    run(wps)
    assert status(wps, purchase) == "refunded"
    case = newest(wps, purchase)
    boots = wps.office.work.shops[BOOTS]
    decide.by_person(
        wps.office.db,
        boots,
        case.id,
        case.lines[0].id,
        "approve",
        actor="test",
        why="seen",
        now=wps.clock(),
    )
    back(wps, purchase, 3)
    for _ in range(3):
        run(wps)
    assert rows(wps, purchase) == []
    assert any("may be the money of this return" in why for why in whys(wps))
    assert (status(wps, purchase), screen(wps, purchase)[0]) == (
        "refunded",
        "complete",
    )
    assert ledger.standing(wps.office.db, BOOTS, purchase.ref, "EUR").decimal == total


def by_button(wps: World) -> Purchase:
    """Let staff approve and pay a request with the plugin's own buttons."""
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 2)
    run(wps)
    assert wps.boots.wps.press_refund(number(purchase))
    run(wps)
    assert (paid(wps, purchase), newest(wps, purchase).status) == (0, "awaited")
    wps.boots.wps.refund_form(number(purchase))
    back(wps, purchase, 2)
    for _ in range(3):
        run(wps)
    assert rows(wps, purchase) == []
    assert whys(wps) != []
    return purchase


def press(world: World, purchase: Purchase, deed: str) -> None:
    """Press a button of the return's page in the console."""
    with in_console(world) as session:
        there = f"{world.url}/console/returns/{newest(world, purchase).id}"
        page = session.get(there, timeout=9).text
        assert f"/{deed}" in page
        answer = session.post(
            f"{there}/{deed}", data={"csrf_token": token(page)}, timeout=9
        )
        assert answer.status_code == 200


def test_the_button_s_refund_is_not_paid_again_and_a_person_settles_it(
    wps: World,
) -> None:
    purchase = by_button(wps)
    by_staff = paid(wps, purchase)
    press(wps, purchase, "paid-elsewhere")
    run(wps)
    assert (newest(wps, purchase).status, whys(wps)) == ("closed", [])
    run(wps)
    assert paid(wps, purchase) == by_staff
    assert screen(wps, purchase) == ("complete",)


def test_a_refund_by_staff_that_was_for_something_else_holds_nothing_up(
    wps: World,
) -> None:
    purchase = by_button(wps)
    by_staff = paid(wps, purchase)
    press(wps, purchase, "settled")
    run(wps)
    row = the_refund(wps, purchase)
    assert row.state in (Refund.CONFIRMED, Refund.PLANNED)
    run(wps)
    assert paid(wps, purchase) == by_staff + the_refund(wps, purchase).amount.minor
    assert newest(wps, purchase).status == "closed"


def test_a_request_accepted_at_once_is_followed_though_money_went_back_before(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    wps.boots.staff_refund(number(purchase), "1.00")
    run(wps)
    assert wants(wps, purchase)
    assert wps.boots.wps.accept(number(purchase))
    run(wps)
    assert newest(wps, purchase).status == "awaited"


def test_goods_that_come_after_their_money_need_no_word_to_the_plugin(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    run(wps)
    db, case = wps.office.db, newest(wps, purchase)
    db.execute(
        "UPDATE returns SET terms = :terms WHERE id = :id",
        terms='{"when":"requested"}',
        id=case.id,
    )
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    back(wps, purchase, 2)
    run(wps)
    run(wps)
    assert (newest(wps, purchase).status, whys(wps)) == ("closed", [])
    assert {e.state.value for e in errands.of_return(db, case.id)} == {"done"}


def test_what_was_approved_and_paid_before_retour_saw_it_is_history(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    assert wps.boots.wps.accept(number(purchase))
    assert wps.boots.wps.press_refund(number(purchase))
    wps.boots.wps.refund_form(number(purchase))
    run(wps)
    run(wps)
    assert every(wps, purchase) == []
    assert len(ledger.externals(wps.office.db, BOOTS, purchase.ref)) == 1


def test_a_return_of_the_portal_is_made_in_the_plugin_and_answered_there(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    asked(wps, purchase)
    run(wps)
    case = newest(wps, purchase)
    assert (case.filed_by, case.status) == ("portal", "awaited")
    assert (status(wps, purchase), screen(wps, purchase)[0]) == (
        "return-approved",
        "complete",
    )
    order = wps.boots.orders[number(purchase)]
    (request,) = meta.get(order, "wps_rma_return_product").values()
    assert request["retour_return"] == case.number
    arrived(wps, purchase)
    run(wps)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert newest(wps, purchase).status == "closed"
    assert screen(wps, purchase) == ("complete",)


def test_a_return_whose_making_lost_its_answer_is_made_once(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    wps.boots.switches.add("lose_answer", "PUT /orders")
    asked(wps, purchase)
    for _ in range(3):
        run(wps)
    assert newest(wps, purchase).platform_ref
    assert screen(wps, purchase)[0] == "complete"
    assert len(every(wps, purchase)) == 1


def test_where_the_order_had_a_request_the_portal_s_return_lives_here_alone(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 1)
    assert wps.boots.wps.withdraw(number(purchase))
    run(wps)
    was = meta.get(wps.boots.orders[number(purchase)], "wps_rma_return_product")
    asked(wps, purchase)
    run(wps)
    case = newest(wps, purchase)
    assert (case.status, case.platform_ref) == ("awaited", "")
    assert {e.state.value for e in errands.of_return(wps.office.db, case.id)} == {
        "done"
    }
    arrived(wps, purchase)
    run(wps)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert newest(wps, purchase).status == "closed"
    order = wps.boots.orders[number(purchase)]
    assert meta.get(order, "wps_rma_return_product") == was
    assert desk.open_matters(wps.office.db) == []


def test_a_plugin_that_is_switched_off_is_told_and_nothing_is_lost(
    wps: World,
) -> None:
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase)
    wps.boots.deliver()
    once(wps.office.work, skip=frozenset({"mirror"}))
    wps.boots.wps.is_on = False
    run(wps, 2)
    assert any("return plugin is switched off" in why for why in whys(wps))
    back(wps, purchase, 2)
    run(wps)
    run(wps)
    assert the_refund(wps, purchase).state is Refund.CONFIRMED
    assert newest(wps, purchase).status == "closed"
    wps.boots.wps.is_on = True
    run(wps, 2)
    run(wps, 2)
    assert desk.open_matters(wps.office.db) == []
    assert screen(wps, purchase) == ("complete",)


def test_nonce_and_bank_details_are_nowhere_in_the_database(wps: World) -> None:
    iban = "FR76 3000 6000 0112 3456 7890 189"
    purchase = bought(wps, BOOTS)
    assert wants(wps, purchase, 2, bank=iban)
    run(wps)
    wps.boots.wps.view(number(purchase))
    back(wps, purchase, 2)
    for _ in range(3):
        run(wps)
    assert newest(wps, purchase).status == "closed"
    db = wps.office.db
    tables = ("inbox", "orders", "returns", "return_lines", "history", "desk")
    for table in (*tables, "errands", "refunds", "ledger", "outbox"):
        kept = str(db.query(f"SELECT * FROM {table}"))  # noqa: S608 - our own tables
        assert iban not in kept, table
        assert "f12ec4df46" not in kept, table
    for file in wps.office.config.base.glob("retour*.sqlite*"):
        raw = file.read_bytes()
        assert iban.encode() not in raw
        assert b"f12ec4df46" not in raw
