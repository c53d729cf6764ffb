"""What is asked of WooCommerce for each way, and how what stands there is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.woocommerce import coupons, refunds, swaps, translate
from connector.model import (
    SWAPPED,
    Deduction,
    Finding,
    Found,
    Moved,
    NewGoods,
    OrderStatus,
    RefundRequest,
    Resolution,
    Share,
    TaxPart,
    TenderKind,
    TenderShare,
)
from connector.money import total
from tests.adapters.woocommerce import golden
from tests.connector.shapes import eur

EMAIL = "zoe@example.test"
ENDS = datetime(2027, 11, 2, 12, tzinfo=UTC)
ASKED = RefundRequest(
    key="k1",
    order_ref="28",
    amount=eur(3000),
    lines=(
        Share(
            ref="23",
            quantity=1,
            gross=eur(3000),
            taxes=(TaxPart(rate="1", amount=eur(500)),),
            restock=True,
        ),
    ),
    shipping=(),
    deductions=(),
    tenders=(TenderShare(tender_ref="payment", gateway="labpay", amount=eur(3000)),),
    reason="Return 28-R1",
    return_number="28-R1",
)
CREDIT = replace(
    ASKED, way=Resolution.STORE_CREDIT, code="7KQ2MW9XHT4B8CDE", expires_at=ENDS
)
GOODS = (NewGoods(ref="19", title="L", quantity=1, price=eur(5490), product_ref="16"),)
SWAP = replace(
    ASKED,
    way=Resolution.EXCHANGE,
    amount=eur(0),
    tenders=(),
    deductions=(Deduction(code="exchange", amount=eur(3000)),),
    goods=GOODS,
    owed=eur(2490),
)


def coupon(**changed: Any) -> dict[str, Any]:
    """Return a coupon as recorded, made of what we ask."""
    asked = coupons.body(CREDIT, EMAIL)
    return {
        **golden.body("misc-coupons")[0],
        **asked,
        "code": asked["code"].lower(),
        "date_expires_gmt": "2027-11-02T12:00:00",
        **changed,
    }


def test_a_coupon_is_asked_for_one_customer_one_order_and_one_time() -> None:
    asked = coupons.body(CREDIT, EMAIL)
    assert (asked["discount_type"], asked["amount"]) == ("fixed_cart", "30.00")
    assert (asked["usage_limit"], asked["email_restrictions"]) == (1, [EMAIL])
    assert asked["date_expires"] == "2027-11-02T12:00:00Z"
    assert set(golden.body("misc-coupons")[0]) >= set(asked) - {"meta_data"}


def test_a_coupon_that_is_ours_is_done_and_one_that_is_not_there_repeatable() -> None:
    found = coupons.find(CREDIT, [coupon()], EMAIL.upper())
    assert found.found is Found.DONE
    absent = coupons.find(CREDIT, [], EMAIL)
    assert (absent.found, absent.is_repeatable) == (Found.ABSENT, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": "29.99"},
        {"meta_data": []},
        {"email_restrictions": []},
        {"email_restrictions": [EMAIL, "else@example.test"]},
        {"date_expires_gmt": None},
        {"date_expires_gmt": "2027-11-02T11:00:00"},
        {"discount_type": "percent"},
        {"status": "draft"},
    ],
)
def test_a_coupon_that_is_not_as_promised_is_a_question(
    changed: dict[str, Any],
) -> None:
    assert coupons.find(CREDIT, [coupon(**changed)], EMAIL).found is Found.PERSON


def spent(*lines: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Return orders by (status, discount, its tax), with our code."""
    return [
        {
            "status": status,
            "coupon_lines": [
                {"code": CREDIT.code.lower(), "discount": net, "discount_tax": tax}
            ],
        }
        for status, net, tax in lines
    ]


@pytest.mark.parametrize(
    ("orders", "left"),
    [
        (spent(("processing", "10.00", "2.00")), 1800),
        (spent(("cancelled", "10.00", "2.00"), ("completed", "25.00", "5.00")), 0),
        (spent(("processing", "10.00", "2.00"), ("on-hold", "1.00", "0.20")), 1680),
        (spent(("processing", "30.02", "0.00")), 0),
        (spent(("processing", "99.00", "0.00")), -6900),
        ([], None),
    ],
)
def test_what_is_left_is_what_no_order_took(
    orders: list[dict[str, Any]], left: int | None
) -> None:
    found = coupons.left(coupon(usage_count=len(orders) or 1), orders, "EUR")
    assert found == (None if left is None else eur(left))


