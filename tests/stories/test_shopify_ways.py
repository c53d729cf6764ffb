"""Every way to make good, end to end at a Shopify shop, with all that may go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest
from connector.model import Resolution, Terms
from connector.states import Exchange, Refund
from connector.steps import amends, byhand, inspect, unpaid
from connector.store import Database, atomic, credit, desk, exchanges, returns
from tests.connector.shapes import eur
from tests.stories.shopify_counter import ShopifyCounter, counting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return

RECEIVED = Terms(when="received")
WAYS = (
    Resolution.STORE_CREDIT,
    Resolution.GIFT_CARD,
    Resolution.EXCHANGE,
    Resolution.REPLACEMENT,
)
ROOTS = {Resolution.GIFT_CARD: "giftCardCreate"}


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as made:
        yield made


def matters(counter: ShopifyCounter) -> list[str]:
    return [one.why for one in desk.open_matters(counter.db)]


def made_once(counter: ShopifyCounter, way: Resolution) -> None:
    """Expect one unit of 30 made good, once, in a way; socks cost 7."""
    given, cards = counter.credits(), counter.cards()
    assert given == ([3000] if way is Resolution.STORE_CREDIT else [])
    assert cards == ([3000] if way is Resolution.GIFT_CARD else [])
    wanted = {
        Resolution.EXCHANGE: [("socks", 1)],
        Resolution.REPLACEMENT: [("", 1)],
    }
    assert counter.sent() == wanted.get(way, [])
    assert counter.paid() == (2300 if way is Resolution.EXCHANGE else 0)


@pytest.mark.parametrize(
    "mishap", ["", "lose_answer", "lose_request", "throttle", "internal_error"]
)
@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_made_once_whatever_happens_to_the_call(
    counter: ShopifyCounter, way: Resolution, mishap: str
) -> None:
    case = counter.file(counter.wish(way, "socks"))
    assert counter.there.returns[0].status == "OPEN"
    if mishap:
        counter.standin.switches.add(mishap, ROOTS.get(way, "returnProcess"))
    counter.work(6)
    assert counter.states(case) == [(way.value, Refund.CONFIRMED)]
    made_once(counter, way)
    assert counter.case(case.id).status == "closed"
    counter.errands()
    assert counter.there.returns[0].status == "CLOSED"
    assert matters(counter) == []


@pytest.mark.parametrize("way", [Resolution.EXCHANGE, Resolution.REPLACEMENT])
def test_a_return_with_new_goods_is_opened_once_though_its_answer_was_lost(
    counter: ShopifyCounter, way: Resolution
) -> None:
    counter.standin.switches.add("lose_answer", "returnCreate")
    case = counter.file(counter.wish(way, "socks"))
    counter.work(6)
    assert len(counter.there.returns) == 1
    assert counter.states(case) == [(way.value, Refund.CONFIRMED)]
    made_once(counter, way)


def courtesy(counter: ShopifyCounter, case: Return, minor: int = 500) -> None:
    amends.courtesy(
        counter.db,
        counter.real.abilities,
        case.id,
        eur(minor),
        actor="console",
        why="it took us long",
        now=counter.now,
    )


@pytest.mark.parametrize("mishap", ["", "lose_answer", "throttle"])
def test_a_courtesy_is_given_once_though_its_answer_was_lost(
    counter: ShopifyCounter, mishap: str
) -> None:
    case = counter.file(counter.wish())
    if mishap:
        counter.standin.switches.add(mishap, "storeCreditAccountCredit")
    courtesy(counter, case)
    counter.work(4)
    assert (counter.credits(), counter.paid()) == ([500], 3000)
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
    [known] = credit.of_order(counter.db, "tee", counter.order_ref)
    assert (known.value, known.bonus) == (eur(0), eur(500))


def test_a_courtesy_whose_request_was_lost_is_a_person_s_to_settle(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish())
    counter.standin.switches.add("lose_request", "storeCreditAccountCredit")
    courtesy(counter, case)
    counter.work(6)
    assert counter.credits() == []
    assert ("courtesy", Refund.UNKNOWN) in counter.states(case)
    assert any("late run" in why for why in matters(counter))


def test_the_credit_of_another_order_s_courtesy_is_not_taken_for_a_lost_one(
    counter: ShopifyCounter,
) -> None:
    """Of its customer's account Shopify says nothing of orders."""
    first = counter.file(counter.wish())
    counter.standin.switches.add("lose_request", "storeCreditAccountCredit")
    courtesy(counter, first)
    counter.work(1)
    assert ("courtesy", Refund.UNKNOWN) in counter.states(first)
    counter.buy_again()
    second = counter.file(counter.wish())
    courtesy(counter, second)
    counter.work(4)
    assert counter.credits() == [500]
    assert ("courtesy", Refund.CONFIRMED) in counter.states(second)
    assert ("courtesy", Refund.UNKNOWN) in counter.states(first)
    assert any(f"that of {second.number}" in why for why in matters(counter))


