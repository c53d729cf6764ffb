"""Every shape that shops sell, one test each.

Where a shape is a matter of how the shop writes it, it goes through the shop's own
translator; what WooCommerce says was recorded on a running shop (tests/golden).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import Moved, Order, RefundedLine, ShopRefund, TenderKind
from connector.money import Money
from connector.settlement import Extras, Settlement, Units, settle, unbundle
from tests.adapters.woocommerce import golden
from tests.connector.settling import (
    balanced,
    charge_in,
    line_in,
    one_by_one,
    order_in,
    tender_in,
    unit,
)
from tests.connector.shapes import a_tender, eur
from tests.connector.written import at_shopify, at_woocommerce, bag, item, off, taxed

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL = Extras(shipping=True)


def everything(order: Order, extras: Extras = ALL) -> Settlement:
    """Send everything back at once."""
    units = [Units(line_ref=x.ref, quantity=x.quantity) for x in order.lines]
    settled = settle(order, units, extras)
    balanced(settled)
    return settled


def amounts(results: Sequence[Settlement]) -> list[int]:
    assert not [why for one in results for why in one.ask]
    return [one.amount.minor for one in results]


def test_tax_included_in_the_price() -> None:
    order = at_shopify([item("a", "50.00", 3, taxLines=[taxed("8.33")])], "50.00")
    results = one_by_one(order, *[unit()] * 3)
    assert amounts(results) == [1667, 1666, 1667]
    assert [one.tax.minor for one in results] == [278, 277, 278]


def test_tax_on_top_of_the_price() -> None:
    line = item("a", "59.97", 3, taxLines=[taxed("5.32", "0.08875", "NY")])
    order = at_shopify([line], "65.29", included=False)
    results = one_by_one(order, *[unit()] * 3)
    assert amounts(results) == [2176, 2177, 2176]
    assert [one.tax.minor for one in results] == [177, 178, 177]


def test_several_rates_on_the_lines_of_one_order() -> None:
    order = at_woocommerce("order-discount-fixed")
    settled = everything(order)
    assert settled.ask == ()
    assert settled.amount == order.total
    taxes = [(x.rate, x.amount.minor) for share in settled.lines for x in share.taxes]
    assert taxes == [("1", 379), ("2", 182)]


def test_several_rates_on_one_line() -> None:
    lines = [taxed("3.10", "0.0625", "State"), taxed("0.62", "0.0125", "City")]
    order = at_shopify([item("a", "49.65", 3, taxLines=lines)], "53.37", included=False)
    results = one_by_one(order, *[unit()] * 3)
    assert sum(amounts(results)) == 5337
    by_rate = [[x.amount.minor for x in one.lines[0].taxes] for one in results]
    assert [sum(one) for one in zip(*by_rate, strict=True)] == [310, 62]


def test_a_line_discount() -> None:
    line = item("a", "200.00", 2, discountAllocations=off("20.00"))
    assert amounts(one_by_one(at_shopify([line], "180.00"), unit(), unit())) == [
        9000,
        9000,
    ]


def test_an_order_discount_that_the_shop_shared_out() -> None:
    lines = [
        item("a", "150.00", discountAllocations=off("30.00")),
        item("b", "60.00", discountAllocations=off("8.00", "4.00")),
    ]
    order = at_shopify(lines, "168.00")
    assert amounts(one_by_one(order, unit("a"), unit("b"))) == [12000, 4800]


def test_an_order_discount_that_the_shop_kept_apart_as_a_fee_below_zero() -> None:
    fee = golden.body("order-fee-line")["fee_lines"][0] | {
        "name": "Loyalty",
        "total": "-10.00",
        "total_tax": "-2.00",
        "taxes": [{"id": 1, "total": "-2.00", "subtotal": ""}],
    }
    order = at_woocommerce("order-discount-percent", fee_lines=[fee], total="45.19")
    first, second = order.lines
    assert not [odd for odd in order.oddities if odd.path == "total"]
    results = one_by_one(
        order, unit(first.ref, 2), unit(second.ref), extras=Extras(shipping=True)
    )
    assert amounts(results) == [4319 - 993 + 500, 900 - 207]
    assert [one.lines[0].tax.minor for one in results] == [720 - 166, 150 - 34]


def test_a_line_below_zero_is_a_discount_and_no_goods() -> None:
    lines = [line_in("EUR", "a", 6000), line_in("EUR", "off", -1500)]
    order = order_in("EUR", [*lines, line_in("EUR", "b", 4000)])
    assert amounts(one_by_one(order, unit("a"), unit("b"))) == [5100, 3400]
    asked = settle(order, [unit("off")], Extras())
    assert (asked.amount.minor, len(asked.ask)) == (0, 1)


def test_a_coupon_on_the_shipping() -> None:
    way = {
        "id": "way",
        "title": "Parcel",
        "discountedPriceSet": bag("2.45"),
        "taxLines": [taxed("0.41")],
    }
    order = at_shopify([item("a", "20.00")], "22.45", shippingLine=way)
    settled = everything(order)
    assert amounts([settled]) == [2245]
    assert [(x.gross.minor, x.tax.minor) for x in settled.shipping] == [(245, 41)]


def test_free_shipping_by_coupon_brings_nothing() -> None:
    order = order_in(
        "EUR", [line_in("EUR", "a", 2000)], shipping=[charge_in("EUR", "s", 0)]
    )
    settled = everything(order)
    assert (amounts([settled]), settled.shipping) == ([2000], ())


def test_a_fee_line_stays_with_the_merchant() -> None:
    order = at_woocommerce("order-fee-line")
    settled = everything(order)
    assert amounts([settled]) == [order.total.minor - 300]


def test_a_free_item_brings_nothing_and_asks_nobody() -> None:
    order = at_woocommerce("order-free-item")
    dear, free = order.lines
    assert amounts(one_by_one(order, unit(free.ref), unit(dear.ref))) == [0, 2400]


def test_a_bundle_comes_back_part_by_part() -> None:
    bundle = line_in("EUR", "set", 10000, 2, {"20": 1667})
    parts = unbundle(bundle, [("top", eur(6000)), ("rest", eur(9000))])
    order = order_in("EUR", parts)
    results = one_by_one(order, unit("top"), unit("rest", 2), unit("top"))
    assert amounts(results) == [2000, 6000, 2000]
    assert sum(one.tax.minor for one in results) == 1667


def test_a_gift_card_product_never_goes_back() -> None:
    order = at_shopify(
        [item("a", "20.00"), item("g", "50.00", isGiftCard=True)], "70.00"
    )
    settled = everything(order)
    assert settled.amount == eur(2000)
    assert settled.ask == ("Item g: a gift card cannot be returned or refunded",)


def test_a_tip_stays_where_it_was_given() -> None:
    order = at_shopify([item("a", "20.00")], "23.00")
    assert [odd.path for odd in order.oddities] == ["totalPriceSet"]
    assert amounts([everything(order)]) == [2000]


def test_duties_are_left_to_the_merchant() -> None:
    order = at_shopify([item("a", "80.00", 2)], "96.00")
    assert amounts(one_by_one(order, unit(), unit())) == [4000, 4000]


def test_tax_rounded_at_each_line() -> None:
    order = at_woocommerce("order-odd-cents")
    back = [unit(one.ref, 1, 0) for one in order.lines for _ in range(one.quantity)]
    results = one_by_one(order, *back, extras=ALL)
    assert sum(amounts(results)) == order.total.minor == 4457


def test_tax_rounded_at_the_subtotal_lets_the_lines_exceed_the_order_by_a_cent() -> (
    None
):
    lines = [line_in("EUR", ref, 1667, 1, {"1": 278}) for ref in ("a", "b", "c")]
    order = order_in("EUR", lines, tenders=[a_tender("card", 5000)])
    order = replace(order, total=eur(5000))
    results = one_by_one(order, unit("a"), unit("b"), unit("c"))
    assert amounts(results) == [1667, 1667, 1666]
    assert [one.rounding.minor for one in results] == [0, 0, 1]


@pytest.mark.parametrize(
    ("currency", "gross", "parts"),
    [
        ("JPY", 1000, [333, 334, 333]),
        ("EUR", 1000, [333, 334, 333]),
        ("KWD", 10000, [3333, 3334, 3333]),
    ],
)
def test_currencies_with_none_two_and_three_decimals(
    currency: str, gross: int, parts: list[int]
) -> None:
    order = order_in(currency, [line_in(currency, "a", gross, 3)])
    results = one_by_one(order, *[unit()] * 3)
    assert amounts(results) == parts
    assert str(results[0].amount) in ("333 JPY", "3.33 EUR", "3.333 KWD")


def test_yen_as_woocommerce_writes_them() -> None:
    order = at_woocommerce("order-create-jpy")
    settled = everything(order)
    assert (str(settled.amount), settled.tax.minor) == ("1200 JPY", 200)


def test_the_customer_s_currency_counts_and_not_the_shop_s() -> None:
    yen = bag("4980", "JPY", shop=("30.12", "EUR"))
    line = {"id": "a", "title": "Hat", "quantity": 2, "originalTotalSet": yen}
    order = at_shopify([line], "4980", currency="JPY")
    results = one_by_one(order, unit(), unit())
    assert [str(one.amount) for one in results] == ["2490 JPY", "2490 JPY"]
    # A fee in the shop's currency is not taken at its face.
    asked = settle(order, [unit()], Extras(return_fee=eur(490)))
    assert (str(asked.amount), len(asked.ask)) == ("2490 JPY", 1)


def test_several_tenders_go_back_in_the_stated_order() -> None:
    taken = [
        ("card", "shopify_payments", "60.00"),
        ("gift", "gift_card", "25.00"),
        ("credit", "shopify_store_credit", "15.00"),
    ]
    paid = [
        {
            "id": ref,
            "kind": "SALE",
            "status": "SUCCESS",
            "gateway": gateway,
            "amountSet": bag(amount),
        }
        for ref, gateway, amount in taken
    ]
    order = at_shopify([item("a", "100.00", 2)], "100.00", transactions=paid)
    results = one_by_one(order, unit(), unit())
    shares = [[(t.tender_ref, t.amount.minor) for t in x.tenders] for x in results]
    assert shares == [
        [("credit", 1500), ("gift", 2500), ("card", 1000)],
        [("card", 5000)],
    ]
    stated = Extras(tender_kinds=(TenderKind.CARD,))
    first = settle(order, [unit()], stated)
    assert [t.tender_ref for t in first.tenders] == ["card"]


def test_a_unit_that_was_refunded_by_hand_is_gone() -> None:
    line = golden.body("order-multi-qty")["line_items"][0]
    by_hand = {
        "id": 900,
        "amount": "24.00",
        "reason": "by hand",
        "line_items": [
            {
                "quantity": -1,
                "total": "-20.00",
                "total_tax": "-4.00",
                "meta_data": [{"key": "_refunded_item_id", "value": str(line["id"])}],
            }
        ],
    }
    order = at_woocommerce("order-multi-qty", [by_hand])
    ref = order.lines[0].ref
    results = one_by_one(order, unit(ref), unit(ref))
    assert amounts(results) == [2400, 2400]
    assert settle(order, [unit(ref, 3)], Extras()).ask


def test_an_amount_that_was_refunded_by_hand_lowers_the_whole_order() -> None:
    by_hand = {"id": 900, "amount": "60.00", "reason": "sorry"}
    order = at_woocommerce("order-multi-qty", [by_hand])
    settled = everything(order)
    assert settled.amount.minor == order.total.minor - 6000
    assert settled.ask


def test_taxes_follow_the_money_where_a_line_was_refunded_in_part_by_hand() -> None:
    line = line_in("EUR", "a", 12000, 1, {"20": 2000})
    back = RefundedLine(line_ref="a", quantity=0, gross=eur(3000))
    by_hand = ShopRefund(ref="r", amount=eur(3000), moved=Moved.YES, lines=(back,))
    settled = everything(order_in("EUR", [line], refunds=[by_hand]))
    assert (settled.amount, settled.tax, bool(settled.ask)) == (
        eur(9000),
        eur(1500),
        True,
    )


def test_a_line_added_after_payment_and_never_paid_asks_a_person() -> None:
    lines = [item("a", "100.00"), item("later", "50.00")]
    paid = {
        "id": "tx",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "amountSet": bag("100.00"),
    }
    order = at_shopify(lines, "150.00", transactions=[paid])
    settled = settle(order, [unit("later")], Extras())
    assert settled.ask == ("only 100.00 EUR of 150.00 EUR of this order was paid",)


def test_a_line_taken_out_after_payment_asks_a_person() -> None:
    order = at_shopify([item("a", "100.00"), item("gone", "50.00")], "100.00")
    settled = settle(order, [unit("gone")], Extras())
    assert settled.ask[0].startswith(
        "the lines of this order add up to 150.00 EUR, its total is 100.00 EUR"
    )


def test_an_order_that_was_only_authorised_brings_nothing() -> None:
    order = order_in(
        "EUR", [line_in("EUR", "a", 2000)], tenders=[tender_in("EUR", "card", 0)]
    )
    settled = everything(order)
    assert (settled.amount, bool(settled.ask)) == (Money.zero("EUR"), True)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, data in golden.orders().items()
        if name.startswith("order-create-") and data["status"] != "on-hold"
    ],
)
def test_every_recorded_order_goes_back_whole_but_for_its_fee_lines(name: str) -> None:
    order = at_woocommerce(name)
    kept = sum(fee.gross.minor for fee in order.fees)
    assert amounts([everything(order)]) == [order.total.minor - kept]
