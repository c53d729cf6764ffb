from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import uuid_utils.compat as uuids
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import IllegalTransition, LawBroken, Refused
from connector.model import Deduction, NewGoods, Resolution
from connector.states import REFUND, TOGETHER, Exchange, Refund
from connector.store import atomic, exchanges, ledger, refunds
from tests.connector.shapes import NOON, a_request, eur

if TYPE_CHECKING:
    from connector.model import RefundRequest
    from connector.store import Database

EVENTS = sorted({event for _, event in REFUND} | {"ship"})
SOCKS = NewGoods(ref="socks", title="socks", quantity=1, price=eur(700))


def proposed(db: Database, *, is_owed: bool) -> str:
    """Promise an exchange: he owes a cent, or gets one back."""
    asked = replace(
        a_request(str(uuids.uuid7()), 0 if is_owed else 1),
        way=Resolution.EXCHANGE,
        goods=(SOCKS,),
        owed=eur(1) if is_owed else None,
    )
    promise(db, asked)
    return asked.key


def pair(db: Database, key: str) -> tuple[Refund, Exchange]:
    stands = exchanges.of_refund(db, key)
    assert stands is not None
    return refunds.get(db, key).state, stands.state


def happens(db: Database, key: str, event: str) -> None:
    @atomic
    def write(db: Database) -> None:
        if event == "ship":
            exchanges.move(db, refunds.get(db, key), event, NOON)
        elif event == "submit":
            refunds.submit(db, key, {}, NOON)
        else:
            refunds.move(db, key, event, NOON)

    write(db)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=9), is_owed=st.booleans())
def test_no_sequence_of_events_parts_a_promise_from_its_goods_in_the_books(
    db: Database, *, events: list[str], is_owed: bool
) -> None:
    key = proposed(db, is_owed=is_owed)
    for event in events:
        before = pair(db, key)
        try:
            happens(db, key, event)
        except (IllegalTransition, LawBroken):
            assert pair(db, key) == before
        refund, exchange = pair(db, key)
        assert exchange in TOGETHER[refund]
        if exchange is Exchange.AWAITING_PAYMENT:
            assert is_owed


@pytest.mark.parametrize("is_owed", [True, False])
def test_what_is_overdue_is_what_the_customer_owes(
    db: Database, *, is_owed: bool
) -> None:
    key = proposed(db, is_owed=is_owed)
    happens(db, key, "submit")
    happens(db, key, "pend")
    overdue = exchanges.unpaid(db, "boots", NOON)
    assert [one.refund_id for one in overdue] == ([key] if is_owed else [])


@pytest.mark.parametrize(("minor", "fits"), [(700, True), (702, True), (703, False)])
def test_no_more_is_paid_for_new_goods_than_they_were_given_for(
    db: Database, minor: int, *, fits: bool
) -> None:
    """The shop may price them a cent or two higher: that is rounding."""
    kept = Deduction(code="exchange", amount=eur(700))
    asked = replace(
        a_request(str(uuids.uuid7()), 0, (kept,)),
        way=Resolution.EXCHANGE,
        goods=(SOCKS,),
    )
    promise(db, asked)
    payer = replace(a_request(str(uuids.uuid7()), minor), lines=(), buys_back=asked.key)
    with nullcontext() if fits else pytest.raises(Refused, match="given for"):
        promise(db, payer)
    stands = ledger.standing(db, "boots", "29", "EUR")
    assert stands == eur(minor if fits else 0)


def promise(db: Database, asked: RefundRequest) -> None:
    refunds.reserve(
        db,
        shop="boots",
        return_id=None,
        request=asked,
        units={},
        due=NOON,
        now=NOON,
    )
