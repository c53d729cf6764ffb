"""Fees of an exchange at Shopify: the shop asks its customer for the very sum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.shopify.standin import staff
from connector.model import Resolution, Terms
from connector.states import Exchange, Refund
from connector.steps import byhand, inspect
from connector.store import Database, atomic, desk, exchanges, returns
from tests.connector.shapes import eur
from tests.stories.shopify_counter import ShopifyCounter, counting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return

PLAIN = Terms(when="received", goods_when="received")
WAY_BACK = replace(PLAIN, return_fee=eur(390))
RESTOCKING = replace(PLAIN, restocking=((1, 1000),))  # the first line filed is 1
ONE = inspect.Counted(received=1, accepted=1)
BOTH = replace(WAY_BACK, restocking=((1, 1000),))


@pytest.fixture
def counter(address: str) -> Iterator[ShopifyCounter]:
    with counting(address) as made:
        yield made


def asked(counter: ShopifyCounter) -> int:
    """Return what the shop's own page asks of the customer, in minor units."""
    before = _received(counter)
    counter.standin.customer_pays(counter.order_ref)
    return _received(counter) - before


def _received(counter: ShopifyCounter) -> int:
    sales = [one for one in counter.there.transactions if one.kind == "SALE"]
    return sum(one.amount.minor() for one in sales)


def matters(counter: ShopifyCounter) -> list[str]:
    return [one.why for one in desk.open_matters(counter.db)]


@pytest.mark.parametrize(
    ("terms", "ware", "units", "owed", "back"),
    [
        (WAY_BACK, "m", 1, 390, 0),
        (WAY_BACK, "coat", 1, 1890, 0),
        (WAY_BACK, "socks", 1, 0, 1910),
        (RESTOCKING, "m", 1, 300, 0),
        (RESTOCKING, "coat", 3, 5400, 0),
        (BOTH, "m", 2, 990, 0),
        (BOTH, "socks", 1, 0, 1610),
    ],
)
def test_an_exchange_with_fees_asks_and_gives_what_the_books_say(
    counter: ShopifyCounter, terms: Terms, ware: str, units: int, owed: int, back: int
) -> None:
    wish = counter.wish(Resolution.EXCHANGE, ware, quantity=units)
    case = counter.file(wish, terms=terms)
    counter.work(2)
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (stands.owed, counter.paid(), matters(counter)) == (eur(owed), back, [])
    if owed:
        assert stands.state is Exchange.AWAITING_PAYMENT
    assert asked(counter) == owed
    counter.work(2)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]
    assert counter.case(case.id).status == "closed"


def test_the_way_back_is_asked_for_once_though_goods_come_one_by_one(
    counter: ShopifyCounter,
) -> None:
    wish = counter.wish(Resolution.EXCHANGE, "m", quantity=2)
    terms = replace(WAY_BACK, restocking=((1, 1000),))
    case = counter.file(wish, terms=terms, is_back=False)
    for fee in (390 + 300, 300):
        inspect.receive(counter.db, case.id, {1: ONE}, actor="console", now=counter.now)
        counter.work(2)
        assert (asked(counter), matters(counter)) == (fee, [])
        counter.work(2)
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}


@pytest.mark.parametrize("ware", ["m", "coat"])
def test_a_fee_that_the_shop_does_not_know_is_never_waived_in_silence(
    counter: ShopifyCounter, ware: str
) -> None:
    wish = counter.wish(Resolution.EXCHANGE, ware)
    case = counter.file(wish, terms=PLAIN, is_back=False)
    charge(counter, case, WAY_BACK)
    counter.receive(case.id)
    counter.work(3)
    [row] = counter.rows(case)
    assert (row.state, counter.sent()) == (Refund.PLANNED, [])
    [why] = matters(counter)
    assert "the customer owes" in why
    assert "3.90 EUR" in why
    # Staff adds the fee in Shopify's admin: then the very sum is asked.
    staff.charge(counter.standin, counter.there.returns[0].gid, "3.90")
    byhand.try_now(counter.db, row.id, actor="console", now=counter.now)
    counter.work(2)
    assert asked(counter) == (390 if ware == "m" else 1890)
    counter.work(2)
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]


def charge(counter: ShopifyCounter, case: Return, terms: Terms) -> None:
    """Decide anew on a return that the shop holds already."""

    @atomic
    def write(db: Database) -> None:
        returns.judged(db, case.id, "", terms, shipping=False)

    write(counter.db)


def test_an_exchange_of_which_staff_waived_a_part_is_asked_about(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(counter.wish(Resolution.EXCHANGE, "coat"), terms=WAY_BACK)
    counter.work(2)
    staff.forgive(
        counter.standin, counter.order_ref, counter.there.lines[-1].gid, "5.00"
    )
    assert asked(counter) == 1390
    counter.work(2)
    [row] = counter.rows(case)
    assert row.state is Refund.PENDING
    [why] = matters(counter)
    assert "13.90 EUR of the 18.90 EUR" in why


@pytest.mark.parametrize("terms", [WAY_BACK, RESTOCKING, BOTH])
def test_the_same_again_is_for_nothing_whatever_the_terms_charge(
    counter: ShopifyCounter, terms: Terms
) -> None:
    case = counter.file(counter.wish(Resolution.REPLACEMENT, quantity=2), terms=terms)
    counter.work(2)
    [row] = counter.rows(case)
    assert (row.state, matters(counter)) == (Refund.CONFIRMED, [])
    swapped = [(one.code, one.amount) for one in row.request.deductions]
    assert swapped == [("exchange", eur(6000))]
    assert (len(counter.sent()), counter.paid(), asked(counter)) == (2, 0, 0)
    counter.work(2)
    assert counter.case(case.id).status == "closed"


def test_what_goes_back_in_money_beside_the_same_again_bears_the_way_back(
    counter: ShopifyCounter,
) -> None:
    case = counter.file(
        counter.wish(Resolution.REPLACEMENT), counter.wish(line=1), terms=WAY_BACK
    )
    counter.work(3)
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}
    assert (counter.paid(), matters(counter)) == (1000 - 390, [])
