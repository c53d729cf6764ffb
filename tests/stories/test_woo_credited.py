"""Goods that were bought with our credit come back: it was a means of payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution, TenderKind, Terms
from connector.states import Refund
from connector.steps import amends, balances, byhand, compare
from connector.store import credit, desk, refunds
from tests.connector.shapes import eur
from tests.stories.making_good import wish
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from connector.model import Return
    from connector.store.refunds import RefundRow
    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def credited(counter: WooCounter, terms: Terms | None = None) -> dict[str, Any]:
    """Make one `m` good as a credit of 30.00; return its coupon."""
    counter.returned(counter.wish(Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    [coupon] = counter.standin.coupons.values()
    return coupon


def bought(
    counter: WooCounter,
    coupon: dict[str, Any],
    price: str,
    units: int = 1,
    shipping: str | None = None,
    gateway: str = "labpay",
) -> str:
    """Buy mugs with a coupon; return the order's ref."""
    counter.now += timedelta(minutes=1)
    mug = counter.standin.add_product("Mug", price)
    ref = str(
        counter.standin.place_order(
            [(mug, units)],
            BUYER,
            code=coupon["code"],
            shipping=shipping,
            gateway=gateway,
        )
    )
    counter.learn(ref)
    return ref


def sent_back(
    counter: WooCounter,
    order: str,
    units: int = 1,
    way: Resolution = Resolution.REFUND,
) -> Return:
    line = counter.shop.order(order).lines[0]
    case = counter.returned(wish(line.ref, units, way), order_ref=order)
    counter.work()
    return case


def left(counter: WooCounter) -> int:
    """Let a night pass; return what is left of the first credit, in minor units."""
    counter.now += timedelta(days=1)
    balances.run(counter.db, counter.shop, lambda: counter.now)
    known = credit.of_order(counter.db, "boots", counter.order)[0]
    return known.left.minor if known.left else 0


def test_goods_that_credit_paid_cost_what_they_cost_and_credit_is_a_tender(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    order = counter.shop.order(bought(counter, coupon, "50.00", 2, "5.00"))
    assert [one.gross for one in order.lines] == [eur(10000)]
    assert (order.total, order.captured) == (eur(10500), eur(10500))
    assert [one.amount for one in order.lines[0].taxes] == [eur(1667)]
    stored, card = order.tenders
    assert (stored.kind, stored.captured) == (TenderKind.STORE_CREDIT, eur(3000))
    assert card.captured == eur(7500)
    assert order.oddities == ()


def test_goods_bought_with_credit_alone_give_it_back(counter: WooCounter) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "30.00")
    assert left(counter) == 0
    case = sent_back(counter, order)
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.case(case.id).status == "closed"
    assert (coupon["amount"], coupon["usage_limit"]) == ("30.00", 2)
    assert left(counter) == 3000
    assert counter.standin.paid_out_minor() == 0
    assert counter.credits() == ["30.00"]
    again = counter.shop.order(bought(counter, coupon, "30.00"))
    assert (again.captured, left(counter)) == (eur(3000), 0)


def test_goods_bought_with_both_give_back_both(counter: WooCounter) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "50.00", shipping="4.90")
    case = sent_back(counter, order)
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 2000
    assert left(counter) == 3000
    stored, card = counter.shop.order(order).tenders
    assert (stored.refunded, card.refunded) == (eur(3000), eur(2000))
    lines = compare.run(counter.db, counter.shop, lambda: counter.now)
    assert [one.why for one in lines if one.verdict == compare.FLAGGED] == []


def test_units_that_come_back_one_by_one_give_back_just_what_was_paid(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "13.33", 3)
    found = []
    for _ in range(3):
        sent_back(counter, order)
        found.append((left(counter), counter.standin.paid_out_minor()))
    assert found == [(1333, 0), (2666, 0), (3000, 999)]
    assert counter.shop.order(order).status.value == "refunded"


