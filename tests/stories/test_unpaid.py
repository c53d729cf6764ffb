"""New goods whose difference nobody pays: a person is asked, once, and can end it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest
from connector.model import Finding, Found, Resolution
from connector.states import Exchange, Refund
from connector.steps import amends, byhand, inspect, refund, sync, unpaid
from connector.steps.inspect import Counted
from connector.steps.observe import observe
from connector.store import desk, exchanges, ledger, orders, refunds
from tests.connector.shapes import a_line, an_order, eur
from tests.stories import making_good
from tests.stories.making_good import Counter, counting, new, stocked, wish
from tests.stories.shopify_counter import counting as at_shopify
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.model import RefundRequest, Return


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3)))
    with counting(address, shop) as made:
        yield made


def _owed(counter: Counter) -> Return:
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("coat")))
    counter.work()
    return case


def _wait(counter: Counter) -> None:
    """Let the time pass that a customer has to pay, and the night after it."""
    counter.now += unpaid.PATIENCE
    _night(counter)


def _night(counter: Counter) -> None:
    counter.work()
    unpaid.run(counter.db, counter.shop, counter.now)


def test_what_is_owed_is_asked_after_once_and_only_in_time(counter: Counter) -> None:
    _owed(counter)
    assert desk.open_matters(counter.db) == []
    _night(counter)
    assert desk.open_matters(counter.db) == []
    _wait(counter)
    _night(counter)
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "unpaid"
    assert "has not paid the 15.00 EUR" in matter.why
    desk.close_one(counter.db, matter.id, "console", counter.now)
    _night(counter)
    assert desk.open_matters(counter.db) == []
    _wait(counter)
    assert [one.code for one in desk.open_matters(counter.db)] == ["unpaid"]


def test_who_pays_late_has_his_goods_and_the_question_is_gone(counter: Counter) -> None:
    case = _owed(counter)
    _wait(counter)
    [row] = counter.rows(case)
    counter.shop.pay_owed(row.id)
    counter.work()
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert desk.open_matters(counter.db) == []
    assert counter.case(case.id).status == "closed"


def test_a_person_gives_money_for_goods_that_were_never_paid(counter: Counter) -> None:
    case = _owed(counter)
    _wait(counter)
    [row] = counter.rows(case)
    with pytest.raises(BadRequest, match="made-1 is cancelled: cancel it there first"):
        counter.call_off(row, "the customer wants money")
    with pytest.raises(BadRequest, match="has yet to pay"):
        byhand.found_out(
            counter.db,
            row.id,
            money_moved=False,
            why="he says so",
            actor="console",
            now=counter.now,
        )
    assert counter.states(case) == [("exchange", Refund.PENDING)]
    counter.shop.cancel_made(row.id)
    counter.call_off(row, "the customer wants money")
    lapsed = exchanges.of_refund(counter.db, row.id)
    assert lapsed is not None
    assert lapsed.state is Exchange.LAPSED
    counter.work()
    assert counter.states(case) == [
        ("exchange", Refund.FAILED),
        ("refund", Refund.CONFIRMED),
    ]
    assert ledger.standing(counter.db, "sandbox", "29", "EUR") == eur(3000)


def test_a_new_order_that_lives_again_after_it_was_called_off_is_seen(
    address: str,
) -> None:
    with serving(address) as counter:
        case = counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
        counter.work(2)
        [row] = counter.rows(case)
        with pytest.raises(BadRequest, match="cancel it there first"):
            counter.call_off(row, "the customer wants money")
        [new] = counter.swaps()
        counter.standin.edit_order(new["id"], status="cancelled")
        counter.call_off(row, "the customer wants money")
        counter.work()
        assert counter.standin.paid_out_minor() == 3000
        counter.standin.edit_order(new["id"], status="processing")
        for _ in range(2):
            counter.now += making_good.HOUR
            sync.run(counter.db, counter.shop, lambda: counter.now)
        [matter] = desk.open_matters(counter.db)
        assert (matter.code, matter.about_id) == ("paid_late", str(new["id"]))
        assert "do not send it" in matter.why
        desk.close_one(counter.db, matter.id, "console", counter.now)
        observe(counter.db, counter.shop, str(new["id"]), lambda: counter.now)
        assert desk.open_matters(counter.db) == []


def test_at_shopify_nothing_is_called_off_that_can_still_be_paid(address: str) -> None:
    with at_shopify(address) as counter:
        case = counter.file(counter.wish(Resolution.EXCHANGE, "coat"))
        counter.work(2)
        [row] = counter.rows(case)
        with pytest.raises(BadRequest, match="cancel it there first"):
            counter.call_off(row, "the customer wants money")
        assert counter.states(case) == [("exchange", Refund.PENDING)]


def test_an_exchange_whose_rest_is_on_its_way_is_not_called_off(address: str) -> None:
    with at_shopify(address) as counter:
        case = counter.file(counter.wish(Resolution.EXCHANGE, "socks"))
        counter.standin.gateway_next("pending")
        counter.work(2)
        [row] = counter.rows(case)
        assert (row.state, row.amount) == (Refund.PENDING, eur(2300))
        with pytest.raises(BadRequest):
            counter.call_off(row, "the customer wants money")
        assert counter.states(case) == [("exchange", Refund.PENDING)]


def test_what_is_left_of_a_line_is_made_good_otherwise(counter: Counter) -> None:
    goods = new("m", 2)
    case = counter.open(
        wish(quantity=2, way=Resolution.EXCHANGE, goods=goods), is_back=False
    )
    [line] = case.lines

    def book() -> None:
        one = {line.id: Counted(received=1, accepted=1)}
        inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
        counter.work()

    def change(way: Resolution) -> None:
        counter.instead(case, way, "no longer wanted", line)

    book()
    with pytest.raises(BadRequest):
        change(Resolution.REPAIR)
    change(Resolution.REFUND)
    book()
    assert counter.states(case) == [
        ("exchange", Refund.CONFIRMED),
        ("refund", Refund.CONFIRMED),
    ]
    assert counter.shop.paid_out("29") == eur(3000)
    with pytest.raises(BadRequest):
        change(Resolution.STORE_CREDIT)


def test_what_was_paid_by_hand_is_never_taken_for_refused(counter: Counter) -> None:
    """The shop refuses to book it: the customer has his money all the same."""
    case = counter.open(wish(way=Resolution.MANUAL))
    counter.work()
    [row] = counter.rows(case)
    now = counter.now
    byhand.paid(counter.db, row.id, proof="bank 7", actor="console", now=now)
    counter.shop.mishaps.append("refused")
    clock = counter.now + making_good.HOUR
    refund.push(counter.db, counter.shop, lambda: clock, token="test")
    assert counter.states(case) == [("refund", Refund.UNKNOWN)]
    [matter] = desk.open_matters(counter.db)
    assert matter.code == "unbooked"
    assert "was paid by hand" in matter.why
    with pytest.raises(BadRequest):
        byhand.again(counter.db, row.id, why="again", actor="console", now=clock)
    byhand.found_out(
        counter.db, row.id, money_moved=True, why="bank 7", actor="console", now=clock
    )
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert desk.open_matters(counter.db) == []


class Halting(Sandbox):
    """A shop that makes new goods and cannot move the money that goes back too."""

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Say that the goods are there and the money did not move."""
        found = Sandbox.look(self, request, preimage)
        return replace(found, found=Found.FAILED)


