"""What happens at a WooCommerce shop after a return was made good there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.states import Exchange
from connector.steps import balances, compare, foreign
from connector.store import credit, desk, exchanges
from tests.connector.shapes import eur
from tests.stories.making_good import wish
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from connector.store.credit import Credit
    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def credited(counter: WooCounter) -> dict[str, Any]:
    """Make one `m` good as a credit of 30.00; return its coupon."""
    counter.returned(counter.wish(Resolution.STORE_CREDIT))
    counter.work()
    [coupon] = counter.standin.coupons.values()
    return coupon


def spend(counter: WooCounter, coupon: dict[str, Any], price: str) -> tuple[int, int]:
    """Buy a mug with a coupon; return its order, and the minor units it took off."""
    counter.now += timedelta(minutes=1)
    mug = counter.standin.add_product("Mug", price)
    order = counter.standin.place_order([(mug, 1)], BUYER, code=coupon["code"])
    [line] = counter.standin.orders[order]["coupon_lines"]
    return order, round(100 * (float(line["discount"]) + float(line["discount_tax"])))


def night(counter: WooCounter) -> Credit:
    """Let a night pass; return the one credit as the books then have it."""
    counter.now += timedelta(days=1)
    balances.run(counter.db, counter.shop, lambda: counter.now)
    [known] = credit.of_order(counter.db, "boots", counter.order)
    return known


def test_a_credit_that_was_used_up_comes_back_with_its_cancelled_order(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    order, took = spend(counter, coupon, "30.00")
    assert (took, night(counter).left) == (3000, eur(0))
    counter.standin.edit_order(order, status="cancelled")
    assert night(counter).left == eur(3000)
    assert spend(counter, coupon, "50.00")[1] == 3000


def test_a_cancelled_order_does_not_open_a_used_credit_for_more_than_it_took(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    first, _ = spend(counter, coupon, "12.00")
    night(counter)
    assert spend(counter, coupon, "18.00")[1] == 1800
    assert night(counter).left == eur(0)
    counter.standin.edit_order(first, status="cancelled")
    assert (
        spend(counter, coupon, "50.00")[1] == 0
    )  # until the night it is worth nothing
    assert night(counter).left == eur(1200)
    assert spend(counter, coupon, "50.00")[1] == 1200
    known = night(counter)
    assert known.left == eur(0)
    assert not desk.is_open(counter.db, "refund", known.refund_id, "credit_overspent")


def test_what_orders_took_above_a_credit_is_asked_about_once(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    first, _ = spend(counter, coupon, "12.00")
    night(counter)
    counter.standin.edit_order(first, status="cancelled")
    assert [spend(counter, coupon, "50.00")[1] for _ in "ab"] == [1800, 1800]
    known = night(counter)
    [matter] = desk.about(counter.db, known.refund_id)
    assert (matter.code, known.left) == ("credit_overspent", eur(0))
    assert "6.00 EUR" in matter.why
    desk.close_one(counter.db, matter.id, "console", counter.now)
    night(counter)
    assert desk.about(counter.db, known.refund_id) == []


def test_a_credit_that_is_used_up_and_over_is_read_no_more(counter: WooCounter) -> None:
    coupon = credited(counter)
    spend(counter, coupon, "30.00")
    known = night(counter)
    before, later = counter.now + timedelta(days=1), counter.now + timedelta(days=400)
    ends = replace(known, expires_at=later)
    assert credit.standing(counter.db, "boots", before, later) == [known]
    assert credit.is_over(ends, later)
    assert not credit.is_over(ends, before)


@pytest.mark.parametrize("days", [0, 3, 90])
def test_books_of_before_an_exchange_meet_the_new_order_that_was_made(
    counter: WooCounter, days: int
) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "l"))
    counter.work()
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    counter.now += timedelta(days=days)
    restored = replace(row.request, first_sent_at=None)  # as it was before it was sent
    prepared = counter.shop.prepare(restored)
    assert prepared.already is not None
    assert prepared.already.made == stands.made
    assert counter.shop.refund(restored, {}).made == stands.made
    assert (len(counter.swaps()), counter.sent()) == (1, ["l"])


def test_a_use_that_no_order_shows_is_asked_about_from_the_second_night_on(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    spend(counter, coupon, "12.00")
    coupon["email_restrictions"] = ["elsewhere@example.test"]
    known = night(counter)
    assert desk.about(counter.db, known.refund_id) == []
    for _ in range(2):
        night(counter)
        [matter] = desk.about(counter.db, known.refund_id)
        assert (matter.code, "30.00 EUR" in matter.why) == ("credit_unseen", True)
    coupon["email_restrictions"] = [BUYER]
    assert night(counter).left == eur(1800)
    assert desk.about(counter.db, known.refund_id) == []


def test_books_of_before_a_credit_meet_its_coupon_though_it_was_spent(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.STORE_CREDIT))
    counter.work()
    [coupon] = counter.standin.coupons.values()
    spend(counter, coupon, "12.00")
    night(counter)
    [row] = counter.rows(case)
    restored = replace(row.request, first_sent_at=None)
    prepared = counter.shop.prepare(restored)
    assert prepared.already is not None
    assert prepared.already.made == str(coupon["id"])
    assert len(counter.standin.coupons) == 1


def released(counter: WooCounter, size: str) -> tuple[str, int]:
    """Send an article for one `m`; return the refund and the new order."""
    case = counter.returned(counter.wish(Resolution.EXCHANGE, size))
    counter.work()
    if size == "coat":
        counter.pay()
        counter.work()
    [row], [new] = counter.rows(case), counter.swaps()
    return row.id, int(new["id"])


def stands(counter: WooCounter, refund: str) -> Exchange:
    found = exchanges.of_refund(counter.db, refund)
    assert found is not None
    return found.state


def watch(counter: WooCounter, order: int, how: str) -> None:
    """Let the shop's change of an order come: as a delivery does, or at night."""
    counter.now += timedelta(hours=1)
    if how == "night":
        compare.run(counter.db, counter.shop, lambda: counter.now)
    else:
        foreign.follow(counter.db, counter.shop, str(order), lambda: counter.now)


