"""What a person says he paid by hand stands in the books, whatever happens after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest, Refused
from connector.model import Found, Moved, Resolution, TenderKind, Terms
from connector.states import Exchange, Refund
from connector.steps import byhand, cancel, follow, observe
from connector.store import desk, exchanges, ledger, orders, refunds
from tests.connector.shapes import a_line, a_tender, an_order, eur
from tests.stories.making_good import Counter, counting, new, stocked, wish
from tests.stories.shopify_counter import counting as at_shopify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from connector.model import Finding, RefundRequest, Return
    from connector.store.refunds import RefundRow

AT_ONCE = Terms(when="requested", goods_when="requested", fallback=Resolution.REFUND)


class Doubting(Sandbox):
    """A shop whose records of our refunds may be said not to have moved."""

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Say that the money did not move."""
        return replace(Sandbox.look(self, request, preimage), found=Found.FAILED)


def _cash(shop: Sandbox) -> Sandbox:
    """Sell order 29 for cash: whatever goes back is paid by a person."""
    cash = replace(a_tender("cod", 10000, TenderKind.MANUAL), can_refund=False)
    lines = (a_line("a", 9000, 3), a_line("b", 1000))
    stocked(shop).sell(an_order(*lines, tenders=(cash,)))
    return shop


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    with counting(address, _cash(Sandbox())) as made:
        yield made


def _swap(counter: Counter, fallback: Resolution = Resolution.REFUND) -> Return:
    """Exchange 30.00 for socks of 7.00, and let a person pay the rest by hand."""
    terms = Terms(when="received", goods_when="received", fallback=fallback)
    wanted = wish(way=Resolution.EXCHANGE, goods=new("socks"))
    case = counter.open(wanted, terms=terms)
    counter.work(1)
    _pay(counter, case)
    return case


def _pay(counter: Counter, case: Return) -> RefundRow:
    row = counter.rows(case)[-1]
    assert row.state is Refund.MANUAL
    byhand.paid(counter.db, row.id, proof="bank 1", actor="console", now=counter.now)
    return refunds.get(counter.db, row.id)


def _sell_out(counter: Counter) -> None:
    shelf = counter.shop.shelf
    shelf["socks"] = replace(shelf["socks"], available=0)


def _standing(counter: Counter) -> object:
    return ledger.standing(counter.db, "sandbox", "29", "EUR")


@pytest.mark.parametrize(
    "fallback", [Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.NONE]
)
def test_only_the_rest_is_paid_where_the_goods_sell_out_after_a_payment(
    counter: Counter, fallback: Resolution
) -> None:
    case = _swap(counter, fallback)
    _sell_out(counter)
    counter.work(1)
    assert counter.states(case) == [
        ("exchange", Refund.CANCELLED),
        ("refund", Refund.MANUAL),
    ]
    row = counter.rows(case)[1]
    assert (row.amount, row.paid_by_hand) == (eur(3000), eur(2300))
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "pay_by_hand"
    assert matter.why.startswith("pay 7.00 EUR by hand")
    assert "23.00 EUR of the 30.00 EUR was paid by hand before" in matter.why
    with pytest.raises(BadRequest, match="paid by hand"):
        byhand.withdraw(counter.db, row.id, why="no", actor="console", now=counter.now)
    with pytest.raises(Refused, match="paid by hand"):
        cancel.cancel(
            counter.db, counter.shop, case.id, actor="console", now=counter.now
        )
    assert _pay(counter, case).paid_by_hand == eur(3000)
    counter.work()
    assert counter.states(case)[1:] == [("refund", Refund.CONFIRMED)]
    assert _standing(counter) == eur(3000)
    assert counter.shop.paid_out("29") == eur(3000)


def test_a_person_decides_where_the_rest_cannot_be_reckoned(counter: Counter) -> None:
    case = _swap(counter)
    order = counter.shop.order("29")
    [sold, other] = order.lines
    odd = replace(order, lines=(replace(sold, is_gift_card=True), other))
    orders.keep(counter.db, "sandbox", odd)
    _sell_out(counter)
    counter.work(1)
    orders.keep(counter.db, "sandbox", order)
    assert counter.states(case) == [("exchange", Refund.PLANNED)]
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "sold_out"
    assert "23.00 EUR of it was paid by hand and stays in the books" in matter.why
    assert _standing(counter) == eur(2300)
    [row] = counter.rows(case)
    swap = exchanges.of_refund(counter.db, row.id)
    assert swap is not None
    assert swap.state is Exchange.PROPOSED


