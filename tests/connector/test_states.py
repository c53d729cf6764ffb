from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import IllegalTransition
from connector.states import (
    DECISION,
    ERRAND,
    EXCHANGE,
    RECEPTION,
    REFUND,
    TOGETHER,
    Decision,
    Errand,
    Exchange,
    Reception,
    Refund,
    advance,
    final,
    of_goods,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

TABLES = [
    (DECISION, Decision, Decision.PENDING),
    (RECEPTION, Reception, Reception.AWAITED),
    (REFUND, Refund, Refund.PLANNED),
    (ERRAND, Errand, Errand.PLANNED),
    (EXCHANGE, Exchange, Exchange.PROPOSED),
]


@pytest.mark.parametrize(("table", "states", "start"), TABLES)
def test_every_state_can_be_reached_from_the_first(
    table: Mapping[tuple[Any, str], Any], states: type[StrEnum], start: StrEnum
) -> None:
    reached, grown = {start}, True
    while grown:
        more = {to for (state, _), to in table.items() if state in reached}
        grown = not more <= reached
        reached |= more
    assert reached == set(states)


def test_only_looking_or_a_person_leads_out_of_unknown() -> None:
    events = {event for state, event in REFUND if state is Refund.UNKNOWN}
    assert events == {"confirm", "pend", "fail", "release", "vouch"}
    assert "submit" not in events


def test_money_that_was_refused_or_failed_is_never_sent_under_the_same_key() -> None:
    assert {Refund.REJECTED, Refund.FAILED, Refund.REVERSED} <= final(REFUND)


def test_an_impossible_event_is_refused_by_name() -> None:
    with pytest.raises(IllegalTransition, match="event=confirm"):
        advance(REFUND, Refund.PLANNED, "confirm")


def test_goods_lost_in_part_can_still_be_counted_on() -> None:
    for event in ("lose", "inspect", "receive_some", "receive_all"):
        assert advance(RECEPTION, Reception.LOST, event) in Reception


def test_new_goods_that_were_given_up_never_move_again() -> None:
    assert final(EXCHANGE) == {Exchange.FALLBACK, Exchange.LAPSED}


Pair = tuple[Refund, Exchange]
EVENTS = sorted({event for _, event in REFUND} | {"ship"})


def step(pair: Pair, event: str, *, is_owed: bool) -> Pair:
    """Move a promise, and its new goods with it; raises IllegalTransition."""
    refund, exchange = pair
    if event == "ship":
        return refund, advance(EXCHANGE, exchange, event)
    refund = advance(REFUND, refund, event)
    there = of_goods(refund, event, is_owed=is_owed)
    return refund, advance(EXCHANGE, exchange, there) if there else exchange


def reached(*, is_owed: bool) -> set[Pair]:
    """Return every pair of states that any sequence of events leads to."""
    found: set[Pair] = set()
    fresh: set[Pair] = {(Refund.PLANNED, Exchange.PROPOSED)}
    while fresh:
        found |= fresh
        fresh = {
            step(pair, event, is_owed=is_owed)
            for pair in fresh
            for state, event in [*REFUND, (pair[0], "ship")]
            if state is pair[0] and _is_lawful(pair, event)
        } - found
    return found


def _is_lawful(pair: Pair, event: str) -> bool:
    return event != "ship" or (pair[1], event) in EXCHANGE


def test_a_promise_and_its_goods_reach_exactly_the_pairs_that_are_lawful() -> None:
    lawful = {(one, other) for one, others in TOGETHER.items() for other in others}
    assert reached(is_owed=True) | reached(is_owed=False) == lawful


def test_only_an_exchange_of_which_something_is_owed_waits_for_its_customer() -> None:
    waits = (Refund.PENDING, Exchange.AWAITING_PAYMENT)
    assert waits in reached(is_owed=True)
    assert waits not in reached(is_owed=False)
    assert (Refund.PENDING, Exchange.RELEASED) not in reached(is_owed=True)


@given(events=st.lists(st.sampled_from(EVENTS), max_size=12), is_owed=st.booleans())
def test_no_sequence_of_events_parts_a_promise_from_its_goods(
    *, events: list[str], is_owed: bool
) -> None:
    pair = (Refund.PLANNED, Exchange.PROPOSED)
    for event in events:
        try:
            pair = step(pair, event, is_owed=is_owed)
        except IllegalTransition:
            # What a promise takes, its goods take: only "ship" may be theirs alone.
            assert event == "ship" or (pair[0], event) not in REFUND
        assert pair[1] in TOGETHER[pair[0]]