def test_a_new_credit_for_them_takes_the_place_of_the_old(counter: WooCounter) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "50.00")
    case = sent_back(counter, order, way=Resolution.STORE_CREDIT)
    assert counter.states(case) == [("store_credit", Refund.CONFIRMED)]
    assert left(counter) == 0
    assert [one["amount"] for one in counter.standin.coupons.values()] == [
        "0.00",
        "50.00",
    ]
    stored, card = counter.shop.order(order).tenders
    assert (stored.refunded, card.refunded) == (eur(3000), eur(2000))


def test_an_even_exchange_of_them_is_even(counter: WooCounter) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "50.00")
    cup = counter.standin.add_product("Cup", "50.00")
    goods = amends.read_goods(counter.shop, order, str(cup), 1)
    line = counter.shop.order(order).lines[0]
    wished = wish(line.ref, 1, Resolution.EXCHANGE, goods)
    case = counter.returned(wished, order_ref=order)
    counter.work()
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert [one["total"] for one in counter.swaps()] == ["0.00"]
    assert (left(counter), counter.standin.paid_out_minor()) == (0, 0)


def exchanged(counter: WooCounter, order: str, price: str) -> str:
    """Exchange its mug for a cup of this price; return the new order's ref."""
    cup = counter.standin.add_product("Cup", price)
    goods = amends.read_goods(counter.shop, order, str(cup), 1)
    line = counter.shop.order(order).lines[0]
    counter.returned(wish(line.ref, 1, Resolution.EXCHANGE, goods), order_ref=order)
    counter.work()
    ref = str(counter.swaps()[-1]["id"])
    counter.learn(ref)
    return ref


def why_by_hand(counter: WooCounter, order: str) -> tuple[Return, RefundRow, str]:
    """Send the new goods back for money; return what the desk says of it."""
    case = sent_back(counter, order)
    [row] = counter.rows(case)
    [matter] = desk.about(counter.db, row.id)
    return case, row, matter.why


@pytest.mark.parametrize(("price", "at_gateway"), [("30.00", 0), ("50.00", 1)])
def test_goods_that_came_for_credit_are_told_apart_from_what_a_gateway_holds(
    counter: WooCounter, price: str, at_gateway: int
) -> None:
    order = bought(counter, credited(counter), price)
    _, _, why = why_by_hand(counter, exchanged(counter, order, price))
    assert f"30.00 EUR of order {order} was credit of ours" in why
    assert why.count("can be refunded there") == at_gateway


def test_goods_that_were_exchanged_twice_lie_with_the_first_order(
    counter: WooCounter,
) -> None:
    order = bought(counter, credited(counter), "50.00")
    twice = exchanged(counter, exchanged(counter, order, "50.00"), "50.00")
    _, _, why = why_by_hand(counter, twice)
    assert f"what order {order} was paid with can be refunded there" in why
    assert f"30.00 EUR of order {order} was credit of ours" in why


def test_and_are_made_good_with_credit_as_the_desk_says(counter: WooCounter) -> None:
    order = bought(counter, credited(counter), "30.00")
    case, row, _ = why_by_hand(counter, exchanged(counter, order, "30.00"))
    byhand.withdraw(counter.db, row.id, why="credit", actor="ada", now=counter.now)
    amends.instead(
        counter.db,
        counter.shop.abilities,
        case.id,
        case.lines[0].id,
        Resolution.STORE_CREDIT,
        actor="ada",
        why="it was credit",
        now=counter.now,
    )
    counter.work()
    assert [one.state for one in counter.rows(case)] == [
        Refund.CANCELLED,
        Refund.CONFIRMED,
    ]
    assert counter.credits()[-1] == "30.00"
    assert counter.standin.paid_out_minor() == 0


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request"])
def test_credit_is_good_again_once_whatever_goes_wrong(
    counter: WooCounter, fault: str
) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "30.00")
    counter.standin.switches.add(fault, "POST /orders/.*refunds")
    case = sent_back(counter, order)
    counter.work(3)
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert left(counter) == 3000
    assert left(counter) == 3000


