"""Goods that WooCommerce sent in exchange come back for money: refunded by itself.

The money lies with the order that they were sent for, the goods stand on their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import byhand, promise, refund
from connector.steps.observe import observe
from connector.store import desk, ledger, personal, refunds, spent
from tests.connector.shapes import eur
from tests.stories.making_good import HOUR, still, wish
from tests.stories.test_making_good_killed import Killed, Mortal
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from connector.store.refunds import RefundRow
    from tests.stories.woo_ways import WooCounter

FAULTS = ("lose_answer", "lose_request", "status_after", "status_before")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


@pytest.fixture
def mortal(address: str) -> Iterator[WooCounter]:
    with serving(address, Mortal) as found:
        yield found


def exchanged(counter: WooCounter, size: str = "l", quantity: int = 1) -> str:
    """Send other goods for shirts; return the new order, which the mirror knows."""
    before = {one["id"] for one in counter.swaps()}
    counter.returned(counter.wish(Resolution.EXCHANGE, size, quantity))
    counter.work()
    [new] = [one for one in counter.swaps() if one["id"] not in before]
    counter.learn(str(new["id"]))
    return str(new["id"])


def sent_back(
    counter: WooCounter,
    ref: str,
    quantity: int = 1,
    way: Resolution = Resolution.REFUND,
    *,
    is_back: bool = True,
) -> Return:
    line = counter.shop.order(ref).lines[0].ref
    wished = wish(line, quantity, way)
    return counter.returned(wished, order_ref=ref, is_back=is_back)


def payers(counter: WooCounter) -> list[RefundRow]:
    """Return what the first order was asked to pay for goods on another."""
    rows = refunds.of_order(counter.db, "boots", counter.order)
    return [row for row in rows if row.request.pays]


def is_paid_once(counter: WooCounter, ref: str, minor: int = 3000) -> None:
    """Hold shop and books against one refund with the old order, one booking here."""
    assert counter.standin.paid_out_minor() == minor
    [booked] = counter.shop.order(ref).refunds
    assert booked.amount == eur(minor)
    assert [x["amount"] for x in counter.standin.refunds[int(ref)]] == ["0.00"]
    paid = [
        x for x in counter.standin.refunds[int(counter.order)] if x["amount"] != "0.00"
    ]
    assert sum(round(100 * float(x["amount"])) for x in paid) == minor
    assert ledger.standing(counter.db, "boots", counter.order, "EUR") == eur(minor)
    assert ledger.standing(counter.db, "boots", ref, "EUR") == eur(minor)


def test_it_is_refunded_with_the_old_order_and_booked_on_its_own(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, ref)
    assert counter.case(case.id).status == "closed"
    assert counter.stock("l") == 9
    assert desk.open_matters(counter.db) == []


def test_the_shop_books_back_the_tax_of_the_goods_that_were_exchanged(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    sent_back(counter, ref)
    counter.work()
    sold = counter.standin.orders[int(counter.order)]["line_items"][0]
    known = counter.standin.refunds[int(counter.order)]
    [paid] = [one for one in known if one["amount"] == "30.00"]
    [line] = paid["line_items"]
    assert line["quantity"] == 0
    assert float(line["total_tax"]) < 0
    given = -float(line["total"]) - float(line["total_tax"])
    assert round(100 * given) == 3000
    tax = float(sold["total_tax"]) / 3
    assert abs(-float(line["total_tax"]) - tax) < 0.01


def test_the_rest_of_the_old_order_then_settles_by_itself(counter: WooCounter) -> None:
    ref = exchanged(counter)
    sent_back(counter, ref)
    counter.work()
    rest = counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    assert counter.states(rest) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 3000 + 6000 + 700
    assert desk.open_matters(counter.db) == []


def test_the_rest_that_came_back_before_leaves_the_new_goods_their_money(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 9700


def test_units_that_come_back_one_by_one_are_each_paid_once(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter, quantity=3)
    for _ in range(3):
        case = sent_back(counter, ref)
        counter.work()
        assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 9000
    assert [row.amount for row in payers(counter)] == [eur(3000)] * 3
    counter.returned(counter.wish(Resolution.REFUND, line=1))
    counter.work()
    assert counter.standin.paid_out_minor() == 9700
    assert desk.open_matters(counter.db) == []


def test_a_fee_is_kept_and_nothing_of_it_is_paid_to_others(counter: WooCounter) -> None:
    ref = exchanged(counter)
    line = counter.shop.order(ref).lines[0].ref
    terms = Terms(when="received", return_fee=eur(490))
    case = counter.returned(wish(line), order_ref=ref, terms=terms)
    counter.work()
    [payer] = payers(counter)
    assert payer.amount == counter.rows(case)[0].amount == eur(2510)
    before = counter.standin.paid_out_minor()
    counter.returned(
        counter.wish(Resolution.REFUND, quantity=2),
        counter.wish(Resolution.REFUND, line=1),
    )
    counter.work()
    assert counter.standin.paid_out_minor() == before + 6700


def test_what_an_exchange_of_an_exchange_brought_is_paid_by_the_first_order(
    counter: WooCounter,
) -> None:
    second = exchanged(counter)
    line = counter.shop.order(second).lines[0].ref
    wished = wish(line, way=Resolution.EXCHANGE, goods=counter.new("m"))
    counter.returned(wished, order_ref=second)
    counter.work()
    third = str(max(one["id"] for one in counter.swaps()))
    counter.learn(third)
    case = sent_back(counter, third)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, third)
    counter.returned(counter.wish(Resolution.REFUND, quantity=2))
    counter.work()
    assert counter.standin.paid_out_minor() == 9000
    assert desk.open_matters(counter.db) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("is_booking", [False, True])
def test_whatever_call_goes_wrong_it_is_paid_and_booked_exactly_once(
    counter: WooCounter, fault: str, *, is_booking: bool
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    call = f"POST /orders/{ref if is_booking else counter.order}/refunds"
    kind, _, when = fault.partition("_")
    if kind == "status":
        counter.standin.switches.add("status", call, effect=when == "after")
    else:
        counter.standin.switches.add(fault, call)
    counter.work(9)
    assert sum(counter.standin.switches.taken.values()) == 1
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(counter, ref)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 12))
def test_a_process_killed_around_any_commit_pays_it_exactly_once(
    mortal: WooCounter, commit: int, *, is_after: bool
) -> None:
    ref = exchanged(mortal)
    case = sent_back(mortal, ref)
    assert isinstance(mortal.db, Mortal)
    mortal.db.commits_left, mortal.db.is_after = commit, is_after
    try:
        mortal.work(2)
    except Killed:
        mortal.db.commits_left = -1
    mortal.work(6)
    mortal.db.commits_left = -1
    assert mortal.states(case) == [("refund", Refund.CONFIRMED)]
    is_paid_once(mortal, ref)


def test_what_the_gateway_refuses_is_asked_of_a_person_once(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    counter.standin.gateways["labpay"].can_refund = False
    counter.work(6)
    [row] = counter.rows(case)
    [matter] = desk.open_matters(counter.db)
    assert (row.state, matter.about_id) == (Refund.MANUAL, row.id)
    assert f"its refund with order {counter.order} came to nothing: " in matter.why
    assert f"what order {counter.order} was paid with" in matter.why
    byhand.paid(counter.db, row.id, proof="bank", actor="console", now=counter.now)
    counter.work(4)
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 0


@pytest.mark.parametrize("has_moved", [True, False])
def test_a_gateway_that_may_have_paid_keeps_all_from_paying_until_it_is_known(
    address: str, *, has_moved: bool
) -> None:
    with serving(address, resend=frozenset()) as counter:
        ref = exchanged(counter)
        case = sent_back(counter, ref)
        counter.standin.gateway_next("pay_then_error" if has_moved else "error")
        counter.work(5)
        [payer], [row] = payers(counter), counter.rows(case)
        assert (payer.state, row.state) == (Refund.UNKNOWN, Refund.PLANNED)
        assert desk.is_open(counter.db, "refund", payer.id, "unknown")
        with pytest.raises(BadRequest, match="is being paid, or was"):
            withdraw(counter, row.id)
        byhand.found_out(
            counter.db,
            payer.id,
            money_moved=has_moved,
            why="the gateway's list",
            actor="console",
            now=counter.now,
        )
        counter.work(5)
        [row] = counter.rows(case)
        assert row.state is (Refund.CONFIRMED if has_moved else Refund.MANUAL)
        found = [one.about_id for one in desk.open_matters(counter.db)]
        assert found == ([] if has_moved else [row.id])
        assert counter.standin.paid_out_minor() == (3000 if has_moved else 0)


def withdraw(counter: WooCounter, refund_id: str) -> None:
    byhand.withdraw(counter.db, refund_id, why="no", actor="console", now=counter.now)


def test_a_refund_that_staff_deletes_before_its_goods_are_booked_asks_a_person(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    counter.now += HOUR
    promise.run(counter.db, counter.shop, still(counter.now))
    refund.push(counter.db, counter.shop, still(counter.now), token="t")
    [payer] = payers(counter)
    assert payer.state is Refund.CONFIRMED
    known = counter.standin.refunds[int(counter.order)]
    known.remove(next(x for x in known if str(x["id"]) == payer.platform_ref))
    counter.now += HOUR
    observe(counter.db, counter.shop, counter.order, still(counter.now))
    counter.work()
    [row] = counter.rows(case)
    assert row.state is Refund.MANUAL
    [matter] = desk.about(counter.db, row.id)
    assert "see at the gateway whether that money has left" in matter.why
    assert desk.is_open(counter.db, "refund", payer.id, "reversed")
    assert counter.standin.paid_out_minor() == 3000


@pytest.mark.parametrize("is_of_goods", [False, True])
def test_who_withdraws_one_promise_sends_neither(
    counter: WooCounter, *, is_of_goods: bool
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    promise.run(counter.db, counter.shop, still(counter.now))
    [payer], [row] = payers(counter), counter.rows(case)
    withdraw(counter, row.id if is_of_goods else payer.id)
    refund.push(counter.db, counter.shop, still(counter.now), token="t")
    assert counter.standin.paid_out_minor() == 0
    assert payers(counter)[0].state is Refund.CANCELLED
    [row] = counter.rows(case)
    assert row.state is (Refund.CANCELLED if is_of_goods else Refund.MANUAL)


@pytest.mark.parametrize("is_paid", [True, False])
@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("moment", ["before", "planned", "unseen"])
def test_a_person_says_whether_staff_has_paid_it_with_the_old_order(
    counter: WooCounter, moment: str, *, is_named: bool, is_paid: bool
) -> None:
    ref = exchanged(counter)
    case = sent_back(counter, ref, is_back=False)
    counter.now += HOUR
    if moment != "before":
        counter.receive(case.id)
        promise.run(counter.db, counter.shop, still(counter.now))
        assert len(payers(counter)) == 1
    order = counter.standin.orders[int(counter.order)]
    rows = [{"id": order["line_items"][0]["id"], "refund_total": "20.00"}]
    lines = rows if is_named else []
    counter.standin.staff_refund(order["id"], "20.00", lines=lines, by_gateway=True)
    if moment != "unseen":
        observe(counter.db, counter.shop, counter.order, still(counter.now))
    if moment == "before":
        counter.receive(case.id)
    counter.work()
    assert counter.standin.paid_out_minor() == 2000
    [why] = [one.why for one in desk.about(counter.db, case.id)]
    assert "it may be the money of this return" in why
    if is_paid:
        for row in counter.rows(case):
            withdraw(counter, row.id)
        byhand.paid_elsewhere(
            counter.db, case.id, why="in the shop", actor="console", now=counter.now
        )
    else:
        desk.close(counter.db, "return", case.id, "console", counter.now)
    counter.work(6)
    assert counter.standin.paid_out_minor() == (2000 if is_paid else 5000)
    assert counter.case(case.id).status == "closed"


def test_a_day_s_limit_counts_it_once(counter: WooCounter) -> None:
    ref = exchanged(counter)
    before = spent.since(counter.db, "boots", "EUR", counter.now - HOUR * 24)
    sent_back(counter, ref)
    counter.work()
    after = spent.since(counter.db, "boots", "EUR", counter.now - HOUR * 24)
    assert after == before + eur(3000)


@pytest.mark.parametrize(
    "change", [{"payment_method": "bacs"}, {"status": "cancelled"}]
)
def test_an_old_order_that_cannot_pay_by_itself_is_for_a_person(
    counter: WooCounter, change: dict[str, str]
) -> None:
    ref = exchanged(counter)
    counter.standin.orders[int(counter.order)].update(change)
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.MANUAL)]
    assert payers(counter) == []


def test_the_order_of_a_forgotten_customer_is_paid_by_a_person(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    personal.erase_order(counter.db, "boots", counter.order, counter.now)
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.MANUAL)]
    assert payers(counter) == []


def test_more_than_is_left_of_the_old_order_is_paid_by_a_person(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    counter.standin.staff_refund(int(counter.order), "90.00", by_gateway=True)
    observe(counter.db, counter.shop, counter.order, still(counter.now))
    counter.now += HOUR
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.MANUAL)]
    assert counter.standin.paid_out_minor() == 9000
