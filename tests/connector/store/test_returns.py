from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import Refused
from connector.model import Answer, Kind, Return
from connector.store import filing, history, orders, returns
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from connector.store import Database

YES = (Answer(rule="window", says="approve", why="in time"),)


def opened(db: Database, name: str, quantity: int) -> Return:
    filing.add(
        db,
        return_id=name,
        shop="boots",
        order=orders.get(db, "boots", "29"),
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        language="en",
        wishes=[filing.Wish(line_ref="a", quantity=quantity, reason="too_small")],
        now=NOON,
    )
    return returns.get(db, name)


def test_returns_of_an_order_are_numbered(db: Database) -> None:
    assert [opened(db, "x", 1).number, opened(db, "y", 1).number] == ["29-R1", "29-R2"]


def test_i1_a_unit_is_in_one_live_return_only(db: Database) -> None:
    # H23: bought 3, 2 in a live return, asks 2.
    opened(db, "x", 2)
    with pytest.raises(Refused, match="left=1"):
        opened(db, "y", 2)
    assert opened(db, "z", 1).number == "29-R2"


def test_a_declined_line_frees_its_units(db: Database) -> None:
    case = opened(db, "x", 3)
    line = case.lines[0].id
    returns.decide(
        db, case, line, "decline", approved=0, trace=YES, actor="ann", now=NOON
    )
    assert opened(db, "y", 3).number == "29-R2"


def test_a_cancelled_return_frees_its_units(db: Database) -> None:
    returns.finish(db, opened(db, "x", 3), "cancel", "ann", NOON)
    assert opened(db, "y", 3).number == "29-R2"


def test_goods_in_several_parcels_add_up(db: Database) -> None:
    # Medusa's fault F1: a return of 3 received as 1 then 2 stores 2.
    case = opened(db, "x", 3)
    line = case.lines[0].id
    returns.decide(
        db, case, line, "approve", approved=3, trace=YES, actor="ann", now=NOON
    )
    for event, received in (("receive_some", 1), ("receive_all", 2)):
        returns.move_goods(
            db, case, line, event, {"received": received}, actor="ann", now=NOON
        )
    assert returns.get(db, "x").lines[0].received == 3


def test_i14_every_change_is_in_the_history(db: Database) -> None:
    case = opened(db, "x", 1)
    returns.decide(
        db,
        case,
        case.lines[0].id,
        "approve",
        approved=1,
        trace=YES,
        actor="ann",
        now=NOON,
    )
    assert [e.event for e in history.timeline(db, "x")] == ["open", "approve"]
    assert returns.get(db, "x").lines[0].trace == YES