def test_what_was_paid_by_hand_is_neither_withdrawn_nor_cancelled(
    counter: Counter,
) -> None:
    case = counter.open(wish(), terms=AT_ONCE, is_back=False)
    counter.work(1)
    row = _pay(counter, case)
    with pytest.raises(BadRequest, match=r"30\.00 EUR of it was paid by hand"):
        byhand.withdraw(
            counter.db, row.id, why="oops", actor="console", now=counter.now
        )
    with pytest.raises(Refused, match=r"30\.00 EUR was paid by hand"):
        cancel.cancel(
            counter.db, counter.shop, case.id, actor="console", now=counter.now
        )
    assert counter.states(case) == [("refund", Refund.PLANNED)]
    assert _standing(counter) == eur(3000)


def test_what_was_not_paid_yet_is_still_withdrawn(counter: Counter) -> None:
    case = counter.open(wish())
    counter.work(1)
    [row] = counter.rows(case)
    byhand.withdraw(counter.db, row.id, why="wrong", actor="console", now=counter.now)
    assert counter.states(case) == [("refund", Refund.CANCELLED)]


@pytest.mark.parametrize("has_left", [True, False])
def test_a_payment_by_hand_outlives_its_record_in_the_shop(
    counter: Counter, *, has_left: bool
) -> None:
    case = counter.open(wish())
    counter.work(1)
    _pay(counter, case)
    counter.work()
    [row] = counter.rows(case)
    order = counter.shop.order("29")
    gone = tuple(replace(one, moved=Moved.NO) for one in order.refunds)
    counter.shop.orders["29"] = replace(order, refunds=gone)

    def look() -> None:
        observe.observe(counter.db, counter.shop, "29", lambda: counter.now)

    look()
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "unbooked"
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert _standing(counter) == eur(3000)
    byhand.found_out(
        counter.db,
        row.id,
        money_moved=has_left,
        why="the bank",
        actor="console",
        now=counter.now,
    )
    look()
    codes = [one.code for one in desk.open_matters(counter.db)]
    assert codes == ([] if has_left else ["failed"])
    said = Refund.CONFIRMED if has_left else Refund.REVERSED
    assert counter.states(case) == [("refund", said)]
    assert _standing(counter) == (eur(3000) if has_left else eur(0))


def test_a_shop_that_says_it_did_not_move_makes_no_payment_undone(
    address: str,
) -> None:
    with counting(address, _cash(Doubting())) as counter:
        case = counter.open(wish())
        counter.work(1)
        _pay(counter, case)
        counter.shop.mishaps.append("lost")
        counter.work()
        assert counter.states(case) == [("refund", Refund.UNKNOWN)]
        [matter] = desk.open_matters(counter.db)
        assert "30.00 EUR was paid by hand" in matter.why
        assert _standing(counter) == eur(3000)


def test_units_that_staff_refunds_too_are_laid_before_a_person(address: str) -> None:
    with at_shopify(address) as counter:
        case = counter.file(counter.wish(Resolution.MANUAL))
        counter.work(1)
        row = _pay(counter, case)
        found = counter.shop.shop_return(case.platform_ref)
        lines = tuple(replace(one, refunded=1) for one in found.lines)
        staffs = replace(found, lines=lines)
        able = counter.shop.abilities
        follow.follow(counter.db, able, counter.case(case.id), staffs, counter.now)
        assert refunds.get(counter.db, row.id).state is Refund.PLANNED
        [matter] = desk.about(counter.db, row.id)
        assert matter.code == "paid_twice"
        assert "30.00 EUR was paid by hand" in matter.why
        byhand.found_out(
            counter.db,
            row.id,
            money_moved=True,
            why="staff booked it himself",
            actor="console",
            now=counter.now,
        )
        assert refunds.get(counter.db, row.id).state is Refund.CONFIRMED


def test_what_the_shop_does_not_book_names_the_credit_that_was_to_go_along(
    address: str,
) -> None:
    cash = replace(a_tender("cod", 8000, TenderKind.MANUAL), can_refund=False)
    stored = a_tender("credit", 1000, TenderKind.STORE_CREDIT)
    shop = Sandbox()
    lines = (a_line("a", 9000, 3),)
    tenders = (cash, replace(stored, can_refund=True))
    stocked(shop).sell(an_order(*lines, tenders=tenders))
    with counting(address, shop) as counter:
        case = counter.open(wish())
        counter.work(1)
        row = _pay(counter, case)
        assert row.paid_by_hand == eur(2000)
        shop.mishaps.append("refused")
        counter.work(1)
        assert counter.states(case) == [("refund", Refund.UNKNOWN)]
        [matter] = desk.about(counter.db, row.id)
        assert "20.00 EUR was paid by hand" in matter.why
        assert "10.00 EUR was to go back as credit" in matter.why
