"""The settlement, and the builders that its other tests share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.model import (
    Moved,
    Order,
    RefundedLine,
    ShopRefund,
    TaxPart,
    TenderKind,
)
from connector.settlement import Extras, Settlement, Units, settle
from tests.connector.settling import (
    balanced,
    charge_in,
    line_in,
    one_by_one,
    order_in,
    paid,
    unit,
)
from tests.connector.shapes import a_line, a_tender, an_order, eur


def fees(result: Settlement) -> list[tuple[str, int]]:
    return [(one.code, one.amount.minor) for one in result.deductions]


def test_units_that_others_refunded_are_not_refunded_again() -> None:
    order = an_order(a_line("a", 3000, 3))
    line = RefundedLine(line_ref="a", quantity=3, gross=eur(3000))
    other = ShopRefund(ref="r1", amount=eur(3000), moved=Moved.YES, lines=(line,))
    tender = replace(order.tenders[0], refunded=eur(3000))
    order = replace(order, refunds=(other,), tenders=(tender,))
    result = settle(order, [unit()], Extras())
    assert (result.amount, bool(result.ask)) == (eur(0), True)


def test_outbound_shipping_is_refunded_once() -> None:
    order = an_order(a_line("a", 1000), a_line("b", 1000), shipping=490)
    results = one_by_one(order, unit("a"), unit("b"), extras=Extras(shipping=True))
    assert [r.amount.minor for r in results] == [1490, 1000]


def test_shipping_of_a_part_goes_back_in_step_with_the_goods() -> None:
    order = an_order(
        a_line("a", 6000, 2), a_line("b", 3000), a_line("c", 1000), shipping=1290
    )
    extras = Extras(shipping=True, shipping_limit=eur(490), shipping_part="pro_rata")
    steps = (unit("b"), unit("a"), unit("a"), unit("c"))
    results = one_by_one(order, *steps, extras=extras)
    back = [sum(one.gross.minor for one in x.shipping) for x in results]
    assert back == [147, 147, 147, 49]
    late = replace(extras, shipping_part="none_until_last")
    back = [
        sum(one.gross.minor for one in x.shipping)
        for x in one_by_one(order, *steps, extras=late)
    ]
    assert back == [0, 0, 0, 490]


def test_all_that_was_carried_brings_all_of_its_delivery() -> None:
    """A gift card, and what is sent by no parcel, keep none of it back (no. 75)."""
    card = replace(a_line("card", 5000), is_gift_card=True)
    film = replace(a_line("film", 2000), is_physical=False)
    order = an_order(a_line("a", 2000, 2), card, film, shipping=490)
    extras = Extras(shipping=True, shipping_part="pro_rata")
    results = one_by_one(order, unit("a"), unit("a"), extras=extras)
    back = [sum(one.gross.minor for one in x.shipping) for x in results]
    assert back == [245, 245]


def test_the_shipping_limit_is_the_order_s_not_each_return_s() -> None:
    order = an_order(a_line("a", 1000), a_line("b", 1000), shipping=1290)
    extras = Extras(shipping=True, shipping_limit=eur(490))
    results = one_by_one(order, unit("a"), unit("b"), extras=extras)
    assert [r.amount.minor for r in results] == [1490, 1000]


@pytest.mark.parametrize("names_it", [True, False])
def test_shipping_that_the_shop_gave_back_counts_beside_ours_on_its_way(
    *, names_it: bool
) -> None:
    # WooCommerce names the shipping line in a refund; Shopify only sums it up.
    order = an_order(a_line("a", 1000), a_line("b", 1000), shipping=1000)
    limited = Extras(shipping=True, shipping_limit=eur(400))
    ours = paid(order, 1, settle(order, [unit("a")], limited))
    line = RefundedLine(line_ref="s", quantity=0, gross=eur(500))
    by_hand = ShopRefund(
        ref="r1", amount=eur(500), moved=Moved.YES, lines=(line,) * names_it
    )
    order = replace(
        order,
        shipping=(replace(order.shipping[0], refunded=eur(500)),),
        tenders=(replace(order.tenders[0], refunded=eur(500)),),
        refunds=(by_hand,),
    )
    result = settle(order, [unit("b")], Extras(shipping=True), [ours])
    balanced(result)
    assert [one.gross.minor for one in result.shipping] == [100]


def test_a_line_that_does_not_exist_is_asked_about_not_guessed() -> None:
    assert settle(an_order(a_line("a", 100)), [unit("zz")], Extras()).ask


@pytest.mark.parametrize("quantity", [0, -1])
def test_no_units_or_fewer_are_asked_about_and_bring_nothing(quantity: int) -> None:
    result = settle(an_order(a_line("a", 100)), [unit("a", quantity)], Extras())
    balanced(result)
    assert (result.amount, bool(result.ask)) == (eur(0), True)


def test_a_gift_card_is_held_back_and_a_person_is_asked() -> None:
    gift = replace(a_line("g", 5000), is_gift_card=True)
    result = settle(an_order(a_line("a", 2000), gift), [unit("a"), unit("g")], Extras())
    balanced(result)
    assert result.amount == eur(2000)
    assert result.ask == ("Line g: a gift card cannot be returned or refunded",)


def test_fees_come_off_the_goods_and_never_off_the_shipping() -> None:
    order = an_order(a_line("a", 399), shipping=490)
    extras = Extras(shipping=True, return_fee=eur(590))
    result = settle(order, [unit()], extras)
    balanced(result)
    assert (result.amount, result.waived) == (eur(490), eur(191))


def test_fees_of_one_line_never_eat_another_line() -> None:
    order = an_order(a_line("a", 1000), a_line("b", 1000))
    spoilt = Units(line_ref="a", quantity=1, restocking_bp=1500, deduction_bp=9000)
    result = settle(order, [spoilt, unit("b")], Extras())
    balanced(result)
    assert fees(result) == [("inspection", 900), ("restocking", 100)]
    assert (result.amount, result.waived) == (eur(1000), eur(50))


def test_a_waived_fee_is_not_taken_from_the_next_unit() -> None:
    order = an_order(a_line("a", 2000, 2))
    spoilt = Units(line_ref="a", quantity=1, restocking_bp=1500, deduction_bp=9000)
    first, second = one_by_one(order, spoilt, unit(fee_bp=1500))
    assert first.waived == eur(50)
    assert fees(second) == [("restocking", 150)]


def test_units_of_one_line_may_bear_fees_of_different_height() -> None:
    order = an_order(a_line("a", 3000, 3))
    results = one_by_one(order, unit(fee_bp=1500), unit(fee_bp=1000), unit())
    assert [fees(r) for r in results] == [
        [("restocking", 150)],
        [("restocking", 100)],
        [],
    ]


def test_two_tenders_of_a_kind_are_paid_back_as_the_shop_lists_them() -> None:
    tenders = (a_tender("one", 600), a_tender("two", 400))
    order = an_order(a_line("a", 1000), tenders=tenders)
    result = settle(order, [unit()], Extras())
    assert [(t.tender_ref, t.amount.minor) for t in result.tenders] == [
        ("one", 600),
        ("two", 400),
    ]


def test_a_stated_order_of_tenders_goes_before_the_usual_one() -> None:
    tenders = (
        a_tender("gift", 400, TenderKind.GIFT_CARD),
        a_tender("card", 500),
        a_tender("credit", 100, TenderKind.STORE_CREDIT),
    )
    order = an_order(a_line("a", 1000), tenders=tenders)
    extras = Extras(tender_kinds=(TenderKind.CARD, TenderKind.GIFT_CARD))
    result = settle(order, [unit()], extras)
    assert [t.tender_ref for t in result.tenders] == ["card", "gift", "credit"]


def by_others(order: Order, gross: int, units: int) -> Order:
    """Let somebody else refund units of line a for `gross`, on the one tender."""
    back = RefundedLine(line_ref="a", quantity=units, gross=eur(gross))
    refund = ShopRefund(ref="r1", amount=eur(gross), moved=Moved.YES, lines=(back,))
    tender = replace(order.tenders[0], refunded=eur(gross))
    return replace(order, refunds=(refund,), tenders=(tender,))


def test_a_cent_too_many_on_a_line_is_booked_as_rounding_and_shown() -> None:
    # 10.00 for 2; somebody gave 5.01 back for the first: 4.99 are left for 5.00.
    order = by_others(an_order(a_line("a", 1000, 2), a_line("b", 1000)), 501, 1)
    result = settle(order, [unit()], Extras())
    balanced(result)
    assert (result.amount, result.rounding, result.ask) == (eur(499), eur(1), ())
    assert [(d.code, d.line_ref, d.amount.minor) for d in result.deductions] == [
        ("rounding", "a", 1)
    ]


def test_two_cents_too_many_on_a_line_stop_and_ask() -> None:
    order = by_others(an_order(a_line("a", 1000, 2), a_line("b", 1000)), 502, 1)
    result = settle(order, [unit()], Extras())
    balanced(result)
    assert (result.amount, result.rounding) == (eur(498), eur(0))
    assert result.ask == (
        "Line a: 5.00 EUR is due, but only 4.98 EUR of this line is left",
    )


def short_by(cents: int, *, shipping: int = 0) -> Order:
    """Return an order of two lines whose tender holds some cents too few."""
    order = an_order(a_line("a", 1000), a_line("b", 1000), shipping=shipping)
    held = a_tender("card", order.total.minor - cents)
    return replace(order, tenders=(held,))


def test_a_cent_a_line_above_what_is_left_is_rounding() -> None:
    result = settle(short_by(2), [unit("a"), unit("b")], Extras())
    balanced(result)
    assert (result.amount, result.rounding, result.ask) == (eur(1998), eur(2), ())
    assert fees(result) == [("rounding", 2)]


def test_more_than_a_cent_a_line_above_what_is_left_asks() -> None:
    result = settle(short_by(3), [unit("a"), unit("b")], Extras())
    balanced(result)
    assert (result.amount, result.rounding) == (eur(1997), eur(0))
    assert any("is left to refund" in why for why in result.ask)


def test_a_cent_for_a_line_that_brings_nothing_is_no_rounding() -> None:
    order = an_order(a_line("a", 1000), a_line("free", 0))
    order = replace(order, tenders=(a_tender("card", 998),))
    result = settle(order, [unit("a"), unit("free")], Extras())
    balanced(result)
    assert any("is left to refund" in why for why in result.ask)


def test_a_cent_is_not_rounded_away_twice_on_one_line() -> None:
    # The line has a cent too few left, and the tender another.
    order = by_others(an_order(a_line("a", 1000, 2)), 501, 1)
    order = replace(order, tenders=(replace(order.tenders[0], captured=eur(999)),))
    result = settle(order, [unit()], Extras())
    balanced(result)
    assert result.amount == eur(498)
    assert result.ask


def test_a_fee_in_another_currency_is_never_taken_at_its_face() -> None:
    order = order_in("JPY", [line_in("JPY", "a", 1000)])
    result = settle(order, [unit()], Extras(return_fee=eur(590)))
    balanced(result)
    assert (result.amount.minor, result.deductions) == (1000, ())
    assert result.ask == ("the return fee of 5.90 EUR is not in JPY",)


def test_a_shipping_limit_in_another_currency_is_asked_about() -> None:
    order = order_in(
        "JPY", [line_in("JPY", "a", 1000)], shipping=[charge_in("JPY", "s", 500)]
    )
    extras = Extras(shipping=True, shipping_limit=eur(490))
    result = settle(order, [unit()], extras)
    assert (result.amount.minor, result.shipping) == (1000, ())
    assert result.ask == ("the shipping limit of 4.90 EUR is not in JPY",)


def test_money_given_back_on_no_tender_still_lowers_what_is_left() -> None:
    # 30.00 in cash over the counter: the shop lists it, and books it on no capture.
    order = an_order(a_line("a", 10000))
    cash = ShopRefund(ref="r1", amount=eur(3000), moved=Moved.YES)
    result = settle(replace(order, refunds=(cash,)), [unit()], Extras())
    balanced(result)
    assert (result.amount, bool(result.ask)) == (eur(7000), True)


def test_a_refund_whose_money_never_moved_lowers_nothing() -> None:
    order = an_order(a_line("a", 10000))
    failed = ShopRefund(ref="r1", amount=eur(3000), moved=Moved.NO)
    result = settle(replace(order, refunds=(failed,)), [unit()], Extras())
    assert (result.amount, result.ask) == (eur(10000), ())


@pytest.mark.parametrize(("gross", "quantity"), [(5, 5), (2, 3), (2, 4), (3, 7)])
def test_two_rates_on_a_line_of_cents_close_exactly(gross: int, quantity: int) -> None:
    line = line_in("EUR", "a", gross, quantity, {"r1": 1, "r2": 1})
    results = one_by_one(order_in("EUR", [line]), *[unit()] * quantity)
    shares = [share for r in results for share in r.lines]
    for place in range(2):
        assert sum(share.taxes[place].amount.minor for share in shares) == 1


def test_a_rate_that_the_shop_lists_twice_is_one_rate() -> None:
    line = replace(
        line_in("EUR", "a", 1200, 2),
        taxes=(TaxPart(rate="1", amount=eur(120)), TaxPart(rate="1", amount=eur(80))),
    )
    results = one_by_one(order_in("EUR", [line]), unit(), unit())
    assert [r.tax.minor for r in results] == [100, 100]
