from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import (
    Moved,
    Order,
    RefundedLine,
    RefundRequest,
    ShopRefund,
    TenderKind,
)
from connector.settlement import Extras, Own, Settlement, Units, settle
from tests.connector.shapes import NOON, a_line, a_tender, an_order, eur


def paid(order: Order, number: int, result: Settlement) -> Own:
    """Turn a settlement into a refund of ours that stands but was not yet sent."""
    return Own(
        request=RefundRequest(
            key=str(number),
            order_ref=order.ref,
            amount=result.amount,
            lines=result.lines,
            shipping=result.shipping,
            deductions=result.deductions,
            tenders=result.tenders,
            reason="returned",
        )
    )


def one_by_one(
    order: Order, *steps: Units, extras: Extras | None = None
) -> list[Settlement]:
    own: list[Own] = []
    results = []
    for number, units in enumerate(steps):
        result = settle(order, [units], extras or Extras(), own)
        results.append(result)
        own.append(paid(order, number, result))
    return results


def unit(ref: str = "a", quantity: int = 1, fee_bp: int = 0) -> Units:
    return Units(line_ref=ref, quantity=quantity, restocking_bp=fee_bp)


@pytest.mark.parametrize(
    ("gross", "tax", "parts", "taxes"),
    [
        (1000, 0, [333, 334, 333], [0, 0, 0]),  # H01
        (5000, 833, [1667, 1666, 1667], [278, 277, 278]),  # H04
        (6529, 532, [2176, 2177, 2176], [177, 178, 177]),  # H05
        (10000, 0, [3333, 3334, 3333], [0, 0, 0]),  # S06
    ],
)
def test_single_units_sum_to_what_was_paid(
    gross: int, tax: int, parts: list[int], taxes: list[int]
) -> None:
    results = one_by_one(an_order(a_line("a", gross, 3, tax)), unit(), unit(), unit())
    assert [r.amount.minor for r in results] == parts
    assert [r.tax.minor for r in results] == taxes


def test_h10_a_restocking_fee_is_cumulative() -> None:
    order = an_order(a_line("a", 5000, 3))
    results = one_by_one(order, *[unit(fee_bp=1500)] * 3)
    assert [r.deductions[0].amount.minor for r in results] == [250, 250, 250]


def test_h11_fees_never_become_a_debt() -> None:
    fee = Extras(return_fee=eur(590))
    result = settle(an_order(a_line("a", 399)), [unit()], fee)
    assert (result.amount, result.waived) == (eur(0), eur(191))


def test_h18_a_refund_by_hand_lowers_the_cap_and_a_person_is_asked() -> None:
    order = an_order(a_line("a", 8000), a_line("b", 2000))
    tender = replace(order.tenders[0], refunded=eur(3000))
    by_hand = ShopRefund(ref="r1", amount=eur(3000), moved=Moved.YES, made_at=NOON)
    order = replace(order, tenders=(tender,), refunds=(by_hand,))
    result = settle(order, [unit()], Extras())
    assert result.amount == eur(7000)
    assert result.ask


def test_h19_the_gift_card_comes_back_before_the_card() -> None:
    tenders = (a_tender("card", 7500), a_tender("gift", 2500, TenderKind.GIFT_CARD))
    order = an_order(a_line("a", 4000), a_line("b", 6000), tenders=tenders)
    first, second = one_by_one(order, unit("a"), unit("b"))
    shares = [
        [(t.tender_ref, t.amount.minor) for t in r.tenders] for r in (first, second)
    ]
    assert shares == [[("gift", 2500), ("card", 1500)], [("card", 6000)]]


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


def test_h13_shipping_is_held_to_the_cheapest_standard() -> None:
    order = an_order(a_line("a", 1000), shipping=1290)
    extras = Extras(shipping=True, shipping_limit=eur(490))
    assert settle(order, [unit()], extras).amount == eur(1490)


def test_a_line_that_does_not_exist_is_asked_about_not_guessed() -> None:
    assert settle(an_order(a_line("a", 100)), [unit("zz")], Extras()).ask


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Order, list[Units]]:
    """Draw an order and its units coming back in some order, with some fees."""
    lines = [
        a_line(f"l{i}", draw(st.integers(0, 50_000)), draw(st.integers(1, 6)), tax=0)
        for i in range(draw(st.integers(1, 4)))
    ]
    lines = [
        a_line(line.ref, line.gross.minor, line.quantity, line.gross.minor // 6)
        for line in lines
    ]
    fee = draw(st.sampled_from([0, 1000, 1500]))
    all_units = [unit(x.ref, 1, fee) for x in lines for _ in range(x.quantity)]
    return an_order(*lines), draw(st.permutations(all_units))


@given(sequences())
def test_any_order_of_returns_sums_exactly(case: tuple[Order, list[Units]]) -> None:
    order, steps = case
    results = one_by_one(order, *steps)
    assert not any(r.ask for r in results)
    for r in results:
        assert sum(t.amount.minor for t in r.tenders) == r.amount.minor >= 0
        assert all(s.tax <= s.gross for s in r.lines)
    for line in order.lines:
        shares = [s for r in results for s in r.lines if s.ref == line.ref]
        assert sum(s.gross.minor for s in shares) == line.gross.minor
        assert sum(s.tax.minor for s in shares) == line.tax.minor


@given(sequences())
def test_never_above_what_was_captured(case: tuple[Order, list[Units]]) -> None:
    order, steps = case
    results = one_by_one(order, *steps, *steps)
    assert sum(r.amount.minor for r in results) <= order.captured.minor
