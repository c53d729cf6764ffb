"""What a person learnt of a refund's money says nothing of its goods.

PHP may die in the gateway once the shop's refund is saved: nothing is put back on the
shelf then, and no new order is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest, Refused
from connector.model import Resolution
from connector.states import Exchange, Refund
from connector.steps import byhand, cancel, inspect
from connector.steps.inspect import Counted
from connector.store import desk, exchanges, ledger
from tests.connector.shapes import eur
from tests.stories.shopify_counter import counting as at_shopify
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.making_good import Counter
    from tests.stories.woo_ways import WooCounter

# Dead after the shop's refund was saved, which stays; dead so that it is deleted.
DEATHS = ("pay_then_fatal", "pay_then_error")


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address, resend=frozenset()) as found:
        yield found


def learn(counter: Counter, case: Return, *, has_left: bool) -> str:
    """Let a person say what the gateway shows of the one refund; return its id."""
    [row] = counter.rows(case)
    assert row.state is Refund.UNKNOWN
    say(counter, row.id, has_left=has_left)
    return row.id


def say(counter: Counter, refund_id: str, *, has_left: bool) -> None:
    byhand.found_out(
        counter.db,
        refund_id,
        money_moved=has_left,
        why="the gateway shows it",
        actor="console",
        now=counter.now,
    )


def shelves(counter: Counter, case: Return) -> list[str]:
    found = desk.about(counter.db, case.id)
    return [one.why for one in found if one.code == "errand_dispose"]


@pytest.mark.parametrize("has_left", [True, False])
@pytest.mark.parametrize("death", DEATHS)
def test_who_says_that_money_left_is_asked_about_the_shelf(
    counter: WooCounter, death: str, *, has_left: bool
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND))
    counter.standin.gateway_next(death)
    counter.work(2)
    learn(counter, case, has_left=has_left)
    counter.work()
    [why] = shelves(counter, case)
    assert "not known whether it put its 1 units back on the shelf" in why
    assert counter.stock("m") == 6


def test_each_refund_whose_shelf_nobody_knows_is_asked_about(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND, quantity=2), is_back=False)
    for part, has_left in enumerate((False, True)):
        one = {case.lines[0].id: Counted(received=1, accepted=1)}
        inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
        counter.standin.gateway_next("pay_then_fatal")
        counter.work(2)
        row = counter.rows(case)[part]
        assert row.state is Refund.UNKNOWN
        say(counter, row.id, has_left=has_left)
        counter.work()
        [why] = shelves(counter, case)
        assert "not known whether it put its 1 units back" in why
        desk.close(counter.db, "return", case.id, "console", counter.now)


@pytest.mark.parametrize("death", DEATHS)
def test_the_new_goods_are_sent_though_only_the_money_is_known_to_have_left(
    counter: WooCounter, death: str
) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "socks"))
    counter.standin.gateway_next(death)
    counter.work(2)
    assert counter.sent() == []
    refund_id = learn(counter, case, has_left=True)
    assert counter.states(case) == [("exchange", Refund.PLANNED)]
    counter.work()
    stands = exchanges.of_refund(counter.db, refund_id)
    assert stands is not None
    assert (stands.state, counter.sent()) == (Exchange.RELEASED, ["socks"])
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 2300
    assert ledger.standing(counter.db, "boots", counter.order, "EUR") == eur(2300)
    assert len(counter.standin.refunds[int(counter.order)]) == 1
    [why] = shelves(counter, case)
    assert "1 units" in why
    assert counter.stock("m") == 6


def test_at_shopify_who_says_that_money_left_is_asked_about_the_new_goods(
    address: str,
) -> None:
    with at_shopify(address) as counter:
        case = counter.file(counter.wish(Resolution.EXCHANGE, "socks"))
        counter.standin.switches.add("lose_request", "returnProcess")
        counter.work(1)
        learn(counter, case, has_left=True)
        assert counter.sent() == []
        [matter] = desk.about(counter.db, counter.order_ref)
        assert matter.code == "goods_unseen"
        assert "socks" in matter.why


def test_goods_that_may_stand_are_void_before_something_else_is_given(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "l"))
    counter.standin.switches.add("lose_answer", "POST /orders$")
    counter.work(1)
    refund_id = learn(counter, case, has_left=False)
    [new] = counter.swaps()

    def again(*, is_void: bool) -> None:
        byhand.again(
            counter.db,
            refund_id,
            why="nothing was paid",
            actor="console",
            now=counter.now,
            is_void=is_void,
        )

    with pytest.raises(BadRequest, match="may still be sent"):
        again(is_void=False)
    counter.standin.edit_order(new["id"], status="cancelled")
    again(is_void=True)
    counter.work()
    assert counter.states(case)[1:] == [("exchange", Refund.CONFIRMED)]
    assert counter.sent() == ["l"]


def withdraw(counter: WooCounter, refund_id: str) -> None:
    byhand.withdraw(
        counter.db, refund_id, why="plan it anew", actor="console", now=counter.now
    )


def half_made(counter: WooCounter, size: str) -> Return:
    """Book an exchange on its order; its new goods sell out before they are made."""
    case = counter.returned(counter.wish(Resolution.EXCHANGE, size))
    counter.standin.switches.add("lose_request", "POST /orders$")
    counter.work(1)
    counter.standin.products[counter.sizes[size]]["stock_quantity"] = 0
    counter.work(4)
    assert counter.states(case) == [("exchange", Refund.PLANNED)]
    return case


def test_what_the_shop_has_paid_of_an_exchange_is_not_withdrawn(
    counter: WooCounter,
) -> None:
    case = half_made(counter, "socks")
    [row] = counter.rows(case)
    with pytest.raises(BadRequest, match=r"23\.00 EUR of it was paid"):
        withdraw(counter, row.id)
    with pytest.raises(Refused, match=r"23\.00 EUR of it was paid"):
        cancel.cancel(
            counter.db, counter.shop, case.id, actor="console", now=counter.now
        )
    say(counter, row.id, has_left=True)
    counter.work(6)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert counter.standin.paid_out_minor() == 2300
    [matter] = desk.about(counter.db, counter.order)
    assert (matter.code, "7.00 EUR" in matter.why) == ("goods_unseen", True)


def test_what_is_withdrawn_after_it_was_booked_puts_no_goods_back_twice(
    counter: WooCounter,
) -> None:
    case = half_made(counter, "l")
    assert counter.stock("m") == 7
    [row] = counter.rows(case)
    withdraw(counter, row.id)
    counter.work(6)
    assert [state for _, state in counter.states(case)] == [
        Refund.CANCELLED,
        Refund.CANCELLED,
        Refund.CONFIRMED,
    ]
    assert counter.standin.paid_out_minor() == 3000
    assert counter.stock("m") == 7
    [why] = shelves(counter, case)
    assert "1 units" in why


def test_what_has_not_left_stays_on_the_desk_until_it_is_paid_again(
    counter: WooCounter,
) -> None:
    case = counter.returned(counter.wish(Resolution.REFUND))
    counter.standin.gateway_next("fatal")
    counter.work(2)
    refund_id = learn(counter, case, has_left=False)
    counter.work()
    [matter] = desk.about(counter.db, refund_id)
    assert (matter.code, "30.00 EUR" in matter.why) == ("failed", True)
    byhand.again(counter.db, refund_id, why="looked", actor="console", now=counter.now)
    counter.work()
    assert desk.about(counter.db, refund_id) == []
    assert counter.standin.paid_out_minor() == 3000
