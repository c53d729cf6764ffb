"""Staff refund goods in WooCommerce that our credit paid for: a person is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.steps import compare
from connector.steps.observe import observe
from connector.store import desk
from tests.stories.test_woo_credited import bought, credited, sent_back
from tests.stories.woo_ways import WooCounter, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.desk import Matter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def by_staff(counter: WooCounter, order: str, amount: str, units: int = 1) -> int:
    """Refund units of the one line at what WooCommerce says that they cost."""
    [line] = counter.standin.orders[int(order)]["line_items"]
    rows = [{"id": line["id"], "quantity": units, "refund_total": amount}]
    return counter.standin.staff_refund(int(order), amount, lines=rows)


def seen(counter: WooCounter, order: str) -> list[Matter]:
    observe(counter.db, counter.shop, order, lambda: counter.now)
    found = desk.about(counter.db, order)
    return [one for one in found if one.code == "credit_kept"]


@pytest.mark.parametrize(
    ("price", "units", "amount", "kept"),
    [
        ("50.00", 1, "20.00", "30.00 EUR"),  # 20.00 on the gateway
        ("30.00", 1, "0.00", "30.00 EUR"),  # all of it with credit
        ("50.00", 2, "35.00", "15.00 EUR"),  # one of two
    ],
)
def test_credit_that_a_refund_of_staff_left_out_is_asked_about_once(
    counter: WooCounter, price: str, units: int, amount: str, kept: str
) -> None:
    order = bought(counter, credited(counter), price, units)
    assert seen(counter, order) == []
    by_staff(counter, order, amount)
    [matter] = seen(counter, order)
    assert f"up to {kept} of it was not given back" in matter.why
    desk.close_one(counter.db, matter.id, "console", counter.now)
    assert seen(counter, order) == []


def test_a_deleted_refund_of_staff_asks_nobody_any_more(counter: WooCounter) -> None:
    order = bought(counter, credited(counter), "50.00")
    made = by_staff(counter, order, "20.00")
    assert seen(counter, order)
    counter.standin.staff_delete_refund(int(order), made)
    compare.run(counter.db, counter.shop, lambda: counter.now)
    assert seen(counter, order) == []


def test_a_discount_of_the_shop_s_own_and_what_we_gave_back_ask_nobody(
    counter: WooCounter,
) -> None:
    coupon = credited(counter)
    ours = bought(counter, coupon, "30.00")
    sent_back(counter, ours)
    assert seen(counter, ours) == []
    order = bought(counter, coupon, "50.00")
    coupon["meta_data"] = []
    by_staff(counter, order, "20.00")
    assert seen(counter, order) == []
