"""The same again at Shopify, of a line whose units are not worth the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution, Terms
from connector.states import Refund
from connector.steps import amends, byhand
from connector.store import desk, orders
from tests.stories.shopify_counter import ShopifyCounter, counting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return

TERMS = Terms(when="received", goods_when="received")
# Three shirts, with that much off: what the first brings, and what the second is sold
# for anew. It brings 29.99 and 30.00; at Shopify that one is 29.99 too, which counts.
WORTH = [("0.01", 3000, 2999), ("0.02", 2999, 2999)]


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as made:
        yield made


def bought(counter: ShopifyCounter, off: str) -> None:
    """Sell three more shirts, on an order of their own, and send them."""
    shirt = counter.wares["m"]
    ref = counter.standin.place_order(
        [(shirt, 3)], "ada@example.com", line_discount={shirt: off}
    )
    counter.standin.fulfil(ref)
    counter.order_ref, counter.lines = ref, counter.standin.lines_of(ref)
    orders.keep(counter.db, counter.shop.name, counter.shop.order(ref))


def done(counter: ShopifyCounter, case: Return) -> None:
    """Work until a return is closed, and see that nobody had to be asked."""
    counter.work()
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
    assert [one.why for one in desk.open_matters(counter.db)] == []


def sent(counter: ShopifyCounter) -> None:
    """Send the new goods, and let our books know the order with them."""
    counter.standin.fulfil(counter.order_ref)
    counter.lines = counter.standin.lines_of(counter.order_ref)
    order = counter.shop.order(counter.order_ref)
    orders.keep(counter.db, counter.shop.name, order)


def new_price(counter: ShopifyCounter) -> int:
    """Return what the shop says that the last new line of the order cost."""
    order = counter.shop.order(counter.order_ref)
    orders.keep(counter.db, counter.shop.name, order)
    [line] = [one for one in order.lines if one.ref not in counter.lines]
    return line.gross.minor


@pytest.mark.parametrize(("off", "paid", "price"), WORTH)
@pytest.mark.parametrize("is_paid", [True, False])
def test_the_same_again_costs_what_the_very_unit_was_worth(
    counter: ShopifyCounter, off: str, paid: int, price: int, *, is_paid: bool
) -> None:
    """One unit goes back in money first, or is still to go back then."""
    bought(counter, off)
    first = counter.file(counter.wish(), terms=TERMS, is_back=is_paid)
    if is_paid:
        done(counter, first)
    second = counter.file(
        counter.wish(Resolution.REPLACEMENT), terms=TERMS, is_back=is_paid
    )
    if not is_paid:
        counter.receive(first.id)
        done(counter, first)
        counter.receive(second.id)
    done(counter, second)
    assert (counter.paid(), new_price(counter)) == (paid, price)


@pytest.mark.parametrize(("off", "paid"), [("0.01", 8999), ("0.02", 8998)])
def test_all_that_was_paid_comes_back_with_what_was_sent_again(
    counter: ShopifyCounter, off: str, paid: int
) -> None:
    """The second brings 29.99 or 30.00, and costs 29.99 or 30.00 anew at Shopify."""
    bought(counter, off)
    done(counter, counter.file(counter.wish(), terms=TERMS))
    done(counter, counter.file(counter.wish(Resolution.REPLACEMENT), terms=TERMS))
    done(counter, counter.file(counter.wish(), terms=TERMS))
    sent(counter)
    done(counter, counter.file(counter.wish(line=1), terms=TERMS))
    assert counter.paid() == paid


def test_nothing_is_lost_of_units_that_were_sent_again_one_by_one(
    counter: ShopifyCounter,
) -> None:
    """Whatever each costs anew at Shopify: all that was paid is given back at last."""
    bought(counter, "0.02")
    for _ in range(3):
        again = counter.wish(Resolution.REPLACEMENT)
        done(counter, counter.file(again, terms=TERMS))
    sent(counter)
    for line in (3, 1, 2):
        done(counter, counter.file(counter.wish(line=line), terms=TERMS))
    assert counter.paid() == 8998


def test_a_cent_that_its_customer_would_owe_for_a_turn_out_of_order_is_a_person_s(
    counter: ShopifyCounter,
) -> None:
    """The first return is paid last, and the last unit is worth a cent less there.

    Nothing is sent; in money all that was paid comes back.
    """
    bought(counter, "0.01")
    again = counter.wish(Resolution.REPLACEMENT)
    older = counter.file(again, terms=TERMS, is_back=False)
    for _ in range(2):
        done(counter, counter.file(counter.wish(), terms=TERMS))
    counter.receive(older.id)
    counter.work()
    [row] = counter.rows(older)
    assert row.state is Refund.PLANNED
    assert "the customer owes 0.01 EUR" in desk.open_matters(counter.db)[0].why
    assert counter.sent() == []
    byhand.withdraw(counter.db, row.id, why="a cent", actor="console", now=counter.now)
    [line] = counter.case(older.id).lines
    amends.instead(
        counter.db,
        counter.shop.abilities,
        older.id,
        line.id,
        Resolution.REFUND,
        actor="console",
        why="a cent",
        now=counter.now,
    )
    counter.work()
    assert counter.paid() == 8999


def test_a_turn_out_of_order_costs_nobody_a_cent(counter: ShopifyCounter) -> None:
    """The first return is paid last, and the last unit is worth a cent more there."""
    bought(counter, "0.02")
    again = counter.wish(Resolution.REPLACEMENT)
    older = counter.file(again, terms=TERMS, is_back=False)
    for _ in range(2):
        done(counter, counter.file(counter.wish(), terms=TERMS))
    counter.receive(older.id)
    done(counter, older)
    sent(counter)
    done(counter, counter.file(counter.wish(line=1), terms=TERMS))
    assert counter.paid() == 8998
