"""What staff refunds in the shop while a return is open is never paid a second time.

WooCommerce takes any refund until nothing is left of an order: of one unit of three
both, ours and the staff's, would be paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Refund
from connector.steps import byhand, foreign, promise, refund
from connector.store import desk
from tests.stories.making_good import HOUR, still, wish
from tests.stories.shopify_counter import counting as at_shopify
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from connector.model import Return
    from tests.stories.woo_ways import WooCounter

# What staff writes beside the amount: units of the line, money of it, or nothing.
WRITTEN = ("units", "money", "")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def staff_refunds(counter: WooCounter, written: str, amount: str = "30.00") -> None:
    order = counter.standin.orders[int(counter.order)]
    line = order["line_items"][0]
    row: dict[str, Any] = {"id": line["id"], "refund_total": amount}
    if written == "units":
        row["quantity"] = 1
    rows = [row] if written else []
    counter.standin.staff_refund(order["id"], amount, lines=rows, by_gateway=True)


def look(counter: WooCounter) -> None:
    foreign.follow(counter.db, counter.shop, counter.order, still(counter.now))


def plan(counter: WooCounter) -> None:
    counter.now += HOUR
    promise.run(counter.db, counter.shop, still(counter.now))


def questions(counter: WooCounter, case: Return) -> list[str]:
    found = desk.about(counter.db, case.id)
    return [one.why for one in found if one.code == "settlement"]


def answer(counter: WooCounter, case: Return, *, is_paid: bool) -> None:
    if is_paid:
        for row in counter.rows(case):
            byhand.withdraw(
                counter.db, row.id, why="staff paid", actor="console", now=counter.now
            )
        byhand.paid_elsewhere(
            counter.db, case.id, why="in the shop", actor="console", now=counter.now
        )
    else:
        desk.close(counter.db, "return", case.id, "console", counter.now)
    counter.work(6)


@pytest.mark.parametrize("is_paid", [True, False])
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("moment", ["before", "planned", "unseen"])
def test_a_person_says_whether_staff_has_paid_it(
    counter: WooCounter, moment: str, written: str, *, is_paid: bool
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND), is_back=False)
    if moment == "before":
        staff_refunds(counter, written)
        look(counter)
        counter.receive(case.id)
    else:
        counter.receive(case.id)
        plan(counter)
        staff_refunds(counter, written)
        if moment == "planned":
            look(counter)
    counter.work()
    assert counter.standin.paid_out_minor() == 3000
    [why] = questions(counter, case)
    assert "it may be the money of this return" in why
    answer(counter, case, is_paid=is_paid)
    assert questions(counter, case) == []
    assert counter.standin.paid_out_minor() == (3000 if is_paid else 6000)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("way", [Resolution.STORE_CREDIT, Resolution.EXCHANGE])
def test_credit_and_goods_are_not_given_for_what_staff_may_have_paid(
    counter: WooCounter, way: Resolution
) -> None:
    case = counter.returned(counter.wish(way, "l"))
    staff_refunds(counter, "units")
    counter.work()
    assert (counter.credits(), counter.sent()) == ([], [])
    assert len(questions(counter, case)) == 1


def test_a_kindness_and_money_of_other_goods_hold_nothing(counter: WooCounter) -> None:
    staff_refunds(counter, "units", "9.00")  # before anybody asked for a return
    counter.now += HOUR
    case = counter.returned(counter.wish(Resolution.REFUND, line=1), is_back=False)
    staff_refunds(counter, "units", "9.00")
    staff_refunds(counter, "", "2.00")
    counter.receive(case.id)
    counter.work()
    assert questions(counter, case) == []
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]


def test_who_pays_new_goods_by_hand_hears_what_was_refunded_with_the_old_order(
    counter: WooCounter,
) -> None:
    counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work()
    counter.pay()
    counter.work()
    ref = str(counter.swaps()[0]["id"])
    counter.learn(ref)
    again = counter.returned(wish(counter.shop.order(ref).lines[0].ref), order_ref=ref)
    counter.work()
    [row] = counter.rows(again)
    assert row.state is Refund.MANUAL
    for _ in range(2):
        staff_refunds(counter, "money", "15.00")
        look(counter)
        look(counter)
    [matter] = desk.about(counter.db, row.id)
    assert matter.why.count("meanwhile 15.00 EUR was refunded") == 2
    assert matter.why.count("pay only the rest") == 2


def test_what_staff_paid_by_hand_in_the_shop_is_withdrawn_here(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.MANUAL))
    plan(counter)
    staff_refunds(counter, "units")
    look(counter)
    assert len(questions(counter, case)) == 1
    answer(counter, case, is_paid=True)
    assert counter.states(case) == [("refund", Refund.CANCELLED)]
    assert counter.case(case.id).status == "closed"
    assert len(counter.standin.refunds[int(counter.order)]) == 1


@pytest.mark.parametrize(("written", "asks"), [("units", True), ("money", False)])
def test_units_that_staff_put_back_with_their_refund_are_not_put_back_again(
    counter: WooCounter, written: str, *, asks: bool
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND))
    staff_refunds(counter, written)
    counter.work()
    answer(counter, case, is_paid=True)
    assert counter.case(case.id).status == "closed"
    assert counter.stock("m") == 7
    found = [x for x in desk.about(counter.db, case.id) if x.code == "errand_dispose"]
    assert [("staff" in one.why) for one in found] == ([True] if asks else [])


def test_what_a_person_has_paid_already_is_booked(counter: WooCounter) -> None:
    case = counter.returned(counter.wish(Resolution.MANUAL))
    plan(counter)
    [row] = counter.rows(case)
    byhand.paid(counter.db, row.id, proof="bank", actor="console", now=counter.now)
    staff_refunds(counter, "units")
    counter.work()
    assert questions(counter, case) == []
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]


@pytest.mark.parametrize(
    "way", [Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.GIFT_CARD]
)
def test_at_shopify_nothing_is_given_for_what_staff_may_have_paid(
    address: str, way: Resolution
) -> None:
    with at_shopify(address) as counter:
        case = counter.file(counter.wish(way))
        counter.now += HOUR
        counter.clock.now = counter.now
        promise.run(counter.db, counter.shop, still(counter.now))
        assert [state for _, state in counter.states(case)] == [Refund.PLANNED]
        counter.standin.staff_refund(counter.order_ref, "30.00")
        refund.push(counter.db, counter.shop, still(counter.now), token="test")
        found = desk.about(counter.db, case.id)
        assert [one.code for one in found] == ["settlement"]
        assert counter.paid() == 3000
        assert (counter.credits(), counter.cards()) == ([], [])
        desk.close(counter.db, "return", case.id, "console", counter.now)
        counter.work(4)
        given = counter.paid() - 3000 + sum(counter.credits()) + sum(counter.cards())
        assert given == 3000