def test_a_coupon_of_the_shop_s_own_stays_a_discount(counter: WooCounter) -> None:
    coupon = credited(counter)
    order = bought(counter, coupon, "50.00")
    coupon["meta_data"] = []
    found = counter.shop.order(order)
    assert [one.gross for one in found.lines] == [eur(2000)]
    assert [one.ref for one in found.tenders] == ["payment"]


@pytest.mark.parametrize("how", ["deleted", "ended"])
def test_credit_that_cannot_be_good_again_is_laid_before_a_person(
    counter: WooCounter, how: str
) -> None:
    coupon = credited(counter, replace(Terms(when="received"), credit_days=1))
    order = bought(counter, coupon, "50.00")
    if how == "deleted":
        counter.standin.coupons.clear()
    else:
        counter.now += timedelta(days=2)
    case = sent_back(counter, order)
    [row] = counter.rows(case)
    assert row.state is Refund.PLANNED
    [matter] = desk.about(counter.db, row.id)
    assert matter.code == "differs"
    assert "30.00 EUR of it was paid with the credit" in matter.why
    assert counter.standin.paid_out_minor() == 0


def asked_by_hand(counter: WooCounter, order: str, way: Resolution) -> RefundRow:
    """Send a mug back; return the refund that a person must pay, and his question."""
    case = sent_back(counter, order, way=way)
    [row] = counter.rows(case)
    assert row.state is Refund.MANUAL
    return row


def paid_by_hand(counter: WooCounter, row: RefundRow) -> None:
    now = counter.now
    byhand.paid(counter.db, row.id, proof="SEPA 4711", actor="console", now=now)
    counter.work(5)


@pytest.mark.parametrize("fault", ["", "lose_answer", "lose_request"])
def test_only_what_the_gateway_had_is_paid_by_hand_and_credit_is_good_again(
    counter: WooCounter, fault: str
) -> None:
    order = bought(counter, credited(counter), "50.00", gateway="bacs")
    row = asked_by_hand(counter, order, Resolution.REFUND)
    [matter] = desk.about(counter.db, row.id)
    assert "pay 20.00 EUR by hand" in matter.why
    assert "30.00 EUR of it goes back to the credit" in matter.why
    assert left(counter) == 0
    if fault:
        counter.standin.switches.add(fault, "POST /orders/.*refunds")
    paid_by_hand(counter, row)
    done = refunds.get(counter.db, row.id)
    assert (done.state, done.paid_by_hand) == (Refund.CONFIRMED, eur(2000))
    assert (left(counter), counter.standin.paid_out_minor()) == (3000, 0)
    stored, other = counter.shop.order(order).tenders
    assert (stored.refunded, other.refunded) == (eur(3000), eur(2000))


def test_where_a_person_pays_all_of_it_the_credit_gets_nothing_back(
    counter: WooCounter,
) -> None:
    order = bought(counter, credited(counter), "50.00", gateway="bacs")
    row = asked_by_hand(counter, order, Resolution.MANUAL)
    [matter] = desk.about(counter.db, row.id)
    assert "pay 50.00 EUR by hand" in matter.why
    paid_by_hand(counter, row)
    assert refunds.get(counter.db, row.id).paid_by_hand == eur(5000)
    assert left(counter) == 0


def test_a_credit_that_ended_meanwhile_asks_the_person_who_paid_the_rest(
    counter: WooCounter,
) -> None:
    order = bought(counter, credited(counter), "50.00", gateway="bacs")
    row = asked_by_hand(counter, order, Resolution.REFUND)
    counter.standin.coupons.clear()
    paid_by_hand(counter, row)
    [matter] = desk.about(counter.db, row.id)
    assert "30.00 EUR of it was paid with the credit" in matter.why
    assert "say here that all of it has left" in matter.why
    byhand.found_out(
        counter.db,
        row.id,
        money_moved=True,
        why="the rest by SEPA",
        actor="console",
        now=counter.now,
    )
    assert refunds.get(counter.db, row.id).state is Refund.CONFIRMED
    [matter] = desk.about(counter.db, order)
    assert "30.00 EUR of 20-R1 was to go back to the credit" in matter.why