def test_a_used_coupon_is_opened_again_by_absolute_figures() -> None:
    used = coupon(usage_count=1)
    asked = coupons.opened(used, eur(1800))
    assert asked == {"amount": "18.00", "usage_limit": 2}
    assert coupons.opened(used | asked, eur(1800)) is None
    shut = coupons.opened(used, eur(0))
    assert shut == coupons.opened(used, eur(-100))
    assert shut == {"amount": "0.00", "usage_limit": 1}
    assert coupons.opened(used | shut, eur(0)) is None
    assert coupons.opened(coupon(), eur(3000)) is None


def test_a_coupon_whose_order_was_cancelled_is_whole_again_and_used_once() -> None:
    given_back = coupon(usage_count=0, usage_limit=2, amount="18.00")
    assert coupons.is_touched(given_back)
    rest = coupons.left(given_back, spent(("cancelled", "10.00", "2.00")), "EUR")
    assert rest == eur(3000)
    assert coupons.opened(given_back, rest) == {"amount": "30.00", "usage_limit": 1}
    assert not coupons.is_touched(coupon())


def test_credit_asks_no_gateway_and_names_what_came_back() -> None:
    asked = refunds.body(CREDIT)
    assert (asked["api_refund"], asked["amount"]) == (False, "30.00")
    assert asked["line_items"][0]["quantity"] == 1
    assert asked["api_restock"] is True


def test_the_booking_of_an_exchange_takes_off_no_vat_of_what_was_paid_with_goods() -> (
    None
):
    asked = refunds.body(SWAP)
    assert (asked["amount"], asked["api_refund"]) == ("0.00", False)
    [line] = asked["line_items"]
    assert (line["refund_total"], line["quantity"]) == ("0.00", 1)
    cheap = replace(SWAP, amount=eur(1200), owed=None, tenders=ASKED.tenders)
    [line] = refunds.body(cheap)["line_items"]
    taxes = [one["refund_total"] for one in line["refund_tax"]]
    assert (line["refund_total"], taxes) == ("10.00", ["2.00"])


def new_order(**changed: Any) -> dict[str, Any]:
    """Return the recorded order of variations, as one of ours for one `L`."""
    data = golden.body("order-create-variable")
    line = data["line_items"][1]
    return {
        **data,
        "status": "pending",
        "line_items": [line],
        "shipping_lines": [],
        "total": "54.90",
        "date_paid_gmt": None,
        "payment_method": "",
        "meta_data": [{"id": 1, "key": translate.META_NEW, "value": "k1"}],
        **changed,
    }


def fee(net: str, tax: str) -> list[dict[str, Any]]:
    """Return our fee as WooCommerce shows a fee."""
    recorded = golden.body("order-create-fee-line")["fee_lines"][0]
    return [
        {
            **recorded,
            "name": "Value of returned goods 28-R1",
            "total": net,
            "total_tax": tax,
            "taxes": [{"id": 1, "total": tax, "subtotal": ""}],
            "meta_data": [{"id": 2, "key": translate.META_NEW, "value": "k1"}],
        }
    ]


WHOLE = {"fee_lines": fee("-25.00", "-5.00"), "total": "24.90"}
AWAITED = Finding(found=Found.UNCLEAR)


def test_a_new_order_is_asked_unpaid_under_our_key_for_the_same_customer() -> None:
    asked = swaps.body(SWAP, golden.body("order-create-variable"))
    assert (asked["status"], asked["customer_id"]) == ("pending", 2)
    assert asked["line_items"] == [
        {"product_id": 16, "variation_id": 19, "quantity": 1}
    ]
    assert asked["billing"]["email"] == EMAIL
    assert swaps.ours([asked], "k1") == [asked]


def test_the_fee_is_the_net_of_what_came_back_in_the_measure_of_the_lines() -> None:
    asked = swaps.change(SWAP, new_order())
    assert asked is not None
    assert [one["total"] for one in asked["fee_lines"]] == ["-25.000000"]
    assert "status" not in asked
    even = replace(SWAP, owed=None)
    asked = swaps.change(even, new_order())
    assert asked is not None
    assert [one["total"] for one in asked["fee_lines"]] == ["-45.75"]
    assert asked["status"] == "processing"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, Found.ABSENT),
        (WHOLE, Found.PENDING),
        (WHOLE | {"status": "on-hold"}, Found.PENDING),
        (WHOLE | {"status": "failed"}, Found.PENDING),
        (WHOLE | {"status": "processing"}, Found.DONE),
        (WHOLE | {"status": "return-requested"}, Found.DONE),
        (WHOLE | {"status": "cancelled"}, Found.PERSON),
        (WHOLE | {"status": "trash"}, Found.PERSON),
        (WHOLE | {"total": "24.92"}, Found.PENDING),
        (WHOLE | {"total": "24.93"}, Found.PERSON),
        (WHOLE | {"currency": "USD"}, Found.PERSON),
        ({"line_items": []}, Found.PERSON),
    ],
)
def test_how_a_new_order_stands(changed: dict[str, Any], found: Found) -> None:
    assert swaps.find(SWAP, [new_order(**changed)], AWAITED).found is found


