from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.errors import IllegalTransition
from connector.states import (
    DECISION,
    ERRAND,
    EXCHANGE,
    RECEPTION,
    REFUND,
    Decision,
    Errand,
    Exchange,
    Reception,
    Refund,
    advance,
    final,
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
    assert events == {"confirm", "pend", "fail", "release"}
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