@pytest.mark.parametrize("how", ["told", "night"])
@pytest.mark.parametrize("status", ["cancelled", "trash", "refunded"])
@pytest.mark.parametrize(("size", "words"), [("l", "(30.00 EUR)"), ("coat", "15.00")])
def test_a_new_order_that_staff_calls_off_after_it_was_released_is_a_matter(
    counter: WooCounter, size: str, words: str, status: str, how: str
) -> None:
    refund, order = released(counter, size)
    if status == "refunded":
        [line] = counter.standin.orders[order]["line_items"]
        rows = [{"id": line["id"], "quantity": 1, "refund_total": "0"}]
        total = counter.standin.orders[order]["total"]
        counter.standin.staff_refund(order, total, lines=rows)
    else:
        counter.standin.edit_order(order, status=status)
    watch(counter, order, how)
    matters = desk.about(counter.db, refund)
    assert [one.code for one in matters] == ["new_order_cancelled"]
    assert words in matters[0].why
    desk.close_one(counter.db, matters[0].id, "console", counter.now)
    watch(counter, order, how)
    assert desk.about(counter.db, refund) == []


def test_a_new_order_that_is_restored_asks_nobody_and_is_sent(
    counter: WooCounter,
) -> None:
    refund, order = released(counter, "l")
    counter.standin.edit_order(order, status="cancelled")
    watch(counter, order, "told")
    counter.standin.edit_order(order, status="processing")
    watch(counter, order, "told")
    assert desk.about(counter.db, refund) == []
    counter.standin.edit_order(order, status="completed")
    watch(counter, order, "told")
    assert stands(counter, refund) is Exchange.SHIPPED


def test_a_new_order_that_is_deleted_for_good_is_a_matter_by_the_night(
    counter: WooCounter,
) -> None:
    refund, order = released(counter, "l")
    counter.standin.force_delete(order)
    watch(counter, order, "night")
    assert desk.is_open(counter.db, "refund", refund, "new_order_cancelled")


def test_new_goods_that_came_back_are_no_order_called_off(counter: WooCounter) -> None:
    refund, order = released(counter, "l")
    counter.learn(str(order))
    line = counter.shop.order(str(order)).lines[0]
    wished = wish(line.ref, way=Resolution.STORE_CREDIT)
    counter.returned(wished, order_ref=str(order))
    counter.work()
    watch(counter, order, "night")
    assert counter.standin.orders[order]["status"] == "refunded"
    assert not desk.is_open(counter.db, "refund", refund, "new_order_cancelled")
