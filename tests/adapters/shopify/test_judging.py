"""What is concluded from the shop's own lists, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.shopify import able, judging
from adapters.shopify.judging import Bill, Card, Credit, Swap
from connector.model import (
    Finding,
    Found,
    Moved,
    NewGoods,
    RefundRequest,
    Resolution,
    ShopRefund,
    ShopReturn,
    ShopReturnLine,
)
from connector.money import Money

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FREE = Bill(owed=Money(0, "EUR"))


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def asked(way: Resolution, **more: Any) -> RefundRequest:
    base = RefundRequest(
        key="k",
        order_ref="o",
        amount=euros(0),
        lines=(),
        shipping=(),
        deductions=(),
        tenders=(),
        reason="Return 29-R1",
        way=way,
    )
    return replace(base, **more)


def a_credit(ref: str, minor: int = 500, **more: Any) -> Credit:
    base = Credit(ref=ref, amount=euros(minor), event="ADJUSTMENT", made_at=NOON)
    return replace(base, **more)


KIND = asked(Resolution.COURTESY, bonus=euros(500))


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ([], Found.PERSON),
        ([a_credit("old")], Found.PERSON),
        ([a_credit("new")], Found.DONE),
        ([a_credit("new"), a_credit("other")], Found.PERSON),
        ([a_credit("new", 400)], Found.PERSON),
        ([a_credit("new", event="ORDER_REFUND")], Found.PERSON),
        ([a_credit("new", expires_at=NOON)], Found.PERSON),
        ([a_credit("new"), a_credit("old"), a_credit("x", 400)], Found.DONE),
    ],
)
def test_one_new_credit_like_ours_is_ours_and_all_else_is_a_question(
    seen: list[Credit], found: Found
) -> None:
    judged = judging.of_credit(KIND, {"credits": ["old"]}, seen)
    assert judged.found is found
    assert not judged.is_repeatable


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), max_size=8))
def test_a_credit_without_a_key_is_never_said_to_be_absent(
    rows: list[tuple[int, int]],
) -> None:
    seen = [a_credit(str(ref), 500 * units) for ref, units in rows]
    assert judging.of_credit(KIND, {}, seen).found in (Found.DONE, Found.PERSON)


@pytest.mark.parametrize(
    ("promised_at", "is_asked"),
    [(None, True), (NOON, True), (NOON + timedelta(seconds=1), False)],
)
def test_a_like_credit_younger_than_our_promise_is_asked_about(
    promised_at: datetime | None, *, is_asked: bool
) -> None:
    said = judging.doubt_of_credit(KIND, [a_credit("a")], promised_at)
    assert bool(said) is is_asked


def test_a_card_of_our_code_is_ours_by_its_amount() -> None:
    wish = asked(Resolution.GIFT_CARD, amount=euros(3000), code="ABCDEFGH")
    card = Card(ref="c", amount=euros(3000), left=euros(10))
    assert judging.of_card(wish, [card]).found is Found.DONE
    other = replace(card, amount=euros(2999))
    assert judging.of_card(wish, [other]).found is Found.PERSON
    assert judging.of_card(wish, [card, other]).found is Found.PERSON
    absent = judging.of_card(wish, [])
    assert (absent.found, absent.is_repeatable) == (Found.ABSENT, True)


GOODS = (NewGoods(ref="v", title="Shirt", quantity=2, price=euros(6000)),)
SWAP = asked(Resolution.EXCHANGE, goods=GOODS, return_ref="r", return_lines=(("l", 2),))
BEFORE = {
    "refunds": ["old"],
    "lines": {"l": [1, 1]},
    "swaps": {"s": 0},
    "picked": {"s": 2},
    "is_all": True,
}


def case(processed: int) -> ShopReturn:
    line = ShopReturnLine(
        ref="l",
        line_ref="x",
        quantity=3,
        processable=3 - processed,
        processed=processed,
        refunded=0,
    )
    return ShopReturn(
        ref="r",
        number="29-R1",
        order_ref="o",
        status="open",
        lines=(line,),
        opened_at=NOON,
    )


def swap(processed: int) -> list[Swap]:
    left = 2 - processed
    one = Swap(
        ref="s", ware="v", processed=processed, processable=left, standing=processed
    )
    return [one]


def back(ref: str = "new", minor: int = 600, moved: Moved = Moved.YES) -> ShopRefund:
    return ShopRefund(ref=ref, amount=euros(minor), moved=moved, return_ref="r")


def judged(
    request: RefundRequest = SWAP,
    *,
    lines: int,
    swaps: int,
    refunds: tuple[ShopRefund, ...] = (),
    before: dict[str, Any] = BEFORE,
    bill: Bill = FREE,
) -> Finding:
    return judging.of_goods(request, before, refunds, case(lines), swap(swaps), bill)


def test_all_units_processed_since_are_an_exchange_that_is_done() -> None:
    assert judged(lines=3, swaps=2).found is Found.DONE


@pytest.mark.parametrize(("lines", "swaps"), [(1, 2), (3, 0), (2, 1), (3, 1)])
def test_a_part_of_an_exchange_is_a_person_s_matter(lines: int, swaps: int) -> None:
    assert judged(lines=lines, swaps=swaps).found is Found.PERSON


@pytest.mark.parametrize("is_all", [True, False])
def test_nothing_that_changed_is_absence_only_where_it_cannot_come_twice(
    *, is_all: bool
) -> None:
    found = judged(lines=1, swaps=0, before=BEFORE | {"is_all": is_all}).found
    assert found is (Found.ABSENT if is_all else Found.PERSON)


def test_an_exchange_whose_money_is_not_there_is_not_done() -> None:
    request = replace(SWAP, amount=euros(600))
    assert judged(request, lines=3, swaps=2).found is Found.PERSON
    paid = judged(request, lines=3, swaps=2, refunds=(back(), back("old")))
    assert paid.found is Found.DONE
    twice = judged(request, lines=3, swaps=2, refunds=(back(), back("b")))
    assert twice.found is Found.PERSON
    slow = judged(request, lines=3, swaps=2, refunds=(back(moved=Moved.PENDING),))
    assert slow.found is Found.PENDING


def test_what_is_owed_is_pending_until_the_order_owes_nothing() -> None:
    request = replace(SWAP, owed=euros(500))
    bill = Bill(owed=euros(500), pay_url="https://pay.example")
    found = judged(request, lines=3, swaps=2, bill=bill)
    assert found.found is Found.PENDING
    assert found.receipt is not None
    assert found.receipt.pay_url == "https://pay.example"
    assert judged(request, lines=3, swaps=2).found is Found.DONE


def test_what_another_promise_sent_since_does_not_keep_ours_from_being_over() -> None:
    other = Swap(ref="t", ware="w", processed=1, processable=0, standing=1)
    found = judging.of_goods(SWAP, BEFORE, (), case(3), [other], FREE)
    assert (found.found, found.is_over) == (Found.PERSON, True)


def test_units_taken_off_a_line_of_two_exchanges_are_a_person_s_matter() -> None:
    """Shopify does not say whose they were: neither is over, and neither is done."""
    shared = Swap(ref="s", ware="v", processed=3, processable=0, standing=1)
    found = judging.of_goods(SWAP, BEFORE, (), case(3), [shared], FREE)
    assert (found.found, found.is_over) == (Found.PERSON, False)
    ours = replace(shared, processed=2, standing=0)
    found = judging.of_goods(SWAP, BEFORE, (), case(3), [ours], FREE)
    assert (found.found, found.is_over) == (Found.PERSON, True)


counts = st.integers(0, 3)


@settings(max_examples=300)
@given(
    lines=counts,
    swaps=st.integers(0, 2),
    refunds=st.integers(0, 2),
    amount=st.integers(0, 600),
    is_all=st.booleans(),
)
def test_an_exchange_is_absent_only_where_nothing_at_all_has_moved(
    lines: int, swaps: int, refunds: int, amount: int, *, is_all: bool
) -> None:
    rows = tuple(back(f"new{number}") for number in range(refunds))
    found = judged(
        replace(SWAP, amount=euros(amount)),
        lines=lines,
        swaps=swaps,
        refunds=rows,
        before=BEFORE | {"is_all": is_all},
    ).found
    is_still = lines <= 1 and not swaps and not refunds
    assert (found is Found.ABSENT) == (is_still and is_all)
    if found is Found.DONE:
        assert (lines, swaps) == (3, 2)
        assert bool(amount) <= (refunds == 1)


@given(st.lists(st.tuples(st.sampled_from("vw"), counts), max_size=6))
def test_as_many_exchange_lines_are_picked_as_are_wanted_or_none(
    rows: list[tuple[str, int]],
) -> None:
    swaps = [
        Swap(ref=str(number), ware=ware, processed=0, processable=units, standing=0)
        for number, (ware, units) in enumerate(rows)
    ]
    picked = judging.pick(SWAP, swaps)
    there = sum(units for ware, units in rows if ware == "v")
    assert sum(picked.values()) == (2 if there >= 2 else 0)
    known = {one.ref: one for one in swaps}
    assert all(
        known[ref].ware == "v" and 0 < units <= known[ref].processable
        for ref, units in picked.items()
    )


@pytest.mark.parametrize(
    ("scopes", "enabled", "more"),
    [
        ((), True, frozenset()),
        (able.CREDIT_SCOPES, True, able.CREDIT),
        (able.CREDIT_SCOPES, False, frozenset()),
        (able.CREDIT_SCOPES[:1], True, frozenset()),
        (able.CARD_SCOPES, False, able.CARD),
        ((*able.CREDIT_SCOPES, *able.CARD_SCOPES), True, able.CREDIT | able.CARD),
    ],
)
def test_the_ways_follow_the_scopes(
    scopes: tuple[str, ...], more: frozenset[Resolution], *, enabled: bool
) -> None:
    granted = ",".join(("read_orders", *scopes))
    assert able.ways(granted, credit_enabled=enabled) == able.ALWAYS | more