def test_new_goods_whose_rest_in_money_died_are_never_sent_again(address: str) -> None:
    shop = stocked(Halting())
    shop.sell(an_order(a_line("a", 9000, 3)))
    shop.mishaps.append("lost")
    with counting(address, shop) as counter:
        case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("socks")))
        counter.work(5)
        assert counter.states(case) == [("exchange", Refund.UNKNOWN)]
        [matter] = desk.open_matters(counter.db)
        assert (matter.code, len(shop.made)) == ("unknown", 1)
        assert "pay 23.00 EUR by hand" in matter.why


def test_a_kindness_is_given_though_others_paid_all_of_it_back(
    counter: Counter,
) -> None:
    """Staff refunded what was promised too: credit that nobody paid for is apart."""
    case = counter.open(wish())
    counter.work()
    counter.shop.orders["29"] = replace(counter.shop.order("29"), tenders=())
    orders.keep(counter.db, "sandbox", counter.shop.order("29"))
    key = amends.courtesy(
        counter.db,
        counter.shop.abilities,
        case.id,
        eur(500),
        actor="console",
        why="sorry",
        now=counter.now,
    )
    counter.work()
    assert refunds.get(counter.db, key).state is Refund.CONFIRMED
    counter.shop.sell(an_order(a_line("a", 9000, 3)))
    orders.keep(counter.db, "sandbox", counter.shop.order("29"))
