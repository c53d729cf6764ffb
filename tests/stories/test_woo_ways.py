"""Each way of making good, end to end over a WooCommerce shop that goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution, Terms
from connector.states import Exchange, Refund
from connector.steps import amends, balances
from connector.store import credit, desk, exchanges, ledger, returns
from tests.connector.shapes import eur
from tests.stories.making_good import wish
from tests.stories.test_making_good_killed import Killed, Mortal
from tests.stories.woo_ways import BUYER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.woo_ways import WooCounter

WAYS = (Resolution.STORE_CREDIT, Resolution.EXCHANGE, Resolution.REPLACEMENT)
CALLS = {
    Resolution.STORE_CREDIT: ("POST /orders/.*refunds", "POST /coupons"),
    Resolution.EXCHANGE: ("POST /orders/.*refunds", "POST /orders$", "PUT /orders"),
    Resolution.REPLACEMENT: ("POST /orders/.*refunds", "POST /orders$", "PUT /orders"),
}
FAULTS = ("lose_answer", "lose_request", "status_after", "status_before")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


@pytest.fixture
def mortal(address: str) -> Iterator[WooCounter]:
    with serving(address, Mortal) as found:
        yield found


def is_made_once(counter: WooCounter, way: Resolution) -> None:
    """Hold what the shop has against one `socks` for one `m`, or its worth.

    A replacement is an `m` again, whatever was named.
    """
    is_credit = way is Resolution.STORE_CREDIT
    assert counter.credits() == (["30.00"] if is_credit else [])
    is_same = way is Resolution.REPLACEMENT
    assert counter.sent() == ([] if is_credit else ["m" if is_same else "socks"])
    back = 2300 if way is Resolution.EXCHANGE else 0
    assert counter.standin.paid_out_minor() == back
    assert len(counter.standin.refunds[int(counter.order)]) == 1
    assert counter.stock("m") == 7 - is_same  # 9, less 3 sold, and 1 is back


@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_made_good_and_its_return_closed(
    counter: WooCounter, way: Resolution
) -> None:
    case = counter.returned(counter.wish(way, "socks"))
    counter.work()
    assert counter.states(case) == [(way.value, Refund.CONFIRMED)]
    is_made_once(counter, way)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("way", "call"), [(way, call) for way in WAYS for call in CALLS[way]]
)
def test_whatever_call_goes_wrong_it_is_made_good_exactly_once(
    counter: WooCounter, way: Resolution, call: str, fault: str
) -> None:
    case = counter.returned(counter.wish(way, "socks"))
    kind, _, when = fault.partition("_")
    if kind == "status":
        counter.standin.switches.add("status", call, effect=when == "after")
    else:
        counter.standin.switches.add(fault, call)
    counter.work(9)
    assert sum(counter.standin.switches.taken.values()) == 1
    assert counter.states(case) == [(way.value, Refund.CONFIRMED)]
    is_made_once(counter, way)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 8))
@pytest.mark.parametrize("way", WAYS)
def test_a_process_killed_around_any_commit_makes_it_good_exactly_once(
    mortal: WooCounter, way: Resolution, commit: int, *, is_after: bool
) -> None:
    case = mortal.returned(mortal.wish(way, "socks"))
    assert isinstance(mortal.db, Mortal)
    mortal.db.commits_left, mortal.db.is_after = commit, is_after
    try:
        mortal.work(2)
    except Killed:
        mortal.db.commits_left = -1
    mortal.work(6)
    mortal.db.commits_left = -1
    assert mortal.states(case) == [(way.value, Refund.CONFIRMED)]
    is_made_once(mortal, way)


def test_a_gateway_that_may_have_paid_is_asked_about_before_goods_are_sent(
    address: str,
) -> None:
    with serving(address, resend=frozenset()) as counter:
        case = counter.returned(counter.wish(Resolution.EXCHANGE, "socks"))
        counter.standin.gateway_next("pay_then_error")
        counter.work(5)
        [row] = counter.rows(case)
        assert row.state is Refund.UNKNOWN
        assert desk.is_open(counter.db, "refund", row.id, "unknown")
        assert (counter.sent(), counter.standin.paid_out_minor()) == ([], 2300)


def test_a_dearer_article_waits_for_its_payment_and_goes_out_after_it(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work()
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (row.state, stands.state) == (Refund.PENDING, Exchange.AWAITING_PAYMENT)
    assert "order-pay" in stands.pay_url
    assert [one["total"] for one in counter.swaps()] == ["15.00"]
    assert (counter.sent(), counter.stock("coat")) == ([], 9)
    counter.pay()
    counter.work()
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert (counter.sent(), counter.stock("coat")) == (["coat"], 8)
    assert counter.standin.paid_out_minor() == 0


def test_a_new_order_that_staff_cancels_is_laid_before_a_person(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work()
    [new] = counter.swaps()
    counter.standin.edit_order(new["id"], status="cancelled")
    counter.work()
    [row] = counter.rows(case)
    assert row.state is Refund.PENDING
    assert desk.is_open(counter.db, "refund", row.id, "unknown")


def test_a_second_order_under_our_key_is_never_sent(counter: WooCounter) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "l"))
    counter.standin.switches.add("lose_answer", "POST /orders$")
    counter.work(1)
    [first] = counter.swaps()
    twin = first | {"id": 999, "number": "999"}  # the same request, served late
    counter.standin.keep_order(twin)
    counter.work(4)
    [row] = counter.rows(case)
    assert desk.is_open(counter.db, "refund", row.id, "unknown")
    assert counter.sent() == []
    counter.standin.edit_order(first["id"], status="cancelled")  # staff keep one
    counter.work(4)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    [stands] = [exchanges.of_refund(counter.db, row.id)]
    assert stands is not None
    assert (stands.made, counter.sent()) == (str(twin["id"]), ["l"])
    assert desk.open_matters(counter.db) == []


def test_what_is_sold_out_when_it_is_to_be_sent_falls_back(counter: WooCounter) -> None:
    case = counter.returned(
        counter.wish(Resolution.EXCHANGE, "l"),
        terms=Terms(when="received", fallback=Resolution.STORE_CREDIT),
    )
    counter.standin.products[counter.sizes["l"]]["stock_quantity"] = 0
    counter.work()
    assert counter.states(case) == [
        ("exchange", Refund.CANCELLED),
        ("store_credit", Refund.CONFIRMED),
    ]
    assert (counter.credits(), counter.sent()) == (["30.00"], [])


def test_a_bonus_is_inside_the_coupon_and_apart_in_the_books(
    counter: WooCounter,
) -> None:
    terms = Terms(when="received", bonus=((0, 1000),), credit_days=90)
    counter.returned(counter.wish(Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    [coupon] = counter.standin.coupons.values()
    assert (coupon["amount"], coupon["usage_limit"]) == ("33.00", 1)
    assert coupon["email_restrictions"] == [BUYER]
    [known] = credit.of_order(counter.db, "boots", counter.order)
    assert (known.value, known.bonus) == (eur(3000), eur(300))
    assert known.expires_at is not None
    assert coupon["date_expires_gmt"] == f"{known.expires_at:%Y-%m-%dT%H:%M:%S}"
    assert ledger.standing(counter.db, "boots", counter.order, "EUR") == eur(3000)


@pytest.mark.parametrize("fault", ["", "lose_answer", "lose_request"])
def test_a_courtesy_is_one_coupon_and_no_booking(
    counter: WooCounter, fault: str
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND))
    if fault:
        counter.standin.switches.add(fault, "POST /coupons")
    amends.courtesy(
        counter.db,
        counter.shop.abilities,
        case.id,
        eur(500),
        actor="console",
        why="it took us long",
        now=counter.now,
    )
    counter.work(6)
    assert counter.credits() == ["5.00"]
    assert counter.standin.paid_out_minor() == 3000
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}


def test_what_one_order_left_of_a_coupon_is_good_for_another(
    counter: WooCounter,
) -> None:
    counter.returned(counter.wish(Resolution.STORE_CREDIT))
    counter.work()
    [coupon] = counter.standin.coupons.values()
    lefts = []
    for price in ("12.00", "30.00"):
        counter.now = counter.now.replace(minute=counter.now.minute + 1)
        mug = counter.standin.add_product("Mug", price)
        counter.standin.place_order([(mug, 1)], BUYER, code=coupon["code"])
        with pytest.raises(ValueError, match="used up"):
            counter.standin.place_order([(mug, 1)], BUYER, code=coupon["code"])
        counter.now = counter.now.replace(day=counter.now.day + 1)
        balances.run(counter.db, counter.shop, lambda: counter.now)
        [known] = credit.of_order(counter.db, "boots", counter.order)
        lefts.append(known.left)
    assert lefts == [eur(1800), eur(0)]
    assert coupon["usage_count"] == 2


@pytest.mark.parametrize("way", WAYS)
def test_an_order_in_another_currency_than_the_shop_s_is_laid_before_a_person(
    counter: WooCounter, way: Resolution
) -> None:
    case = counter.returned(counter.wish(way))
    counter.standin.currency = "USD"
    counter.work()
    [row] = counter.rows(case)
    assert row.state is Refund.PLANNED
    assert desk.is_open(counter.db, "refund", row.id, "refused")
    assert (counter.credits(), counter.swaps()) == ([], [])


def test_a_coupon_that_staff_deletes_is_a_claim_of_its_customer(
    counter: WooCounter,
) -> None:
    counter.returned(counter.wish(Resolution.STORE_CREDIT))
    counter.work()
    counter.standin.coupons.clear()
    balances.run(counter.db, counter.shop, lambda: counter.now)
    [known] = credit.of_order(counter.db, "boots", counter.order)
    assert desk.is_open(counter.db, "refund", known.refund_id, "credit_gone")


def test_each_line_is_made_good_in_its_own_way(counter: WooCounter) -> None:
    case = counter.returned(
        counter.wish(Resolution.EXCHANGE, "l", 2),
        counter.wish(Resolution.STORE_CREDIT, line=1),
    )
    counter.work()
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
    assert (counter.sent(), counter.credits()) == (["l", "l"], ["7.00"])
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_each_line_goes_back_on_the_shelf_or_not_and_never_twice(
    counter: WooCounter, fault: str
) -> None:
    case = counter.returned(
        counter.wish(Resolution.STORE_CREDIT, quantity=2),
        counter.wish(Resolution.STORE_CREDIT, line=1),
        is_back=False,
    )
    if fault:
        kind, _, when = fault.partition("_")
        match = "POST /orders/.*refunds"
        if kind == "status":
            counter.standin.switches.add("status", match, effect=when == "after")
        else:
            counter.standin.switches.add(fault, match)
    shirts, socks = case.lines
    returns.place_goods(counter.db, socks.id, restock=False, place="", handed_back=0)
    counter.receive(case.id)
    counter.work(6)
    assert counter.states(case) == [("store_credit", Refund.CONFIRMED)]
    assert (counter.stock("m"), counter.stock("socks")) == (8, 8)
    assert counter.credits() == ["67.00"]
    order = counter.shop.order(counter.order)
    assert [line.refunded_units for line in order.lines] == [shirts.asked, 1]
    assert [one.amount for one in order.refunds] == [eur(6700)]
    assert len(list(counter.shop.refund_refs())) == 1


def test_what_is_kept_is_paid_and_what_is_repaired_is_not(counter: WooCounter) -> None:
    kept = counter.returned(counter.wish(Resolution.KEEP), is_back=False)
    counter.returned(counter.wish(Resolution.REPAIR, line=1))
    counter.work()
    assert counter.states(kept) == [("refund", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 3000
    assert (counter.stock("m"), counter.stock("socks")) == (6, 8)


def test_a_return_after_an_exchange_is_worth_what_the_new_goods_cost(
    counter: WooCounter,
) -> None:
    counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work()
    counter.pay()
    counter.work()
    ref = str(counter.swaps()[0]["id"])
    counter.learn(ref)
    line = counter.shop.order(ref).lines[0].ref
    wanted = counter.wish(Resolution.STORE_CREDIT)
    again = counter.returned(
        type(wanted)(
            line_ref=line, quantity=1, reason="other", wanted=Resolution.STORE_CREDIT
        ),
        order_ref=ref,
    )
    counter.work()
    assert counter.states(again) == [("store_credit", Refund.CONFIRMED)]
    assert counter.credits() == ["45.00"]
    # What was paid with goods stood on no gateway: WooCommerce books what it took.
    assert [one["amount"] for one in counter.standin.refunds[int(ref)]] == ["15.00"]
    [back] = counter.shop.order(ref).refunds
    assert back.amount == eur(4500)


def test_money_for_new_goods_is_paid_by_hand_and_the_desk_says_where_it_lies(
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
    assert (row.state, row.amount) == (Refund.MANUAL, eur(4500))
    [matter] = desk.about(counter.db, row.id)
    assert f"what order {counter.order} was paid with" in matter.why
    assert f"15.00 EUR of it was paid on top, with order {ref}" in matter.why


def test_a_second_exchange_settles_against_the_first(counter: WooCounter) -> None:
    counter.returned(counter.wish(Resolution.EXCHANGE, "l"))
    counter.work()
    ref = str(counter.swaps()[0]["id"])
    counter.learn(ref)
    line = counter.shop.order(ref).lines[0].ref
    wanted = counter.wish(Resolution.EXCHANGE, "m")
    again = counter.returned(
        type(wanted)(
            line_ref=line,
            quantity=1,
            reason="other",
            wanted=Resolution.EXCHANGE,
            goods=counter.new("m"),
        ),
        order_ref=ref,
    )
    counter.work()
    assert counter.states(again) == [("exchange", Refund.CONFIRMED)]
    assert (counter.sent(), counter.standin.paid_out_minor()) == (["l", "m"], 0)
    assert counter.stock("l") == 9
