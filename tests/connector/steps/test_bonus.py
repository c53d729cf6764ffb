"""A bonus given in parts is the bonus of the whole, to the cent (R3, R13)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sandbox import Sandbox
from connector.model import (
    Kind,
    RefundRequest,
    Resolution,
    Return,
    ReturnLine,
    Share,
    Terms,
)
from connector.money import round_half_up
from connector.states import Refund
from connector.steps import asking, inspect
from connector.steps.inspect import Counted
from connector.store.refunds import RefundRow
from tests.connector.shapes import NOON, a_line, an_order, eur
from tests.stories.making_good import Counter, counting, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = 10_000  # basis points


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 1005, 3)))
    with counting(address, shop) as made:
        yield made


@pytest.mark.parametrize("bonus_apart", [True, False])
def test_three_single_units_bring_the_bonus_of_three(
    counter: Counter, *, bonus_apart: bool
) -> None:
    counter.shop.abilities = replace(counter.shop.abilities, bonus_apart=bonus_apart)
    case = counter.open(
        wish(quantity=3, way=Resolution.STORE_CREDIT),
        terms=Terms(when="received", bonus=((0, 1000),)),
        is_back=False,
    )
    for _ in range(3):
        one = {case.lines[0].id: Counted(received=1, accepted=1)}
        inspect.receive(counter.db, case.id, one, actor="console", now=counter.now)
        counter.work(2)
    given_all = sum(x.credit.minor for x in counter.shop.made if x.credit)
    assert given_all == 1005 + 101


def _row(
    number: int, minor: int, bonus: int, state: Refund = Refund.CONFIRMED
) -> RefundRow:
    request = RefundRequest(
        key=str(number),
        order_ref="29",
        amount=eur(minor),
        lines=(Share(ref="a", quantity=1, gross=eur(minor)),),
        shipping=(),
        deductions=(),
        tenders=(),
        reason="",
        way=Resolution.STORE_CREDIT,
        bonus=eur(bonus) if bonus else None,
    )
    return RefundRow(
        id=str(number),
        shop="s",
        order_ref="29",
        return_id="r",
        amount=eur(minor),
        state=state,
        request=request,
        units={"1": 1},
        preimage=None,
        platform_ref="",
        made="",
        planned_at=NOON,
        changed_at=NOON,
        looked_at=None,
        resends=0,
        why="",
    )


def _kept(parts: list[int], rate: int, refused: list[bool]) -> int:
    """Give a bonus on each part in turn; add up those of parts that were not refused.

    Amounts are minor units.
    """
    line = ReturnLine(id=1, line_ref="a", asked=len(parts), reason="other")
    case = Return(
        id="r",
        number="29-R1",
        shop="s",
        order_ref="29",
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        opened_at=NOON,
        lines=(line,),
        terms=Terms(when="received", bonus=((1, rate),)),
    )
    rows: list[RefundRow] = []
    for number, minor in enumerate(parts):
        shares = (Share(ref="a", quantity=1, gross=eur(minor)),)
        found = asking.bonus(case, {1: 1}, shares, eur(minor), rows)
        state = Refund.REJECTED if refused[number] else Refund.CONFIRMED
        rows.append(_row(number, minor, found.minor if found else 0, state))
    live = (row for row in rows if row.state is Refund.CONFIRMED)
    return sum(row.request.bonus.minor for row in live if row.request.bonus)


@given(
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
    rate=st.integers(0, WHOLE),
    data=st.data(),
)
def test_parts_add_up_to_the_bonus_of_all_that_was_given(
    parts: list[int], rate: int, data: st.DataObject
) -> None:
    many = len(parts)
    refused = data.draw(st.lists(st.booleans(), min_size=many, max_size=many))
    worth = sum(x for x, dead in zip(parts, refused, strict=True) if not dead)
    assert _kept(parts, rate, refused) == round_half_up(worth * rate, WHOLE)