def test_two_orders_are_a_question_and_none_is_waited_for() -> None:
    assert swaps.find(SWAP, [], AWAITED) is AWAITED
    twins = [new_order(**WHOLE), new_order(**WHOLE, id=99)]
    assert swaps.find(SWAP, twins, AWAITED).found is Found.PERSON


def test_an_order_of_new_goods_has_what_came_back_as_a_tender() -> None:
    data = new_order(
        **WHOLE,
        status="processing",
        payment_method="labpay",
        date_paid_gmt="2026-11-23T22:57:04",
    )
    order = translate.order(data, [], {})
    assert (order.total, order.fees, order.oddities) == (eur(5490), (), ())
    assert [line.gross for line in order.lines] == [eur(5490)]
    given, paid = order.tenders
    assert (given.ref, given.kind, given.captured, given.can_refund) == (
        SWAPPED,
        TenderKind.MANUAL,
        eur(3000),
        False,
    )
    assert (paid.ref, paid.captured) == ("payment", eur(2490))
    assert order.captured == order.total


def test_an_order_that_goods_alone_paid_is_open_until_all_of_it_came_back() -> None:
    data = new_order(fee_lines=fee("-45.75", "-9.15"), total="0.00", status="refunded")
    line = data["line_items"][0] | {"quantity": 2}
    one = {
        "id": 50,
        "amount": "0.00",
        "reason": "Return [RT-k9]",
        "meta_data": [
            {"key": translate.META_KEY, "value": "k9"},
            {"key": translate.META_AMOUNT, "value": "27.45"},
        ],
        "line_items": [
            {
                "quantity": -1,
                "total": "0",
                "total_tax": "0",
                "meta_data": [{"key": "_refunded_item_id", "value": str(line["id"])}],
            }
        ],
    }
    order = translate.order(data | {"line_items": [line]}, [one], {})
    assert order.status is OrderStatus.OPEN
    assert [tender.ref for tender in order.tenders] == [SWAPPED]
    assert order.refunds[0].amount == order.tenders[0].refunded == eur(2745)
    all_back = translate.order(data, [one], {})
    assert all_back.status is OrderStatus.REFUNDED


def test_a_booking_tells_the_shop_what_its_own_total_held() -> None:
    tenders = (
        TenderShare(tender_ref=SWAPPED, gateway="exchange", amount=eur(2000)),
        TenderShare(tender_ref="payment", gateway="labpay", amount=eur(1000)),
    )
    asked = replace(ASKED, tenders=tenders, by_gateway=False)
    body = refunds.body(asked)
    assert (body["amount"], body["api_refund"]) == ("10.00", False)
    answer = {**golden.body("refund-api-false-bacs"), "amount": "10.00"}
    receipt = refunds.receipt(asked, answer)
    assert (receipt.amount, receipt.moved) == (eur(3000), Moved.YES)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.booleans()), min_size=1, max_size=5),
    st.integers(0, 10**6),
)
def test_no_booking_names_more_than_it_moves(
    lines: list[tuple[int, bool]], part: int
) -> None:
    shares = tuple(
        Share(ref=str(i), quantity=1, gross=eur(minor), restock=restock)
        for i, (minor, restock) in enumerate(lines)
    )
    worth = total((one.gross for one in shares), "EUR")
    left = eur(min(part, worth.minor))
    swapped = Deduction(code="exchange", amount=worth - left)
    asked = replace(SWAP, lines=shares, amount=left, deductions=(swapped,))
    body = refunds.body(asked)
    named = sum(round(float(x["refund_total"]) * 100) for x in body["line_items"])
    assert abs(named - left.minor) <= len(lines)
    units = sum(x.get("quantity", 0) for x in body["line_items"])
    assert units == len(lines)


def test_a_booking_that_is_not_there_is_waited_for_ten_minutes() -> None:
    sent = replace(CREDIT, first_sent_at=ENDS)
    soon, late = ENDS + timedelta(minutes=9), ENDS + timedelta(minutes=11)
    assert refunds.find(sent, [], soon, may_resend=False).found is Found.UNCLEAR
    assert refunds.find(sent, [], late, may_resend=False).found is Found.ABSENT