def test_two_courtesies_alike_are_never_taken_for_one(counter: ShopifyCounter) -> None:
    case = counter.file(counter.wish())
    courtesy(counter, case)
    counter.work(2)
    counter.standin.switches.add("lose_answer", "storeCreditAccountCredit")
    courtesy(counter, case)
    counter.work(4)
    assert sorted(counter.credits()) in ([500], [500, 500])
    rows = [state for way, state in counter.states(case) if way == "courtesy"]
    assert rows.count(Refund.CONFIRMED) == len(counter.credits())


def test_a_dearer_article_is_awaited_until_its_difference_is_paid(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work(2)
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (row.state, stands.state) == (Refund.PENDING, Exchange.AWAITING_PAYMENT)
    assert stands.owed == eur(1500)
    assert stands.pay_url.startswith("https://teehaus.myshopify.com/")
    counter.standin.customer_pays(counter.order_ref)
    counter.work(2)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert (counter.sent(), counter.paid()) == ([("coat", 1)], 0)
    assert counter.case(case.id).status == "closed"


def test_a_rest_on_its_way_to_the_customer_is_nothing_that_he_owes(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "socks"))
    counter.standin.gateway_next("pending")
    counter.work(3)
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (row.state, stands.state) == (Refund.PENDING, Exchange.RELEASED)
    late = counter.now + timedelta(days=15)
    assert unpaid.run(counter.db, counter.real, late) == 0
    with pytest.raises(BadRequest, match="on its way to the customer"):
        counter.call_off(row, "nothing came")
    [on_way] = [x for x in counter.there.transactions if x.status == "PENDING"]
    counter.standin.settle(on_way.gid, "SUCCESS")
    counter.work(2)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert (counter.sent(), counter.paid(), matters(counter)) == (
        [("socks", 1)],
        2300,
        [],
    )
    assert counter.case(case.id).status == "closed"


def test_a_rest_that_failed_and_was_paid_by_hand_is_not_asked_for_again(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "socks"))
    counter.standin.gateway_next("pending")
    counter.work(2)
    [on_way] = [x for x in counter.there.transactions if x.status == "PENDING"]
    counter.standin.settle(on_way.gid, "FAILURE")
    counter.work(2)
    [why] = matters(counter)
    assert "pay 23.00 EUR by hand" in why
    [row] = counter.rows(case)
    byhand.found_out(
        counter.db,
        row.id,
        money_moved=True,
        why="SEPA 4711",
        actor="console",
        now=counter.now,
    )
    counter.work(6)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert (counter.paid(), matters(counter)) == (0, [])
    assert counter.case(case.id).status == "closed"


def test_what_was_sold_meanwhile_falls_back_to_money(counter: ShopifyCounter) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "m"))
    counter.standin.variants[counter.wares["m"]].stock = 0
    counter.work(4)
    assert counter.states(case) == [
        ("exchange", Refund.CANCELLED),
        ("refund", Refund.CONFIRMED),
    ]
    assert (counter.sent(), counter.paid(), matters(counter)) == ([], 3000, [])


def test_each_line_is_made_good_in_its_own_way(counter: ShopifyCounter) -> None:
    case = counter.file(
        counter.wish(Resolution.EXCHANGE, "m", quantity=2),
        counter.wish(Resolution.STORE_CREDIT, line=1),
    )
    counter.work()
    assert counter.states(case) == [
        ("exchange", Refund.CONFIRMED),
        ("store_credit", Refund.CONFIRMED),
    ]
    assert (counter.sent(), counter.credits()) == ([("m", 1), ("m", 1)], [1000])
    assert counter.case(case.id).status == "closed"


