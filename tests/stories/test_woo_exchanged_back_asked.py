"""What a person is asked of goods that WooCommerce sent in exchange and took back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest
from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import byhand, cancel, promise, refund
from connector.steps.observe import observe
from connector.store import desk, personal
from tests.stories.exchanged_back import exchanged, payers, sent_back, withdraw
from tests.stories.making_good import HOUR, still, wish
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


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


def test_an_old_order_that_credit_paid_too_is_for_a_person(counter: WooCounter) -> None:
    counter.returned(counter.wish(Resolution.STORE_CREDIT))
    counter.work()
    [coupon] = counter.standin.coupons.values()
    bought = [(counter.sizes["m"], 2)]
    order = counter.standin.place_order(bought, BUYER, code=coupon["code"])
    counter.order = str(order)
    counter.learn(counter.order)
    ref = exchanged(counter)
    case = sent_back(counter, ref)
    counter.work()
    assert counter.states(case) == [("refund", Refund.MANUAL)]
    assert payers(counter) == []


def test_who_cancels_the_return_before_it_is_sent_cancels_the_money_too(
    counter: WooCounter,
) -> None:
    ref = exchanged(counter)
    line = counter.shop.order(ref).lines[0].ref
    case = counter.returned(
        wish(line), order_ref=ref, terms=Terms(when="requested"), is_back=False
    )
    promise.run(counter.db, counter.shop, still(counter.now))
    assert [row.state for row in payers(counter)] == [Refund.PLANNED]
    cancel.cancel(counter.db, counter.shop, case.id, actor="console", now=counter.now)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CANCELLED)]
    assert [row.state for row in payers(counter)] == [Refund.CANCELLED]
    assert counter.standin.paid_out_minor() == 0
