"""Money goes back as it was paid, unless the customer agrees: article 13(1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest
from connector.model import Kind, Resolution, Terms
from connector.states import Refund
from connector.steps import amends
from connector.store import history
from tests.connector.shapes import a_line, an_order
from tests.stories.making_good import HOUR, counting, new, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.making_good import Counter

CLAIMS = [Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE]


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(a_line("a", 9000, 3)))
    with counting(address, sandbox) as made:
        yield made


def credit(counter: Counter, case: Return, *, has_agreed: bool = False) -> None:
    amends.instead(
        counter.db,
        counter.shop.abilities,
        case.id,
        case.lines[0].id,
        Resolution.STORE_CREDIT,
        actor="console",
        why="by telephone",
        now=counter.now,
        has_agreed=has_agreed,
    )


@pytest.mark.parametrize("kind", CLAIMS)
def test_credit_for_a_claim_of_the_law_needs_the_customer_s_word(
    counter: Counter, kind: Kind
) -> None:
    case = counter.open(wish(), kind=kind, is_back=False)
    with pytest.raises(BadRequest, match="as it was paid"):
        credit(counter, case, has_agreed=True)  # in the very moment he asked
    counter.now += HOUR
    with pytest.raises(BadRequest, match="as it was paid"):
        credit(counter, case)
    credit(counter, case, has_agreed=True)
    assert history.happened(counter.db, case.id, "agreed")
    counter.receive(case.id)
    counter.work()
    assert counter.states(case) == [("store_credit", Refund.CONFIRMED)]


def test_a_return_by_the_policy_alone_may_become_credit(counter: Counter) -> None:
    case = counter.open(wish(), is_back=False)
    credit(counter, case)
    assert counter.case(case.id).lines[0].resolution is Resolution.STORE_CREDIT


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_sold_out_exchange_of_a_claim_falls_back_to_money(
    counter: Counter, kind: Kind
) -> None:
    terms = Terms(when="received", fallback=Resolution.STORE_CREDIT)
    exchange = wish(way=Resolution.EXCHANGE, goods=new("l"))
    case = counter.open(exchange, terms=terms, kind=kind)
    counter.shop.shelf.clear()
    counter.work()
    assert counter.states(case)[-1] == ("refund", Refund.CONFIRMED)