def test_what_the_customer_keeps_is_refunded_and_never_restocked(
    counter: ShopifyCounter,
) -> None:
    before = [line.variant.stock for line in counter.there.lines]
    case = counter.file(counter.wish(Resolution.KEEP))
    counter.work()
    assert counter.paid() == 3000
    assert [line.variant.stock for line in counter.there.lines] == before
    assert counter.case(case.id).status == "closed"


def test_what_a_person_pays_is_only_booked(counter: ShopifyCounter) -> None:
    case = counter.file(counter.wish(Resolution.MANUAL))
    counter.work()
    [row] = counter.rows(case)
    assert (row.state, counter.paid()) == (Refund.MANUAL, 0)
    byhand.paid(counter.db, row.id, proof="SEPA 4711", actor="console", now=counter.now)
    counter.work()
    assert counter.states(case) == [("refund", Refund.CONFIRMED)]
    assert (counter.paid(), counter.case(case.id).status) == (0, "closed")


@pytest.mark.parametrize("way", [Resolution.REFUND, *WAYS])
def test_only_what_was_received_and_accepted_goes_back_on_its_shelf(
    counter: ShopifyCounter, way: Resolution
) -> None:
    depot = counter.standin.add_location("Depot")
    case = counter.file(counter.wish(way, "socks", quantity=2), is_back=False)
    [line] = case.lines
    counted = {line.id: inspect.Counted(received=1, accepted=1)}
    inspect.receive(counter.db, case.id, counted, actor="console", now=counter.now)
    counter.work(2)
    [first] = counter.rows(case)
    assert first.state is Refund.CONFIRMED
    restocked = counter.standin.restocked
    assert sum(restocked.values()) == 1
    assert all(place != depot for _, place in restocked)


def test_goods_go_back_to_the_place_that_was_named(counter: ShopifyCounter) -> None:
    depot = counter.standin.add_location("Depot")
    assert [one.name for one in counter.real.abilities.places] == [
        "Warehouse",
        "Depot",
    ]
    case = counter.file(counter.wish(), is_back=False)
    placed(counter, case, restock=True, place=depot)
    counter.receive(case.id)
    counter.work(2)
    shirt = counter.there.lines[0].variant.gid
    assert counter.standin.restocked == {(shirt, depot): 1}


def placed(counter: ShopifyCounter, case: Return, *, restock: bool, place: str) -> None:
    @atomic
    def write(db: Database) -> None:
        line = case.lines[0].id
        returns.place_goods(db, line, restock=restock, place=place, handed_back=0)

    write(counter.db)


def test_what_was_exchanged_is_exchanged_again_and_then_refunded(
    counter: ShopifyCounter,
) -> None:
    counter.file(counter.wish(Resolution.EXCHANGE, "m"))
    counter.work()
    new = counter.there.lines[-1]
    counter.standin.fulfil(counter.order_ref, [(new.gid, 1)])
    counter.work(1)
    again = counter.file(
        replace(counter.wish(Resolution.EXCHANGE, "socks"), line_ref=new.gid)
    )
    counter.work()
    assert counter.states(again) == [("exchange", Refund.CONFIRMED)]
    assert (counter.sent(), counter.paid()) == ([("m", 1), ("socks", 1)], 2300)
    socks = counter.there.lines[-1]
    counter.standin.fulfil(counter.order_ref, [(socks.gid, 1)])
    counter.work(1)
    back = counter.file(replace(counter.wish(), line_ref=socks.gid))
    counter.work()
    assert (counter.states(back), matters(counter)) == (
        [("refund", Refund.CONFIRMED)],
        [],
    )
    assert counter.paid() == 3000


def test_new_goods_are_sent_when_their_parcel_has_left(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "m", quantity=2))
    counter.work()
    [row] = counter.rows(case)
    new = counter.there.lines[-2:]
    found = []
    for line in (*new, None):
        stands = exchanges.of_refund(counter.db, row.id)
        found.append(stands.state if stands else None)
        if line:
            counter.standin.fulfil(counter.order_ref, [(line.gid, 1)])
            counter.work(1)
    assert found == [Exchange.RELEASED, Exchange.RELEASED, Exchange.SHIPPED]
